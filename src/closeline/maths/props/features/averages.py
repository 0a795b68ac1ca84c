"""The first family but for its windows: EWMA, means of the season, the latest game, and means under a condition.

One pass through the days: all rows of a day are written before any of them is learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Singles

    Codes = tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int16], NDArray[np.int8]]
    Doubles = NDArray[np.float64]

SHRINK_GAMES = 5.0
# Where a player's sums stand: three EWMAs of five numbers, their weights, five sums of a season, and what follows.
_WEIGHT, _SEASON, _COUNT, _BEFORE, _BEFORE_COUNT, _CAREER, _CAREER_MIN, _CAREER_COUNT = 15, 18, 23, 24, 25, 26, 27, 28
_HOME, _HOME_COUNT, _AWAY, _AWAY_COUNT, _LATEST, _WIDTH = 29, 30, 31, 32, 33, 38


@njit(cache=True)
def write_averages(
    matrix: Singles, columns: tuple[int, int, int, int, int], day: NDArray[np.int32], codes: Codes, numbers: Singles,
    teams: int, fade: Doubles,
) -> None:  # fmt: skip
    """Fill the matrix from five columns on: 15 EWMA, 5 means of the season, 5 latest, 5 others, 2 differences of EWMA.

    codes: player, opponent, season, home of each row. numbers: pts, reb, ast, pra and minutes, shape (5, n), NaN
    where not played. fade: what a weight is multiplied by with each game, for each half-life. The others: versus the
    opponent, season before, career per 36 minutes, home, away.
    """
    player, opponent, season, home = codes
    players = player.max() + 1
    sums = np.zeros((players, _WIDTH))
    of_season = np.full(players, -32768)
    season_before = np.full(players, -32768)
    versus = np.zeros((players, teams, 2))
    start = 0
    while start < day.shape[0]:
        end = start
        while end < day.shape[0] and day[end] == day[start]:
            p = player[end]
            if sums[p, _CAREER_COUNT] > 0:
                same = season[end] == of_season[p]
                ago = season[end] - (season_before[p] if same else of_season[p])
                _write_means(matrix, end, columns, sums, p, same)
                _write_others(matrix, end, columns[3], sums, p, versus, opponent[end], same, ago)
            end += 1
        for row in range(start, end):
            if np.isfinite(numbers[4, row]):
                p = player[row]
                if season[row] != of_season[p]:
                    _turn(sums, p)
                    season_before[p] = of_season[p]
                    of_season[p] = season[row]
                _learn(sums, p, numbers, row, home[row], fade)
                versus[p, opponent[row], 0] += numbers[3, row]
                versus[p, opponent[row], 1] += 1
        start = end


@njit(cache=True)
def _write_means(
    matrix: Singles, row: int, columns: tuple[int, int, int, int, int], sums: Doubles, p: int,
    same: bool,  # noqa: FBT001 -- compiled
) -> None:  # fmt: skip
    ewma, season, latest, _, difference = columns
    for h in range(3):
        share = 1 / sums[p, _WEIGHT + h]
        for x in range(5):
            matrix[row, ewma + 5 * h + x] = sums[p, 5 * h + x] * share
    for x in range(5):
        matrix[row, latest + x] = sums[p, _LATEST + x]
    if same:
        for x in range(5):
            matrix[row, season + x] = sums[p, _SEASON + x] / sums[p, _COUNT]
    for k in range(2):
        matrix[row, difference + k] = matrix[row, ewma + 3 + k] - matrix[row, ewma + 13 + k]


@njit(cache=True)
def _write_others(
    matrix: Singles, row: int, at: int, sums: Doubles, p: int, versus: Doubles, facing: int,
    same: bool, ago: int,  # noqa: FBT001 -- compiled
) -> None:  # fmt: skip
    mean = sums[p, _CAREER] / sums[p, _CAREER_COUNT]
    met = versus[p, facing, 1] + SHRINK_GAMES
    matrix[row, at] = (versus[p, facing, 0] + SHRINK_GAMES * mean) / met
    if sums[p, _CAREER_MIN] > 0:
        matrix[row, at + 2] = 36 * sums[p, _CAREER] / sums[p, _CAREER_MIN]
    if same:
        if ago == 1:
            matrix[row, at + 1] = sums[p, _BEFORE] / sums[p, _BEFORE_COUNT]
        if sums[p, _HOME_COUNT] > 0:
            matrix[row, at + 3] = sums[p, _HOME] / sums[p, _HOME_COUNT]
        if sums[p, _AWAY_COUNT] > 0:
            matrix[row, at + 4] = sums[p, _AWAY] / sums[p, _AWAY_COUNT]
    elif ago == 1:
        matrix[row, at + 1] = sums[p, _SEASON + 3] / sums[p, _COUNT]


@njit(cache=True)
def _turn(sums: Doubles, p: int) -> None:
    sums[p, _BEFORE] = sums[p, _SEASON + 3]
    sums[p, _BEFORE_COUNT] = sums[p, _COUNT]
    sums[p, _SEASON : _COUNT + 1] = 0.0
    sums[p, _HOME : _AWAY_COUNT + 1] = 0.0


@njit(cache=True)
def _learn(sums: Doubles, p: int, numbers: Singles, row: int, home: int, fade: Doubles) -> None:
    for h in range(3):
        sums[p, _WEIGHT + h] = sums[p, _WEIGHT + h] * fade[h] + 1
    for x in range(5):
        value = numbers[x, row]
        sums[p, _LATEST + x] = value
        sums[p, _SEASON + x] += value
        for h in range(3):
            sums[p, 5 * h + x] = sums[p, 5 * h + x] * fade[h] + value
    pra = numbers[3, row]
    sums[p, _COUNT] += 1
    sums[p, _CAREER] += pra
    sums[p, _CAREER_MIN] += numbers[4, row]
    sums[p, _CAREER_COUNT] += 1
    if home == 1:
        sums[p, _HOME] += pra
        sums[p, _HOME_COUNT] += 1
    elif home == 0:
        sums[p, _AWAY] += pra
        sums[p, _AWAY_COUNT] += 1
