"""The vendor's market keys as our markets, period suffix and all."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period


class Shape(Enum):
    """How the outcomes of a market are named."""

    TEAMS = "each outcome is a team, or the draw"
    NUMBERS = "each outcome is over or under"
    TEAM_NUMBERS = "over or under, with the team in the description"
    PLAYER_NUMBERS = "over or under, with the player in the description"


@dataclass(frozen=True, slots=True)
class Key:
    """What a market key means to us; `alternate` where it holds many lines and none of them is the main one.

    A team total's market is the home team's until the description is read.
    """

    shape: Shape
    market: Market
    alternate: bool = False

    @property
    def type(self) -> MarketType:
        """Return the type of the market."""
        return self.market.type

    @property
    def period(self) -> Period:
        """Return the period of the market."""
        return self.market.period


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
# Words that mean the same count in these leagues; a football player's assists are tackles.
_BASKETBALL = (League.NBA, League.NCAAB)
_SKATED = (*_BASKETBALL, League.NHL)
_PLAYERS = {
    "player_points": (MarketType.PLAYER_POINTS, _SKATED),
    "player_rebounds": (MarketType.PLAYER_REBOUNDS, _BASKETBALL),
    "player_assists": (MarketType.PLAYER_ASSISTS, _SKATED),
    "player_points_rebounds_assists": (MarketType.PLAYER_PRA, _BASKETBALL),
    "player_threes": (MarketType.PLAYER_THREES, _BASKETBALL),
}
_PLAYER_PERIODS = {"": Period.FULL_GAME, "_q1": Period.FIRST_QUARTER}
_SUFFIXES = "|".join(suffix for suffix in _PERIODS if suffix)
_KEY = re.compile(rf"(alternate_)?({'|'.join(_TYPES)})({_SUFFIXES})?")
_PLAYER_KEY = re.compile(rf"({'|'.join(_PLAYERS)})(_q1)?(_alternate)?")
_LAY = re.compile(r".*_lay(?:_.*)?")


@lru_cache(maxsize=1024)
def key_of(text: str, league: League = League.NBA) -> Key | None:
    """Return what a market key means in a league, or None for a market that Closeline does not know.

    The three-way moneyline of the whole game is settled at the end of regulation.
    """
    found = _KEY.fullmatch(text)
    if found is None:
        return _player_key(text, league)
    shape, kind = _TYPES[found[2]]
    period = _PERIODS[found[3] or ""]
    if found[1] and shape is Shape.TEAMS and kind is not MarketType.SPREAD:
        return None
    if kind is MarketType.MONEYLINE_3WAY and period is Period.FULL_GAME:
        period = Period.REGULATION
    return Key(shape, Market(kind, period), bool(found[1]))


def _player_key(text: str, league: League) -> Key | None:
    found = _PLAYER_KEY.fullmatch(text)
    if found is None:
        return None
    kind, leagues = _PLAYERS[found[1]]
    if league not in leagues:
        return None
    return Key(Shape.PLAYER_NUMBERS, Market(kind, _PLAYER_PERIODS[found[2] or ""]), bool(found[3]))


def is_lay(text: str) -> bool:
    """Say whether a market holds what an exchange asks from the layer."""
    return _LAY.fullmatch(text) is not None


def with_draw(key: Key) -> Key:
    """Return a moneyline as the three-way market that it is when a draw stands among its outcomes."""
    period = Period.REGULATION if key.period is Period.FULL_GAME else key.period
    return Key(key.shape, Market(MarketType.MONEYLINE_3WAY, period))


def names_of(market: Market, league: League, *, alternates: bool = False) -> tuple[str, ...]:
    """Return the vendor's keys of a market in a league: its own, and that of its other lines where there is one.

    None where the vendor has no such market. Both teams' totals stand under one key.
    """
    kind = MarketType.TEAM_TOTAL_HOME if market.type is MarketType.TEAM_TOTAL_AWAY else market.type
    player = next((name for name, (type_, leagues) in _PLAYERS.items() if type_ is kind and league in leagues), None)
    if player is not None:
        suffix = next((text for text, period in _PLAYER_PERIODS.items() if period is market.period), None)
        return () if suffix is None else _with_alternate(f"{player}{suffix}", "{}_alternate", wanted=alternates)
    stem = next((name for name, (_, type_) in _TYPES.items() if type_ is kind), None)
    period = Period.FULL_GAME if market == Market(MarketType.MONEYLINE_3WAY, Period.REGULATION) else market.period
    suffix = next((text for text, each in _PERIODS.items() if each is period), None)
    if stem is None or suffix is None:
        return ()
    has_lines = _TYPES[stem][0] is not Shape.TEAMS or kind is MarketType.SPREAD
    return _with_alternate(f"{stem}{suffix}", "alternate_{}", wanted=alternates and has_lines)


def _with_alternate(name: str, form: str, *, wanted: bool) -> tuple[str, ...]:
    return (name, form.format(name)) if wanted else (name,)
