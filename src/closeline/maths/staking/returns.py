"""What stakes came to, with what chance alone does to it: ROI, Sharpe ratios, and the expected beside the realised.

Bets on one event end together, so whole events are drawn again and never single bets; days are for what is counted by
day. Nothing here says anything about later bets. Source: metrics-v1; Davison and Hinkley (1997) for the resampling,
Cameron and Miller (2015) for the closed form.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2000
LEVEL = 0.95
DAYS_OF_YEAR = 365
_DRAWS_PER_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Ratio:
    """A sum over a sum, its standard error and its interval by cluster; z is its distance from nought in errors."""

    value: float
    standard_error: float | None
    z: float | None
    low: float | None
    high: float | None
    clusters: int


@dataclass(frozen=True, slots=True)
class Sharpe:
    """A mean over a standard deviation (ddof 1), null where there is no spread. `t` is of the same n observations."""

    n: int
    mean: float
    sd: float | None
    ratio: float | None
    t: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What n bets should have come to by their chances, what they came to, and how far apart that is in errors."""

    n: int
    expected: float
    realised: float
    z: float | None


def flat_price_error(decimal: float, p: float, n: int) -> float:
    """Return the standard error of the ROI of n independent bets of one stake at one price, d sqrt(p(1-p)/n).

    p: the chance, or the share, of wins. Raises ValueError for no bet and for what is no chance or price.
    """
    if n < 1 or not 0.0 <= p <= 1.0 or not decimal > 1.0:
        raise ValueError(f"price must be above 1, p a chance and n at least 1, were {decimal}, {p} and {n}")
    return decimal * math.sqrt(p * (1.0 - p) / n)


def roi(
    profits: ArrayLike, stakes: ArrayLike, clusters: ArrayLike, *, generator: Generator, resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Ratio:  # fmt: skip
    """Return sum(profits) / sum(stakes) with its clustered error and percentile interval.

    profits, stakes: shape (n,), in one unit, stakes above 0; clusters: an event for each. With a single cluster there
    is no error. Raises ValueError for no bets.
    """
    gained, staked = _summed(clusters, profits, stakes)
    value = float(gained.sum() / staked.sum())
    if gained.size < 2:
        return Ratio(value, None, None, None, None, gained.size)
    residual = gained - value * staked
    error = math.sqrt(float(residual @ residual) * gained.size / (gained.size - 1)) / float(staked.sum())
    drawn = _resampled((gained, staked), lambda sums: sums[0] / sums[1], resamples, generator)
    low, high = _band(drawn, level)
    return Ratio(value, error, value / error if error else None, low, high, gained.size)


def sharpe_per_bet(
    returns: ArrayLike, clusters: ArrayLike, *, generator: Generator, resamples: int = RESAMPLES, level: float = LEVEL
) -> Sharpe:
    """Return mean / sd of the returns per unit staked, shape (n,), t = Sharpe sqrt(n), and its interval by event."""
    values = np.asarray(returns, dtype=np.float64)
    parts = _summed(clusters, np.ones_like(values), values, values**2)
    return _sharpe(values, parts, 1.0, generator, resamples, level)


def sharpe_annualised(
    daily: ArrayLike, *, generator: Generator, resamples: int = RESAMPLES, level: float = LEVEL
) -> Sharpe:
    """Return mean / sd of daily returns on the bankroll times sqrt(365), and its interval by day.

    daily: shape (days,), idle days as 0. Never sqrt of the number of bets, which overlap. `t` is of the days.
    """
    values = np.asarray(daily, dtype=np.float64)
    parts = (np.ones_like(values), values, values**2)
    return _sharpe(values, parts, math.sqrt(DAYS_OF_YEAR), generator, resamples, level)


def expected_beside_realised(
    ev: ArrayLike, variance: ArrayLike, stakes: ArrayLike, profits: ArrayLike
) -> Expectation | None:
    """Return sum(ev s) beside the profit, and z = difference / sqrt(sum s^2 var); null for no bets.

    All of shape (n,): ev and variance are per unit staked, of bets taken as independent.
    """
    value, spread, staked, gained = (np.asarray(part, dtype=np.float64) for part in (ev, variance, stakes, profits))
    if not value.size:
        return None
    expected, realised = float(value @ staked), float(gained.sum())
    error = math.sqrt(float(spread @ staked**2))
    return Expectation(int(value.size), expected, realised, (realised - expected) / error if error else None)


def win_push_lose(p_win: float, p_push: float, decimal: float) -> tuple[float, float]:
    """Return the expected return per unit staked and its variance, at the bet's own price."""
    net, p_loss = decimal - 1.0, 1.0 - p_win - p_push
    mean = p_win * net - p_loss
    return mean, p_win * net**2 + p_loss - mean**2


def _sharpe(
    values: Floats, parts: tuple[Floats, ...], times: float, generator: Generator, resamples: int, level: float
) -> Sharpe:
    if not values.size:
        raise ValueError("returns must hold at least one, was empty")
    n, mean = int(values.size), float(values.mean())
    sd = float(values.std(ddof=1)) if n > 1 else 0.0
    if not sd:
        return Sharpe(n, mean, None if n < 2 else 0.0, None, None, None, None)
    plain = mean / sd
    low: float | None = None
    high: float | None = None
    if parts[0].size > 1:
        low, high = _band(_resampled(parts, _plain_sharpe, resamples, generator) * times, level)
    return Sharpe(n, mean, sd, plain * times, plain * math.sqrt(n), low, high)


def _plain_sharpe(sums: tuple[Floats, ...]) -> Floats:
    count, total, squares = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (squares - total**2 / count) / (count - 1.0)
        # What rounding leaves of no spread at all is no spread.
        spread = np.where(variance > 1e-12 * squares / count, variance, np.nan)
        return np.asarray((total / count) / np.sqrt(spread))


def _summed(clusters: ArrayLike, *columns: ArrayLike) -> tuple[Floats, ...]:
    """Add columns up by cluster, each of shape (clusters,)."""
    names = np.asarray(clusters)
    if not names.size:
        raise ValueError("bets must be at least 1, was 0")
    _, inverse = np.unique(names, return_inverse=True)
    return tuple(
        np.bincount(inverse, weights=np.asarray(column, dtype=np.float64)).astype(np.float64) for column in columns
    )


def _resampled(
    parts: tuple[Floats, ...], figure: Callable[[tuple[Floats, ...]], Floats], resamples: int, generator: Generator
) -> Floats:
    """Return the figure of each resample of clusters, shape (resamples,)."""
    size = parts[0].size
    rows = max(1, _DRAWS_PER_BLOCK // size)
    found = np.empty(resamples)
    for start in range(0, resamples, rows):
        stop = min(start + rows, resamples)
        # Row by row: the size of a block changes the memory and never the result.
        draws = generator.integers(0, size, size=(stop - start, size))
        found[start:stop] = figure(tuple(part.take(draws).sum(axis=1) for part in parts))
    return found


def _band(drawn: Floats, level: float) -> tuple[float | None, float | None]:
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return None, None
    low, high = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
