"""Weighing: simulated scores are re-weighted to the fitted distribution of margin and of total, key numbers included.

A generative model gives the shape of a game, the fitted distribution the mass of each margin. The weights are the
product of a ratio by margin and a ratio by total, found by iterative proportional fitting (Deming and Stephan, 1940)
and capped, so that no few scores speak for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ROUNDS = 12  # margins and totals hardly depend on each other, so the ratios settle in a few
REACHABLE = 1e-12  # scores less likely than this are left as they are
ENOUGH = 0.8  # below this share of effective worlds the run says so


class By(StrEnum):
    """What of the fitted margins a league's scores are weighed to.

    MASS: the mass of every margin, key numbers included. WINNER: only who wins, where a margin's size is not told apart
    from its sign by a distribution of its absolute value: a home side that does not bat last wins by one run as no
    away side can.
    """

    MASS = "mass"
    WINNER = "winner"


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """P(margin = k) on -most..most and P(total = k) on 0..2 most, each summing to 1, that the scores should have."""

    margin: Floats
    total: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A weight for every final score, shape (most + 1, most + 1), with mean 1 under the joint it was made for.

    effective: the share of worlds that they leave, 1 / E[w^2] (Kish, 1965).
    """

    by_score: Floats
    effective: float


def on_support(mass: Floats, support: tuple[int, int], low: int, high: int) -> Floats:
    """Return mass given on lo..hi laid on low..high, renormalised; what lies outside is dropped."""
    laid = np.zeros(high - low + 1)
    first, last = max(low, support[0]), min(high, support[1])
    laid[first - low : last - low + 1] = mass[first - support[0] : last - support[0] + 1]
    return np.asarray(laid / laid.sum())


def weigh(joint: Floats, fitted: Fitted, cap: float) -> Weights:
    """Return the weights that give a joint of final scores the fitted margins and totals, each within [1/cap, cap]."""
    most = joint.shape[0] - 1
    cells = np.flatnonzero(joint.ravel() > REACHABLE)
    home, away = np.divmod(cells, most + 1)
    margins, totals = home - away + most, home + away
    mass = joint.ravel()[cells]
    fitted = of_one_parity(_possible(fitted, margins))
    ratios = _proportions(mass, margins, totals, fitted.margin, fitted.total)
    by_score = np.ones((most + 1) ** 2)
    by_score[cells] = np.clip(ratios, 1.0 / cap, cap)
    by_score /= (joint.ravel() * by_score).sum()
    return Weights(by_score.reshape(most + 1, most + 1), float(1.0 / (joint.ravel() * by_score**2).sum()))


@njit(cache=True, nogil=True)
def _proportions(mass: Floats, margins: Integers, totals: Integers, by_margin: Floats, by_total: Floats) -> Floats:
    """Return the ratio of every cell, shape (cells,), that gives its margin and its total their wanted mass.

    Sums run in the order of the cells, whatever the machine's threads, so equal scores give equal bits.
    """
    margin_ratio, total_ratio = np.ones(by_margin.size), np.ones(by_total.size)
    for _ in range(ROUNDS):
        _scale(margin_ratio, total_ratio, mass, margins, totals, by_margin)
        _scale(total_ratio, margin_ratio, mass, totals, margins, by_total)
    return margin_ratio[margins] * total_ratio[totals]


@njit(cache=True, nogil=True)
def _scale(own: Floats, other: Floats, mass: Floats, places: Integers, others: Integers, wanted: Floats) -> None:
    """Set the ratios of one side to wanted over found; what the model cannot give is shared among what it can."""
    found = np.zeros(own.size)
    for cell in range(mass.size):
        found[places[cell]] += mass[cell] * other[others[cell]]
    within = 0.0
    for place in range(own.size):
        if found[place] > 0.0:
            within += wanted[place]
    for place in range(own.size):
        own[place] = wanted[place] / within / found[place] if found[place] > 0.0 else 1.0


def of_winner(fitted: Fitted, joint: Floats) -> Fitted:
    """Return margins that are the joint's own but for who wins, which is as fitted; totals as fitted."""
    most = joint.shape[0] - 1
    home, away = np.divmod(np.arange(joint.size), most + 1)
    own = np.bincount(home - away + most, joint.ravel(), 2 * most + 1)
    sides = [slice(0, most), slice(most, most + 1), slice(most + 1, None)]
    margin = own.copy()
    for side in sides:
        if own[side].sum() > 0.0:
            margin[side] *= fitted.margin[side].sum() / own[side].sum()
    return Fitted(margin / margin.sum(), fitted.total)


def of_one_parity(fitted: Fitted) -> Fitted:
    """Return margins and totals that one game can have: both are odd, or neither is, so their odd shares are equal.

    Fitted apart they differ a little. Margins stay: their key numbers make the share of odd ones, totals follow.
    """
    most = fitted.margin.size // 2
    odd_margin, odd_total = np.arange(-most, most + 1) % 2 == 1, np.arange(fitted.total.size) % 2 == 1
    return Fitted(fitted.margin, _with_odd(fitted.total, odd_total, float(fitted.margin[odd_margin].sum())))


def _possible(fitted: Fitted, margins: Integers) -> Fitted:
    """Return the fitted margins without those that the model cannot give, such as a tie where none can stand."""
    given = np.bincount(margins, minlength=fitted.margin.size) > 0
    margin = np.where(given, fitted.margin, 0.0)
    return Fitted(margin / margin.sum(), fitted.total)


def _with_odd(mass: Floats, odd: NDArray[np.bool_], share: float) -> Floats:
    own = mass[odd].sum()
    if not 0.0 < own < 1.0:
        return mass
    return np.asarray(mass * np.where(odd, share / own, (1.0 - share) / (1.0 - own)))
