"""Trainings, one run of the pipeline, and how the prop desk stands."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Figures(Shape):
    """How forecasts did on n rows that their models had not seen: lower MAE, CRPS and log score (nats) are better."""

    name: str
    n: int
    first_day: date
    last_day: date
    mae: float
    crps: float
    log_score: float
    covered_50: float
    covered_80: float
    covered_95: float
    pit_gap: float
    spread: float


class Gain(Shape):
    """What a feature gained, as a share of all gains."""

    feature: str
    share: float


class TrainedModel(Shape):
    """A model that was trained, and how its folds did beside plain averages on the same rows."""

    statistic: str
    version: str
    family: str
    library: str
    rows: int
    trained_from: date
    trained_to: date
    total: Figures
    baselines: list[Figures]
    regulars: list[Figures]
    folds: list[Figures]
    gains: list[Gain]


class Training(Shape):
    """A training: its models, and how long it took."""

    models: list[TrainedModel]
    seconds: float


class Step(Shape):
    """One step of a pipeline: DONE, UNCHANGED or SKIPPED, how long it took, and what it came to.

    rows: of what the step went over: rows of logs, rows learned from of all statistics, players expected, forecasts,
    lines newly judged; 0 of what it left out.
    """

    name: str
    state: str
    seconds: float
    rows: int
    said: str


class Pipeline(Shape):
    """A run of the pipeline for a day; `record_hash` is that of the league's record after it."""

    day: date
    as_of: datetime
    health: str
    steps: list[Step]
    warnings: list[str]
    players: int
    insufficient: int
    lines: int
    picks: int
    leans: int
    refused: int
    record_hash: str
    seconds: float


class DataHeld(Shape):
    """What the record holds of players' games, a row for each player and game; days are null where it holds none."""

    rows: int
    players: int
    first_day: date | None
    last_day: date | None
    days_old: int | None
    stale: bool
    last_price_at: datetime | None


class SetAside(Shape):
    """How many records were set aside for a reason."""

    feed: str
    reason: str
    records: int


class MissingFeature(Shape):
    """A feature that is null by declaration, and why."""

    name: str
    family: str
    reason: str


class ModelState(Shape):
    """The model of a statistic in force, with its figures out of fold; null where there is none."""

    statistic: str
    version: str | None
    family: str | None
    created_at: datetime | None
    trained_from: date | None
    trained_to: date | None
    days_behind: int | None
    total: Figures | None
    baselines: list[Figures]
    regulars: list[Figures]


class Degraded(Shape):
    """A model that is not what it says, as the nightly watch found it: since when, on how many nights, and the text."""

    statistic: str
    since: datetime
    repeats: int
    text: str


class PropStatus(Shape):
    """How the prop desk stands: HEALTHY, DEGRADED, STALE, NO_MODEL, OLD_MODEL or NO_DATA, with the mend."""

    health: str
    mend: str
    as_of: datetime
    data: DataHeld
    set_aside: list[SetAside]
    features: int
    missing_features: list[MissingFeature]
    degraded: list[Degraded]
    models: list[ModelState]
