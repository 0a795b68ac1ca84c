"""The family of rates: what a player does of what his team and his opponents leave to do, over his season.

One pass through the days: all rows of a day are written before any of them is learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from closeline.maths.props.logs import BOX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Floats, Integers, Singles

_MIN, _PTS, _REB, _AST, _STL, _BLK, _TOV, _FGM, _FGA, _FG3M, _FG3A, _FTM, _FTA, _OREB, _DREB, _PF, _DIFF = range(17)
assert len(BOX) == _DIFF + 1
# Columns of a team's totals in a game, as `team_games` has them.
_T_MIN, _T_FGM, _T_OREB, _T_DREB, _T_PLAYS, _T_POSSESSIONS = 0, 2, 7, 8, 11, 12
# Each rate is the quotient of two sums over the season; these are their places among the columns of the family.
_PLACES = (1, 2, 3, 4, 5, 6, 7, 11, 12, 15, 17)
_FACTORS = (100.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 100.0, 1.0)
_EWMA = (0, 14)  # usage and game score


@njit(cache=True)
def write_rates(
    matrix: Singles, at: int, day: NDArray[np.int32], season: NDArray[np.int16], player: NDArray[np.int32],
    box: Singles, totals: Floats, of_row: Integers, opposite: Integers, fade: Floats,
) -> None:  # fmt: skip
    """Fill 19 columns of the matrix from one on. fade: of the EWMA of usage and of that of game score, per game."""
    players = player.max() + 1
    sums = np.zeros((players, 2, len(_PLACES)))
    means = np.zeros((players, 2, 2))
    of_season = np.full(players, -32768)
    start = 0
    while start < day.shape[0]:
        end = start
        while end < day.shape[0] and day[end] == day[start]:
            _write(matrix, end, at, sums, means, player[end], season[end] == of_season[player[end]])
            end += 1
        for row in range(start, end):
            if np.isfinite(box[_MIN, row]):
                p = player[row]
                if season[row] != of_season[p]:
                    sums[p] = 0.0
                    of_season[p] = season[row]
                chances = _learn(sums, p, box, row, totals, of_row[row], opposite[of_row[row]])
                if chances > 0:
                    _fold(means, p, 0, 100 * _plays(box, row) / chances, fade[0])
                _fold(means, p, 1, _game_score(box, row), fade[1])
        start = end


@njit(cache=True)
def _write(
    matrix: Singles, row: int, at: int, sums: Floats, means: Floats, p: int,
    same: bool,  # noqa: FBT001 -- compiled
) -> None:  # fmt: skip
    for k in range(2):
        if means[p, k, 1] > 0:
            matrix[row, at + _EWMA[k]] = means[p, k, 0] / means[p, k, 1]
    if same:
        for k in range(len(_PLACES)):
            if sums[p, 1, k] > 0:
                matrix[row, at + _PLACES[k]] = _FACTORS[k] * sums[p, 0, k] / sums[p, 1, k]


@njit(cache=True)
def _plays(box: Singles, row: int) -> float:
    plays: float = box[_FGA, row] + 0.44 * box[_FTA, row] + box[_TOV, row]
    return plays


@njit(cache=True)
def _learn(sums: Floats, p: int, box: Singles, row: int, totals: Floats, group: int, other: int) -> float:
    """Add a game, and return the team's plays by the player's share of the minutes."""
    court = totals[group, _T_MIN] / 5
    share = box[_MIN, row] / court if court > 0 else np.nan
    fgm, fga, fta, ast = box[_FGM, row], box[_FGA, row], box[_FTA, row], box[_AST, row]
    _add(sums, p, 0, _plays(box, row), share * totals[group, _T_PLAYS])
    _add(sums, p, 1, box[_PTS, row], 2 * (fga + 0.44 * fta))
    _add(sums, p, 2, fgm + 0.5 * box[_FG3M, row], fga)
    _add(sums, p, 3, box[_FG3A, row], fga)
    _add(sums, p, 4, fta, fga)
    _add(sums, p, 5, ast, share * totals[group, _T_FGM] - fgm)
    _add(sums, p, 6, ast, box[_TOV, row])
    _add(sums, p, 10, box[_MIN, row], court)
    if other >= 0 and np.isfinite(totals[other, _T_MIN]):
        _add(sums, p, 7, box[_OREB, row], share * (totals[group, _T_OREB] + totals[other, _T_DREB]))
        _add(sums, p, 8, box[_DREB, row], share * (totals[group, _T_DREB] + totals[other, _T_OREB]))
        if np.isfinite(box[_DIFF, row]) and np.isfinite(totals[group, _T_POSSESSIONS]):
            _add(sums, p, 9, box[_DIFF, row], share * totals[group, _T_POSSESSIONS])
    chances: float = share * totals[group, _T_PLAYS]
    return chances


@njit(cache=True)
def _add(sums: Floats, p: int, k: int, above: float, below: float) -> None:
    sums[p, 0, k] += above
    sums[p, 1, k] += below


@njit(cache=True)
def _fold(means: Floats, p: int, k: int, value: float, fade: float) -> None:
    if np.isfinite(value):
        means[p, k, 0] = means[p, k, 0] * fade + value
        means[p, k, 1] = means[p, k, 1] * fade + 1


@njit(cache=True)
def _game_score(box: Singles, row: int) -> float:
    """Return Hollinger's game score."""
    shots = box[_PTS, row] + 0.4 * box[_FGM, row] - 0.7 * box[_FGA, row] - 0.4 * (box[_FTA, row] - box[_FTM, row])
    boards = 0.7 * box[_OREB, row] + 0.3 * box[_DREB, row]
    others = box[_STL, row] + 0.7 * box[_AST, row] + 0.7 * box[_BLK, row] - 0.4 * box[_PF, row] - box[_TOV, row]
    score: float = shots + boards + others
    return score
