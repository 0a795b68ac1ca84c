"""Numbers of a player's last games: means, slopes, spreads, medians, kept in a ring of twenty and two sorted runs.

One pass through the days: all rows of a day are written before any of them is learned. Slices are not handed about:
each would cost a count of references, which is more than the arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Floats, Integers, Singles

_LONG, _SHORT = 20, 10
_PTS, _REB, _AST, _PRA, _MINUTES = range(5)
# Sums over the last games of each number, of its square and of it times how many games ago it was.
_SQUARE, _AGO, _WIDTH = 5, 10, 15


@njit(cache=True)
def write_windows(
    matrix: Singles, means: int, trend: int, restriction: int, day: NDArray[np.int32], player: NDArray[np.int32],
    numbers: Singles,
) -> None:  # fmt: skip
    """Fill the matrix: 14 means of windows and the 20 trends, from their first columns on, and the restriction.

    numbers: pts, reb, ast, pra and minutes, shape (5, n), NaN where not played.
    """
    players = player.max() + 1
    ring = np.empty((players, _LONG, 5), dtype=np.float32)
    count = np.zeros(players, dtype=np.int64)
    lately = np.empty((players, _SHORT), dtype=np.float32)
    longer = np.empty((players, _LONG), dtype=np.float32)
    sums = np.empty(_WIDTH)
    start = 0
    while start < day.shape[0]:
        end = start
        while end < day.shape[0] and day[end] == day[start]:
            p = player[end]
            if count[p] > 1:
                _write_windows(matrix, end, means, trend, ring, p, count[p], sums)
                shortest, longest = matrix[end, means + 1], matrix[end, means + 7]
                if longest > 0:
                    matrix[end, restriction] = shortest / longest
            if count[p] >= _SHORT // 2:
                _write_medians(matrix, end, trend + 17, lately, longer, ring, p, count[p])
            end += 1
        for row in range(start, end):
            if np.isfinite(numbers[_MINUTES, row]):
                _learn(player[row], ring, count, lately, longer, numbers, row)
        start = end


@njit(cache=True)
def _write_windows(
    matrix: Singles, row: int, means: int, trend: int, ring: Singles, p: int, count: int, sums: Floats
) -> None:
    """Go back through the last games once; numbers count as differences from the latest: equal ones vary by 0."""
    size = min(count, _LONG)
    newest = (count - 1) % _LONG
    sums[:] = 0.0
    done = 0
    for place, window in enumerate((3, 5, 10, 20)):
        used = min(size, window)
        _add(sums, ring, p, newest, done, used)
        done = used
        if used < (window + 1) // 2:
            return
        pra, minutes = sums[_PRA] / used, sums[_MINUTES] / used
        mean = ring[p, newest, _PRA] + pra
        matrix[row, means + 2 * place] = mean
        matrix[row, means + 2 * place + 1] = ring[p, newest, _MINUTES] + minutes
        if place == 0:
            continue
        centre, across = (used - 1) / 2, used * (used * used - 1.0) / 12
        matrix[row, trend + 2 * place - 2] = (centre * sums[_PRA] - sums[_AGO + _PRA]) / across
        matrix[row, trend + 2 * place - 1] = (centre * sums[_MINUTES] - sums[_AGO + _MINUTES]) / across
        sd = _sd(sums, _PRA, used)
        matrix[row, trend + 5 + place] = sd
        if place >= 2 and mean > 0:
            matrix[row, trend + 7 + place] = sd / mean
        if place <= 2:
            for x in range(3):
                matrix[row, means + 5 + 3 * place + x] = ring[p, newest, x] + sums[x] / used
        if place == 2:
            for x in range(3):
                matrix[row, trend + 11 + x] = _sd(sums, x, used)
            matrix[row, trend + 14] = _sd(sums, _MINUTES, used)


@njit(cache=True)
def _add(sums: Floats, ring: Singles, p: int, newest: int, begin: int, end: int) -> None:
    for ago in range(begin, end):
        place = newest - ago
        if place < 0:
            place += _LONG
        for x in range(5):
            difference = np.float64(ring[p, place, x]) - np.float64(ring[p, newest, x])
            sums[x] += difference
            sums[_SQUARE + x] += difference * difference
            sums[_AGO + x] += ago * difference


@njit(cache=True)
def _sd(sums: Floats, x: int, used: int) -> float:
    sd: float = np.sqrt(max(0.0, sums[_SQUARE + x] - sums[x] * sums[x] / used) / (used - 1))
    return sd


@njit(cache=True)
def _middle(runs: Singles, p: int, size: int) -> float:
    middle: float = (np.float64(runs[p, (size - 1) // 2]) + np.float64(runs[p, size // 2])) / 2
    return middle


@njit(cache=True)
def _write_medians(
    matrix: Singles, row: int, at: int, lately: Singles, longer: Singles, ring: Singles, p: int, count: int
) -> None:
    used = min(count, _SHORT)
    matrix[row, at] = lately[p, used - 1] - lately[p, 0]
    centre = _middle(lately, p, used)
    # From both ends inwards the distances fall: the median of them is met after half of the steps.
    low, high = 0, used - 1
    above = far = 0.0
    for _ in range(used // 2 + 1):
        above = far
        below, beyond = centre - lately[p, low], lately[p, high] - centre
        if below >= beyond:
            far = below
            low += 1
        else:
            far = beyond
            high -= 1
    matrix[row, at + 1] = far if used % 2 else (above + far) / 2
    usual = _middle(longer, p, min(count, _LONG))
    higher = 0
    for k in range(count - used, count):
        if ring[p, k % _LONG, _PRA] > usual:
            higher += 1
    matrix[row, at + 2] = higher / used


@njit(cache=True)
def _replace(runs: Singles, p: int, size: int, old: np.float32, new: np.float32) -> None:
    """Put a number into a sorted run in place of an old one; an old NaN is nowhere, and the run grows by one."""
    hole = size
    if not np.isnan(old):
        hole = 0
        while runs[p, hole] != old:
            hole += 1
    while hole > 0 and runs[p, hole - 1] > new:
        runs[p, hole] = runs[p, hole - 1]
        hole -= 1
    while hole < size - 1 and runs[p, hole + 1] < new:
        runs[p, hole] = runs[p, hole + 1]
        hole += 1
    runs[p, hole] = new


@njit(cache=True)
def _learn(
    p: int, ring: Singles, count: Integers, lately: Singles, longer: Singles, numbers: Singles, row: int
) -> None:
    seen = count[p]
    new = numbers[_PRA, row]
    old = ring[p, (seen - _SHORT) % _LONG, _PRA] if seen >= _SHORT else np.float32(np.nan)
    _replace(lately, p, min(seen, _SHORT), old, new)
    old = ring[p, seen % _LONG, _PRA] if seen >= _LONG else np.float32(np.nan)
    _replace(longer, p, min(seen, _LONG), old, new)
    for x in range(5):
        ring[p, seen % _LONG, x] = numbers[x, row]
    count[p] = seen + 1
