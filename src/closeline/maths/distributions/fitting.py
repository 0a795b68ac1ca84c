"""Fitting a score distribution to outcomes about their closing means.

Scale first, then key numbers, shrunk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from closeline.maths.distributions.mass import LARGEST_DISPERSION, ROWS, pmf
from closeline.maths.distributions.parameters import Quantity, ScoreDistribution, Shape

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FLOOR = 1e-12  # probability given to an outcome outside the support when it is scored
ROUNDS = 3  # scale and multipliers settle to four digits in three rounds
FEWEST = 1.0  # a number expected less than once in the whole record keeps multiplier 1


@dataclass(frozen=True, slots=True)
class FitReport:
    """How well a distribution scores.

    Nats per game, with key numbers and without, and the residuals' size.
    """

    games: int
    log_score: float
    plain_log_score: float
    mean_error: float
    sd: float


def log_scores(
    distribution: ScoreDistribution, means: ArrayLike, outcomes: ArrayLike, rating_sd: ArrayLike = 0.0
) -> Floats:
    """Return -ln P(outcome), shape (games,), in nats; an outcome outside the support scores as 1e-12."""
    mean = np.atleast_1d(np.asarray(means, dtype=np.float64))
    score = np.atleast_1d(np.asarray(outcomes, dtype=np.int64))
    sd = np.broadcast_to(np.asarray(rating_sd, dtype=np.float64), mean.shape)
    out = np.empty(mean.size)
    for start in range(0, mean.size, ROWS):
        rows = slice(start, start + ROWS)
        mass = pmf(distribution, mean[rows], sd[rows])
        out[rows] = -np.log(np.maximum(_at(distribution, mass, score[rows]), FLOOR))
    return out


def fit_score_distribution(
    quantity: Quantity,
    shape: Shape,
    outcomes: ArrayLike,
    means: ArrayLike,
    support: tuple[int, int],
    *,
    shrinkage: float = 15.0,
    can_tie: bool = True,
    source: str = "",
) -> ScoreDistribution:
    """Fit scale (maximum likelihood) and multipliers to outcomes (games,) about closing means (games,).

    A multiplier is (observed + shrinkage) / (expected + shrinkage), both counts over the record, rescaled so
    that the expected mass stays 1. Infinite shrinkage gives the plain shape. Where no tie can stand, |0| gets
    weight 0.
    """
    score = np.asarray(outcomes, dtype=np.int64)
    mean = np.asarray(means, dtype=np.float64)
    if score.ndim != 1 or score.shape != mean.shape or not score.size:
        raise ValueError(f"outcomes and means must be of one length, were {score.shape} and {mean.shape}")
    fitted = _fit_scale(_plain(quantity, shape, support, can_tie=can_tie, source=source), score, mean)
    if not np.isfinite(shrinkage):
        return fitted
    for _ in range(ROUNDS):
        fitted = replace(fitted, multipliers=_multipliers(fitted, score, mean, shrinkage))
        fitted = _fit_scale(fitted, score, mean)
    return fitted


def fit_report(distribution: ScoreDistribution, outcomes: ArrayLike, means: ArrayLike) -> FitReport:
    """Score `distribution` on outcomes about means, both (games,), and the shape without key numbers."""
    score = np.asarray(outcomes, dtype=np.int64)
    mean = np.asarray(means, dtype=np.float64)
    no_tie = distribution.quantity is Quantity.MARGIN and distribution.multipliers[:1] == (0.0,)
    plain = _plain(distribution.quantity, distribution.shape, distribution.support, can_tie=not no_tie)
    plain = _fit_scale(plain, score, mean)
    residuals = score - mean
    return FitReport(
        games=score.size,
        log_score=float(log_scores(distribution, mean, score).mean()),
        plain_log_score=float(log_scores(plain, mean, score).mean()),
        mean_error=float(residuals.mean()),
        sd=float(residuals.std()),
    )


def _plain(
    quantity: Quantity, shape: Shape, support: tuple[int, int], *, can_tie: bool, source: str = ""
) -> ScoreDistribution:
    start = 10.0 if shape is Shape.NORMAL else 20.0
    multipliers = () if can_tie or quantity is Quantity.TOTAL else (0.0,)
    return ScoreDistribution(quantity, shape, start, support, multipliers, 0, source)


def _fit_scale(distribution: ScoreDistribution, score: Integers, mean: Floats) -> ScoreDistribution:
    top = np.log(300.0) if distribution.shape is Shape.NORMAL else np.log(LARGEST_DISPERSION)

    def loss(log_scale: float) -> float:
        return float(log_scores(replace(distribution, scale=float(np.exp(log_scale))), mean, score).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.3), top), method="bounded", options={"xatol": 1e-4})
    return replace(distribution, scale=float(np.exp(best.x)))


def _multipliers(distribution: ScoreDistribution, score: Integers, mean: Floats, shrinkage: float) -> tuple[float, ...]:
    values = distribution.values()
    place = np.abs(values) if distribution.quantity is Quantity.MARGIN else values
    expected = np.bincount(place, weights=_expected(distribution, mean))
    inside = (score >= values[0]) & (score <= values[-1])
    kept = np.abs(score[inside]) if distribution.quantity is Quantity.MARGIN else score[inside]
    observed = np.bincount(kept, minlength=expected.size)[: expected.size]
    ratio = np.where(expected >= FEWEST, (observed + shrinkage) / (expected + shrinkage), 1.0)
    if distribution.quantity is Quantity.MARGIN and distribution.multipliers[:1] == (0.0,):
        ratio[0] = 0.0
    moved = np.flatnonzero(ratio != 1.0)
    last = int(moved[-1]) + 1 if moved.size else 0
    scale = expected[:last].sum() / max(float((expected * ratio)[:last].sum()), FLOOR)
    return tuple(float(value) for value in np.round(ratio[:last] * scale, 6))


def _expected(distribution: ScoreDistribution, mean: Floats) -> Floats:
    """Return the count expected of each value under the bare shape, located as the means ask."""
    weights = distribution.weights()
    bare = np.zeros(weights.size)
    for start in range(0, mean.size, ROWS):
        mass = pmf(distribution, mean[start : start + ROWS])
        smooth = np.divide(mass, weights, out=np.zeros_like(mass), where=weights > 0.0)
        bare += (smooth / smooth.sum(axis=1, keepdims=True)).sum(axis=0)
    return bare


def _at(distribution: ScoreDistribution, mass: Floats, score: Integers) -> Floats:
    place = score - distribution.support[0]
    inside = (place >= 0) & (place < mass.shape[1])
    return np.where(inside, mass[np.arange(score.size), np.clip(place, 0, mass.shape[1] - 1)], 0.0)
