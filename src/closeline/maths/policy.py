"""Fitting a decision policy: how far the market later moves toward the model, and which edge then pays its price.

Everything here is fitted on closed markets: realised means what the close said, never what the game did.
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
        lower = float(value[played].mean()) - NORMAL_90 * clustered_standard_error(value[played], days[played])
        if lower >= 0.0:
            return Threshold(least, count, of_fit(lower))
    return Threshold(None, int((edge >= 0).sum()), None)
