"""Families: the shapes that a player's number may have, from a mean and a variance, and the chances beside a line.

Everything works on arrays: shapes are (n,) or broadcast, numbers are in the unit of the statistic (points, rebounds,
...), variances in its square. Source: props-v1, sections 7.1 and 7.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, gammainc, gammaincc

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Above = Callable[[Floats, Floats, Floats], Floats]


class Family(StrEnum):
    """The shape of a forecast.

    GAMMA is continuous and knows no push. GAMMA_LATTICE puts its mass between the half points on the integers.
    NEGATIVE_BINOMIAL counts; where the variance is not above the mean it is Poisson by `negative_binomial_or_poisson`.
    """

    GAMMA = "GAMMA"
    GAMMA_LATTICE = "GAMMA_LATTICE"
    NEGATIVE_BINOMIAL = "NEGATIVE_BINOMIAL"


ON_INTEGERS = (Family.GAMMA_LATTICE, Family.NEGATIVE_BINOMIAL)


@dataclass(frozen=True, slots=True)
class GammaParameters:
    """Shape alpha and beta, which is a RATE: mean alpha / beta, variance alpha / beta^2.

    Common libraries take the scale, 1 / beta, so it is kept apart by name.
    """

    alpha: float
    beta: float

    @property
    def scale(self) -> float:
        """Return 1 / beta, what scipy calls `scale`."""
        return 1.0 / self.beta

    @property
    def cv(self) -> float:
        """Return the coefficient of variation, 1 / sqrt(alpha)."""
        return float(1.0 / np.sqrt(self.alpha))


@dataclass(frozen=True, slots=True)
class NegativeBinomialParameters:
    """r and p of P(k) = C(k + r - 1, k) p^r (1 - p)^k: mean r (1 - p) / p, variance mean / p."""

    r: float
    p: float


def fit_gamma(mean: float, variance: float) -> GammaParameters:
    """Return the gamma of this mean and variance; ValueError unless both are positive and what follows is finite."""
    _check(mean, variance)
    alpha, beta = mean / variance * mean, mean / variance
    if not (0.0 < alpha < np.inf and 0.0 < beta < np.inf):
        raise ValueError(f"mean and variance must be within reach of each other, were {mean} and {variance}")
    return GammaParameters(alpha, beta)


def fit_negative_binomial(mean: float, variance: float) -> NegativeBinomialParameters:
    """Return the negative binomial of this mean and variance; ValueError unless 0 < mean < variance.

    A variance that is not above the mean has none: the caller takes Poisson or the lattice gamma and says so.
    """
    _check(mean, variance)
    if not variance > mean:
        raise ValueError(f"variance must be above the mean for a negative binomial, was {variance} at mean {mean}")
    return NegativeBinomialParameters(mean / (variance - mean) * mean, mean / variance)


def negative_binomial_or_poisson(mean: ArrayLike, variance: ArrayLike) -> Floats:
    """Return r of the negative binomial, infinite where the variance is not above the mean: there it is Poisson.

    Shape of the arguments, broadcast. The explicit rule by which counts that vary less than Poisson get a shape at
    all: they are forecast wider than asked, never narrower.
    """
    m, v = np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    excess = np.maximum(v - m, 0.0)
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.where(excess > 0.0, m / np.where(excess > 0.0, excess, 1.0) * m, np.inf))


def variance_used(family: Family, mean: ArrayLike, variance: ArrayLike) -> Floats:
    """Return the variance that the shape really takes: at least the mean for counts, else what was asked."""
    m, v = np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    return np.maximum(m, v) if family is Family.NEGATIVE_BINOMIAL else v


def above(family: Family, mean: ArrayLike, variance: ArrayLike, at: ArrayLike) -> Floats:
    """Return P(X > x), elementwise, broadcast: 1 below 0. On the integers x is rounded down first.

    ValueError for means or variances that are not positive.
    """
    m, v, x = (np.asarray(part, dtype=np.float64) for part in (mean, variance, at))
    _check_all(m, v)
    return _ABOVE[family](m, v, x)


def outcomes(family: Family, mean: ArrayLike, variance: ArrayLike, line_quarters: ArrayLike) -> Floats:
    """Return P(over), P(push), P(under), shape (..., 3), of lines in quarter points; a quarter line is two half stakes.

    A player never counts below 0: a line of 0 is pushed or beaten, one below 0 always beaten. A quarter line gives the
    mean of its neighbours, as `maths.simulate.board` does.
    """
    m, v, line = np.broadcast_arrays(
        np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64),
        np.asarray(line_quarters, dtype=np.float64),
    )  # fmt: skip
    if not (np.isfinite(line).all() and (np.rint(line) == line).all()):
        raise ValueError("lines must be whole numbers of quarter points, one was not")
    odd = np.rint(line) % 2.0
    if not odd.any():
        return _beside(family, m, v, line / 4.0)
    low, high = (_beside(family, m, v, (line + step * odd) / 4.0) for step in (-1.0, 1.0))
    return (low + high) / 2.0


def no_push_over(
    family: Family, mean: ArrayLike, variance: ArrayLike, line_quarters: ArrayLike
) -> tuple[Floats, Floats]:
    """Return P(over | no push), 0.5 where everything is pushed, and P(push), elementwise; lines in quarter points."""
    parts = outcomes(family, mean, variance, line_quarters)
    over, push, under = parts[..., 0], parts[..., 1], parts[..., 2]
    settled = over + under
    safe = np.where(settled > 0.0, settled, 1.0)
    return np.asarray(np.where(settled > 0.0, over / safe, 0.5)), np.asarray(push)


def mass_at(family: Family, mean: ArrayLike, variance: ArrayLike, k: ArrayLike) -> Floats:
    """Return P(X = k), elementwise, 0 below 0; ValueError for a continuous family."""
    if family not in ON_INTEGERS:
        raise ValueError(f"family must be one of {', '.join(ON_INTEGERS)} to have mass at a number, was {family}")
    at = np.asarray(k, dtype=np.float64)
    mass = above(family, mean, variance, at - 1.0) - above(family, mean, variance, at)
    return np.asarray(np.maximum(mass, 0.0))  # where both tails are all but 1 their last bits may be out of order


def _beside(family: Family, mean: Floats, variance: Floats, line: Floats) -> Floats:
    over = above(family, mean, variance, line)
    whole = np.rint(line) == line
    reached = over
    if family in ON_INTEGERS and whole.any():
        reached = np.where(whole, above(family, mean, variance, np.where(whole, line - 1.0, line)), over)
    # Differences of one tail, so that the three sum to 1 as nearly as floats can.
    return np.stack([over, np.maximum(reached - over, 0.0), 1.0 - reached], axis=-1)


def _gamma(mean: Floats, variance: Floats, at: Floats) -> Floats:
    beta = mean / variance
    return np.asarray(gammaincc(beta * mean, np.maximum(at, 0.0) * beta))


def _gamma_lattice(mean: Floats, variance: Floats, at: Floats) -> Floats:
    k = np.floor(at)
    return np.where(k < 0.0, 1.0, _gamma(mean, variance, k + 0.5))


def _negative_binomial(mean: Floats, variance: Floats, at: Floats) -> Floats:
    k = np.floor(at)
    beyond = np.maximum(k, 0.0) + 1.0
    r = negative_binomial_or_poisson(mean, variance)
    poisson = np.isinf(r)
    bounded = np.where(poisson, 1.0, r)
    # 1 - p is computed as m / (r + m), not by subtraction: near Poisson p is all but 1.
    found = betainc(beyond, bounded, mean / (bounded + mean))
    if poisson.any():
        found = np.where(poisson, gammainc(beyond, mean), found)
    return np.where(k < 0.0, 1.0, found)


_ABOVE: dict[Family, Above] = {
    Family.GAMMA: _gamma,
    Family.GAMMA_LATTICE: _gamma_lattice,
    Family.NEGATIVE_BINOMIAL: _negative_binomial,
}


def _check(mean: float, variance: float) -> None:
    if not (0.0 < mean < np.inf and 0.0 < variance < np.inf):
        raise ValueError(f"mean and variance must be positive and finite, were {mean} and {variance}")


def _check_all(mean: Floats, variance: Floats) -> None:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        shape = mean / variance * mean  # finite and above 0 only where both are, and are within reach of each other
    positive = (mean > 0.0) & (variance > 0.0) & (shape > 0.0) & np.isfinite(shape)
    if not positive.all():
        bad = int(np.flatnonzero(~np.ravel(positive))[0])
        m, v = (float(np.ravel(np.broadcast_to(part, positive.shape))[bad]) for part in (mean, variance))
        raise ValueError(f"mean and variance must be positive and finite, were {m} and {v}")
