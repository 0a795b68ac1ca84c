"""The statistics of a player that markets are about, and the markets that are about them."""

from enum import StrEnum

from closeline.domain.markets import Market, MarketType


class Statistic(StrEnum):
    """What is counted of a player in one game, overtime included."""

    POINTS = "POINTS"
    REBOUNDS = "REBOUNDS"
    ASSISTS = "ASSISTS"
    PRA = "PRA"
    THREES = "THREES"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of a box score that add up to it. A line on PRA is one market, never the sum of three."""
        return _COLUMNS[self]

    def market_of(self, player_id: str) -> Market:
        """Return the market of a player's number in this statistic."""
        return Market(MarketType(f"PLAYER_{self}"), player_id=player_id)


_COLUMNS = {
    Statistic.POINTS: ("pts",),
    Statistic.REBOUNDS: ("reb",),
    Statistic.ASSISTS: ("ast",),
    Statistic.PRA: ("pts", "reb", "ast"),
    Statistic.THREES: ("fg3m",),
}


def statistic_of(market: Market) -> Statistic | None:
    """Return the statistic that a market is about, null for one that is not of players."""
    name = str(market.type).removeprefix("PLAYER_")
    return Statistic(name) if name in set(Statistic) and name != market.type else None
