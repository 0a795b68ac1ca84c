"""Intervals that know that picks on one game are not independent: whole events are drawn, never single picks.

The mean of a resample is the sum over the drawn events divided by the number of picks in them, so events of
unlike size keep their weight. Source: Davison and Hinkley (1997) for the resampling, Cameron and Miller
(2015) for the closed form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from closeline.maths.score import FloatArray

# Draws held at once: 2^20 of them take 24 MB with their sums, whatever the number of events and resamples.
_DRAWS_PER_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its two-sided percentile interval, over n observations in so many clusters."""

    mean: float
    low: float
    high: float
    n: int
    clusters: int


@dataclass(frozen=True, slots=True)
class _ClusterSums:
    """Sum and count of the values in each cluster, shape (clusters,)."""

    sums: FloatArray
    counts: FloatArray

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.counts.sum())


def clustered_mean_interval(
    values: ArrayLike,
    clusters: NDArray[np.generic] | list[str] | list[int],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    generator: Generator,
) -> Interval:
    """Return the mean of values and the percentile interval of an event-clustered bootstrap.

    values: shape (n,), in any unit; for a paired comparison pass the differences. clusters: one id per value.
    Raises ValueError if values are empty or level is outside (0, 1).
    """
    grouped = _grouped(values, clusters)
    _check_level(level)
    means = _resampled_means(grouped, resamples, generator)
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(grouped.mean, float(low), float(high), int(grouped.counts.sum()), grouped.counts.size)


def clustered_upper_bound(
    values: ArrayLike,
    clusters: NDArray[np.generic] | list[str] | list[int],
    *,
    level: float = 0.90,
    resamples: int = 2000,
    generator: Generator,
) -> float:
    """Return the one-sided upper percentile bound of the mean of values, clustered by event."""
    grouped = _grouped(values, clusters)
    _check_level(level)
    return float(np.quantile(_resampled_means(grouped, resamples, generator), level))


def clustered_gain(
    values: ArrayLike,
    clusters: NDArray[np.generic] | list[str] | list[int],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    generator: Generator,
) -> tuple[float, float]:
    """Return the one-sided lower percentile bound of the mean of values, and the p value of "it is not above nought".

    values: shape (n,), a paired difference, say. The p value asks how often resamples, moved to a mean of nought, reach
    the mean that was seen; the sample itself counts as one of them, so it is never 0. Both come from the same draws.
    Source: Hall and Wilson (1991) for the centring, Davison and Hinkley (1997), eq. 4.11, for the count.
    """
    grouped = _grouped(values, clusters)
    _check_level(level)
    means = _resampled_means(grouped, resamples, generator)
    reached = int((means - grouped.mean >= grouped.mean).sum())
    return float(np.quantile(means, 1.0 - level)), (1 + reached) / (1 + resamples)


def clustered_standard_error(values: ArrayLike, clusters: NDArray[np.generic] | list[str] | list[int]) -> float:
    """Return the closed-form standard error of the mean, clustered by event; NaN for a single cluster."""
    grouped = _grouped(values, clusters)
    count = grouped.counts.size
    if count < 2:
        return float("nan")
    residual = grouped.sums - grouped.counts * grouped.mean
    return float(np.sqrt(residual @ residual * count / (count - 1)) / grouped.counts.sum())


def _resampled_means(grouped: _ClusterSums, resamples: int, generator: Generator) -> FloatArray:
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, was {resamples}")
    size = grouped.sums.size
    rows = max(1, _DRAWS_PER_BLOCK // size)
    means = np.empty(resamples)
    for start in range(0, resamples, rows):
        stop = min(start + rows, resamples)
        # The draws come row by row, so the block size changes the memory and never the result.
        means[start:stop] = _block_means(grouped, generator.integers(0, size, size=(stop - start, size)))
    return means


def _block_means(grouped: _ClusterSums, draws: NDArray[np.int64]) -> FloatArray:
    sums = grouped.sums.take(draws).sum(axis=1)
    first = grouped.counts[0]
    if (grouped.counts == first).all():
        return np.asarray(sums / (first * draws.shape[1]))
    return np.asarray(sums / grouped.counts.take(draws).sum(axis=1))


def _grouped(values: ArrayLike, clusters: NDArray[np.generic] | list[str] | list[int]) -> _ClusterSums:
    numbers, ids = np.asarray(values, dtype=np.float64), np.asarray(clusters)
    assert numbers.shape == ids.shape
    assert numbers.ndim == 1
    if numbers.size == 0:
        raise ValueError("values must hold at least one observation, was empty")
    _, inverse = np.unique(ids, return_inverse=True)
    return _ClusterSums(
        np.bincount(inverse, weights=numbers).astype(np.float64), np.bincount(inverse).astype(np.float64)
    )


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must be between 0 and 1, was {level}")
