"""Which prices count: for an opinion, for a value, for the best price. One place decides, and says why not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from closeline.domain.board.flags import RowFlag
from closeline.domain.board.market import MarketState
from closeline.domain.leagues import League
from closeline.domain.markets import MarketType, Period
from closeline.maths.board.columns import BoolArray, Columns
from closeline.maths.devig import NO_MARGIN
from closeline.maths.prices import FloatArray


@dataclass(frozen=True, slots=True)
class Standing:
    """What is wrong with book lines, shape (lines,), and what follows for their prices.

    takeable: a price at which a bet can be judged, (lines, 3); open: one of a market that does not contradict itself,
    of which best prices and opportunities are made, (lines, 3); has_say: its fair price is an opinion, (lines,).
    """

    underround: BoolArray
    booksum: BoolArray
    no_fair: BoolArray
    takeable: BoolArray
    open: BoolArray
    has_say: BoolArray
    oldest: FloatArray


def standing_of(found: Columns, bounds: FloatArray) -> Standing:
    """Judge book lines. bounds: least and greatest booksum of each line's market, shape (lines, 2)."""
    whole = found.whole
    with np.errstate(invalid="ignore"):
        underround = whole & (found.booksums < 1.0 - NO_MARGIN)
        booksum = whole & ~((found.booksums >= bounds[:, 0]) & (found.booksums <= bounds[:, 1]))
    no_fair = whole & np.isnan(found.fair[:, 0])
    free = ~(found.begun | found.exchange)
    takeable = ~np.isnan(found.prices) & ~(found.stale | found.old_content) & ~found.assumed & free[:, None]
    stands = takeable & ~(underround | booksum)[:, None]
    complete = takeable | np.isnan(found.prices)
    oldest: FloatArray = np.where(np.isnan(found.ages), 0.0, found.ages).max(axis=1, initial=0.0)
    return Standing(
        underround, booksum, no_fair, takeable, stands,
        whole & complete.all(axis=1) & ~(underround | booksum | no_fair), oldest,
    )  # fmt: skip


def push_flags(state: MarketState, line_quarters: int | None) -> tuple[RowFlag, ...]:
    """Say whether stakes of a market at a line may come back, whole or by half.

    A two-way moneyline is a push on a tie: of an NFL game, and of any part of a game.
    """
    if line_quarters is None:
        tied = state.market.type is MarketType.MONEYLINE and (
            state.card.league is League.NFL or state.market.period is not Period.FULL_GAME
        )
        return (RowFlag.PUSH_POSSIBLE,) if tied else ()
    if line_quarters % 4 == 0:
        return (RowFlag.PUSH_POSSIBLE,)
    return (RowFlag.SPLIT_LINE,) if line_quarters % 2 else ()


def bounds_of(found: Columns, by_market: Sequence[tuple[float, float]]) -> FloatArray:
    """Return each book line's bounds of booksum, shape (lines, 2)."""
    markets = np.array([item.market for item in found.lines], dtype=np.int64)
    return np.asarray(by_market, dtype=np.float64).reshape(-1, 2)[markets]
