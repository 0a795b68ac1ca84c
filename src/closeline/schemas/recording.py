"""The record as a library: what somebody with a model of their own hands in, step by step, and what comes back.

What is handed in may leave out what has a default; what comes back is always complete.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from closeline.domain.forecasts.adjustments import AdjustmentName
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat
from closeline.schemas.shape import Shape

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Name = Text
# Years in which every time zone has every moment.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2199, 12, 31, tzinfo=UTC))
]  # fmt: skip
Points = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
Chance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

SIM_COUNT = 100_000
TRAINING_DAYS = 30

# ------------------------------------------------------------------------------------------------ handed in


class OwnQuote(Shape):
    """A price that a book shows: the line in points of that side, the price as it is written there."""

    book: Slug
    market_key: Text
    side: Side
    line: Points | None = None
    price: Text
    price_format: OddsFormat = OddsFormat.AMERICAN


class OwnGame(Shape):
    """A game with its prices. `game` is the source's own id of it, always the same for the same game."""

    game: Text
    home: Text
    away: Text
    starts_at: Moment
    neutral: bool = False
    playoff: bool | None = None
    quotes: Annotated[list[OwnQuote], Field(min_length=1, max_length=500)]


class CaptureSnapshot(Shape):
    """Prices as they stood at one moment. `source` says whose they are; the same content is the same snapshot."""

    source: Slug
    league: League
    captured_at: Moment
    games: Annotated[list[OwnGame], Field(min_length=1, max_length=200)]


class OwnModel(Shape):
    """A model: its name, its version, and the SHA-256 of its parameters, which the record never sees.

    market_rated: that it has learned from closing lines; one that has not is a LEAN at most.
    """

    name: Slug
    version: Text
    parameters_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    market_rated: bool = False


class CreateSimRun(Shape):
    """A simulation of one event that is about to run, on the prices of one snapshot."""

    event_id: Text
    snapshot_id: Name
    model: OwnModel
    sim_count: Annotated[int, Field(ge=1, le=2_000_000_000)] = SIM_COUNT
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class OwnInput(Shape):
    """Something that a run is made from, such as `RATINGS` and the hash of a file."""

    kind: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]


class RecordInputs(Shape):
    """What a run is made from besides its snapshot, its event and its model."""

    run_id: Name
    inputs: Annotated[list[OwnInput], Field(min_length=1, max_length=100)]


class CreatePrediction(Shape):
    """What a run says of one side of one market: the chance that it wins, and of a push. `line` is of that side.

    book: whose price is meant; left out, the first of the desk's reference books that shows this market.
    """

    run_id: Name
    market_key: Text
    side: Side
    line: Points | None = None
    p_win: Chance
    p_push: Chance = 0.0
    book: Slug | None = None


class Expectation(Shape):
    """What a run expects of the margin (home - away) or the total, points.

    sd: of the outcome. base: the mean before the named adjustments; without it nobody can check that they explain it.
    """

    mean: Annotated[float, Field(ge=-1000, le=10_000, allow_inf_nan=False)]
    sd: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    base: Annotated[float, Field(ge=-1000, le=10_000, allow_inf_nan=False)] | None = None


class OwnAdjustment(Shape):
    """Points that one circumstance adds to margin and total, and what it was learned from."""

    name: AdjustmentName
    margin_points: Points
    total_points: Points
    source: Text
    known_at: Moment | None = None


class CompleteSimRun(Shape):
    """The end of a run: how long it took, and what it expects. What it does not tell the gates hold against it."""

    run_id: Name
    runtime_ms: Annotated[int, Field(ge=0, le=2_000_000_000)]
    margin: Expectation | None = None
    total: Expectation | None = None
    adjustments: Annotated[tuple[OwnAdjustment, ...], Field(max_length=50)] = ()


class Gate(Shape):
    """A completed run whose predictions the gates shall judge."""

    run_id: Name


class Publish(Shape):
    """A prediction that shall go out, at the price that its snapshot shows for the side that the gates judged."""

    prediction_id: Name
    price: Text


class Grade(Shape):
    """A publication that shall be graded."""

    publish_id: Name


class Calibrate(Shape):
    """A calibration of what the tenant's record learns from, over so many days back."""

    training_days: Annotated[int, Field(ge=1, le=36_500)] | None = TRAINING_DAYS
    method: Slug = "auto"


# ---------------------------------------------------------------------------------------------- what comes back


class SnapshotGame(Shape):
    """A game of a snapshot, by the id that the record knows it by."""

    game: str
    event_id: str
    starts_at: datetime


class Snapshot(Shape):
    """A snapshot in the record. `payload_sha` names its bytes: the canonical JSON of what was handed in."""

    snapshot_id: str
    payload_sha: str
    feed: str
    league: str
    received_at: datetime
    games: list[SnapshotGame]
    markets: int


class RunInput(Shape):
    """Something that a run is made from."""

    kind: str
    reference: str


class SimRun(Shape):
    """A run in the record. `learned_from`: that maps and policies of its league are learned from this very model."""

    run_id: str
    league: str
    event_id: str
    snapshot_id: str
    engine: str
    model_version: str
    sim_count: int
    seed: int
    as_of: datetime
    config_version: str
    learned_from: bool
    inputs: list[RunInput]
    output_hash: str | None
    runtime_ms: int | None
    completed_at: datetime | None


class Prediction(Shape):
    """What a run says of a market, with every step of the chain, of the canonical side (HOME or OVER) given no push.

    basis: QUOTED, SUSPECT, or DERIVED where the snapshot has no two-sided price of this market at this line.
    """

    prediction_id: str
    run_id: str
    market_key: str
    side: str
    line: str
    book: str
    basis: str
    p_raw: float
    p_push: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None
    predicted_clv: float | None
    calibration_version: str | None
    policy_version: str | None


class Objection(Shape):
    """A rule that took something away, with the numbers that it looked at."""

    gate: str
    action: str
    reason: str
    highest_state: str
    inputs: dict[str, str]


class Verdict(Shape):
    """What the gates made of a prediction: of its better side. `price` is what the snapshot shows for that side."""

    prediction_id: str
    market_key: str
    side: str
    line: str
    book: str
    price: str | None
    decision: str
    tier: str
    p_final: float
    edge_probability: float
    ev_per_unit: float
    reasons: list[str]
    objections: list[Objection]


class Gated(Shape):
    """The verdicts on all that a run said."""

    run_id: str
    config_version: str
    verdicts: list[Verdict]


class PublishedPick(Shape):
    """A prediction that went out. A LEAN is published without being official: nothing is staked on it."""

    publish_id: str
    pick_id: str
    prediction_id: str
    selection_id: str
    book: str
    price: str
    decision: str
    is_official: bool
    probability: float
    published_at: datetime
