"""What the rules did on a record, and what each cost or saved."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Mean(Shape):
    """A mean with its 95 % interval, clustered by day; null where there is none."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


class Proportion(Shape):
    """Hits of n with the exact 95 % interval of their share; null of none."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


class PlayFigures(Shape):
    """What n candidates whose games ended came to, over so many days: `clv` and `value` in points of probability."""

    n: int
    days: int
    clv: Mean
    value: Mean
    wins: int
    losses: int
    pushes: int
    log_loss_gap: Mean


class MarketShares(Shape):
    """How a market's candidates were decided, what its PICKs came to, and how often a side was OVER."""

    market_key: str
    n: int
    decisions: dict[str, int]
    overs_of_picks: Proportion | None
    overs_of_candidates: Proportion | None
    picks: PlayFigures


class RuleInMarket(Shape):
    """What a rule did in a market of n candidates; `held_back` is what those came to that it alone kept from a PICK."""

    market_key: str
    n: int
    objected: int
    weakened: int
    alone_from_pick: int
    alone_from_lean: int
    held_back: PlayFigures
    worth: str


class Example(Shape):
    """A candidate that a rule objected to, with the numbers that it looked at."""

    game: str
    day: str
    market_key: str
    side: str
    line: float | None
    price: float | None
    book: str
    decision: str
    alone: bool
    highest_state: str
    reason: str
    inputs: dict[str, float | int | str | bool | None]
    judged_at: datetime
    prediction_id: str


class RuleWorth(Shape):
    """A rule on all markets together (`ALL`, the first) and on each, with examples."""

    gate: str
    markets: list[RuleInMarket]
    examples: list[Example]


class LeagueWorth(Shape):
    """What the rules did on a league's record; `synthetic` says that its games were never played."""

    league: str
    synthetic: bool
    candidates: int
    markets: list[MarketShares]
    rules: list[RuleWorth]
    not_repeated: int
    games_flagged: Proportion
    flagged_share_max: float


class RulesWorth(Shape):
    """Every league of which candidates were judged."""

    leagues: list[LeagueWorth]
