"""Grading by the million: final scores against lines, for backtests and simulated records.

The same arithmetic as `halves_won` of `domain.settlement`, which grades one ticket exactly and stays the
authority: this one knows nothing of windows, minimum play or players, takes the score that settles and gives
units as floats.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.domain.markets import MarketType, Side

Integers = NDArray[np.int32]
# Rows worked on at once: the scratch arrays of a block stay in the cache.
_BLOCK = 16384


class GradeCode(IntEnum):
    """A result as halves of the stake won, and VOID, which is none of them."""

    LOSS = -2
    HALF_LOSS = -1
    PUSH = 0
    HALF_WIN = 1
    WIN = 2
    VOID = 9


MARKET_CODES = {
    MarketType.MONEYLINE: 0,
    MarketType.SPREAD: 1,
    MarketType.TOTAL: 2,
    MarketType.TEAM_TOTAL_HOME: 3,
    MarketType.TEAM_TOTAL_AWAY: 4,
    MarketType.MONEYLINE_3WAY: 5,
}
# The first four are the codes of `distributions.Side`.
SIDE_CODES = {Side.HOME: 0, Side.AWAY: 1, Side.OVER: 2, Side.UNDER: 3, Side.DRAW: 4}

_SIDES = len(SIDE_CODES)
_THREE_WAY = MARKET_CODES[MarketType.MONEYLINE_3WAY] * _SIDES
_DRAW = _THREE_WAY + SIDE_CODES[Side.DRAW]

# How far past its line a selection ended, in quarter points, is linear: home and away points, line, constant.
# A three-way side that must win by one ends 2 past where it wins and 2 short where it does not.
_WEIGHTS: dict[tuple[MarketType, Side], tuple[int, int, int, int]] = {
    (MarketType.MONEYLINE, Side.HOME): (4, -4, 0, 0),
    (MarketType.MONEYLINE, Side.AWAY): (-4, 4, 0, 0),
    (MarketType.SPREAD, Side.HOME): (4, -4, 1, 0),
    (MarketType.SPREAD, Side.AWAY): (-4, 4, 1, 0),
    (MarketType.TOTAL, Side.OVER): (4, 4, -1, 0),
    (MarketType.TOTAL, Side.UNDER): (-4, -4, 1, 0),
    (MarketType.TEAM_TOTAL_HOME, Side.OVER): (4, 0, -1, 0),
    (MarketType.TEAM_TOTAL_HOME, Side.UNDER): (-4, 0, 1, 0),
    (MarketType.TEAM_TOTAL_AWAY, Side.OVER): (0, 4, -1, 0),
    (MarketType.TEAM_TOTAL_AWAY, Side.UNDER): (0, -4, 1, 0),
    (MarketType.MONEYLINE_3WAY, Side.HOME): (4, -4, 0, -2),
    (MarketType.MONEYLINE_3WAY, Side.AWAY): (-4, 4, 0, -2),
    (MarketType.MONEYLINE_3WAY, Side.DRAW): (4, -4, 0, 0),
}


def _table() -> tuple[Integers, NDArray[np.bool_]]:
    """Spread the weights over market code x side code, shape (4, codes), and say which pairs exist."""
    weights = np.zeros((4, len(MARKET_CODES) * _SIDES), dtype=np.int32)
    exists = np.zeros(weights.shape[1], dtype=np.bool_)
    for (market, side), row in _WEIGHTS.items():
        code = MARKET_CODES[market] * _SIDES + SIDE_CODES[side]
        weights[:, code], exists[code] = row, True
    return weights, exists


_TABLE, _EXISTS = _table()


@dataclass(frozen=True, slots=True)
class Grades:
    """Results of n picks, shape (n,): `codes` of GradeCode, `units` of profit per unit risked."""

    codes: NDArray[np.int8]
    units: NDArray[np.float64]


def grade_many(
    markets: ArrayLike,
    sides: ArrayLike,
    line_quarters: ArrayLike,
    home: ArrayLike,
    away: ArrayLike,
    decimal: ArrayLike,
    *,
    void: ArrayLike | None = None,
) -> Grades:
    """Grade n picks; every array has shape (n,).

    markets and sides: codes of MARKET_CODES and SIDE_CODES. line_quarters: in the side's own sign, ignored
    for a moneyline. home, away: the score that settles the pick's period. decimal: the pick's own price.
    void: True where the stake goes back. Raises ValueError for unequal shapes and a side its market lacks.
    """
    columns = [np.asarray(column) for column in (markets, sides, line_quarters, home, away, decimal)]
    n = columns[0].size
    if any(column.shape != (n,) for column in columns):
        raise ValueError(f"columns must have one shape (n,), were {[column.shape for column in columns]}")
    codes, units = np.empty(n, dtype=np.int8), np.empty(n)
    for start in range(0, n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        _grade_block([column[rows] for column in columns], codes[rows], units[rows])
    if void is not None:
        off = np.asarray(void, dtype=np.bool_)
        codes[off], units[off] = GradeCode.VOID, 0.0
    return Grades(codes, units)


def _grade_block(columns: list[NDArray[Any]], codes: NDArray[np.int8], units: NDArray[np.float64]) -> None:
    """Grade one block into `codes` and `units`."""
    markets, sides, lines, home, away, decimal = columns
    which, three_way = _selection_codes(markets, sides)
    distance = _weight(0, which) * home
    distance += _weight(1, which) * away
    distance += _weight(2, which) * lines
    if three_way:
        distance += _weight(3, which)
        draws = which == _DRAW
        distance[draws] = 2 - np.abs(distance[draws])
    # One is half a stake and any even distance but 0 is at least two: cutting is all there is to do.
    halves = np.clip(distance, -2, 2, out=distance)
    codes[:] = halves
    won = np.maximum(halves, 0) * 0.5
    np.subtract(decimal, 1.0, out=units)
    units *= won
    units += np.minimum(halves, 0) * 0.5


def _weight(row: int, which: NDArray[np.intp]) -> Integers:
    # The codes have been checked; clipping is numpy's quick way of not checking them again.
    return np.asarray(_TABLE[row].take(which, mode="clip"))


def _selection_codes(markets: NDArray[Any], sides: NDArray[Any]) -> tuple[NDArray[np.intp], bool]:
    """Return the row of the weights of each pick, and whether any is of a three-way market."""
    for codes, count in ((markets, len(MARKET_CODES)), (sides, _SIDES)):
        if codes.min() < 0 or codes.max() >= count:
            raise ValueError(f"codes must lie in 0..{count - 1}, were in {codes.min()}..{codes.max()}")
    which = np.multiply(markets, _SIDES, dtype=np.intp)
    which += sides
    if not _EXISTS.take(which).all():
        raise ValueError("sides must be ones that their markets have")
    return which, bool(which.max() >= _THREE_WAY)
