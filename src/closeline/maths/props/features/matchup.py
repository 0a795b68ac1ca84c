"""What a team allows its opponents, and how fast its games are: per team and game, each day before it is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from closeline.maths.props.features.team_games import Floats, Integers, Singles

# Columns of a team's totals in a game, as `team_games` has them.
_PTS, _FGM, _FGA, _FG3M, _FG3A, _OREB, _DREB, _TOV, _PF, _POSSESSIONS, _PACE = 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13
_LONG, _FEWEST = 10, 5
# Quotients of two sums over the season: what they are multiplied by, and their places among the columns of the family.
_FACTORS = (100.0, 1.0, 1.0, 1.0, 1.0, 100.0, 100.0, 1.0)
_OUT = (0, 10, 11, 13, 14, 15, 16, 2)


@njit(cache=True)
def write_matchups(
    out: Singles,
    day: Integers,
    season: Integers,
    team: Integers,
    opponent: Integers,
    opposite: Integers,
    totals: Floats,
) -> None:
    """Fill out, shape (g, 17): the family's columns up to what the market says, those that the logs lack left alone."""
    teams = max(team.max(), opponent.max()) + 1
    sums = np.zeros((teams, 2, len(_OUT)))
    of_season = np.full(teams, -32768)
    ring = np.zeros((teams, 3, _LONG))
    count = np.zeros(teams, dtype=np.int64)
    league = np.zeros(3)
    start = 0
    while start < day.shape[0]:
        end = start
        while end < day.shape[0] and day[end] == day[start]:
            facing = opponent[end]
            if of_season[facing] == season[end]:
                _write_season(out[end], sums[facing])
            pace = league[0] / league[1] if league[2] == season[end] and league[1] > 0 else np.nan
            _write_lately(out[end], ring, count, team[end], facing, pace)
            end += 1
        for g in range(start, end):
            other = opposite[g]
            if other >= 0 and np.isfinite(totals[g, _PACE]):
                t = team[g]
                if of_season[t] != season[g]:
                    sums[t] = 0.0
                    of_season[t] = season[g]
                if league[2] != season[g]:
                    league[:] = 0.0
                    league[2] = season[g]
                league[0] += totals[g, _PACE]
                league[1] += 1
                _learn(sums[t], totals[g], totals[other])
                ring[t, 0, count[t] % _LONG] = totals[other, _PTS]
                ring[t, 1, count[t] % _LONG] = totals[g, _POSSESSIONS]
                ring[t, 2, count[t] % _LONG] = totals[g, _PACE]
                count[t] += 1
        start = end


@njit(cache=True)
def _write_season(out: Singles, sums: Floats) -> None:
    for k in range(len(_OUT)):
        if sums[1, k] > 0:
            out[_OUT[k]] = _FACTORS[k] * sums[0, k] / sums[1, k]


@njit(cache=True)
def _write_lately(out: Singles, ring: Floats, count: Integers, team: int, facing: int, league: float) -> None:
    own = _mean_pace(ring[team], count[team])
    theirs = _mean_pace(ring[facing], count[facing])
    used = min(count[facing], _LONG)
    if used >= _FEWEST:
        possessions = ring[facing, 1, :used].sum()
        if possessions > 0:
            out[1] = 100 * ring[facing, 0, :used].sum() / possessions
    out[3] = theirs
    out[4] = own * theirs / league
    out[5] = own


@njit(cache=True)
def _mean_pace(ring: Floats, count: int) -> float:
    used = min(count, _LONG)
    return ring[2, :used].sum() / used if used >= _FEWEST else np.nan


@njit(cache=True)
def _learn(sums: Floats, own: Floats, theirs: Floats) -> None:
    _add(sums, 0, theirs[_PTS], own[_POSSESSIONS])
    _add(sums, 1, theirs[_FGM] + 0.5 * theirs[_FG3M], theirs[_FGA])
    _add(sums, 2, theirs[_FG3A], theirs[_FGA])
    _add(sums, 3, theirs[_OREB], theirs[_OREB] + own[_DREB])
    _add(sums, 4, theirs[_DREB], theirs[_DREB] + own[_OREB])
    _add(sums, 5, theirs[_TOV], own[_POSSESSIONS])
    _add(sums, 6, own[_PF], own[_POSSESSIONS])
    _add(sums, 7, own[_PACE], 1.0)


@njit(cache=True)
def _add(sums: Floats, k: int, above: float, below: float) -> None:
    sums[0, k] += above
    sums[1, k] += below
