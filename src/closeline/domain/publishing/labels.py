"""One template for every selection, so that no two doors name different teams for one pick."""

from closeline.domain.markets import PLAYER_TYPES, MarketType, Selection, Side, line_text

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
        return _of_player(selection, player or selection.market.player_id)
    names = {Side.HOME: home, Side.AWAY: away, Side.DRAW: "Draw"}
    period = "" if selection.market.period == "FULL_GAME" else f" {selection.market.period}"
    if selection.side in names:
        team = names[selection.side]
        if selection.market.has_line:
            return f"{team} {line_text(selection.line_quarters, signed=True)}{period}"
        return f"{team} {_MARKET_WORDS[selection.market.type]}{period}"
    subject = {MarketType.TEAM_TOTAL_HOME: home, MarketType.TEAM_TOTAL_AWAY: away}.get(
        selection.market.type, f"{away} at {home}"
    )
    return f"{selection.side.title()} {line_text(selection.line_quarters)}{period} ({subject})"


def _of_player(selection: Selection, name: str) -> str:
    period = "" if selection.market.period == "FULL_GAME" else f" {selection.market.period}"
    line = line_text(selection.line_quarters)
    return f"{name} {selection.side.lower()} {line} {_NUMBER_WORDS[selection.market.type]}{period}"
