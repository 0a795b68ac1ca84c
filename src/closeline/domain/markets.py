"""Markets, sides, lines and selections: what can be bet on, named once.

A line is kept as a whole number of quarter points, so that it is exact everywhere: -3.5 is -14.
"""

from dataclasses import dataclass
from enum import StrEnum


class MarketType(StrEnum):
    """What a market is about."""

    MONEYLINE = "MONEYLINE"
    MONEYLINE_3WAY = "MONEYLINE_3WAY"
    SPREAD = "SPREAD"
    TOTAL = "TOTAL"
    TEAM_TOTAL_HOME = "TEAM_TOTAL_HOME"
    TEAM_TOTAL_AWAY = "TEAM_TOTAL_AWAY"
    PLAYER_POINTS = "PLAYER_POINTS"
    PLAYER_REBOUNDS = "PLAYER_REBOUNDS"
    PLAYER_ASSISTS = "PLAYER_ASSISTS"
    PLAYER_PRA = "PLAYER_PRA"
    PLAYER_THREES = "PLAYER_THREES"


class Period(StrEnum):
    """The part of the game that settles a market."""

    FULL_GAME = "FULL_GAME"
    REGULATION = "REGULATION"
    FIRST_HALF = "1H"
    SECOND_HALF = "2H"
    FIRST_QUARTER = "1Q"
    SECOND_QUARTER = "2Q"
    THIRD_QUARTER = "3Q"
    FOURTH_QUARTER = "4Q"
    FIRST_PERIOD = "1P"
    SECOND_PERIOD = "2P"
    THIRD_PERIOD = "3P"
    FIRST_FIVE = "F5"


class Side(StrEnum):
    """Which outcome of a market is meant."""

    HOME = "HOME"
    AWAY = "AWAY"
    DRAW = "DRAW"
    OVER = "OVER"
    UNDER = "UNDER"


_OPPOSITES = {
    Side.HOME: Side.AWAY,
    Side.AWAY: Side.HOME,
    Side.OVER: Side.UNDER,
    Side.UNDER: Side.OVER,
}

TEAM_SIDES = (Side.HOME, Side.AWAY)
NUMBER_SIDES = (Side.OVER, Side.UNDER)


PLAYER_TYPES = frozenset({
    MarketType.PLAYER_POINTS, MarketType.PLAYER_REBOUNDS, MarketType.PLAYER_ASSISTS, MarketType.PLAYER_PRA,
    MarketType.PLAYER_THREES,
})  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """A market: its type, the period that settles it, and whose number it is, which is nobody's in a game market.

    A player's line is a market of its own: `PLAYER_PRA:FULL_GAME:nba_203999`. What is fitted or configured holds for
    its kind, `PLAYER_PRA:FULL_GAME`, which is the whole key of a game market.
    """

    type: MarketType
    period: Period = Period.FULL_GAME
    player_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a player in a market that is not of players, and a name of one that no key could hold."""
        if self.player_id and (self.type not in PLAYER_TYPES or set(self.player_id) & set(":/")):
            message = f"player must be left out of {self.type}, and hold neither ':' nor '/', was {self.player_id}"
            raise ValueError(message)

    @property
    def key(self) -> str:
        """Return the market's name in ids and columns, such as `TOTAL:FULL_GAME`."""
        return f"{self.kind}:{self.player_id}" if self.player_id else self.kind

    @property
    def kind(self) -> str:
        """Return the key without the player: what policies, limits, calibrations and figures go by."""
        return f"{self.type}:{self.period}"

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return the outcomes, the canonical one (HOME or OVER) first."""
        if self.type is MarketType.MONEYLINE_3WAY:
            return (Side.HOME, Side.DRAW, Side.AWAY)
        if self.type in (MarketType.MONEYLINE, MarketType.SPREAD):
            return TEAM_SIDES
        return NUMBER_SIDES

    @property
    def has_line(self) -> bool:
        """Say whether a quote of this market carries a line."""
        return self.type not in (MarketType.MONEYLINE, MarketType.MONEYLINE_3WAY)


def market(key: str) -> Market:
    """Read a market from its key; raises ValueError for anything else."""
    kind, _, rest = key.partition(":")
    period, _, player = rest.partition(":")
    return Market(MarketType(kind), Period(period), player)


def kind_of(key: str) -> str:
    """Return the kind of a market by its key: the key itself, without a player."""
    return ":".join(key.split(":", 2)[:2])


def is_of_players(key: str) -> bool:
    """Say whether a key, or a kind, is of players' markets."""
    return key.partition(":")[0] in PLAYER_TYPES


MONEYLINE = Market(MarketType.MONEYLINE)
SPREAD = Market(MarketType.SPREAD)
TOTAL = Market(MarketType.TOTAL)
GAME_MARKETS = (MONEYLINE, SPREAD, TOTAL)


def opposite(side: Side) -> Side:
    """Return the other side of a two-way market; raises ValueError for a draw, which has none."""
    if side not in _OPPOSITES:
        message = f"side must be one of a two-way market, was {side}"
        raise ValueError(message)
    return _OPPOSITES[side]


def opposite_line(market_type: MarketType, line_quarters: int | None) -> int | None:
    """Return the line of the other side: mirrored for a spread, the same for a total."""
    if line_quarters is None:
        return None
    return -line_quarters if market_type is MarketType.SPREAD else line_quarters


def line_quarters(points: float | str) -> int:
    """Return a line as whole quarter points; raises ValueError when it is not on a quarter."""
    quarters = float(points) * 4
    if quarters != round(quarters) or abs(quarters) > 4000:
        message = f"line must be on a quarter point, was {points}"
        raise ValueError(message)
    return round(quarters)


def line_text(quarters: int | None, *, signed: bool = False) -> str:
    """Write a line in points, the shortest way: -14 is `-3.5`, 900 is `225`."""
    if quarters is None:
        return ""
    text = f"{quarters / 4:.2f}".rstrip("0").rstrip(".")
    return f"+{text}" if signed and quarters > 0 else text


@dataclass(frozen=True, slots=True)
class Selection:
    """One outcome of one market of one event: the thing that is picked."""

    event_id: str
    market: Market
    side: Side
    line_quarters: int | None = None

    def __post_init__(self) -> None:
        """Refuse a side that the market lacks and a line where none belongs."""
        if self.side not in self.market.sides:
            message = f"side must be one of {', '.join(self.market.sides)}, was {self.side}"
            raise ValueError(message)
        if (self.line_quarters is not None) != self.market.has_line:
            message = f"line must {'be given' if self.market.has_line else 'be left out'} for {self.market.key}"
            raise ValueError(message)

    @property
    def selection_id(self) -> str:
        """Return the name of this selection, a pure function of its parts."""
        of = self.market
        parts = [self.event_id, of.kind, *([of.player_id] if of.player_id else ()), self.side]
        if self.line_quarters is not None:
            parts.append(line_text(self.line_quarters))
        return "/".join(parts)

    def opposite(self) -> "Selection":
        """Return the selection that wins when this one loses."""
        return Selection(
            self.event_id,
            self.market,
            opposite(self.side),
            opposite_line(self.market.type, self.line_quarters),
        )
