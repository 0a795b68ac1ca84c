"""Drawdown: how far a bankroll fell from its highest point, for how long, and how far chance alone lets one fall.

The start is a peak. Whole days are drawn again, each with its steps in their order, so that a day's bets stay together.
Source: metrics-v1; Magdon-Ismail and Atiya (2004) for the measure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_CELLS_PER_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of a path. Places count its levels from 0; a peak at -1 is the start.

    `depth` is in the unit of the path, or a share of the peak; 0 with trough null for a path that never fell.
    `recovered` is the first level that reached the peak again, null where none did.
    """

    depth: float
    peak: int
    trough: int | None
    recovered: int | None


@dataclass(frozen=True, slots=True)
class ExpectedDrawdown:
    """The mean of the deepest falls of resampled days, and the quantiles that hold `level` of them."""

    mean: float
    low: float
    high: float
    resamples: int


def max_drawdown(levels: ArrayLike, *, start: float, relative: bool = False) -> Drawdown:
    """Return the deepest fall of a path from `start` through levels, shape (n,); the first where several are alike.

    relative: as a share of the running peak, which must then stay above 0, else in the unit of the path.
    """
    path = np.concatenate(([start], np.asarray(levels, dtype=np.float64)))
    peaks = np.maximum.accumulate(path)
    falls = peaks - path
    if relative:
        if not peaks[0] > 0.0:
            raise ValueError(f"start must be above 0 to be fallen from in shares, was {start}")
        falls = falls / peaks
    trough = int(falls.argmax())
    if falls[trough] <= 0.0:
        return Drawdown(0.0, int(path.argmax()) - 1, None, None)
    peak = int(np.flatnonzero(path[: trough + 1] == peaks[trough])[-1])
    after = np.flatnonzero(path[trough:] >= peaks[trough])
    recovered = int(after[0]) + trough - 1 if after.size else None
    return Drawdown(float(falls[trough]), peak - 1, trough - 1, recovered)


def expected_max_drawdown(
    steps: ArrayLike, *, generator: Generator, resamples: int = 2000, level: float = 0.95
) -> ExpectedDrawdown:
    """Return what the deepest fall comes to when whole days are drawn again, in the unit of the steps.

    steps: shape (days, width), the profits of each day in their order, filled up with 0. Raises ValueError for none.
    """
    days = np.asarray(steps, dtype=np.float64)
    assert days.ndim == 2
    if not days.size:
        raise ValueError("days must be at least 1, was 0")
    deepest = _resampled(days, resamples, generator)
    low, high = np.quantile(deepest, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return ExpectedDrawdown(float(deepest.mean()), float(low), float(high), resamples)


def _resampled(days: Floats, resamples: int, generator: Generator) -> Floats:
    rows = max(1, _CELLS_PER_BLOCK // days.size)
    found = np.empty(resamples)
    for begin in range(0, resamples, rows):
        end = min(begin + rows, resamples)
        draws = generator.integers(0, days.shape[0], size=(end - begin, days.shape[0]))
        paths = np.cumsum(days[draws].reshape(end - begin, -1), axis=1)
        peaks = np.maximum(np.maximum.accumulate(paths, axis=1), 0.0)
        found[begin:end] = (peaks - paths).max(axis=1)
    return np.maximum(found, 0.0)
