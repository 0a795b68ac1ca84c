"""A simulated board as rows: one for each line of each market, both sides in it, by period.

Shared by the page and the terminal, so that the two can never show different boards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from closeline.domain.markets import MarketType, Side, line_text, market
from closeline.schemas.simulation import MarketChances


@dataclass(frozen=True, slots=True)
class Row:
    """A market at a line: the chances of home or over, of away or under, and of the push or draw between them."""

    market_key: str
    line: str
    home: float
    level: float
    away: float

    @property
    def period(self) -> str:
        """Return the period that settles the market."""
        return str(market(self.market_key).period)

    @property
    def three_way(self) -> bool:
        """Say whether the level score is a side of its own, and no push."""
        return market(self.market_key).type is MarketType.MONEYLINE_3WAY

    @property
    def fair(self) -> tuple[float | None, float | None]:
        """Return fair decimal odds of home or over, and of away or under; a push returns the stake."""
        settled = 1.0 if self.three_way else self.home + self.away
        home, away = (settled / chance if chance > 0.0 else None for chance in (self.home, self.away))
        return home, away


def line_of(chances: MarketChances) -> str:
    """Return the line of a side, signed for a spread; empty where there is none."""
    quarters = None if chances.line is None else round(4 * chances.line)
    return line_text(quarters, signed=market(chances.market_key).type is MarketType.SPREAD)


def rows_of(markets: Iterable[MarketChances]) -> list[Row]:
    """Return a row for each line of each market, seen from home or over, in their order."""
    rows, draws = [], {}
    for item in markets:
        if item.side == Side.DRAW:
            draws[item.market_key] = item.win
        if item.side in (Side.HOME, Side.OVER):
            rows.append(item)
    return [_row(item, draws.get(item.market_key)) for item in rows]


def by_period(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each period, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.period, []).append(row)
    return found


def main_lines(rows: Sequence[Row]) -> list[Row]:
    """Return one row of each market: that of the line which splits it most evenly."""
    found: dict[str, Row] = {}
    for row in rows:
        held = found.get(row.market_key)
        if held is None or abs(row.home - row.away) < abs(held.home - held.away):
            found[row.market_key] = row
    return list(found.values())


def _row(item: MarketChances, draw: float | None) -> Row:
    if draw is None:
        return Row(item.market_key, line_of(item), item.win, item.push, item.loss)
    return Row(item.market_key, line_of(item), item.win, draw, item.loss - draw)
