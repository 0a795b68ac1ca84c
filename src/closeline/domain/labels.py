"""One template for every selection, so that no two doors name different teams for one pick."""

from closeline.domain.markets import MarketType, Selection, Side, line_text

_MARKET_WORDS = {
    MarketType.MONEYLINE: "to win",
    MarketType.MONEYLINE_3WAY: "to win in regulation",
}


def label(selection: Selection, *, home: str, away: str) -> str:
    """Write a selection for people, such as `Lakers -3.5` or `Under 228 (Lakers at Spurs)`."""
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
