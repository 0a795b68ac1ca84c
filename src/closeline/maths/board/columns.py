"""Quotes by column: each book's market at one line is a row of prices, and the rows of one line stand together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from closeline.domain.board import Availability, LiveQuote
from closeline.domain.board.books import is_exchange, is_sharp
from closeline.domain.board.market import MarketState
from closeline.domain.errors import DevigError
from closeline.domain.markets import MarketType, opposite_line
from closeline.domain.odds import DevigMethod, default_method
from closeline.maths.board.rules import CONTENT_AGES
from closeline.maths.consensus import KIND_WEIGHTS, BookKind
from closeline.maths.devig_arrays import devig_markets
from closeline.maths.prices import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
# What a two-way market has no third of.
SIDES_MOST = 3


@dataclass(frozen=True, slots=True)
class BookLine:
    """One book's quotes of one market at one line, by side in the market's order; None where it shows none."""

    market: int
    book: str
    line_quarters: int | None
    quotes: tuple[LiveQuote | None, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Book lines and their figures, shape (lines,) or (lines, 3) by side; NaN where there is none.

    `group` numbers the sets of book lines of one market at one line. prices: of PRICED quotes alone. `ages`: seconds
    since the price of each side was last seen, `stale` where that is longer than its market allows; `old_content` where
    the book's own time is too old, however often its answer came.
    """

    lines: tuple[BookLine, ...]
    group: IntArray
    sides: IntArray
    methods: tuple[DevigMethod, ...]
    prices: FloatArray
    ages: FloatArray
    begun: BoolArray
    exchange: BoolArray
    sharp: BoolArray
    assumed: BoolArray
    booksums: FloatArray
    fair: FloatArray
    stale: BoolArray
    old_content: BoolArray

    @property
    def whole(self) -> BoolArray:
        """Say which book lines have a price for every side, shape (lines,)."""
        return ~np.isnan(self.booksums)

    @property
    def weights(self) -> FloatArray:
        """Return what each kind of book counts, before freshness, shape (lines,)."""
        kinds = np.where(self.sharp, KIND_WEIGHTS[BookKind.SHARP], KIND_WEIGHTS[BookKind.RETAIL])
        found: FloatArray = np.where(self.exchange, KIND_WEIGHTS[BookKind.EXCHANGE], kinds)
        return found


def book_lines(states: Sequence[MarketState]) -> Iterator[BookLine]:
    """Yield each book's quotes of each market by its lines; a line is the canonical side's."""
    for number, state in enumerate(states):
        places = {side: place for place, side in enumerate(state.market.sides)}
        first, kind, width = state.market.sides[0], state.market.type, len(places)
        found: dict[tuple[int | None, str], list[LiveQuote | None]] = {}
        for quote in state.quotes:
            line = quote.line_quarters
            if kind is MarketType.SPREAD and quote.side is not first:
                line = opposite_line(kind, line)
            row = found.setdefault((line, quote.book), [None] * width)
            held = row[places[quote.side]]
            # A book may show its main line among its alternates again: of two the one that was seen last counts.
            if held is None or (quote.seen_at, not quote.alternate) > (held.seen_at, not held.alternate):
                row[places[quote.side]] = quote
        for line, book in sorted(found, key=_by_line):
            yield BookLine(number, book, line, tuple(found[line, book]))


def _by_line(key: tuple[int | None, str]) -> tuple[int, str]:
    return (key[0] or 0, key[1])


def columns(states: Sequence[MarketState], age_max: Sequence[float], *, now: datetime) -> Columns:
    """Return markets by column. age_max: seconds, one for each market."""
    lines = tuple(book_lines(states))
    count = len(lines)
    prices, ages, told_ages = (np.full((count, SIDES_MOST), np.nan) for _ in range(3))
    newest = [_newest(state) for state in states]
    assumed = np.zeros((count, SIDES_MOST), dtype=np.bool_)
    group, sides = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    current = -1
    last: tuple[int, int | None] = (-1, None)
    methods = [method_of(state) for state in states]
    for row, item in enumerate(lines):
        if (item.market, item.line_quarters) != last:
            current, last = current + 1, (item.market, item.line_quarters)
        group[row], sides[row] = current, len(item.quotes)
        for place, quote in enumerate(item.quotes):
            if quote is not None and quote.availability is Availability.PRICED:
                prices[row, place] = quote.price.decimal
                ages[row, place] = max((now - quote.seen_at).total_seconds(), 0.0)
                assumed[row, place] = quote.price.assumed
                told = quote.updated_at or newest[item.market]
                if told is not None:
                    told_ages[row, place] = (now - min(told, quote.seen_at)).total_seconds()
    market = np.array([item.market for item in lines], dtype=np.int64)
    begun = np.array([state.card.starts_at <= now for state in states], dtype=np.bool_)
    by_line = tuple(methods[item.market] for item in lines)
    exchange = {item.book: is_exchange(item.book) for item in lines}
    sharp = {item.book: is_sharp(item.book) for item in lines}
    booksums = _booksums(prices, sides)
    with np.errstate(invalid="ignore"):
        limit = np.asarray(age_max, dtype=np.float64)[market][:, None]
        stale, old_content = ages > limit, told_ages > CONTENT_AGES * limit
    return Columns(
        lines=lines, group=group, sides=sides, methods=by_line, prices=prices, ages=ages, begun=begun[market],
        exchange=np.array([exchange[item.book] for item in lines], dtype=np.bool_),
        sharp=np.array([sharp[item.book] for item in lines], dtype=np.bool_),
        assumed=assumed, booksums=booksums, fair=fair_of(prices, sides, by_line), stale=stale,
        old_content=old_content,
    )  # fmt: skip


def _newest(state: MarketState) -> datetime | None:
    """Return the newest time that any book of a market tells itself: a book that tells none is no fresher than that."""
    return max((quote.updated_at for quote in state.quotes if quote.updated_at is not None), default=None)


def method_of(state: MarketState) -> DevigMethod:
    """Return the devig method of a market's league and type."""
    return default_method(state.card.league, state.market.type)


def _booksums(prices: FloatArray, sides: IntArray) -> FloatArray:
    """Return the sum of implied figures of markets that are whole, shape (lines,); NaN of the others."""
    implied = 1.0 / prices
    two: FloatArray = implied[:, 0] + implied[:, 1]
    return np.where(sides == SIDES_MOST, two + implied[:, 2], two)


def fair_of(prices: FloatArray, sides: IntArray, methods: Sequence[DevigMethod]) -> FloatArray:
    """Return fair probabilities, shape (lines, 3), of lines that are whole and have some; NaN everywhere else."""
    fair = np.full(prices.shape, np.nan)
    whole = ~np.isnan(_booksums(prices, sides))
    for method in set(methods):
        used = np.array([own is method for own in methods], dtype=np.bool_)
        for width in (2, SIDES_MOST):
            rows = np.flatnonzero(whole & used & (sides == width))
            if rows.size:
                fair[rows[:, None], np.arange(width)] = _devigged(prices[rows, :width], method)
    return fair


def _devigged(prices: FloatArray, method: DevigMethod) -> FloatArray:
    """Return fair probabilities, shape (markets, outcomes), NaN of markets that have none.

    One market without fair odds takes no other with it, and changes no bit of another's.
    """
    try:
        return devig_markets(prices, method)
    except DevigError:
        refused = _refused(prices, method)
        # Even prices in their place: the others are worked out as they are in a batch where all is well.
        fair = devig_markets(np.where(refused[:, None], float(prices.shape[1]), prices), method)
        fair[refused] = np.nan
        return fair


def _refused(prices: FloatArray, method: DevigMethod) -> BoolArray:
    """Say which markets have no fair odds, shape (markets,), by halving those among which some has none."""
    try:
        devig_markets(prices, method)
    except DevigError:
        half = len(prices) // 2
        if half == 0:
            return np.ones(1, dtype=np.bool_)
        return np.concatenate((_refused(prices[:half], method), _refused(prices[half:], method)))
    return np.zeros(len(prices), dtype=np.bool_)


def listed(numbers: FloatArray) -> Any:  # noqa: ANN401 -- as deep as the array
    """Return an array as lists, None for NaN."""
    return np.where(np.isnan(numbers), None, numbers).tolist()  # type: ignore[call-overload]
