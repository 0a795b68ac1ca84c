"""Correlation: how the numbers of players go together, and the moments of a sum of them.

A correlation matrix has shape (k, k), a row for each number, of normal scores of residuals: the PIT of what was counted
in its forecast, through the inverse of the normal distribution. So the margins, which are forecasts of their own, stay
out of it. Source: props-v1, section 7.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# Least eigenvalue that is left: numbers may go together, but none is a mere sum of the others.
EIGENVALUE_LEAST = 1e-4
# A PIT of exactly 0 or 1 would be an infinite score.
_PIT_MARGIN = 1e-9
_OBSERVATIONS_LEAST = 3


@dataclass(frozen=True, slots=True)
class SumMoments:
    """Mean and variance of a sum, in the unit of its parts and its square."""

    mean: float
    variance: float

    @property
    def cv(self) -> float:
        """Return sd / mean."""
        return float(np.sqrt(self.variance)) / self.mean


@dataclass(frozen=True, slots=True, eq=False)
class FittedCorrelation:
    """A correlation matrix (k, k), how far it was shrunk to none at all (0 to 1), and the fewest rows behind a pair."""

    matrix: Floats
    shrinkage: float
    rows: int


def sum_moments(means: ArrayLike, sds: ArrayLike, correlation: ArrayLike) -> SumMoments:
    """Return the moments of a sum of numbers, covariances included; ValueError for a matrix that is no correlation.

    means, sds: shape (k,); correlation: (k, k). What the parts say of points + rebounds + assists: to compare with the
    forecast of that market, never to price it, for its line is quoted on its own.
    """
    m, sd = np.asarray(means, dtype=np.float64), np.asarray(sds, dtype=np.float64)
    matrix = checked(correlation, m.size)
    if sd.shape != m.shape or not (sd >= 0.0).all():
        raise ValueError(f"standard deviations must be {m.size} numbers of at least 0, were {sd}")
    return SumMoments(float(m.sum()), float((matrix * np.outer(sd, sd)).sum()))


def normal_scores(pits: ArrayLike) -> Floats:
    """Return the standardised residual of each PIT, any shape; NaN stays NaN."""
    return np.asarray(ndtri(np.clip(np.asarray(pits, dtype=np.float64), _PIT_MARGIN, 1.0 - _PIT_MARGIN)))


def fit_correlation(residuals: ArrayLike) -> FittedCorrelation:
    """Fit the correlation of standardised residuals, shape (n, k), shrunk to none and positive definite.

    NaN is a number that nobody forecast; a pair rests on the rows that have both. The shrinkage is the one that is
    expected to be nearest to the truth.  Source: Schaefer and Strimmer (2005). ValueError for fewer than three rows.
    """
    x = np.asarray(residuals, dtype=np.float64)
    if x.ndim != 2 or not x.shape[1]:
        raise ValueError(f"residuals must have shape (rows, numbers), had {x.shape}")
    there = np.isfinite(x)
    rows = (there[:, :, None] & there[:, None, :]).sum(axis=0)
    if rows.min() < _OBSERVATIONS_LEAST:
        raise ValueError(f"every pair must have at least {_OBSERVATIONS_LEAST} rows, one had {int(rows.min())}")
    raw, noise = _pairs(x)
    apart = ~np.eye(x.shape[1], dtype=bool)
    signal = float((raw[apart] ** 2).sum())
    shrinkage = min(1.0, float(noise[apart].sum()) / signal) if signal > 0.0 else 1.0
    shrunk = np.where(apart, (1.0 - shrinkage) * raw, 1.0)
    return FittedCorrelation(nearest(shrunk), shrinkage, int(rows.min()))


def nearest(matrix: ArrayLike) -> Floats:
    """Return a positive definite correlation close to a symmetric matrix: small eigenvalues are raised, then scaled."""
    values, vectors = np.linalg.eigh(np.asarray(matrix, dtype=np.float64))
    if values[0] >= EIGENVALUE_LEAST:
        return np.asarray(matrix, dtype=np.float64)
    raised = (vectors * np.maximum(values, EIGENVALUE_LEAST)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    found = raised / np.outer(scale, scale)
    found = (found + found.T) / 2.0
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def checked(correlation: ArrayLike, size: int) -> Floats:
    """Return the matrix; ValueError unless it is (size, size), symmetric, 1 on its diagonal and not indefinite."""
    matrix = np.asarray(correlation, dtype=np.float64)
    if matrix.shape != (size, size):
        raise ValueError(f"correlation must have shape ({size}, {size}), had {matrix.shape}")
    symmetric = np.allclose(matrix, matrix.T, rtol=0.0, atol=1e-12)
    if not symmetric or not np.allclose(np.diag(matrix), 1.0, rtol=0.0, atol=1e-12):
        raise ValueError("correlation must be symmetric with 1 on its diagonal, was not")
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -1e-9:
        raise ValueError(f"correlation must have no negative eigenvalue, had {least:.3g}: take `nearest` of it")
    return matrix


def _pairs(x: Floats) -> tuple[Floats, Floats]:
    """Return the correlation of every pair on the rows that have both, and the variance of each estimate."""
    size = x.shape[1]
    raw, noise = np.eye(size), np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            both = np.isfinite(x[:, i]) & np.isfinite(x[:, j])
            a, b = (_standardised(x[both, at]) for at in (i, j))
            product = a * b
            n = product.size
            raw[i, j] = raw[j, i] = product.sum() / (n - 1)
            noise[i, j] = noise[j, i] = n / (n - 1) ** 3 * ((product - product.mean()) ** 2).sum()
    return raw, noise


def _standardised(values: Floats) -> Floats:
    sd = float(values.std(ddof=1))
    return (values - values.mean()) / sd if sd > 0.0 else np.zeros_like(values)
