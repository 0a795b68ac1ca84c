"""A fitted calibration map: frozen, monotone, into (0, 1), and exactly itself again after JSON."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from closeline.domain.calibration import CalibrationMethod
from closeline.domain.digits import of_fit, of_formula
from closeline.maths.calibrate.parametric import apply_beta, apply_platt, apply_temperature
from closeline.maths.score import PROBABILITY_EPSILON, FloatArray

_PARAMETERS = {
    CalibrationMethod.IDENTITY: 0,
    CalibrationMethod.TEMPERATURE: 1,
    CalibrationMethod.PLATT: 2,
    CalibrationMethod.BETA: 3,
    CalibrationMethod.ISOTONIC: 0,
}


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """How raw probabilities become calibrated ones.

    parameters: (T,) for temperature, (slope, intercept) for Platt, (a, b, c) for beta, none otherwise.
    knots: (raw, calibrated) points of an isotonic map in order, joined by straight lines and flat outside.
    Raises ValueError for numbers whose map would fall or leave (0, 1).
    """

    method: CalibrationMethod
    parameters: tuple[float, ...] = ()
    knots: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not a monotone map into (0, 1)."""
        if len(self.parameters) != _PARAMETERS[self.method]:
            raise ValueError(
                f"{self.method} must have {_PARAMETERS[self.method]} parameters, was {len(self.parameters)}"
            )
        if not all(math.isfinite(value) for value in self.parameters):
            raise ValueError(f"parameters must be finite, were {self.parameters}")
        if bool(self.knots) != (self.method is CalibrationMethod.ISOTONIC):
            raise ValueError(f"only an isotonic map must have knots, was {self.method} with {len(self.knots)}")
        if not (_rises(self.method, self.parameters) and _knots_rise(self.knots)):
            raise ValueError(
                f"a calibration map must never fall and stay in (0, 1), was {self.method} {self.parameters}"
            )

    def apply(self, p: ArrayLike) -> FloatArray:
        """Return calibrated probabilities, elementwise; p and they are kept in [1e-6, 1 - 1e-6]."""
        raw = np.clip(np.asarray(p, dtype=np.float64), PROBABILITY_EPSILON, 1.0 - PROBABILITY_EPSILON)
        return np.asarray(np.clip(_APPLY[self.method](self, raw), PROBABILITY_EPSILON, 1.0 - PROBABILITY_EPSILON))

    def kept(self) -> Self:
        """Return the map as it is stored: with as many digits as every machine agrees on."""
        knots = tuple((of_formula(raw), of_formula(calibrated)) for raw, calibrated in self.knots)
        return replace(self, parameters=tuple(map(of_fit, self.parameters)), knots=knots)

    def to_json(self) -> str:
        """Return canonical JSON: keys in order, no spaces, every float by its shortest exact text."""
        content = {"knots": self.knots, "method": self.method.value, "parameters": self.parameters}
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises ValueError for anything that is not a valid map."""
        content = json.loads(text)
        if not isinstance(content, dict) or set(content) != {"knots", "method", "parameters"}:
            raise ValueError("a calibration map must have the keys knots, method and parameters")
        return cls(
            method=CalibrationMethod(content["method"]),
            parameters=tuple(float(value) for value in content["parameters"]),
            knots=tuple((float(raw), float(calibrated)) for raw, calibrated in content["knots"]),
        )


def _rises(method: CalibrationMethod, parameters: tuple[float, ...]) -> bool:
    if method is CalibrationMethod.TEMPERATURE:
        return parameters[0] > 0.0
    # Platt's slope, or a and b of beta: an intercept may have either sign.
    return all(slope >= 0.0 for slope in parameters[: len(parameters) - 1])


def _knots_rise(knots: tuple[tuple[float, float], ...]) -> bool:
    inside = all(0.0 <= raw <= 1.0 and 0.0 < calibrated < 1.0 for raw, calibrated in knots)
    return inside and all(left[0] < right[0] and left[1] <= right[1] for left, right in pairwise(knots))


def _identity(_map: CalibrationMap, p: FloatArray) -> FloatArray:
    return p


def _temperature(fitted: CalibrationMap, p: FloatArray) -> FloatArray:
    return apply_temperature(p, fitted.parameters[0])


def _platt(fitted: CalibrationMap, p: FloatArray) -> FloatArray:
    return apply_platt(p, fitted.parameters[0], fitted.parameters[1])


def _beta(fitted: CalibrationMap, p: FloatArray) -> FloatArray:
    return apply_beta(p, fitted.parameters[0], fitted.parameters[1], fitted.parameters[2])


def _isotonic(fitted: CalibrationMap, p: FloatArray) -> FloatArray:
    x, values = np.array(fitted.knots).T
    return np.asarray(np.interp(p, x, values))


_APPLY: dict[CalibrationMethod, Callable[[CalibrationMap, FloatArray], FloatArray]] = {
    CalibrationMethod.IDENTITY: _identity,
    CalibrationMethod.TEMPERATURE: _temperature,
    CalibrationMethod.PLATT: _platt,
    CalibrationMethod.BETA: _beta,
    CalibrationMethod.ISOTONIC: _isotonic,
}

IDENTITY = CalibrationMap(CalibrationMethod.IDENTITY)
