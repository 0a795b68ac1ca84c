"""How forecasts of players hold up after training: figures by month, drift, two models side by side, and lines."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Standing(Shape):
    """What n forecasts of so many days came to; `maths.props.watching.scored` says what each figure is.

    covered, inside: of the central 50, 80 and 95 %, in that order.
    """

    name: str
    n: int
    days: int
    mae: float
    crps: float
    log_score: float
    covered: list[float]
    inside: list[float]
    pit_gap: float
    pit_p: float
    bias: float
    spread: float


class Drifting(Shape):
    """A mean that should be 0, its always valid interval, how far it may be off, and since when it has been further."""

    mean: float
    low: float
    high: float
    n: int
    days: int
    margin: float
    since: date | None
    alarm: bool


class Residuals(Shape):
    """Whether forecasts are too low or high (middle), too narrow or wide (width)."""

    middle: Drifting
    width: Drifting
    alarm: bool


class FeatureDrift(Shape):
    """A feature's stability index against the same weeks of the seasons trained on, and how often it was null."""

    feature: str
    index: float
    null_before: float
    null_now: float
    alarm: bool


class Features(Shape):
    """What was compared with what; `drifts` are the largest, `alarms` counts all that are beyond `index_most`."""

    rows_before: int
    rows_now: int
    first_day: date
    last_day: date
    compared: int
    index_most: float
    alarms: int
    drifts: list[FeatureDrift]


class ModelSpan(Shape):
    """A model, the last day that it learned from, and the rows that it was the newest honest one for."""

    version: str
    family: str
    trained_to: date
    rows: int


class WatchedStatistic(Shape):
    """One statistic: its models, their figures, the baselines' on the same rows, and whether anything drifts.

    pit_counts: how many PITs fell in each of twenty equal parts of 0 to 1. features: null where rows are too few.
    """

    statistic: str
    models: list[ModelSpan]
    total: Standing
    regulars: Standing | None
    baselines: list[Standing]
    regular_baselines: list[Standing]
    months: list[Standing]
    pit_counts: list[int]
    residuals: Residuals
    features: Features | None


class Watch(Shape):
    """How models do on games after their training; `degraded` names the statistics with an alarm of residuals."""

    as_of: datetime
    since: date | None
    first_day: date | None
    last_day: date | None
    statistics: list[WatchedStatistic]
    unwatched: list[str]
    degraded: list[str]


class Interval(Shape):
    """A mean with its interval of 95 %, whole days drawn; clusters: how many days."""

    mean: float
    low: float
    high: float
    n: int
    clusters: int


class Comparison(Shape):
    """Two models of a statistic on the same played rows: scores of the first less those of the second.

    Below 0 the first is better. clv: null, with the reason in `clv_missing`, where no line was priced twice. basis:
    STORED, by what both said before the games as it was kept, or AGAIN, by asking both anew; `told` says it in words.
    Of what was kept: `waiting` for their games, of whoever `did_not_play`, and of the rows compared how many were
    `recorded_before` the game began, the others being of days that were judged later as of before their games.
    """

    statistic: str
    first: ModelSpan
    second: ModelSpan
    first_day: date
    last_day: date
    standings: list[Standing]
    crps: Interval
    log_score: Interval
    clv: Interval | None
    clv_missing: str | None
    basis: str
    told: str
    waiting: int
    did_not_play: int
    recorded_before: int


class AgainstLines(Shape):
    """The model beside the market on the same lines; gains are above 0 where the model is better."""

    name: str
    n: int
    pushes: int
    days: int
    log_loss_model: float
    log_loss_market: float
    log_loss_gain: Interval
    mae_model: float
    mae_line: float
    mae_gain: Interval
    over_won: float
    over_said: float
    over_market: float


class FilterCost(Shape):
    """What a filter takes away, alone and of what all others let through, with the mean expected value of either."""

    reason: str
    removed_alone: int
    ev_alone: float | None
    removed_marginal: int
    ev_marginal: float | None


class Bucket(Shape):
    """Lines with edges from `low` to `high` (null at the open ends): how often they won, and had to."""

    low: float | None
    high: float | None
    n: int
    won: float
    break_even: float
    excess: float


class EdgeTest(Shape):
    """Whether win rate less break-even rises with the edge; p values one-sided, null where rows are too few."""

    n: int
    days: int
    buckets: list[Bucket]
    coefficient: float | None
    error: float | None
    slope_p: float | None
    trend_p: float | None
    rises: bool | None


class Passing(Shape):
    """The lines that the filters let through: their share, and how often they won beyond their break-even."""

    n: int
    share: float
    won: float | None
    break_even: float | None
    excess: Interval | None


class ChosenLines(Shape):
    """Lines that somebody chose out of all compared: how many, their share, and the model beside the market on them.

    published: how many of them became picks of the desk. against: null where none of them ended above or below; then
    there is nothing to compare, and `n` says of how many.
    """

    name: str
    n: int
    share: float
    published: int
    published_share: float
    against: AgainstLines | None


class Uncounted(Shape):
    """Lines that nothing could be compared on, by reason."""

    reason: str
    lines: int


class LinesFound(Shape):
    """Models against the lines of the record, each only by a model that learned from earlier days alone.

    picks: lines with a published pick of the desk, null where there is none; published_share: of all compared. chosen:
    the lines that pass the filters, those that the gates made PICK or LEAN, and published picks, those of none with 0.
    judged: lines of which the record holds a verdict of the gates.
    """

    as_of: datetime
    since: date | None
    first_day: date | None
    last_day: date | None
    models: list[ModelSpan]
    total: AgainstLines | None
    statistics: list[AgainstLines]
    bets: AgainstLines | None
    picks: AgainstLines | None
    published: int
    published_share: float | None
    chosen: list[ChosenLines]
    judged: int
    passing: Passing | None
    costs: list[FilterCost]
    edges: EdgeTest | None
    uncounted: list[Uncounted]
