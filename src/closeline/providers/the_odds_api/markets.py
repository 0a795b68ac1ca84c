"""The vendor's market keys as our markets, period suffix and all."""

import re
from dataclasses import dataclass
from enum import Enum

from closeline.domain.markets import Market, MarketType, Period


class Shape(Enum):
    """How the outcomes of a market are named."""

    TEAMS = "each outcome is a team, or the draw"
    NUMBERS = "each outcome is over or under"
    TEAM_NUMBERS = "over or under, with the team in the description"


@dataclass(frozen=True, slots=True)
class Key:
    """What a market key means to us."""

    shape: Shape
    type: MarketType
    period: Period

    @property
    def market(self) -> Market:
        """Return the market; a team total's is the home team's until the description is read."""
        return Market(self.type, self.period)


_PERIODS = {
    "": Period.FULL_GAME,
    "_h1": Period.FIRST_HALF,
    "_h2": Period.SECOND_HALF,
    "_q1": Period.FIRST_QUARTER,
    "_q2": Period.SECOND_QUARTER,
    "_q3": Period.THIRD_QUARTER,
    "_q4": Period.FOURTH_QUARTER,
    "_p1": Period.FIRST_PERIOD,
    "_p2": Period.SECOND_PERIOD,
    "_p3": Period.THIRD_PERIOD,
    "_1st_5_innings": Period.FIRST_FIVE,
}
_TYPES = {
    "h2h": (Shape.TEAMS, MarketType.MONEYLINE),
    "h2h_3_way": (Shape.TEAMS, MarketType.MONEYLINE_3WAY),
    "spreads": (Shape.TEAMS, MarketType.SPREAD),
    "totals": (Shape.NUMBERS, MarketType.TOTAL),
    "team_totals": (Shape.TEAM_NUMBERS, MarketType.TEAM_TOTAL_HOME),
}
_KEY = re.compile(rf"({'|'.join(_TYPES)})({'|'.join(suffix for suffix in _PERIODS if suffix)})?")
_LAY = re.compile(r".*_lay(?:_.*)?")


def key_of(text: str) -> Key | None:
    """Return what a market key means, or None for a market that Closeline does not know.

    The three-way moneyline of the whole game is settled at the end of regulation. Alternate lines are not
    read: nothing in them says which line is the main one.
    """
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    shape, kind = _TYPES[found[1]]
    period = _PERIODS[found[2] or ""]
    if kind is MarketType.MONEYLINE_3WAY and period is Period.FULL_GAME:
        period = Period.REGULATION
    return Key(shape, kind, period)


def is_lay(text: str) -> bool:
    """Say whether a market holds what an exchange asks from the layer."""
    return _LAY.fullmatch(text) is not None


def with_draw(key: Key) -> Key:
    """Return a moneyline as the three-way market that it is when a draw stands among its outcomes."""
    period = Period.REGULATION if key.period is Period.FULL_GAME else key.period
    return Key(key.shape, MarketType.MONEYLINE_3WAY, period)
