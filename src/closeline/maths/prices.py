"""Odds and what they imply, by the array: the float side of `domain.odds`, for frames and simulations."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from closeline.domain.errors import ImpossiblePrice
from closeline.domain.odds import Price

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def decimals(prices: Iterable[Price]) -> FloatArray:
    """Return the decimal odds of exact prices, shape (prices,), each rounded once."""
    return np.fromiter((price.decimal for price in prices), dtype=np.float64)


def checked(prices: npt.ArrayLike) -> FloatArray:
    """Return decimal odds as floats, any shape; raises ImpossiblePrice unless each is finite and above 1."""
    array = np.asarray(prices, dtype=np.float64)
    # Written so that a NaN, which compares false with everything, is refused too.
    # The ufuncs' own reductions, because the methods cost a slate of 200 more than its devig does.
    if array.size and not (np.minimum.reduce(array, axis=None) > 1.0 and np.maximum.reduce(array, axis=None) < np.inf):
        wrong = ~((array > 1.0) & (array < np.inf))
        raise ImpossiblePrice(f"decimal odds must be finite and above 1, was {array[wrong].flat[0]}")
    return array


def american_to_decimal(american: npt.ArrayLike) -> FloatArray:
    """Return decimal odds of American odds, same shape; raises ImpossiblePrice between -100 and 100."""
    array = np.asarray(american, dtype=np.float64)
    wrong = ~((np.abs(array) >= 100.0) & (np.abs(array) < np.inf))
    if wrong.any():
        raise ImpossiblePrice(f"American odds must be at least 100 either way, was {array[wrong].flat[0]}")
    return 1.0 + np.where(array > 0.0, array / 100.0, 100.0 / np.abs(array))


def decimal_to_american(prices: npt.ArrayLike) -> FloatArray:
    """Return American odds of decimal odds, same shape, not rounded; even money is +100."""
    net = checked(prices) - 1.0
    return np.where(net >= 1.0, 100.0 * net, -100.0 / net)


def rounded_american(prices: npt.ArrayLike) -> IntArray:
    """Return American odds as whole numbers, same shape: halves away from zero, and +100 for -100.

    A half is judged on the float: where the last unit must be right, use `domain.odds.rounded_american`.
    """
    points = decimal_to_american(prices)
    whole = np.copysign(np.floor(np.abs(points) + 0.5), points)
    return np.where(whole == -100.0, 100.0, whole).astype(np.int64)


def implied(prices: npt.ArrayLike) -> FloatArray:
    """Return 1/d, same shape; it contains the margin."""
    return 1.0 / checked(prices)


def booksum(prices: npt.ArrayLike) -> FloatArray:
    """Return the sum of the implied of each market: prices (markets, outcomes) give (markets,)."""
    array = checked(prices)
    assert array.ndim == 2, f"prices must have shape (markets, outcomes), was {array.shape}"
    sums: FloatArray = (1.0 / array).sum(axis=1)
    return sums


def hold(prices: npt.ArrayLike) -> FloatArray:
    """Return the share of stakes that each book keeps, 1 - 1/S: (markets, outcomes) give (markets,)."""
    return 1.0 - 1.0 / booksum(prices)


def probability_to_decimal(probabilities: npt.ArrayLike) -> FloatArray:
    """Return fair decimal odds 1/p, same shape; raises ImpossiblePrice outside (0, 1)."""
    array = np.asarray(probabilities, dtype=np.float64)
    wrong = ~((array > 0.0) & (array < 1.0))
    if wrong.any():
        raise ImpossiblePrice(f"probability must be strictly between 0 and 1, was {array[wrong].flat[0]}")
    return 1.0 / array
