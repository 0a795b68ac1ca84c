"""Rounds and windows, compiled: overtime forward and back, and what the mass of a window leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EMPTY = 1e-18  # less mass than this at the ends of a diagonal is left out
LAST_ROUND = 1e-16  # overtimes are repeated until less mass than this is tied
ROUNDS = 400


@njit(cache=True, nogil=True)
def value_ahead(diagonal: Floats, margin: int, value: Floats, mass: Floats, into: Floats) -> None:
    """Add `mass` of a window times the value that it leads to, over all scores with this margin before it.

    diagonal: the mass of each such score, by the lower team's points; where `mass` is 0 nothing is added.
    """
    most = value.shape[0] - 1
    lowest, highest = _between(diagonal)
    line, found, points = np.zeros(2 * most + 1), np.zeros(most + 1), np.zeros(most + 1)
    for ahead in range(-most, most + 1):
        home, away = max(ahead, 0), max(-ahead, 0)
        for lower in range(most + 1 - abs(ahead)):
            points[lower] = mass[home + lower, away + lower]
        first, last = _between(points[: most + 1 - abs(ahead)])
        for place in range(lowest + first, highest + last + 1):
            line[place] = value[min(most, place + home + max(margin, 0)), min(most, place + away + max(-margin, 0))]
        found[first : last + 1] = 0.0
        for before in range(lowest, highest + 1):
            at = np.uint64(before)
            for lower in range(first, last + 1):
                i = np.uint64(lower)
                found[i] += diagonal[before] * line[at + i]
        for lower in range(first, last + 1):
            into[home + lower, away + lower] += points[lower] * found[lower]


@njit(cache=True, nogil=True)
def _between(mass: Floats) -> tuple[int, int]:
    """Return the first and last place with more than no mass; the last is before the first where there is none."""
    first, last = 0, mass.shape[0] - 1
    while first <= last and mass[first] < EMPTY:
        first += 1
    while first <= last and mass[last] < EMPTY:
        last -= 1
    return first, last


@njit(cache=True, nogil=True)
def back_through_round(weights: Floats, chances: Floats, after: Floats, score: int) -> float:
    """Return the value of being tied at `score` before a round, `after` being that of a tie after it, by score."""
    most = weights.shape[0] - 1
    found = 0.0
    for more in range(chances.shape[0]):
        for other in range(chances.shape[1]):
            home, away = min(most, score + more), min(most, score + other)
            found += chances[more, other] * (after[home] if more == other else weights[home, away])
    return found


@njit(cache=True, nogil=True)
def through_round(mass: Floats, tied: Floats, chances: Floats, ahead: int) -> Floats:
    """Play one overtime round from the tied cells (h, h + ahead); returns what is tied after it.

    What cannot be told apart at the top counts as the highest tie that can.
    """
    most, still, decided = mass.shape[0] - 1, np.zeros_like(tied), chances.copy()
    highest = most - max(ahead, 0)
    for more in range(min(chances.shape[0], chances.shape[1])):
        decided[more, more] = 0.0
        for home in range(tied.shape[0]):
            still[min(highest, home + more)] += tied[home] * chances[more, more]
    for home in range(tied.shape[0]):
        if tied[home] <= 0.0:
            continue
        away = home + ahead
        inside = max(0, min(chances.shape[1], most - away + 1))
        for more in range(chances.shape[0]):
            reached = np.uint64(min(most, home + more))
            for other in range(inside):
                mass[reached, np.uint64(away + other)] += tied[home] * decided[more, other]
            for other in range(inside, chances.shape[1]):
                mass[reached, most] += tied[home] * decided[more, other]
    return still
