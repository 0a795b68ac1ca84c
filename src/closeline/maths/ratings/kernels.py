"""Inner loops of the Kalman filter, compiled: rank-one updates in a fixed order.

Equal sequences give equal bits. No BLAS and no fast-math: neither the number of threads nor a reordering may
change a rating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@njit(cache=True)
def learn_games(
    mean: Floats, cov: Floats, size: int, index: Integers, coef: Floats, observed: Floats, variance: Floats
) -> None:
    """Learn games in order, in place; a game observed as NaN is skipped.

    observed[g] = sum(coef[g] * state[index[g]]) + noise of variance[g].
    """
    cross = np.empty(size)
    for game in range(observed.shape[0]):
        if np.isnan(observed[game]):
            continue
        innovation, spread = _innovation(mean, cov, cross, index[game], coef[game])
        innovation += observed[game]
        spread += variance[game]
        root = np.sqrt(spread)
        for i in range(size):
            mean[i] += cross[i] / spread * innovation
            cross[i] /= root
        for i in range(size):
            row = cov[i]
            left = cross[i]
            for j in range(size):
                row[j] -= left * cross[j]


@njit(cache=True)
def _innovation(mean: Floats, cov: Floats, cross: Floats, index: Integers, coef: Floats) -> tuple[float, float]:
    """Fill `cross` with the covariance of each state and the game.

    Return minus its mean, and its variance.
    """
    size = cross.shape[0]
    cross[:] = 0.0
    for column in range(index.shape[0]):
        if coef[column] != 0.0:
            row = cov[index[column]]
            for i in range(size):
                cross[i] += coef[column] * row[i]
    lacking = 0.0
    spread = 0.0
    for column in range(index.shape[0]):
        if coef[column] != 0.0:
            lacking -= coef[column] * mean[index[column]]
            spread += coef[column] * cross[index[column]]
    return lacking, spread


@njit(cache=True)
def predict_games(mean: Floats, cov: Floats, index: Integers, coef: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance, shape (games,), of sum(coef * state[index])."""
    games, width = index.shape
    means = np.zeros(games)
    variances = np.zeros(games)
    for game in range(games):
        for a in range(width):
            if coef[game, a] == 0.0:
                continue
            means[game] += coef[game, a] * mean[index[game, a]]
            for b in range(width):
                if coef[game, b] != 0.0:
                    variances[game] += coef[game, a] * coef[game, b] * cov[index[game, a], index[game, b]]
    return means, variances
