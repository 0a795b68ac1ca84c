"""Figures and codes in words: one way of writing a number, wherever the report shows one."""

from closeline.domain.markets import market
from closeline.maths.record_figures import Mean, Slope

MINUS = "−"
NONE = "–"

LEAGUES = {
    "nfl": "NFL",
    "ncaaf": "College football",
    "nba": "NBA",
    "ncaab": "College basketball",
    "mlb": "MLB",
    "nhl": "NHL",
}

# What a code means to somebody who has not read the rules. A code that is not here is shown as it is.
CODES = {
    "CALIBRATION_BOOTSTRAP": "no activated calibration stands behind the probability",
    "DIRECTION_MISMATCH": "the sheet's spreads run against the ratings: home and away are swapped in it",
    "DOUBLE_COUNTING_LIKELY": "one circumstance seems to be counted twice",
    "EDGE_BELOW_LEAN": "the edge is too small to be a lean",
    "EDGE_BELOW_PICK": "the edge is too small to be a pick",
    "EDGE_BELOW_PRICE": "the predicted close does not pay the price",
    "EDGE_BELOW_THRESHOLD": "warm-up did not prove an edge of this size",
    "EDGE_IMPLAUSIBLE": "the edge is too good to be true",
    "EV_BELOW_LEAN": "a unit is expected to bring too little for a lean",
    "EV_BELOW_PICK": "a unit is expected to bring too little for a pick",
    "HIGH_VARIANCE": "the outcome is much wider than the league's",
    "MARKET_CLOSED": "the desk has closed this market",
    "MARKET_DEVIATION": "the forecast lies far from the market's",
    "MARKET_LINE_BOOKSUM": "the two prices cannot be of one market",
    "MARKET_LINE_INCONSISTENT": "spread and moneyline tell different stories",
    "MARKET_LINE_MAPPING": "the quote could not be tied to this event",
    "MARKET_LINE_MISSING": "the quote has no price",
    "MARKET_LINE_ONE_SIDED": "only one side was quoted",
    "MARKET_LINE_OUTLIER": "the line stands far from the other books' lines",
    "MARKET_LINE_OUT_OF_RANGE": "the line is outside the league's limits",
    "MARKET_LINE_STALE": "the quote was too old",
    "MARKET_LINE_STARTED": "the game had begun",
    "MARKET_LINE_SUSPENDED": "the book has suspended the market",
    "MARKET_LINE_UNDERROUND": "the prices give money away, which is an error more often than a gift",
    "MODEL_BIAS": "the league's totals have been off for three days",
    "NO_DECISION_POLICY": "no decision policy was in force",
    "NO_MARKET_NO_PICK": "nobody quoted this market",
    "PUBLISHING_CLOSED": "the desk has closed this league",
    "RATED_ON_RESULTS_ALONE": "the ratings had never seen a closing line",
    "RCL_FAIL": "no game of the league could come out so",
    "RCL_FAR": "the total lies far from the league's",
    "SLATE_SKEW": "nearly every total of the day leans one way",
    "BAD_RECORD": "a record that names no possible game",
    "BAD_RESULT": "a score that cannot be",
    "DUPLICATE_RECORD": "the game stands in the file twice",
    "IMPOSSIBLE_PRICE": "a price that no book can ask",
    "MISSING_LINE": "a price without its line",
    "OFF_GRID_LINE": "a line that is not on a quarter point",
    "UNREADABLE_CELL": "a cell that is no number",
    "UNKNOWN_TEAM": "a name that no alias reads",
    "SAME_TEAM_TWICE": "a game of a team against itself",
}


def league_name(code: str) -> str:
    """Return a league's name."""
    return LEAGUES.get(code, code.upper())


def market_name(key: str) -> str:
    """Return a market's name, with its period unless that is the whole game."""
    found = market(key)
    name = found.type.replace("_", " ").capitalize()
    return name if found.period == "FULL_GAME" else f"{name} {found.period}"


def gate_name(code: str) -> str:
    """Return a gate's name as words."""
    return code.replace("_", " ").capitalize()


def meaning(code: str) -> str:
    """Return what a code means, empty for one that has no words yet."""
    return CODES.get(code, "")


def number(value: float | None, digits: int = 2) -> str:
    """Write a number with a real minus sign; a dash for none."""
    if value is None:
        return NONE
    text = f"{value:,.{digits}f}"
    # What rounds to nothing has no sign.
    text = text.lstrip("-") if not text.strip("-0.,") else text
    return text.replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """Write a number with its sign, plus too; a dash for none."""
    text = number(value, digits)
    positive = value is not None and value > 0 and bool(text.strip("0.,"))
    return f"+{text}" if positive else text


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as a percentage; a dash for none."""
    return NONE if value is None else f"{number(100 * value, digits)} %"


def count(value: int) -> str:
    """Write a whole number with its thousands parted."""
    return f"{value:,}"


def sample(n: int) -> str:
    """Write the size of a sample, unbroken over lines."""
    return f"n\u00a0=\u00a0{count(n)}"


def moved(points: float | None) -> str:
    """Say what the line did after a pick was published."""
    if points is None:
        return ""
    if points == 0:
        return "The line closed where it was taken."
    return f"It {'gained' if points > 0 else 'lost'} {number(abs(points), 1)} points of line by the close."


def interval(mean: Mean, digits: int = 2) -> str:
    """Write the 95 % interval of a mean; a dash for none."""
    if mean.low is None or mean.high is None:
        return NONE
    return f"{signed(mean.low, digits)} to {signed(mean.high, digits)}"


def slope(found: Slope) -> str:
    """Write a slope with its standard error; a dash for none."""
    if found.slope is None:
        return NONE
    return f"{number(found.slope)} ± {number(found.standard_error)}"


def record(wins: int, losses: int, pushes: int) -> str:
    """Write wins, losses and pushes."""
    return f"{wins}–{losses}–{pushes}"
