"""One template for every selection, so that no two doors name different teams for one pick.

Names come from strangers. What is not printable in one, such as a line break or a mark that turns the text round, is a
blank here, and a name has an end: no name can hide the line behind it or write a line of its own.
"""

from closeline.domain.markets import PLAYER_TYPES, MarketType, Selection, Side, line_text

# Units of UTF-16, in which messages are measured; the longest name of a team in the record has 31.
NAME_UNITS_MAX = 80
_CUT = "…"

_MARKET_WORDS = {
    MarketType.MONEYLINE: "to win",
    MarketType.MONEYLINE_3WAY: "to win in regulation",
}


_NUMBER_WORDS = {
    MarketType.PLAYER_POINTS: "points",
    MarketType.PLAYER_REBOUNDS: "rebounds",
    MarketType.PLAYER_ASSISTS: "assists",
    MarketType.PLAYER_PRA: "points + rebounds + assists",
    MarketType.PLAYER_THREES: "threes",
}


def label(selection: Selection, *, home: str, away: str, player: str = "") -> str:
    """Write a selection for people, such as `Lakers -3.5` or `Under 228 (Lakers at Spurs)`.

    player: the name of whose number it is; nobody's in a market of the game, and his id where no name is told.
    """
    if selection.market.type in PLAYER_TYPES:
        return _of_player(selection, shown_name(player or selection.market.player_id))
    home, away = shown_name(home), shown_name(away)
    names = {Side.HOME: home, Side.AWAY: away, Side.DRAW: "Draw"}
    period = "" if selection.market.period == "FULL_GAME" else f" {selection.market.period}"
    if selection.side in names:
        team = names[selection.side]
        if selection.market.has_line:
            return f"{team} {line_text(selection.line_quarters, signed=True)}{period}"
        if selection.side is Side.DRAW:
            return f"{team} in regulation{period} ({away} at {home})"
        return f"{team} {_MARKET_WORDS[selection.market.type]}{period}"
    subject = {MarketType.TEAM_TOTAL_HOME: home, MarketType.TEAM_TOTAL_AWAY: away}.get(
        selection.market.type, f"{away} at {home}"
    )
    return f"{selection.side.title()} {line_text(selection.line_quarters)}{period} ({subject})"


def shown_name(name: str) -> str:
    """Return a name as it is shown anywhere: printable, without runs of blanks, and no longer than a name may be."""
    return bounded(name, NAME_UNITS_MAX)


def bounded(text: str, most: int) -> str:
    """Return a text of strangers on one printable line of at most so many units; what is cut ends in `…`."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if units(clean) <= most:
        return clean
    kept = clean[: most - 1]
    while units(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept}{_CUT}"


def units(text: str) -> int:
    """Return the length of a text in units of UTF-16: a sign beyond the first 65,536 is two, and is never halved."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def _of_player(selection: Selection, name: str) -> str:
    period = "" if selection.market.period == "FULL_GAME" else f" {selection.market.period}"
    line = line_text(selection.line_quarters)
    return f"{name} {selection.side.lower()} {line} {_NUMBER_WORDS[selection.market.type]}{period}"
