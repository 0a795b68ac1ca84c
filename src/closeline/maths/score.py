"""Scores of forecasts (`scoring-v1`): how far probabilities were from what happened. Lower is better.

Two-way scores judge the push-free probability of the graded side on wins and losses only. Settled picks are
coded by the signed share of the stake that was decided: 1 win, 0.5 half win, 0 push, -0.5 half loss, -1 loss,
NaN void.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# No forecast is scored as certain, so that one surprise costs 13.8 nats and not the whole record.
PROBABILITY_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class PushAwareBrier:
    """Brier score of the decided picks, and how many left the sample."""

    brier: float
    n: int
    n_push: int
    n_void: int


@dataclass(frozen=True, slots=True)
class MurphyDecomposition:
    """Brier score = reliability - resolution + uncertainty."""

    reliability: float
    resolution: float
    uncertainty: float
    brier: float


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Mean of new minus old score with its standard error; negative favours the new forecasts."""

    mean: float
    standard_error: float
    t: float


def brier_scores(p: ArrayLike, y: ArrayLike) -> FloatArray:
    """Return (p - y)^2 for each observation; p and y have one shape, y is 0 or 1.  Source: Brier (1950)."""
    forecast, outcome = _paired(p, y)
    return np.asarray((forecast - outcome) ** 2)


def brier(p: ArrayLike, y: ArrayLike) -> float:
    """Return the mean Brier score; a coin scores 0.25."""
    return float(brier_scores(p, y).mean())


def log_losses(p: ArrayLike, y: ArrayLike, *, eps: float = PROBABILITY_EPSILON) -> FloatArray:
    """Return -ln of the probability given to what happened, in nats, with p clipped to [eps, 1 - eps]."""
    forecast, outcome = _paired(p, y)
    clipped = np.clip(forecast, eps, 1.0 - eps)
    return np.asarray(-(outcome * np.log(clipped) + (1.0 - outcome) * np.log1p(-clipped)))


def log_loss(p: ArrayLike, y: ArrayLike, *, eps: float = PROBABILITY_EPSILON) -> float:
    """Return the mean log loss in nats."""
    return float(log_losses(p, y, eps=eps).mean())


def brier_skill(p: ArrayLike, reference_p: ArrayLike, y: ArrayLike) -> float:
    """Return 1 - BS / BS of the reference, usually the de-vigged close; NaN if the reference is perfect."""
    reference = brier(reference_p, y)
    return 1.0 - brier(p, y) / reference if reference > 0.0 else float("nan")


def push_aware_brier(p_win: ArrayLike, p_push: ArrayLike, outcome: ArrayLike) -> PushAwareBrier:
    """Score the push-free probability p_win / (1 - p_push) on full wins and losses only.

    outcome: signed decided share of the stake (see the module). Pushes, halves and voids leave the sample;
    the score is NaN if nothing stays.
    """
    win, push, result = (np.asarray(a, dtype=np.float64) for a in (p_win, p_push, outcome))
    assert win.shape == push.shape == result.shape
    decided = np.abs(result) == 1.0
    scores = brier_scores(win[decided] / (1.0 - push[decided]), result[decided] > 0.0)
    return PushAwareBrier(
        brier=float(scores.mean()) if scores.size else float("nan"),
        n=int(scores.size),
        n_push=int(np.count_nonzero(result == 0.0)),
        n_void=int(np.count_nonzero(np.isnan(result))),
    )


def murphy_decomposition(p: ArrayLike, y: ArrayLike) -> MurphyDecomposition:
    """Split the Brier score exactly, with one bin per distinct forecast.  Source: Murphy (1973)."""
    forecast, outcome = _paired(p, y)
    values, inverse, counts = np.unique(forecast, return_inverse=True, return_counts=True)
    share = counts / forecast.size
    frequency = np.bincount(inverse, weights=outcome) / counts
    base = outcome.mean()
    return MurphyDecomposition(
        reliability=float(share @ (values - frequency) ** 2),
        resolution=float(share @ (frequency - base) ** 2),
        uncertainty=float(base * (1.0 - base)),
        brier=brier(forecast, outcome),
    )


def ranked_probability_score(p: ArrayLike, outcome: ArrayLike) -> float:
    """Return the mean RPS of ordered outcomes, divided by K - 1.

    p: shape (n, K) or (K,), rows sum to 1; outcome: index of what happened, shape (n,) or a number.
    Source: Epstein (1969).
    """
    forecast = np.atleast_2d(np.asarray(p, dtype=np.float64))
    happened = np.atleast_1d(np.asarray(outcome, dtype=np.intp))
    assert forecast.shape[0] == happened.size
    classes = forecast.shape[1]
    assert classes >= 2
    reached = np.arange(classes) >= happened[:, None]
    squares = (np.cumsum(forecast, axis=1) - reached) ** 2
    return float(squares[:, :-1].sum(axis=1).mean() / (classes - 1))


def crps_sample(sample: ArrayLike, y: float) -> float:
    """Return E|X - y| - E|X - X'| / 2 of the sample's own distribution, in units of y.

    sample: shape (m,).  Source: Gneiting and Raftery (2007).
    """
    values = np.asarray(sample, dtype=np.float64)
    return _crps_of_sample(values, y, pairs=values.size**2)


def crps_fair(sample: ArrayLike, y: float) -> float:
    """Return the unbiased sample CRPS: X and X' are never the same draw.  Source: Ferro (2014)."""
    values = np.asarray(sample, dtype=np.float64)
    assert values.size >= 2
    return _crps_of_sample(values, y, pairs=values.size * (values.size - 1))


def crps_normal(mean: ArrayLike, sigma: ArrayLike, y: ArrayLike) -> FloatArray:
    """Return the CRPS of normal forecasts, elementwise; sigma > 0.  Source: Gneiting et al. (2005)."""
    from scipy.special import ndtr

    scale = np.asarray(sigma, dtype=np.float64)
    z = (np.asarray(y, dtype=np.float64) - np.asarray(mean, dtype=np.float64)) / scale
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(scale * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def pit_discrete(cdf_below: ArrayLike, cdf_at: ArrayLike, v: ArrayLike) -> FloatArray:
    """Return the randomised PIT F(y-1) + v (F(y) - F(y-1)), elementwise; v is uniform on [0, 1]."""
    below = np.asarray(cdf_below, dtype=np.float64)
    return np.asarray(below + np.asarray(v, dtype=np.float64) * (np.asarray(cdf_at, dtype=np.float64) - below))


def paired_score_difference(new_scores: ArrayLike, old_scores: ArrayLike) -> PairedDifference:
    """Compare two forecasts of the same games, score by score.

    Both have shape (n,), n >= 2. No autocorrelation term; several picks on one game call for the clustered
    error of `bootstrap`. t is NaN when every difference is the same.  Source: Diebold and Mariano (1995).
    """
    new, old = _paired(new_scores, old_scores)
    assert new.ndim == 1
    if new.size < 2:
        raise ValueError(f"a paired comparison must have at least 2 observations, was {new.size}")
    difference = new - old
    mean = float(difference.mean())
    standard_error = float(difference.std(ddof=1) / np.sqrt(difference.size))
    return PairedDifference(mean, standard_error, mean / standard_error if standard_error > 0.0 else float("nan"))


def _crps_of_sample(values: FloatArray, y: float, *, pairs: int) -> float:
    assert values.ndim == 1
    # Sorted, the sum over all pairs |x_i - x_j| is a weighted sum of the order statistics: n log n, not n^2.
    weights = 2.0 * np.arange(1, values.size + 1) - values.size - 1.0
    spread = 2.0 * float(weights @ np.sort(values))
    return float(np.abs(values - y).mean()) - 0.5 * spread / pairs


def _paired(p: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    forecast, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    assert forecast.shape == outcome.shape, f"shapes must agree, were {forecast.shape} and {outcome.shape}"
    return forecast, outcome
