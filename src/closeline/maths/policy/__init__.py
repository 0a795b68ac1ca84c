"""Fitting a decision policy: how far the market later moves toward the model, and which edge then pays its price.

Comes in: probabilities and prices of closed markets, as arrays. Goes out: a beta, a threshold, and what a change of
them would have been worth. Always true: realised means what the close said, never what the game did.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.domain.digits import of_fit
from closeline.maths.bootstrap import clustered_standard_error

Floats = NDArray[np.float64]

# One-sided 90 %: the realised value of what would have been played must exceed its price by as much.
NORMAL_90 = 1.2815515655446004
EDGES = tuple(round(0.0025 * step, 4) for step in range(17))
PLAYED_LEAST = 30


@dataclass(frozen=True, slots=True)
class Movement:
    """The regression of the market's later move on (model - market), in logits, through the origin."""

    beta: float
    standard_error: float
    n: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least edge at the predicted close whose realised edge is positive at its lower 90 % bound."""

    edge: float | None
    n: int
    lower_90: float | None


def log_odds(p: ArrayLike) -> Floats:
    """Return ln(p / (1 - p)), elementwise; p in (0, 1)."""
    chance = np.asarray(p, dtype=np.float64)
    return np.asarray(np.log(chance / (1.0 - chance)))


def anchored(market: ArrayLike, model: ArrayLike, beta: float) -> Floats:
    """Return the predicted closing probability: the market's logit, moved by beta of the model's distance to it."""
    market_logit = log_odds(market)
    moved = market_logit + beta * (log_odds(model) - market_logit)
    return np.asarray(1.0 / (1.0 + np.exp(-moved)))


def better_sides(
    anchor: ArrayLike, q_close: ArrayLike, price: ArrayLike, price_other: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the edge of each candidate's better side at its predicted close, and what that side realised.

    anchor, q_close: predicted and real closing probability of the canonical side; price, price_other: decimal odds of
    it and of the other, shape (n,). Both answers are a probability less 1/price, in points of probability.
    """
    predicted, close = np.asarray(anchor, dtype=np.float64), np.asarray(q_close, dtype=np.float64)
    asked, asked_other = 1 / np.asarray(price, dtype=np.float64), 1 / np.asarray(price_other, dtype=np.float64)
    edge, edge_other = predicted - asked, (1 - predicted) - asked_other
    canonical = edge >= edge_other
    realised = np.where(canonical, close - asked, (1 - close) - asked_other)
    return np.where(canonical, edge, edge_other), realised


def fit_movement(model: ArrayLike, market: ArrayLike, close: ArrayLike, days: NDArray[np.int64]) -> Movement:
    """Regress logit close - logit market on logit model - logit market; the error is clustered by day.

    All probabilities are of the same side at the same line, shape (n,), in (0, 1). There is no intercept, because a
    two-way market has no preferred side. Raises ValueError when the model never differs from the market.
    """
    distance = log_odds(model) - log_odds(market)
    move = log_odds(close) - log_odds(market)
    power = float(distance @ distance)
    if power == 0.0:
        message = "the model must differ from the market somewhere, it never did"
        raise ValueError(message)
    beta = float(distance @ move) / power
    residual = distance * (move - beta * distance)
    error = clustered_standard_error(residual, days) * distance.size / power
    return Movement(beta, float(error), distance.size)


def fit_threshold(predicted: ArrayLike, realised: ArrayLike, days: NDArray[np.int64]) -> Threshold:
    """Find the lowest edge from which playing would have paid at the close.

    predicted: edge at the predicted close of each candidate's better side; realised: q_close - 1/d of that side, both
    in points of probability, shape (n,). Never below 0: an edge must pay at its own predicted close.
    """
    edge, value = np.asarray(predicted, dtype=np.float64), np.asarray(realised, dtype=np.float64)
    for least in EDGES:
        played = edge >= least
        count = int(played.sum())
        if count < PLAYED_LEAST:
            break
        lower = lower_90(value[played], days[played])
        if lower >= 0.0:
            return Threshold(least, count, of_fit(lower))
    return Threshold(None, int((edge >= 0).sum()), None)


def lower_90(realised: Floats, days: NDArray[np.int64]) -> float:
    """Return the one-sided 90 % bound of a mean, clustered by day; shape (n,), n at least 1, NaN for a single day."""
    return float(realised.mean()) - NORMAL_90 * clustered_standard_error(realised, days)
