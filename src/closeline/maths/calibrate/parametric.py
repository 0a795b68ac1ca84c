"""Temperature, Platt and beta calibration: one, two or three numbers by maximum likelihood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from closeline.maths.calibrate.logistic import fit_logistic, log_odds
from closeline.maths.score import PROBABILITY_EPSILON, FloatArray

# Forecasts that rank games the wrong way round have their best temperature at infinity: this is flat enough.
TEMPERATURE_MAX = 1e6


@dataclass(frozen=True, slots=True)
class PlattFit:
    """sigma(slope * logit q + intercept), and the targets that wins and losses were fitted to."""

    slope: float
    intercept: float
    target_win: float
    target_loss: float


@dataclass(frozen=True, slots=True)
class BetaFit:
    """sigma(a ln q - b ln(1 - q) + c)."""

    a: float
    b: float
    c: float


def apply_temperature(p: ArrayLike, temperature: float) -> FloatArray:
    """Return sigma(logit p / T), elementwise; T > 1 pulls toward a coin.  Source: Guo et al. (2017)."""
    return apply_platt(p, 1.0 / temperature, 0.0)


def apply_platt(p: ArrayLike, slope: float, intercept: float) -> FloatArray:
    """Return sigma(slope * logit p + intercept), elementwise.  Source: Platt (1999) on the logit scale."""
    from scipy.special import expit

    return np.asarray(expit(slope * log_odds(np.asarray(p, dtype=np.float64)) + intercept))


def apply_beta(p: ArrayLike, a: float, b: float, c: float) -> FloatArray:
    """Return sigma(a ln p - b ln(1 - p) + c), elementwise.  Source: Kull, Silva Filho and Flach (2017)."""
    from scipy.special import expit

    clipped = np.clip(np.asarray(p, dtype=np.float64), PROBABILITY_EPSILON, 1.0 - PROBABILITY_EPSILON)
    return np.asarray(expit(a * np.log(clipped) - b * np.log(1.0 - clipped) + c))


def fit_temperature(p: ArrayLike, y: ArrayLike) -> float:
    """Return the temperature of least log loss; p and y have shape (n,).

    It is the same for (p, y) and (1 - p, 1 - y), so it is symmetric as it stands. At most `TEMPERATURE_MAX`.
    Raises ValueError if every outcome fell on the forecast's side, where no temperature is best.
    """
    return 1.0 / max(_slope_through_even(p, np.asarray(y, dtype=np.float64)), 1.0 / TEMPERATURE_MAX)


def fit_platt(p: ArrayLike, y: ArrayLike, *, smoothing: bool = False, symmetric: bool = False) -> PlattFit:
    """Fit slope and intercept on the logit scale; the slope may come out negative (see `fit_calibration`).

    p, y: shape (n,). smoothing: fit to Platt's targets instead of 0 and 1. symmetric: both sides of every
    market with weight one half, which forces the intercept to 0.
    Raises ValueError if the likelihood has no finite maximum.  Source: Platt (1999), Lin, Lin, Weng (2007).
    """
    outcome = np.asarray(y, dtype=np.float64)
    loss_target, win_target = platt_targets(outcome, symmetric=symmetric) if smoothing else (0.0, 1.0)
    target = loss_target + (win_target - loss_target) * outcome
    if symmetric:
        return PlattFit(_slope_through_even(p, target), 0.0, win_target, loss_target)
    x = log_odds(np.asarray(p, dtype=np.float64))
    slope, intercept = fit_logistic(np.stack((x, np.ones_like(x))), target, (1.0, 0.0)).coefficients
    return PlattFit(float(slope), float(intercept), win_target, loss_target)


def platt_targets(y: ArrayLike, *, symmetric: bool = False) -> tuple[float, float]:
    """Return the smoothed targets (1 / (losses + 2), (wins + 1) / (wins + 2)) of Platt (1999)."""
    outcome = np.asarray(y, dtype=np.float64)
    wins = outcome.size / 2.0 if symmetric else float(outcome.sum())
    losses = outcome.size - wins
    return 1.0 / (losses + 2.0), (wins + 1.0) / (wins + 2.0)


def fit_beta(p: ArrayLike, y: ArrayLike, *, constrained: bool = True, symmetric: bool = False) -> BetaFit:
    """Fit the three beta parameters; constrained keeps a, b >= 0, so that the map never falls.

    p, y: shape (n,). symmetric: both sides with weight one half, which forces a = b and c = 0.
    Raises ValueError if the likelihood has no finite maximum.
    """
    outcome = np.asarray(y, dtype=np.float64)
    if symmetric:
        slope = _slope_through_even(p, outcome)
        slope = max(slope, 0.0) if constrained else slope
        return BetaFit(slope, slope, 0.0)
    columns = _beta_columns(np.asarray(p, dtype=np.float64))
    a, b, c = (float(value) for value in fit_logistic(columns, outcome, (1.0, 1.0, 0.0)).coefficients)
    if not constrained or min(a, b) >= 0.0:
        return BetaFit(a, b, c)
    return _best_on_the_edge(columns, outcome)


def _best_on_the_edge(columns: FloatArray, outcome: FloatArray) -> BetaFit:
    # The likelihood is concave: with its peak outside the quadrant, the best point allowed has a = 0 or b =
    # 0.
    win, loss, ones = columns
    a, c_without_b = _one_sided(win, ones, outcome)
    b, c_without_a = _one_sided(loss, ones, outcome)
    fits = (BetaFit(a, 0.0, c_without_b), BetaFit(0.0, b, c_without_a))
    return max(fits, key=lambda fit: _log_likelihood(columns, outcome, fit))


def _one_sided(column: FloatArray, ones: FloatArray, outcome: FloatArray) -> tuple[float, float]:
    slope, intercept = fit_logistic(np.stack((column, ones)), outcome, (1.0, 0.0)).coefficients
    if slope >= 0.0:
        return float(slope), float(intercept)
    return 0.0, float(log_odds(outcome.mean(keepdims=True))[0])


def _log_likelihood(columns: FloatArray, outcome: FloatArray, fit: BetaFit) -> float:
    predictor = np.array((fit.a, fit.b, fit.c)) @ columns
    return float(outcome @ predictor - np.logaddexp(0.0, predictor).sum())


def _beta_columns(p: FloatArray) -> FloatArray:
    clipped = np.clip(p, PROBABILITY_EPSILON, 1.0 - PROBABILITY_EPSILON)
    columns = np.empty((3, p.size))
    np.log(clipped, out=columns[0])
    np.log(1.0 - clipped, out=columns[1])
    np.negative(columns[1], out=columns[1])
    columns[2] = 1.0
    return columns


def _slope_through_even(p: ArrayLike, target: FloatArray) -> float:
    x = log_odds(np.asarray(p, dtype=np.float64))
    # With every forecast turned to its favourite, a sample of away wins only is still a fair question.
    favourite_won = np.where(x < 0.0, 1.0 - target, target)
    return float(fit_logistic(np.abs(x)[None, :], favourite_won, (1.0,)).coefficients[0])
