"""Isotonic calibration by pooling adjacent violators, on arrays of a million without an index sort."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from closeline.maths.score import FloatArray

# Mirrored forecasts 0.3 and 1 - 0.7 differ in the last bit; on this grid they are one knot, and sides sum to
# one.
_MIRROR_DECIMALS = 6
# Pre-pooling halves the blocks or better each time while it is worth a pass over the arrays.
_POOLING_PASSES = 3


@dataclass(frozen=True, slots=True)
class IsotonicBlocks:
    """Pooled blocks in order of p: first and last forecast, fitted frequency, weight; each (blocks,)."""

    first: FloatArray
    last: FloatArray
    value: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True)
class _Ties:
    """Distinct forecasts in order, with the weight and the wins at each."""

    p: FloatArray
    weight: FloatArray
    wins: FloatArray


def pool_adjacent_violators(p: ArrayLike, y: ArrayLike) -> IsotonicBlocks:
    """Return the never-falling fit of y on p, by least squares; equal forecasts are pooled first.

    p: shape (n,), in [0, 1]; y: shape (n,), 0 or 1.  Source: Ayer et al. (1955).
    """
    return _pooled(_ties(_checked(p), np.asarray(y, dtype=np.float64)))


def fit_isotonic(p: ArrayLike, y: ArrayLike) -> FloatArray:
    """Return the plain isotonic fit at each observation, in the order given, shape (n,)."""
    blocks = pool_adjacent_violators(p, y)
    index = np.searchsorted(blocks.first, np.asarray(p, dtype=np.float64), side="right") - 1
    return np.asarray(blocks.value[index])


def isotonic_predict(blocks: IsotonicBlocks, at: ArrayLike) -> FloatArray:
    """Return the fit at new forecasts: straight lines between blocks, the end values outside."""
    return np.asarray(np.interp(np.asarray(at, dtype=np.float64), *_knot_arrays(blocks)))


def clip_block(fitted: ArrayLike, n_block: ArrayLike) -> FloatArray:
    """Limit a block of n outcomes to [1 / (n + 2), (n + 1) / (n + 2)] (Laplace): 0 and 1 never come out."""
    size = np.asarray(n_block, dtype=np.float64)
    return np.asarray(np.clip(fitted, 1.0 / (size + 2.0), (size + 1.0) / (size + 2.0)))


def isotonic_knots(p: ArrayLike, y: ArrayLike, *, symmetric: bool) -> tuple[tuple[float, float], ...]:
    """Return the knots of the production map: blocks limited by their size, pooled again, joined by lines.

    symmetric: both sides of every market with weight one half.
    """
    forecast, outcome = _checked(p), np.asarray(y, dtype=np.float64)
    ties = _mirrored(forecast, outcome) if symmetric else _ties(forecast, outcome)
    blocks = _pooled(ties)
    limited = clip_block(blocks.value, blocks.weight)
    x, values = _knot_arrays(_repooled(blocks, limited))
    keep = np.concatenate(([True], np.diff(x) > 0.0))
    return tuple(zip(x[keep].tolist(), values[keep].tolist(), strict=True))


def _checked(p: ArrayLike) -> FloatArray:
    forecast = np.asarray(p, dtype=np.float64)
    assert forecast.ndim == 1
    if forecast.size == 0:
        raise ValueError("forecasts must hold at least one observation, was empty")
    if not (forecast.min() >= 0.0 and forecast.max() <= 1.0):
        raise ValueError(f"forecasts must be probabilities, were from {forecast.min()} to {forecast.max()}")
    return forecast


def _ties(p: FloatArray, y: FloatArray) -> _Ties:
    assert p.shape == y.shape
    # A double in [0, 1] leaves its top two bits free: shifted by one, with the outcome in the lowest bit, the
    # pairs sort as plain integers. That is exact, and faster than sorting an index and gathering by it.
    keys = np.add(p, 0.0).view(np.uint64)
    keys <<= np.uint64(1)
    keys |= (y > 0.5).astype(np.uint64)
    keys.sort()
    won = np.concatenate(([0], np.cumsum(keys & np.uint64(1), dtype=np.int64)))
    keys >>= np.uint64(1)
    last = np.concatenate((np.flatnonzero(keys[1:] != keys[:-1]), [keys.size - 1]))
    wins = np.diff(won[last + 1], prepend=0).astype(np.float64)
    return _Ties(keys[last].view(np.float64), np.diff(last, prepend=-1).astype(np.float64), wins)


def _mirrored(p: FloatArray, y: FloatArray) -> _Ties:
    grid = np.round(p, _MIRROR_DECIMALS)
    mirror = np.round(1.0 - grid, _MIRROR_DECIMALS)
    both = _ties(np.concatenate((grid, mirror)), np.concatenate((y, 1.0 - y)))
    return _Ties(both.p, both.weight / 2.0, both.wins / 2.0)


def _pooled(ties: _Ties) -> IsotonicBlocks:
    starts = np.arange(ties.p.size)
    weight, wins = ties.weight, ties.wins
    # Every run that never rises is one block in the answer, whatever the order of pooling.
    for _ in range(_POOLING_PASSES):
        mean = wins / weight
        heads = np.flatnonzero(np.concatenate(([True], mean[1:] > mean[:-1])))
        if heads.size == starts.size:
            break
        starts, weight, wins = starts[heads], np.add.reduceat(weight, heads), np.add.reduceat(wins, heads)
    values, sizes, edges = _isotonic(wins / weight, weight)
    bounds = np.append(starts, ties.p.size)[edges]
    return IsotonicBlocks(ties.p[bounds[:-1]], ties.p[bounds[1:] - 1], values, sizes)


def _repooled(blocks: IsotonicBlocks, values: FloatArray) -> IsotonicBlocks:
    pooled, sizes, edges = _isotonic(values, blocks.weight)
    return IsotonicBlocks(blocks.first[edges[:-1]], blocks.last[edges[1:] - 1], pooled, sizes)


def _isotonic(values: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    from scipy.optimize import isotonic_regression

    result = isotonic_regression(values, weights=weight)
    edges = result.blocks
    return result.x[edges[:-1]], result.weights, edges


def _knot_arrays(blocks: IsotonicBlocks) -> tuple[FloatArray, FloatArray]:
    x = np.stack((blocks.first, blocks.last), axis=1).ravel()
    return x, np.repeat(blocks.value, 2)
