"""The best price of every selection: the highest that stands, and every book that ties with it."""

import numpy as np

from closeline.maths.board.columns import BoolArray, IntArray
from closeline.maths.prices import FloatArray


def best_prices(group: IntArray, prices: FloatArray, stands: BoolArray) -> FloatArray:
    """Return the best price of each group's sides, shape (groups, 3); NaN where none stands.

    group: numbered without gaps, in order, shape (lines,); prices, stands: (lines, 3).
    """
    if not len(group):
        return np.full((0, prices.shape[1]), np.nan)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    highest = np.maximum.reduceat(np.where(stands, prices, -np.inf), starts, axis=0)
    return np.where(np.isinf(highest), np.nan, highest)


def is_best(group: IntArray, prices: FloatArray, stands: BoolArray, best: FloatArray) -> BoolArray:
    """Say which prices are the best of their selection, ties and all, shape (lines, 3)."""
    found: BoolArray = stands & (prices == best[group])
    return found
