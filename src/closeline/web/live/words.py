"""What the live pages say, and how they write figures, times and flags."""

from datetime import UTC, datetime, timedelta

from closeline.domain.board import Availability, LiveQuote, Row
from closeline.domain.markets import Market, Side, line_text
from closeline.domain.odds import OddsFormat, probability_to_decimal, rounded_american
from closeline.web.report.words import LEAGUES, MINUS, NONE, count, league_name, number, percent, signed

LEAGUES_SHORT = {**LEAGUES, "ncaaf": "NCAAF", "ncaab": "NCAAB"}

# What a flag means to somebody who has not read the rules; one that is not here is shown as it is.
FLAGS = {
    "IN_PLAY": "in play",
    "SUSPENDED": "suspended",
    "ABSENT": "withdrawn",
    "STALE": "stale",
    "OLD_CONTENT": "old at its book",
    "ASSUMED": "assumed price",
    "EXCHANGE": "exchange",
    "ONE_SIDED": "one side only",
    "UNDERROUND": "underround",
    "BOOKSUM": "impossible sum",
    "NO_FAIR": "no fair price",
    "OUTLIER": "outlier",
    "NO_CONSENSUS": "too few books",
    "OUTLIER_DROPPED": "an outlier left out",
    "PUSH_POSSIBLE": "push possible",
    "SPLIT_LINE": "split line",
}
# What is no news of a price's worth is left to the page of the event.
QUIET = frozenset({"PUSH_POSSIBLE", "SPLIT_LINE", "OUTLIER_DROPPED"})
# After so long without a newer board, the page says so in so many words.
BOARD_OLD_AFTER = timedelta(minutes=5)

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def american(points: int) -> str:
    """Write American odds with their sign."""
    return f"+{points}" if points > 0 else f"{MINUS}{-points}"


def fair_american(chance: float | None) -> str:
    """Write a probability as American odds without a margin; a dash for none."""
    if chance is None or not 0.0 < chance < 1.0:
        return NONE
    return american(rounded_american(probability_to_decimal(chance)))


def line(quarters: int | None, market: Market) -> str:
    """Write a line, signed for a spread; empty for none."""
    return line_text(quarters, signed=market.type == "SPREAD").replace("-", MINUS)


def selection(quote: LiveQuote, home: str, away: str) -> str:
    """Name the side of a quote: the team with its line, or over and under with theirs."""
    names = {Side.HOME: home, Side.AWAY: away, Side.DRAW: "Draw", Side.OVER: "Over", Side.UNDER: "Under"}
    said = f"{names[quote.side]} {line(quote.line_quarters, quote.market)}".rstrip()
    return f"{quote.player_id}: {said}" if quote.player_id else said


def market_name(market: Market) -> str:
    """Return a market's name, with its period unless that is the whole game."""
    name = market.type.replace("_", " ").capitalize()
    return name if market.period == "FULL_GAME" else f"{name} {market.period}"


def notes(row: Row) -> list[tuple[str, str]]:
    """Return what is to be known of a price as (code, words): whether it can be had, and its flags."""
    codes = [] if row.quote.availability is Availability.PRICED else [str(row.quote.availability)]
    steam = ["STEAM"] if row.movement is not None and row.movement.steam else []
    found = dict.fromkeys([*codes, *(flag for flag in row.flags if flag not in QUIET), *steam])
    return [(code, FLAGS.get(code, code.replace("_", " ").lower())) for code in found]


def moved(row: Row) -> tuple[str, str]:
    """Return how far a price has moved since it opened, in points of probability, and from where."""
    found = row.movement
    if found is None or found.probability_points is None:
        return NONE, ""
    points = found.probability_points
    if abs(points) < 0.05:
        return "0.0", _opened(row)
    return f"{'▲' if points > 0 else '▼'} {number(abs(points), 1)}", _opened(row)


def _opened(row: Row) -> str:
    found = row.movement
    if found is None:
        return ""
    at = line(found.opened_line_quarters, row.quote.market)
    # A book may write +105 as 105.
    unsigned = row.quote.price.format is OddsFormat.AMERICAN and found.opened_text[:1].isdigit()
    return f"from {at} {'+' if unsigned else ''}{found.opened_text}".replace("  ", " ").replace("-", MINUS)


def age(seconds: float) -> str:
    """Write an age in its largest unit."""
    seconds = max(0.0, seconds)
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def moment(at: datetime) -> str:
    """Write a time with its day, for machines to replace by the reader's own."""
    return f"{at.astimezone(UTC):%a %d %b %H:%M} UTC"


def clock(at: datetime) -> str:
    """Write a time of day to the second."""
    return f"{at.astimezone(UTC):%H:%M:%S} UTC"


def machine(at: datetime) -> str:
    """Write a time for machines."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


__all__ = [
    "BOARD_OLD_AFTER", "FLAGS", "LEAGUES_SHORT", "MINUS", "NONE", "age", "american", "clock", "count", "fair_american",
    "league_name", "line", "machine", "market_name", "moment", "moved", "notes", "number", "percent", "selection",
    "signed",
]  # fmt: skip
