"""Probability mass of margins and totals for a whole slate at once.

Both shapes are exponential families in the score k. With natural parameter theta (mu / sigma^2 for the
normal, log(m / (m + r)) for the negative binomial) every derivative that a solver needs is a difference of
expectations of k, which makes Newton's method exact and quick whatever the multipliers are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from closeline.maths.distributions.parameters import ScoreDistribution, Shape

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

ROWS = 2048  # rows worked on at a time: the matrices stay in cache and memory stays flat
SMALLEST_MEAN = 0.02  # a negative binomial needs a positive location
LARGEST_DISPERSION = 1e6  # beyond it the shape is Poisson, and gammaln loses digits
STEPS = 60
TIGHT = 1e-12


@dataclass(frozen=True, slots=True)
class MeanTrace:
    """Mass at the locations tried, its expectation, and the slope of the expectation in the location."""

    mass: Floats
    mean: Floats
    slope: Floats


def pmf(distribution: ScoreDistribution, means: ArrayLike, rating_sd: ArrayLike = 0.0) -> Floats:
    """Return P(score = k), shape (games, k), each row with expectation `means` and summing to 1.

    The variance of a game is the residual variance plus rating_sd squared (points), so that an uncertain
    rating gives a wider distribution. ValueError when a mean cannot be reached inside the support.
    """
    wanted, extra = _games(means, rating_sd)
    out = np.empty((wanted.size, distribution.values().size))
    for start in range(0, wanted.size, ROWS):
        rows = slice(start, start + ROWS)
        locations = _solve_means(distribution, wanted[rows], extra[rows])
        out[rows] = mass_at(distribution, locations, extra[rows])
    return out


def pmf_at(distribution: ScoreDistribution, locations: ArrayLike, rating_sd: ArrayLike = 0.0) -> Floats:
    """Return P(score = k), shape (games, k), at the location (mu) of the bare shape (clv-v1)."""
    where, extra = _games(locations, rating_sd)
    return mass_at(distribution, where, extra)


def mean_at(distribution: ScoreDistribution, locations: ArrayLike, rating_sd: ArrayLike = 0.0) -> Floats:
    """Return the expectation of the finished distribution at each location, shape (games,).

    NaN stays NaN.
    """
    where, extra = _games(locations, rating_sd)
    out = np.full(where.size, np.nan)
    known = np.flatnonzero(np.isfinite(where))
    values = distribution.values().astype(np.float64)
    for start in range(0, known.size, ROWS):
        rows = known[start : start + ROWS]
        out[rows] = _expect(mass_at(distribution, where[rows], extra[rows]), values)
    return out


def mass_at(distribution: ScoreDistribution, locations: Floats, extra: Floats) -> Floats:
    """Return the normalised mass, shape (games, k); `extra` is added variance in points squared."""
    values = distribution.values().astype(np.float64)
    logs = _log_shape(distribution, locations, extra, values)
    logs -= logs.max(axis=1, keepdims=True)
    mass = np.exp(logs, out=logs)
    mass *= distribution.weights()
    mass /= mass.sum(axis=1, keepdims=True)
    return mass


def natural_slope(distribution: ScoreDistribution, locations: Floats, extra: Floats) -> Floats:
    """Return d theta / d location, which turns differences of expectations into derivatives."""
    if distribution.shape is Shape.NORMAL:
        return np.asarray(1.0 / (distribution.scale**2 + extra))
    r = dispersion(distribution, locations, extra)
    return np.asarray(r / (locations * (locations + r)))


def dispersion(distribution: ScoreDistribution, locations: Floats, extra: Floats) -> Floats:
    """Return the negative binomial r whose variance is m + m^2 / scale + extra."""
    # Written so that without extra variance every row has exactly the same r, which saves a gammaln per cell.
    widened = 1.0 + extra * distribution.scale / locations**2
    return np.asarray(np.minimum(distribution.scale / widened, LARGEST_DISPERSION))


def spread_of(distribution: ScoreDistribution, locations: Floats, extra: Floats) -> Floats:
    """Return the standard deviation of the bare shape at each location."""
    if distribution.shape is Shape.NORMAL:
        return np.sqrt(distribution.scale**2 + extra)
    return np.sqrt(locations + locations**2 / distribution.scale + extra)


def _log_shape(distribution: ScoreDistribution, locations: Floats, extra: Floats, values: Floats) -> Floats:
    if distribution.shape is Shape.NORMAL:
        precision = 0.5 / (distribution.scale**2 + extra)
        return np.asarray(-((values[None, :] - locations[:, None]) ** 2) * precision[:, None])
    r = dispersion(distribution, locations, extra)
    steady = r[:1] if r.size and np.all(r == r[0]) else r
    rising = _log_rising(distribution.support, steady)
    ratio = np.log(locations) - np.log1p(locations / r)
    return np.asarray(rising - gammaln(values + 1.0)[None, :] + values[None, :] * ratio[:, None])


def _log_rising(support: tuple[int, int], r: Floats) -> Floats:
    """Return ln of r (r + 1) ... (r + k - 1) / r^k for every k of the support, shape (len(r), k).

    A sum of log1p keeps its digits up to Poisson, where the difference of two gammaln loses them.
    """
    below = np.arange(support[1], dtype=np.float64)
    sums = np.zeros((r.size, support[1] + 1))
    np.cumsum(np.log1p(below[None, :] / r[:, None]), axis=1, out=sums[:, 1:])
    return sums[:, support[0] :]


def _trace(distribution: ScoreDistribution, locations: Floats, extra: Floats, values: Floats) -> MeanTrace:
    mass = mass_at(distribution, locations, extra)
    mean = _expect(mass, values)
    variance = _expect(mass, values**2) - mean**2
    return MeanTrace(mass, mean, variance * natural_slope(distribution, locations, extra))


def _solve_means(distribution: ScoreDistribution, wanted: Floats, extra: Floats) -> Floats:
    values = distribution.values().astype(np.float64)
    if wanted.size and not (wanted.min() > values[0] and wanted.max() < values[-1]):
        raise ValueError(f"means must lie inside {distribution.support}, were {wanted.min()} to {wanted.max()}")
    locations = np.maximum(wanted, SMALLEST_MEAN) if distribution.shape is Shape.NEGATIVE_BINOMIAL else wanted.copy()
    reach = spread_of(distribution, locations, extra)
    for _ in range(STEPS):
        trace = _trace(distribution, locations, extra, values)
        step = np.clip((wanted - trace.mean) / trace.slope, -reach, reach)
        moved = locations + step
        if distribution.shape is Shape.NEGATIVE_BINOMIAL:
            moved = np.maximum(moved, np.maximum(locations * 0.2, SMALLEST_MEAN))
        locations = moved
        if not step.size or np.abs(step).max() < TIGHT * max(1.0, float(values[-1])):
            return locations
    missed = np.abs(_trace(distribution, locations, extra, values).mean - wanted).max()
    if missed > 1e-8:
        raise ValueError(f"means must be reachable inside {distribution.support}, one was missed by {missed:.2g}")
    return locations


def _expect(mass: Floats, values: Floats) -> Floats:
    # A product and a sum, not a matrix product: the bits must not depend on how many threads a BLAS has.
    return np.asarray((mass * values).sum(axis=1))


def _games(locations: ArrayLike, rating_sd: ArrayLike) -> tuple[Floats, Floats]:
    where = np.atleast_1d(np.asarray(locations, dtype=np.float64))
    if where.ndim != 1:
        raise ValueError(f"means must be one-dimensional, had shape {where.shape}")
    extra = np.broadcast_to(np.asarray(rating_sd, dtype=np.float64) ** 2, where.shape)
    if not np.all(extra >= 0.0):
        raise ValueError("rating_sd must be a number for every game")
    return where, extra
