"""What to bet on a day, what not, and why."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Filters(Shape):
    """The thresholds that were asked for; edge and confidence in percent, the rest as shares."""

    min_edge: float
    min_confidence: float
    max_cv: float
    min_games: int
    kelly_fraction: float
    kelly_cap: float


class Refusal(Shape):
    """Why a line is not bet: by FILTERS that were asked for, by the DESK's gates, or because of the DATA."""

    by: str
    reason: str
    detail: str


class Line(Shape):
    """One player's line at the book that the desk goes by, with everything that was decided about it.

    side: the one with the larger edge over its own price. p_side, p_fair: chances without push, the model's and the
    market's; edges in percent points. ev: net per unit staked. desk: PICK, LEAN or NO_PLAY. stake: in the bankroll's
    unit, null without one; stake_share: of the bankroll, 0 where it is not recommended.
    """

    player_id: str
    player: str
    team: str
    opponent: str
    event_id: str
    starts_at: datetime
    statistic: str
    side: str
    line: float
    book: str
    price: str
    decimal: float
    mean: float
    sd: float
    cv: float
    games: int
    plays: float
    p_side: float
    p_fair: float
    edge: float
    edge_fair: float
    ev: float
    filters: str
    desk: str
    recommended: bool
    review: bool
    stake_share: float
    stake: float | None
    refusals: list[Refusal]


class NotJudged(Shape):
    """How many lines there was nothing to judge of, and why."""

    reason: str
    lines: int
    detail: str


class FilterCost(Shape):
    """What one filter takes away: of all lines alone, and of those that all others let through; ev per unit staked."""

    reason: str
    removed_alone: int
    ev_alone: float | None
    removed_marginal: int
    ev_marginal: float | None


class ReasonCount(Shape):
    """How many lines were refused for a reason; one line may have several."""

    by: str
    reason: str
    lines: int


class Recommendations(Shape):
    """A day's lines: those that are recommended first, by expected value; every other one with its reasons."""

    day: date
    as_of: datetime
    filters: Filters
    bankroll: float | None
    models: list[str]
    lines: list[Line]
    recommended: int
    passed_filters: int
    passed_desk: int
    refusals: list[ReasonCount]
    costs: list[FilterCost]
    not_judged: list[NotJudged]
    notes: list[str]
