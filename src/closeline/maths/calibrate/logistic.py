"""Unpenalised logistic regression of a few columns by Newton's method, in blocks that stay in the cache."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.maths.score import PROBABILITY_EPSILON, FloatArray

_BLOCK = 1 << 14
_WARM_START_ROWS = 1 << 14
_ITERATIONS_MAX = 60
_HALVINGS_MAX = 40
# Newton doubles the correct digits: a step this small leaves an error near its square.
_STEP_MAX = 1e-6
# Beyond this a coefficient is not estimated but running away: the forecasts separate the outcomes.
_COEFFICIENT_MAX = 1e4
# Nor is it estimated with a variance beyond this: the probabilities have run into 0 and 1 and left no
# curvature.
_VARIANCE_MAX = 1e10
_NO_MAXIMUM = "forecasts must differ and not separate wins from losses, no finite fit is best"


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """Coefficients in the order of the columns, and the inverse information matrix."""

    coefficients: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True)
class _Sample:
    """Columns (k, n), outcomes (n,), a fixed part of the predictor, and products of columns (the Hessian)."""

    columns: FloatArray
    target: FloatArray
    offset: FloatArray | None
    products: FloatArray

    def thinned(self, stride: int) -> "_Sample":
        """Return every so manieth row, close together in memory."""
        offset = None if self.offset is None else self.offset[::stride].copy()
        return _Sample(
            self.columns[:, ::stride].copy(),
            self.target[::stride].copy(),
            offset,
            self.products[:, ::stride].copy(),
        )


@dataclass(frozen=True, slots=True)
class _Slope:
    """Where the descent stands: Hessian of the loss, Newton step, and squared Newton decrement."""

    hessian: FloatArray
    step: FloatArray
    decrement: float


def fit_logistic(
    columns: FloatArray, target: FloatArray, start: ArrayLike, offset: FloatArray | None = None
) -> LogisticFit:
    """Maximise the likelihood of P(y) = sigma(offset + columns.T @ coefficients).

    columns: shape (k, n); target: shape (n,), in [0, 1]; start: first guess, shape (k,); offset: shape (n,).
    Raises ValueError if there is no finite maximum: one class, equal columns, or outcomes that they separate.
    """
    assert columns.ndim == 2
    assert columns.shape[1] == target.size
    if target.size == 0 or (target[0] in (0.0, 1.0) and target.min() == target.max()):
        raise ValueError("outcomes must hold both wins and losses, was one of them only")
    rows, cols = _upper_triangle(columns.shape[0])
    sample = _Sample(columns, target, offset, columns[rows] * columns[cols])
    guess = np.asarray(start, dtype=np.float64)
    # exp overflows to infinity only where the probability is 1 to the last bit: the formulas below still
    # hold.
    with np.errstate(over="ignore"):
        return _newton(sample, _warm_start(sample, guess))


def log_odds(p: FloatArray) -> FloatArray:
    """Return ln(p / (1 - p)), with p clipped to [1e-6, 1 - 1e-6] so that it is finite."""
    clipped = p.clip(PROBABILITY_EPSILON, 1.0 - PROBABILITY_EPSILON)
    return np.asarray(np.log(clipped / (1.0 - clipped)))


def _warm_start(sample: _Sample, guess: FloatArray) -> FloatArray:
    stride = sample.target.size // _WARM_START_ROWS
    if stride < 4:
        return guess
    try:
        return _newton(sample.thinned(stride), guess).coefficients
    except ValueError:
        # A rare class may be missing from the thinned sample.
        return guess


def _newton(sample: _Sample, start: FloatArray) -> LogisticFit:
    coefficients, here = start, _slope(sample, start)
    for _ in range(_ITERATIONS_MAX):
        if not np.isfinite(here.decrement) or np.abs(coefficients).max() > _COEFFICIENT_MAX:
            break
        trial = coefficients - here.step
        if np.abs(here.step).max() < _STEP_MAX * (1.0 + np.abs(coefficients).max()):
            return _estimated(trial, here.hessian)
        there = _slope(sample, trial)
        # The decrement falls fast near the maximum; only when it does not is the likelihood itself asked.
        # Where hardly any curvature is left it comes out as NaN or negative, which also says no.
        if not 0.0 <= there.decrement <= 0.25 * here.decrement:
            trial, there = _backtracked(sample, coefficients, here)
        coefficients, here = trial, there
    raise ValueError(_NO_MAXIMUM)


def _estimated(coefficients: FloatArray, hessian: FloatArray) -> LogisticFit:
    # The Hessian is not singular here: the step came from solving with it.
    covariance = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    if not np.abs(covariance).max() <= _VARIANCE_MAX:
        raise ValueError(_NO_MAXIMUM)
    return LogisticFit(coefficients, covariance)


def _backtracked(sample: _Sample, coefficients: FloatArray, here: _Slope) -> tuple[FloatArray, _Slope]:
    loss = _loss(sample, coefficients)
    for halvings in range(_HALVINGS_MAX):
        share = 0.5**halvings
        trial = coefficients - share * here.step
        # Armijo's condition, with room for rounding; a point without curvature is no place to go on from.
        if _loss(sample, trial) <= loss - 0.1 * share * here.decrement + 1e-12 * abs(loss):
            there = _slope(sample, trial)
            if there.decrement >= 0.0:
                return trial, there
    raise ValueError(_NO_MAXIMUM)


def _loss(sample: _Sample, coefficients: FloatArray) -> float:
    predictor = coefficients @ sample.columns
    if sample.offset is not None:
        predictor = predictor + sample.offset
    return float(np.logaddexp(0.0, predictor).sum() - sample.target @ predictor)


def _slope(sample: _Sample, coefficients: FloatArray) -> _Slope:
    gradient, packed = np.zeros(coefficients.size), np.zeros(sample.products.shape[0])
    for first in range(0, sample.target.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        x = sample.columns[:, part]
        odds = coefficients @ x
        if sample.offset is not None:
            odds += sample.offset[part]
        np.exp(odds, out=odds)
        odds += 1.0
        loss = np.divide(1.0, odds, out=odds)
        win = 1.0 - loss
        loss *= win
        packed += sample.products[:, part] @ loss
        win -= sample.target[part]
        gradient += x @ win
    hessian = np.empty((coefficients.size, coefficients.size))
    rows, cols = _upper_triangle(coefficients.size)
    hessian[rows, cols] = hessian[cols, rows] = packed
    step = _solved(hessian, gradient)
    return _Slope(hessian, step, float((gradient * step).sum()))


def _solved(hessian: FloatArray, gradient: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.solve(hessian, gradient), dtype=np.float64)
    except np.linalg.LinAlgError:
        # No curvature is left: equal forecasts at the start, a step too far later on. The caller sees NaN and
        # turns.
        return np.full_like(gradient, np.nan)


@cache
def _upper_triangle(width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, cols = np.triu_indices(width)
    return rows, cols
