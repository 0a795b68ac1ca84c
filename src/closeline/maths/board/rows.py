"""Rows: columns become what is shown of each quote, NaN as None and every doubt as a flag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from closeline.domain.board import Availability, LiveQuote, Row
from closeline.domain.board.flags import RowFlag
from closeline.domain.board.market import MarketState
from closeline.maths.board.columns import BookLine, BoolArray, Columns, listed
from closeline.maths.board.movement import Moves
from closeline.maths.board.pool import Pooled
from closeline.maths.board.standing import Standing, push_flags
from closeline.maths.prices import FloatArray

_OFF = {Availability.SUSPENDED: RowFlag.SUSPENDED, Availability.ABSENT: RowFlag.ABSENT}
_Numbers = list[list[float | None]]


@dataclass(frozen=True, slots=True)
class Values:
    """Value per unit, Kelly's share and whether a price is the best of its selection, each of shape (lines, 3)."""

    value: FloatArray
    kelly: FloatArray
    best: BoolArray


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is known of book lines, as lists: a number taken from an array one at a time costs ten times as much."""

    lines: tuple[BookLine, ...]
    fair: _Numbers
    pooled: _Numbers
    members: list[list[int]]
    overround: list[float | None]
    hold: list[float | None]
    value: _Numbers
    kelly: _Numbers
    best: list[list[bool]]
    prices: list[list[float]]
    open: list[list[bool]]
    stale: list[list[bool]]
    old_content: list[list[bool]]
    doubtful: list[list[bool]]
    flags: list[list[RowFlag]]
    moves: Moves


def judged(found: Columns, standing: Standing, pooled: Pooled, values: Values, moved: Moves) -> Judged:
    """Return columns as lists, with the flags of every book line."""
    with np.errstate(invalid="ignore"):
        overround, hold = found.booksums - 1.0, 1.0 - 1.0 / found.booksums
    return Judged(
        found.lines, listed(found.fair), listed(pooled.fair), pooled.members.tolist(), listed(overround), listed(hold),
        listed(values.value), listed(values.kelly), values.best.tolist(), found.prices.tolist(), standing.open.tolist(),
        found.stale.tolist(), found.old_content.tolist(), _doubtful(found).tolist(),
        _line_flags(found, standing, pooled), moved,
    )  # fmt: skip


def _doubtful(found: Columns) -> BoolArray:
    """Say which quotes have a flag of their own, shape (lines, 3): what is off has one, and has no price."""
    doubts: BoolArray = found.stale | found.old_content | found.assumed | np.isnan(found.prices)
    return doubts


def _line_flags(found: Columns, standing: Standing, pooled: Pooled) -> list[list[RowFlag]]:
    """Return the flags of each book line as a whole, in their order."""
    told = {
        RowFlag.IN_PLAY: found.begun,
        RowFlag.EXCHANGE: found.exchange,
        RowFlag.ONE_SIDED: ~found.whole,
        RowFlag.UNDERROUND: standing.underround,
        RowFlag.BOOKSUM: standing.booksum,
        RowFlag.NO_FAIR: standing.no_fair,
        RowFlag.OUTLIER: pooled.outlier,
        RowFlag.NO_CONSENSUS: ~found.begun & np.isnan(pooled.fair[:, 0]),
        RowFlag.OUTLIER_DROPPED: pooled.dropped,
    }
    flags: list[list[RowFlag]] = [[] for _ in found.lines]
    for flag, holds in told.items():
        for row in np.flatnonzero(holds).tolist():
            flags[row].append(flag)
    return flags


def rows_of(state: MarketState, row: int, known: Judged) -> list[Row]:
    """Return the rows of one book line, one for each side that it shows."""
    line = known.lines[row]
    books = tuple([known.lines[at].book for at in known.members[row] if at >= 0])
    flags = [*known.flags[row], *push_flags(state, line.line_quarters)]
    plain = tuple([str(flag) for flag in flags])
    split = RowFlag.SPLIT_LINE in flags
    own_fair, pooled, value, kelly = known.fair[row], known.pooled[row], known.value[row], known.kelly[row]
    overround, hold, best, doubtful = known.overround[row], known.hold[row], known.best[row], known.doubtful[row]
    return [
        Row(
            quote, own_fair[place], pooled[place], books, overround, hold, value[place],
            None if split else kelly[place], best[place], known.moves.of(state, row, place),
            _with_own(flags, _own_flags(known, row, place, quote)) if doubtful[place] else plain,
        )
        for place, quote in enumerate(line.quotes)
        if quote is not None
    ]  # fmt: skip


def _own_flags(known: Judged, row: int, place: int, quote: LiveQuote) -> set[RowFlag]:
    """Return the doubts about one price: its age, by our clock and by its book's, and whether it is one at all."""
    doubts = {
        RowFlag.STALE: known.stale[row][place],
        RowFlag.OLD_CONTENT: known.old_content[row][place],
        RowFlag.ASSUMED: quote.price.assumed,
    }
    off = {_OFF[quote.availability]} if quote.availability in _OFF else set()
    return off | {flag for flag, holds in doubts.items() if holds}


def _with_own(flags: Sequence[RowFlag], own: set[RowFlag]) -> tuple[str, ...]:
    """Return the flags of a line with those of one of its quotes, gravest first."""
    return tuple([str(flag) for flag in RowFlag if flag in own or flag in flags])
