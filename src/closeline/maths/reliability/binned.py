"""Calibration errors over bins: expected (ECE), adaptive (ACE), largest (MCE) and debiased L2.

Source: Naeini, Cooper and Hauskrecht (2015); Nixon et al. (2019); Kumar, Liang and Ma (2019).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.maths.score import FloatArray

IndexArray = NDArray[np.intp]

_BLOCK = 1 << 14
# 0.29 * 100 is 28.999999999999996: a forecast this near below an edge was meant to be on it.
_EDGE_TOLERANCE = 1e-9
_BINS = 10
_BINS_SMALL_SAMPLE = 5
_SMALL_SAMPLE = 300


class BinScheme(StrEnum):
    """How forecasts are put in bins: of equal width, or of equal number."""

    WIDTH = "width"
    MASS = "mass"


@dataclass(frozen=True, slots=True)
class Bin:
    """One occupied bin: its index, size, mean forecast and frequency of wins."""

    index: int
    n: int
    mean_p: float
    frequency: float


@dataclass(frozen=True, slots=True)
class BinnedErrors:
    """The whole family over one table; `l2_debiased` may be below zero and is reported as it is."""

    ece: float
    ace: float
    mce: float
    l2_plugin: float
    l2_debiased: float
    table: tuple[Bin, ...]


def default_bins(n: int) -> int:
    """Return 10 bins, or 5 for fewer than 300 observations."""
    return _BINS if n >= _SMALL_SAMPLE else _BINS_SMALL_SAMPLE


def expected_calibration_error(
    p: ArrayLike, y: ArrayLike, *, bins: int = _BINS, scheme: BinScheme = BinScheme.WIDTH
) -> float:
    """Return sum over bins of n_b / N |frequency - mean p|; p and y have shape (n,).

    Equal width: bins [k/B, (k+1)/B), the last closed. Equal mass: stable sort, first N mod B groups one
    larger.
    """
    forecast, outcome = _checked(p, y, bins)
    return _ECE[scheme](forecast, outcome, bins)


def calibration_errors(
    p: ArrayLike, y: ArrayLike, *, bins: int = _BINS, scheme: BinScheme = BinScheme.WIDTH
) -> BinnedErrors:
    """Return every binned error with the table behind it; p and y have shape (n,). Empty bins are skipped.

    The debiased square of a bin of one takes nothing off, because its noise cannot be told from one outcome.
    """
    forecast, outcome = _checked(p, y, bins)
    index = bin_index(forecast, bins, scheme)
    sizes = np.bincount(index, minlength=bins)
    occupied = np.flatnonzero(sizes)
    n = sizes[occupied]
    mean_p = np.bincount(index, weights=forecast, minlength=bins)[occupied] / n
    frequency = np.bincount(index, weights=outcome, minlength=bins)[occupied] / n
    gap, share = np.abs(frequency - mean_p), n / forecast.size
    noise = frequency * (1.0 - frequency) / np.maximum(n - 1.0, 1.0)
    table = zip(occupied.tolist(), n.tolist(), mean_p.tolist(), frequency.tolist(), strict=True)
    return BinnedErrors(
        ece=float(share @ gap),
        ace=float(gap.mean()),
        mce=float(gap.max()),
        l2_plugin=float(share @ gap**2),
        l2_debiased=float(share @ (gap**2 - noise)),
        table=tuple(Bin(*row) for row in table),
    )


def bin_index(p: FloatArray, bins: int, scheme: BinScheme) -> IndexArray:
    """Return the bin of each forecast, shape (n,)."""
    return _INDEX[scheme](p, bins)


def _width_index(p: FloatArray, bins: int) -> IndexArray:
    index = (p * bins + _EDGE_TOLERANCE).astype(np.intp)
    return np.minimum(index, bins - 1, out=index)


def _mass_index(p: FloatArray, bins: int) -> IndexArray:
    smaller, larger = divmod(p.size, bins)
    sizes = np.where(np.arange(bins) < larger, smaller + 1, smaller)
    index = np.empty(p.size, dtype=np.intp)
    index[np.argsort(p, kind="stable")] = np.repeat(np.arange(bins), sizes)
    return index


def _width_error(p: FloatArray, y: FloatArray, bins: int) -> float:
    # One weighted count of p - y per block that fits the cache: sizes cancel out of n_b/N |f_b - p_b|.
    gaps = np.zeros(bins + 1)
    for first in range(0, p.size, _BLOCK):
        forecast = p[first : first + _BLOCK]
        index = (forecast * bins + _EDGE_TOLERANCE).astype(np.intp)
        gaps += np.bincount(index, weights=forecast - y[first : first + _BLOCK], minlength=bins + 1)
    gaps[bins - 1] += gaps[bins]
    return float(np.abs(gaps[:bins]).sum() / p.size)


def _mass_error(p: FloatArray, y: FloatArray, bins: int) -> float:
    gaps = np.bincount(_mass_index(p, bins), weights=p - y, minlength=bins)
    return float(np.abs(gaps).sum() / p.size)


def _checked(p: ArrayLike, y: ArrayLike, bins: int) -> tuple[FloatArray, FloatArray]:
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    assert forecast.shape == outcome.shape
    assert forecast.ndim == 1
    if bins < 1 or forecast.size == 0:
        raise ValueError(f"bins must be at least 1 over at least one forecast, was {bins} over {forecast.size}")
    if not (forecast.min() >= 0.0 and forecast.max() <= 1.0):
        raise ValueError(f"forecasts must be probabilities, were from {forecast.min()} to {forecast.max()}")
    return forecast, outcome


_INDEX: dict[BinScheme, Callable[[FloatArray, int], IndexArray]] = {
    BinScheme.WIDTH: _width_index,
    BinScheme.MASS: _mass_index,
}

_ECE: dict[BinScheme, Callable[[FloatArray, FloatArray, int], float]] = {
    BinScheme.WIDTH: _width_error,
    BinScheme.MASS: _mass_error,
}
