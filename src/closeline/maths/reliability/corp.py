"""CORP: reliability by isotonic recalibration, with no choice of bins.

Source: Dimitriadis, Gneiting and Jordan (2021).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from closeline.maths.calibrate.isotonic import fit_isotonic, isotonic_predict, pool_adjacent_violators
from closeline.maths.score import FloatArray, brier, log_loss


class CorpScore(StrEnum):
    """The score that is decomposed."""

    BRIER = "brier"
    LOG_LOSS = "logloss"


@dataclass(frozen=True, slots=True)
class CorpDecomposition:
    """Score = miscalibration - discrimination + uncertainty; `recalibrated` keeps the forecasts in order."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    recalibrated: FloatArray


@dataclass(frozen=True, slots=True)
class ReliabilityCurve:
    """The CORP curve on a grid of forecasts, and the band in which a calibrated forecaster's curve would lie.

    All arrays have shape (points,). Where `observed` leaves [low, high], the forecasts are miscalibrated at
    `level`, point by point.
    """

    p: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


_SCORES: dict[CorpScore, Callable[[FloatArray, FloatArray], float]] = {
    CorpScore.BRIER: brier,
    CorpScore.LOG_LOSS: log_loss,
}


def corp_decomposition(p: ArrayLike, y: ArrayLike, *, score: CorpScore = CorpScore.BRIER) -> CorpDecomposition:
    """Split a mean score into miscalibration, discrimination and uncertainty; p and y have shape (n,)."""
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    measure = _SCORES[score]
    recalibrated = fit_isotonic(forecast, outcome)
    total, best = measure(forecast, outcome), measure(recalibrated, outcome)
    constant = measure(np.full_like(forecast, outcome.mean()), outcome)
    return CorpDecomposition(
        score=total,
        miscalibration=total - best,
        discrimination=constant - best,
        uncertainty=constant,
        recalibrated=recalibrated,
    )


def reliability_curve(
    p: ArrayLike,
    y: ArrayLike,
    *,
    points: int = 101,
    level: float = 0.90,
    resamples: int = 200,
    generator: Generator,
) -> ReliabilityCurve:
    """Return the curve of a reliability diagram with its bootstrap consistency band.

    p, y: shape (n,). The grid has `points` evenly spaced forecasts from the least to the greatest seen. Each
    resample draws forecasts with replacement and outcomes from those forecasts, as if they were perfect.
    """
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    assert forecast.shape == outcome.shape
    if points < 2 or resamples < 1 or not 0.0 < level < 1.0:
        raise ValueError(
            f"points >= 2, resamples >= 1 and 0 < level < 1 must hold, were {points}, {resamples} and {level}"
        )
    grid = np.linspace(forecast.min(), forecast.max(), points)
    observed = isotonic_predict(pool_adjacent_violators(forecast, outcome), grid)
    drawn = np.stack([_calibrated_curve(forecast, grid, generator) for _ in range(resamples)])
    low, high = np.quantile(drawn, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    return ReliabilityCurve(grid, observed, low, high, level)


def _calibrated_curve(forecast: FloatArray, grid: FloatArray, generator: Generator) -> FloatArray:
    drawn = forecast[generator.integers(0, forecast.size, size=forecast.size)]
    wins = (generator.random(drawn.size) < drawn).astype(np.float64)
    return isotonic_predict(pool_adjacent_violators(drawn, wins), grid)
