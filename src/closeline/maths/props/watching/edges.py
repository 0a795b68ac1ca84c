"""Edges: whether bets with a larger edge win more above their break-even. If not, the edge is no edge.

Three looks at the same rows: win rate less break-even by bucket; a logistic regression of winning on the edge with the
break-even's log odds as offset, its error clustered by day; and the never-falling fit through the buckets, against what
it comes to when edges are dealt anew among the bets of each day. Source: metrics-v1, edge monotonicity; Barlow et al.
(1972) for the isotonic statistic; Liang and Zeger (1986) for the clustered error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Days = NDArray[np.int32]

# Points of probability at which buckets begin; the first holds all below, the last all above.
CUTS = (0.0, 0.03, 0.05, 0.075, 0.10)
LEVEL = 0.05
# Fewer rows or days say nothing about a slope, and an error clustered over a handful of days is no error.
ROWS_LEAST, DAYS_LEAST = 50, 10
_STEPS = 50
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Bets:
    """Settled rows, each of shape (n,): edge and break-even (1/d) as probabilities, won 1 or 0, and the day.

    Pushes and voids are left out by whoever makes it: they neither won nor lost.
    """

    edge: Floats
    break_even: Floats
    won: Floats
    days: Days

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.edge)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Rows with edges from `low` (inclusive) to `high`: how often they won, had to win, and the difference."""

    low: float
    high: float
    n: int
    won: float
    break_even: float
    excess: float


@dataclass(frozen=True, slots=True)
class Slope:
    """The log odds of winning per unit of edge beyond the price's own, its error clustered by day, p one-sided."""

    coefficient: float
    error: float
    p: float


@dataclass(frozen=True, slots=True)
class Monotonicity:
    """Whether win rate less break-even rises with the edge, over n rows of so many days.

    slope: null where rows are too few or alike; trend_p: how often edges dealt anew within days give a rise as plain.
    """

    n: int
    days: int
    buckets: tuple[Bucket, ...]
    slope: Slope | None
    trend_p: float | None

    @property
    def rises(self) -> bool | None:
        """Whether both tests show a rise at 5 %; null where nothing could be tested."""
        if self.slope is None or self.trend_p is None:
            return None
        return self.slope.p < LEVEL and self.trend_p < LEVEL


def monotonicity(bets: Bets, *, generator: Generator, deals: int = 999, cuts: Sequence[float] = CUTS) -> Monotonicity:
    """Test whether bets with larger edges win more above their break-even; generator: deals the edges anew."""
    days = len(np.unique(bets.days))
    buckets = by_edge(bets, cuts)
    if len(bets) < ROWS_LEAST or days < DAYS_LEAST or np.ptp(bets.edge) == 0.0 or np.ptp(bets.won) == 0.0:
        return Monotonicity(len(bets), days, buckets, None, None)
    return Monotonicity(
        len(bets), days, buckets, edge_slope(bets), trend_p(bets, generator=generator, deals=deals, cuts=cuts)
    )  # fmt: skip


def by_edge(bets: Bets, cuts: Sequence[float] = CUTS) -> tuple[Bucket, ...]:
    """Return what bets came to by bucket of edge, those without rows left out."""
    place = np.searchsorted(cuts, bets.edge, side="right")
    ends = list(pairwise((-math.inf, *cuts, math.inf)))
    found = []
    for number in np.unique(place).tolist():
        rows = place == number
        won, needed = float(bets.won[rows].mean()), float(bets.break_even[rows].mean())
        low, high = ends[number]
        found.append(Bucket(low, high, int(rows.sum()), won, needed, won - needed))
    return tuple(found)


def edge_slope(bets: Bets) -> Slope | None:
    """Return the slope of winning on the edge beside the break-even, by maximum likelihood; null where it has no end.

    An edge that is right has a slope of about 1 / (q (1 - q)), 4 near even prices; one that is none has 0.
    """
    design = np.column_stack([np.ones(len(bets)), bets.edge])
    offset = np.asarray(logit(bets.break_even))
    beta = np.zeros(2)
    for _ in range(_STEPS):
        p = expit(design @ beta + offset)
        information = (design * (p * (1.0 - p))[:, None]).T @ design
        if not np.linalg.cond(information) < 1e14:
            return None
        step = np.linalg.solve(information, design.T @ (bets.won - p))
        beta = beta + step
        if np.abs(step).max() < _TOLERANCE:
            return _told(design, offset, beta, bets)
    return None


def trend_p(bets: Bets, *, generator: Generator, deals: int = 999, cuts: Sequence[float] = CUTS) -> float:
    """Return how often edges dealt anew among the bets of each day give a never-falling fit that explains as much.

    The bets as they were count as one deal, so it is never 0.
    """
    excess = bets.won - bets.break_even
    place = np.searchsorted(cuts, bets.edge, side="right")
    order = np.argsort(bets.days, kind="stable")
    excess, place, days = excess[order], place[order], bets.days[order]
    seen = _explained(excess, place, len(cuts) + 1)
    reached = 0
    for _ in range(deals):
        # Sorting by day and then by lot shuffles within days.
        dealt = np.lexsort((generator.random(len(days)), days))
        reached += _explained(excess[dealt], place, len(cuts) + 1) >= seen - _TOLERANCE
    return (1 + reached) / (1 + deals)


def never_falling(values: Sequence[float], weights: Sequence[float]) -> Floats:
    """Return the never-falling numbers nearest to values by weighted least squares: neighbours that fall are pooled."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append((float(value), float(weight), 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (first, heavy, many), (second, light, few) = pools[-2], pools[-1]
            both = heavy + light
            pools[-2:] = [((first * heavy + second * light) / both, both, many + few)]
    return np.repeat([pool[0] for pool in pools], [pool[2] for pool in pools]).astype(np.float64)


def _told(design: Floats, offset: Floats, beta: Floats, bets: Bets) -> Slope:
    p = expit(design @ beta + offset)
    inverse = np.linalg.inv((design * (p * (1.0 - p))[:, None]).T @ design)
    _, place = np.unique(bets.days, return_inverse=True)
    groups = int(place.max()) + 1
    each = design * (bets.won - p)[:, None]
    sums = np.stack([np.bincount(place, weights=each[:, column], minlength=groups) for column in (0, 1)], axis=1)
    spread = inverse @ (sums.T @ sums * groups / (groups - 1)) @ inverse
    error = math.sqrt(float(spread[1, 1]))
    slope = float(beta[1])
    return Slope(slope, error, float(ndtr(-slope / error)) if error > 0.0 else math.nan)


def _explained(excess: Floats, place: NDArray[np.intp], buckets: int) -> float:
    """Return the squares between the pools of the never-falling fit, about the mean of all."""
    counts = np.bincount(place, minlength=buckets)
    sums = np.bincount(place, weights=excess, minlength=buckets)
    filled = counts > 0
    weights, means = counts[filled].astype(np.float64), sums[filled] / counts[filled]
    fit = never_falling(means.tolist(), weights.tolist())
    return float((weights * (fit - excess.mean()) ** 2).sum())
