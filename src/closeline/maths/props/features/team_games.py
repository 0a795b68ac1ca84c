"""A team in a game: its rows, its totals, and who it played; the rows of the logs stand together by team and game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from closeline.maths.props.logs import BOX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.logs import PlayerLogs

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Integers = NDArray[np.int64]

# Columns of `TeamGames.totals`. POSSESSIONS and PACE are the game's, NaN unless both teams have numbers.
MIN, PTS, FGM, FGA, FG3M, FG3A, FTA, OREB, DREB, TOV, PF, PLAYS, POSSESSIONS, PACE = range(14)
_SUMMED = ("minutes", "pts", "fgm", "fga", "fg3m", "fg3a", "fta", "oreb", "dreb", "tov", "pf")
_ROWS = np.array([BOX.index(name) for name in _SUMMED])


@dataclass(frozen=True, slots=True, eq=False)
class TeamGames:
    """Teams in games, g of them, in the order of the logs.

    first: where the rows of each begin, shape (g + 1,). of_row: shape (n,). opposite: the other team's place, -1
    where it has no rows. totals: shape (g, 14), NaN where no row has numbers. arena: of the game, -1 where unknown.
    The others: as in the logs.
    """

    first: Integers
    of_row: Integers
    opposite: Integers
    totals: Floats
    day: Integers
    season: Integers
    game: Integers
    team: Integers
    opponent: Integers
    home: Integers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.day)


def team_games(logs: PlayerLogs) -> TeamGames:
    """Gather the logs' rows by game and team."""
    starts = np.ones(len(logs), dtype=np.bool_)
    starts[1:] = (np.diff(logs.game) != 0) | (np.diff(logs.team) != 0)
    first = np.append(np.flatnonzero(starts), len(logs))
    of_row = np.cumsum(starts) - 1
    heads = first[:-1]
    game, team, opponent = (
        np.asarray(values[heads], dtype=np.int64) for values in (logs.game, logs.team, logs.opponent)
    )
    totals = np.full((len(heads), PACE + 1), np.nan)
    _sum_rows(totals, first, logs.box, _ROWS)
    opposite = _opposites(game, team, opponent)
    _both(totals, opposite)
    day, season, home = (np.asarray(values[heads], dtype=np.int64) for values in (logs.day, logs.season, logs.home))
    return TeamGames(first, of_row, opposite, totals, day, season, game, team, opponent, home)


@njit(cache=True)
def _sum_rows(totals: Floats, first: Integers, box: Singles, rows: Integers) -> None:
    for g in range(first.shape[0] - 1):
        for k in range(rows.shape[0]):
            found = 0
            total = 0.0
            for row in range(first[g], first[g + 1]):
                if np.isfinite(box[0, row]):
                    found += 1
                    total += box[rows[k], row]
            if found:
                totals[g, k] = total
        totals[g, PLAYS] = totals[g, FGA] + 0.44 * totals[g, FTA] + totals[g, TOV]


@njit(cache=True)
def _opposites(game: Integers, team: Integers, opponent: Integers) -> Integers:
    opposite = np.full(game.shape[0], -1)
    for g in range(1, game.shape[0]):
        if game[g] == game[g - 1] and opponent[g] == team[g - 1] and opponent[g - 1] == team[g]:
            opposite[g] = g - 1
            opposite[g - 1] = g
    return opposite


@njit(cache=True)
def _both(totals: Floats, opposite: Integers) -> None:
    for g in range(opposite.shape[0]):
        other = opposite[g]
        if other >= 0:
            own = totals[g, PLAYS] - totals[g, OREB]
            possessions = (own + totals[other, PLAYS] - totals[other, OREB]) / 2
            minutes = (totals[g, MIN] + totals[other, MIN]) / 2
            totals[g, POSSESSIONS] = possessions
            if minutes > 0:
                totals[g, PACE] = 48 * possessions / (minutes / 5)


@njit(cache=True)
def spread_out(matrix: Singles, at: int, values: Singles, of_row: Integers) -> None:
    """Give each row the values of its team in its game, shape (g, k), from one column on."""
    for row in range(matrix.shape[0]):
        group = of_row[row]
        for k in range(values.shape[1]):
            matrix[row, at + k] = values[group, k]
