"""Scores of forecasts of a player's number: CRPS, log score, PIT and coverage, over arrays of forecasts.

Shapes: mean, variance and y are (n,), one for each player-game, y what was counted. Lower CRPS and log score are
better; PIT is uniform and coverage equals its level where the forecasts are right. Source: props-v1, section 7.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, gammainc, gammaincinv, gammaln, kolmogorov

from closeline.maths.props.distributions import SUPPORT_MOST
from closeline.maths.props.families import (
    ON_INTEGERS,
    Family,
    above,
    mass_at,
    negative_binomial_or_poisson,
)
from closeline.maths.score import PROBABILITY_EPSILON, pit_discrete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.95)
_TAIL = 1e-7  # it enters the CRPS squared
_CELLS = 1 << 16  # worked on at a time: the matrices stay in the cache and memory stays flat


@dataclass(frozen=True, slots=True)
class KolmogorovSmirnov:
    """The largest gap between the PIT and uniform, and how likely a gap so large is by chance."""

    gap: float
    p_value: float
    n: int


@dataclass(frozen=True, slots=True)
class FamilyScore:
    """The mean log score of a family on what was held out, in nats, lower better."""

    family: Family
    log_score: float


def crps_gamma(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Floats:
    """Return the CRPS of the continuous gamma, elementwise, in the unit of y, by its closed form.

    ValueError unless mean and variance are positive.  Source: Scheuerer and Moeller (2015), with beta a rate.
    """
    m, v, number = _arrays(mean, variance, y)
    alpha, beta = m / v * m, m / v
    at = np.maximum(number, 0.0) * beta
    first = number * (2.0 * gammainc(alpha, at) - 1.0)
    second = m * (2.0 * gammainc(alpha + 1.0, at) - 1.0)
    return np.asarray(first - second - np.exp(-betaln(0.5, alpha)) / beta)


def crps(family: Family, mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Floats:
    """Return the CRPS of each forecast, in the unit of y: the closed form of the gamma, else the exact sum.

    On the integers it is the sum of (P(X <= k) - [y <= k])^2 over k = 0, 1, ...; ValueError for y that are no counts.
    """
    if family is Family.GAMMA:
        return crps_gamma(mean, variance, y)
    m, v, number = _counted(family, mean, variance, y)
    found = np.empty(m.size)
    for rows, width in _blocks(family, m, v, number):
        below = _below(family, m[rows, None], v[rows, None], width)
        reached = np.arange(width) >= number[rows, None]
        found[rows] = ((below - reached) ** 2).sum(axis=1)
    return found


def log_scores(family: Family, mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Floats:
    """Return -ln P(X = y) of each forecast in nats, of the density for the continuous gamma.

    Floored as every score here is: no chance counts as less than 1e-6, so one surprise costs 13.8 nats at most.
    """
    if family is not Family.GAMMA:
        m, v, number = _counted(family, mean, variance, y)
        return np.asarray(-np.log(np.maximum(mass_at(family, m, v, number), PROBABILITY_EPSILON)))
    m, v, number = _arrays(mean, variance, y)
    alpha, beta = m / v * m, m / v
    with np.errstate(divide="ignore", invalid="ignore"):
        density = alpha * np.log(beta) + (alpha - 1.0) * np.log(number) - beta * number - gammaln(alpha)
    floor = math.log(PROBABILITY_EPSILON)
    return np.asarray(-np.where(number > 0.0, np.maximum(density, floor), floor))


def pit(family: Family, mean: ArrayLike, variance: ArrayLike, y: ArrayLike, v: ArrayLike) -> Floats:
    """Return where each y fell in its forecast, 0 to 1: uniform where forecasts are right.

    v: uniform draws, shape (n,), which spread a number over its own mass on the integers (`scoring-v1`); not used by
    the continuous gamma.
    """
    if family is Family.GAMMA:
        m, spread, number = _arrays(mean, variance, y)
        return _upto(family, m, spread, number)
    m, spread, number = _counted(family, mean, variance, y)
    below, upto = (_upto(family, m, spread, number - step) for step in (1.0, 0.0))
    return np.asarray(pit_discrete(below, upto, v))


def kolmogorov_smirnov(pits: ArrayLike) -> KolmogorovSmirnov:
    """Compare PITs with uniform; p-values by the limit law at Stephens' (1970) sample size. ValueError for none."""
    u = np.sort(np.asarray(pits, dtype=np.float64))
    if not u.size or not (u[0] >= 0.0 and u[-1] <= 1.0):
        raise ValueError("PITs must be numbers between 0 and 1, at least one")
    n = u.size
    places = np.arange(n)
    gap = float(np.maximum((places + 1) / n - u, u - places / n).max())
    root = math.sqrt(n)
    return KolmogorovSmirnov(gap, float(kolmogorov((root + 0.12 + 0.11 / root) * gap)), n)


def coverage(family: Family, mean: ArrayLike, variance: ArrayLike, y: ArrayLike, level: float) -> Floats:
    """Return how much of each y lies inside the central interval of this level, 0 to 1, shape (n,).

    On the integers a number at the edge counts with the share of its mass that is inside: what a randomised PIT gives
    in the mean, without drawing. So the mean over right forecasts is the level itself.
    """
    low, high = _central(level)
    if family is Family.GAMMA:
        m, v, number = _arrays(mean, variance, y)
        upto = _upto(family, m, v, number)
        return np.asarray(((upto >= low) & (upto <= high)).astype(np.float64))
    m, v, number = _counted(family, mean, variance, y)
    below, upto = (_upto(family, m, v, number - step) for step in (1.0, 0.0))
    mass = upto - below
    inside = np.minimum(upto, high) - np.maximum(below, low)
    # A number so unlikely that it has no mass left stands in a tail, and so outside.
    return np.asarray(np.where(mass > 0.0, np.clip(inside / np.where(mass > 0.0, mass, 1.0), 0.0, 1.0), 0.0))


def interval(family: Family, mean: ArrayLike, variance: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the central interval, shape (n,) each: whole numbers that cover at least the level."""
    m, v, _ = _arrays(mean, variance, 0.0)
    low, high = _central(level)
    return _quantile(family, m, v, low), _quantile(family, m, v, high)


def family_scores(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> tuple[FamilyScore, ...]:
    """Return the mean log score of every family on the integers, in their order; a density is no rival of a mass."""
    return tuple(FamilyScore(family, float(log_scores(family, mean, variance, y).mean())) for family in ON_INTEGERS)


def choose_family(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> Family:
    """Return the family with the best mean log score on forecasts and numbers that were held out; a tie keeps gamma."""
    return min(family_scores(mean, variance, y), key=lambda score: score.log_score).family


def _arrays(mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    given = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (mean, variance, y))
    m, v, number = np.broadcast_arrays(*given)
    if not ((m > 0.0) & (v > 0.0) & np.isfinite(m) & np.isfinite(v) & np.isfinite(number)).all():
        raise ValueError("means and variances must be positive and finite and y finite, one was not")
    return m, v, number


def _counted(family: Family, mean: ArrayLike, variance: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    m, v, number = _arrays(mean, variance, y)
    if not ((number >= 0.0) & (np.rint(number) == number)).all():
        raise ValueError(f"y must be counts, 0, 1, 2, ..., for {family}, one was not")
    return m, v, number


def _central(level: float) -> tuple[float, float]:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, was {level}")
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0


def _blocks(family: Family, mean: Floats, variance: Floats, y: Floats) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Yield rows that are about as wide as each other, and how many numbers they need."""
    widths = np.maximum(_reach(family, mean, variance), y) + 1.0
    order = np.argsort(widths, kind="stable")
    start = 0
    while start < order.size:
        stop = min(order.size, start + max(1, _CELLS // int(widths[order[start]])))
        # The last of the sorted rows is the widest.
        while stop - start > 1 and (stop - start) * widths[order[stop - 1]] > 2 * _CELLS:
            stop = start + (stop - start) // 2
        yield order[start:stop], int(widths[order[stop - 1]])
        start = stop


def _below(family: Family, mean: Floats, variance: Floats, width: int) -> Floats:
    """Return P(X <= k) for k = 0..width - 1, shape (rows, width)."""
    k = np.arange(width, dtype=np.float64)
    if family is Family.GAMMA_LATTICE:
        return _upto(family, mean, variance, k)
    # A sum of logarithms costs a tenth of an incomplete beta in every cell.
    r = negative_binomial_or_poisson(mean, variance)
    bounded = np.where(np.isinf(r), 1.0, r)
    none = np.where(np.isinf(r), -mean, -bounded * np.log1p(mean / bounded))
    step = np.where(np.isinf(r), mean, (k[:-1] + bounded) * (mean / (bounded + mean)))
    logs = np.concatenate([none, none + np.cumsum(np.log(step / k[1:]), axis=1)], axis=1)
    return np.asarray(np.minimum(np.cumsum(np.exp(logs), axis=1), 1.0))


def _reach(family: Family, mean: Floats, variance: Floats) -> Floats:
    """Return a number of each forecast above which next to nothing is left."""
    last = np.ceil(mean + 6.0 * np.sqrt(variance)) + 1.0
    rows = np.arange(last.size)
    while rows.size:
        rows = rows[above(family, mean[rows], variance[rows], last[rows]) > _TAIL]
        last[rows] = np.ceil(1.3 * last[rows]) + 2.0
        if last.max() > SUPPORT_MOST:
            raise ValueError(f"forecasts must stay below {SUPPORT_MOST}, one did not")
    return last


def _quantile(family: Family, mean: Floats, variance: Floats, p: float) -> Floats:
    """Return the first number up to which at least `p` lies; that of the gamma is where the search begins."""
    near = np.asarray(gammaincinv(mean / variance * mean, p) * variance / mean)
    if family is Family.GAMMA:
        return near
    low, high, step = np.maximum(np.floor(near) - 2.0, -1.0), np.floor(near) + 1.0, 1.0
    while (short := _upto(family, mean, variance, high) < p).any():
        high, step = np.where(short, high + step, high), 2.0 * step
    while (far := (low >= 0.0) & (_upto(family, mean, variance, low) >= p)).any():
        low, step = np.where(far, np.maximum(low - step, -1.0), low), 2.0 * step
    while (high - low > 1.0).any():
        middle = np.floor((low + high) / 2.0)
        enough = _upto(family, mean, variance, middle) >= p
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high)


def _upto(family: Family, mean: Floats, variance: Floats, at: Floats) -> Floats:
    return np.asarray(1.0 - above(family, mean, variance, at))
