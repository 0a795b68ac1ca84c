"""The offers of one pair of rows, in either style of sheet."""

from collections.abc import Iterator
from decimal import Decimal

from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period
from closeline.providers.archives.quotes import Offer
from closeline.providers.archives.sheets.cells import line_and_price, number_cell, price_cell
from closeline.providers.archives.sheets.layout import Layout, Priced, Style
from closeline.providers.archives.sheets.pairs import Pair, Row
from closeline.providers.cells import Cell
from closeline.providers.lines import FULL_GAME, SECOND_HALF, Range
from closeline.providers.reasons import Reason

_NO_PRICES = (None, None)
_HALF_SPREAD = Market(MarketType.SPREAD, Period.SECOND_HALF)
_HALF_TOTAL = Market(MarketType.TOTAL, Period.SECOND_HALF)


def offers(pair: Pair, layout: Layout, league: League) -> Iterator[Offer]:
    """Yield all offers of a game."""
    if layout.style is Style.POINTS:
        yield from _points(pair, layout, league)
    else:
        yield from _moneylines(pair, layout, league)


def _points(pair: Pair, layout: Layout, league: League) -> Iterator[Offer]:
    place = f"row {pair.number}"
    moneyline = _prices(pair, layout.moneyline)
    for phase, column in ((Phase.OPEN, layout.open), (Phase.CLOSE, layout.close)):
        shared = _Shared(pair, column, FULL_GAME[league], moneyline)
        yield from shared.offers(phase, (SPREAD, TOTAL), f"{place} {phase.title()}")
    yield Offer(Phase.CLOSE, MONEYLINE, None, moneyline, f"{place} ML")
    if layout.second_half is not None:
        shared = _Shared(pair, layout.second_half, SECOND_HALF[league], moneyline)
        yield from shared.offers(Phase.CLOSE, (_HALF_SPREAD, _HALF_TOTAL), f"{place} 2H")


class _Shared:
    """A column in which one row holds the favourite's spread and the other the total."""

    def __init__(self, pair: Pair, column: int, usual: Range, moneyline: tuple[Cell, Cell]) -> None:
        self._home = number_cell(pair.home[column])
        self._away = number_cell(pair.away[column])
        self._usual = usual
        self._moneyline = moneyline

    def offers(self, phase: Phase, markets: tuple[Market, Market], place: str) -> Iterator[Offer]:
        """Yield the spread and the total, or each cell by itself with the reason why it cannot be used."""
        cells = [cell for cell in (self._home, self._away) if cell is not None]
        roles = self._roles()
        if roles is None:
            for cell in cells:
                yield Offer(phase, markets[1], cell, _NO_PRICES, place, fault=self._fault(cell))
            return
        spread, total = roles
        yield Offer(phase, markets[0], spread, _NO_PRICES, place)
        yield Offer(phase, markets[1], total, _NO_PRICES, place)

    def _roles(self) -> tuple[Cell, Cell] | None:
        """Return the home spread and the total, or None when the two cells do not say which is which."""
        home, away = self._home, self._away
        if isinstance(home, str) or isinstance(away, str):
            return None
        home_is, away_is = self._could_be(home), self._could_be(away)
        readings: list[tuple[Cell, Cell] | None] = [
            (_minus(_size(home)), away) if home_is[0] and away_is[1] else None,
            (_size(away), home) if away_is[0] and home_is[1] else None,
        ]
        sound = [reading for reading in readings if reading is not None]
        return sound[0] if len(sound) == 1 or (home is None and away is None) else self._by_favourite(readings)

    def _by_favourite(self, readings: list[tuple[Cell, Cell] | None]) -> tuple[Cell, Cell] | None:
        """Choose between two readings: the favourite's row holds the spread, else the smaller does."""
        home, away = self._moneyline
        if None in readings or self._home is None or self._away is None:
            return None
        if isinstance(home, int | float) and isinstance(away, int | float) and home != away:
            return readings[0] if home < away else readings[1]
        return readings[0] if float(self._home) < float(self._away) else readings[1]

    def _could_be(self, cell: Cell) -> tuple[bool, bool]:
        """Say whether a cell can be a spread and whether it can be a total; no line can be either."""
        if cell is None:
            return True, True
        return self._usual.is_spread(float(cell)), self._usual.is_total(float(cell))

    def _fault(self, cell: Cell) -> Reason:
        if isinstance(cell, str):
            return Reason.UNREADABLE_CELL
        return Reason.UNPAIRED_LINE if any(self._could_be(cell)) else Reason.OUT_OF_RANGE_LINE


def _size(cell: float | Decimal | None) -> float | None:
    return None if cell is None else abs(float(cell))


def _minus(size: float | None) -> float | None:
    """Return the home line of a spread that stands in the home row: the favourite's, so below zero."""
    return None if size is None else -size


def _moneylines(pair: Pair, layout: Layout, league: League) -> Iterator[Offer]:
    place = f"row {pair.number}"
    for phase, column in ((Phase.OPEN, layout.open), (Phase.CLOSE, layout.close)):
        yield Offer(phase, MONEYLINE, None, _prices(pair, column), f"{place} {phase.title()}")
    usual = FULL_GAME[league]
    if layout.handicap is not None:
        yield _handicap(pair, layout.handicap, usual, f"{place} line")
    for phase, total in ((Phase.OPEN, layout.open_total), (Phase.CLOSE, layout.close_total)):
        if total is not None:
            yield _total(pair, total, usual, phase, f"{place} {phase.title()} OU")


def _handicap(pair: Pair, columns: Priced, usual: Range, place: str) -> Offer:
    """Return the run line or puck line: each row has its own half, which must mirror the other."""
    (home, home_price), (away, away_price) = (_line(row, columns) for row in (pair.home, pair.away))
    fault = None
    if isinstance(home, int | float) and isinstance(away, int | float):
        fault = Reason.UNPAIRED_LINE if home != -away else _range_fault(usual.is_spread(home))
    elif home is not None or away is not None:
        fault = Reason.UNREADABLE_CELL if isinstance(home, str) or isinstance(away, str) else Reason.UNPAIRED_LINE
    return Offer(Phase.CLOSE, SPREAD, away if home is None else home, (home_price, away_price), place, fault=fault)


def _total(pair: Pair, columns: Priced, usual: Range, phase: Phase, place: str) -> Offer:
    """Return the total: the visitor's row holds the over's price, the home row the under's."""
    (over, over_price), (under, under_price) = (_line(row, columns) for row in (pair.away, pair.home))
    fault = None
    if isinstance(over, str) or isinstance(under, str):
        fault = Reason.UNREADABLE_CELL
    elif over != under:
        fault = Reason.UNPAIRED_LINE
    elif over is not None:
        fault = _range_fault(usual.is_total(float(over)))
    return Offer(phase, TOTAL, under if over is None else over, (over_price, under_price), place, fault=fault)


def _range_fault(possible: bool) -> Reason | None:  # noqa: FBT001 -- the answer of a question, named at the call
    return None if possible else Reason.OUT_OF_RANGE_LINE


def _line(row: Row, columns: Priced) -> tuple[Cell, Cell]:
    if columns.price is None:
        return line_and_price(row[columns.line])
    return number_cell(row[columns.line]), price_cell(row[columns.price])


def _prices(pair: Pair, column: int | None) -> tuple[Cell, Cell]:
    if column is None:
        return _NO_PRICES
    return price_cell(pair.home[column]), price_cell(pair.away[column])
