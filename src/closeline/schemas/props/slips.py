"""A slip: legs on players of one game, and on the game itself, valued in the same worlds."""

from datetime import date, datetime

from closeline.schemas.props.predictions import ModelUsed
from closeline.schemas.shape import Shape
from closeline.schemas.simulation import Subset


class SlipLeg(Shape):
    """A leg alone, given that its player plays; `player_id`, `plays` and `mean` are null for a leg of the game.

    A leg is void where the player does not play. plays: null where nobody has told; plays_basis is then UNKNOWN.
    """

    leg: str
    market_key: str
    side: str
    line: float | None
    player_id: str | None
    win: float
    push: float
    loss: float
    plays: float | None
    plays_basis: str | None
    mean: float | None


class CorrelationUsed(Shape):
    """How numbers were tied: the artefact and what it rests on. hindsight: it has seen the day that is asked about."""

    version: str
    statistics: list[str]
    rows: int
    games: int
    games_with_total: int
    seasons: list[int]
    hindsight: bool


class PricedSlip(Shape):
    """Legs together, given that all players play: P(all win) with its Monte Carlo standard error, and the lift.

    lift: null below 200 worlds in which all win. possible: the share of worlds that can be. value: net units per unit
    staked at the price, with voids in it; fair_decimal: the price at which that is 0. Both are null where the chance
    that a player plays is not known. subsets: what stays when other legs push or are void. correlation: null where
    every number was drawn apart, as was asked.
    """

    day: date
    as_of: datetime
    event_id: str
    game: str
    legs: list[SlipLeg]
    win: float
    win_standard_error: float
    independent: float
    lift: float | None
    lift_standard_error: float | None
    enough: bool
    worlds: int
    hits: int
    effective_sample_size: float
    possible: float
    seed: int
    price_decimal: float | None
    value: float | None
    fair_decimal: float | None
    subsets: list[Subset]
    correlation: CorrelationUsed | None
    models: list[ModelUsed]
    notes: list[str]
