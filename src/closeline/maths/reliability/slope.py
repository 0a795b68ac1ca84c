"""Slope and intercept of the outcomes on the forecasts' log odds: ideal 1 and 0.  Source: Cox (1958)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from closeline.maths.calibrate.logistic import fit_logistic, log_odds
from closeline.maths.score import FloatArray


@dataclass(frozen=True, slots=True)
class CalibrationSlope:
    """logit P(y) = intercept + slope logit p; a slope below 1 is overconfidence.

    `in_the_large` is the intercept with the slope held at 1. Near even money a slope needs thousands of
    games: read it with its standard error.
    """

    intercept: float
    slope: float
    in_the_large: float
    slope_standard_error: float
    intercept_standard_error: float


def calibration_slope(p: ArrayLike, y: ArrayLike) -> CalibrationSlope:
    """Fit slope and intercept without penalty; p and y have shape (n,).

    Raises ValueError if the likelihood has no finite maximum: one class, equal or separating forecasts.
    """
    x, outcome = _log_odds_and_outcomes(p, y)
    fit = fit_logistic(np.stack((np.ones_like(x), x)), outcome, (0.0, 1.0))
    errors = np.sqrt(np.diag(fit.covariance))
    return CalibrationSlope(
        intercept=float(fit.coefficients[0]),
        slope=float(fit.coefficients[1]),
        in_the_large=_in_the_large(x, outcome),
        slope_standard_error=float(errors[1]),
        intercept_standard_error=float(errors[0]),
    )


def calibration_in_the_large(p: ArrayLike, y: ArrayLike) -> float:
    """Return the intercept with slope 1: above 0, wins are more frequent than forecast."""
    return _in_the_large(*_log_odds_and_outcomes(p, y))


def _in_the_large(x: FloatArray, outcome: FloatArray) -> float:
    return float(fit_logistic(np.ones((1, x.size)), outcome, (0.0,), offset=x).coefficients[0])


def _log_odds_and_outcomes(p: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    assert forecast.shape == outcome.shape
    assert forecast.ndim == 1
    return log_odds(forecast), outcome
