"""From a graded sample to a production map: which method the sample can carry, and its fit."""

from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from closeline.domain.calibration import CalibrationMethod
from closeline.maths.calibrate.isotonic import isotonic_knots
from closeline.maths.calibrate.logistic import log_odds
from closeline.maths.calibrate.maps import IDENTITY, CalibrationMap
from closeline.maths.calibrate.parametric import fit_beta, fit_platt, fit_temperature
from closeline.maths.score import FloatArray

# The least number of graded observations for each step of the ladder, global or segment (calib-v1).
METHOD_LADDER = MappingProxyType(
    {
        CalibrationMethod.ISOTONIC: 5_000,
        CalibrationMethod.PLATT: 2_000,
        CalibrationMethod.TEMPERATURE: 500,
    }
)


# What may be asked for, and from how many observations on. Isotonic below its step of the ladder must beat temperature.
AUTO = "auto"
METHODS_ASKED = MappingProxyType(
    {
        "temperature": (CalibrationMethod.TEMPERATURE, 500),
        "platt": (CalibrationMethod.PLATT, 2_000),
        "beta": (CalibrationMethod.BETA, 2_000),
        "isotonic": (CalibrationMethod.ISOTONIC, 500),
    }
)


class _Fit(Protocol):
    def __call__(self, p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap: ...


def method_for(n: int) -> CalibrationMethod:
    """Return the richest method that n graded observations can carry; BETA may stand in for PLATT."""
    return next((method for method, least in METHOD_LADDER.items() if n >= least), CalibrationMethod.IDENTITY)


def methods_for(n: int, asked: str = AUTO) -> tuple[CalibrationMethod, ...]:
    """Return the methods that n graded observations can carry, the richest last, empty where there is none.

    Fitted on both sides of every market, Platt and beta come to the same map as temperature; from 5,000 on there are
    two that differ, and which is fitted is decided on the past.
    """
    if asked != AUTO:
        method, least = METHODS_ASKED[asked]
        return (method,) if n >= least else ()
    richest = method_for(n)
    if richest is CalibrationMethod.IDENTITY:
        return ()
    return (CalibrationMethod.PLATT, richest) if richest is CalibrationMethod.ISOTONIC else (richest,)


def fit_calibration(method: CalibrationMethod, p: ArrayLike, y: ArrayLike, *, symmetric: bool = True) -> CalibrationMap:
    """Fit a production map: monotone, into (0, 1).

    p: raw model probabilities, shape (n,); y: 0 or 1, shape (n,), wins and losses only. symmetric: both sides
    of every two-way market with weight one half, so that the calibrated sides sum to 1; turn it off for one
    outcome of many.
    A slope that would be negative is set to 0. Raises ValueError if the sample determines no map.
    """
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    assert forecast.shape == outcome.shape
    assert forecast.ndim == 1
    return _FITS[method](forecast, outcome, symmetric=symmetric)


def _identity(p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap:
    del p, y, symmetric
    return IDENTITY


def _temperature(p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap:
    del symmetric  # one number about even money is the same for both sides
    return CalibrationMap(CalibrationMethod.TEMPERATURE, (fit_temperature(p, y),))


def _platt(p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap:
    fitted = fit_platt(p, y, symmetric=symmetric)
    if fitted.slope >= 0.0:
        return CalibrationMap(CalibrationMethod.PLATT, (fitted.slope, fitted.intercept))
    # The best map that does not fall ignores the forecast: even for two sides, else the base rate.
    level = 0.0 if symmetric else float(log_odds(y.mean(keepdims=True))[0])
    return CalibrationMap(CalibrationMethod.PLATT, (0.0, level))


def _beta(p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap:
    fitted = fit_beta(p, y, constrained=True, symmetric=symmetric)
    return CalibrationMap(CalibrationMethod.BETA, (fitted.a, fitted.b, fitted.c))


def _isotonic(p: FloatArray, y: FloatArray, *, symmetric: bool) -> CalibrationMap:
    return CalibrationMap(CalibrationMethod.ISOTONIC, knots=isotonic_knots(p, y, symmetric=symmetric))


_FITS: dict[CalibrationMethod, _Fit] = {
    CalibrationMethod.IDENTITY: _identity,
    CalibrationMethod.TEMPERATURE: _temperature,
    CalibrationMethod.PLATT: _platt,
    CalibrationMethod.BETA: _beta,
    CalibrationMethod.ISOTONIC: _isotonic,
}
