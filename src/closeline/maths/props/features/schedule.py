"""Rest, crowded weeks and travel: per team and game, from the days and venues of games, played or about to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from closeline.maths.props.features.team_games import Floats, Integers, Singles

_KEPT = 6
_REST, _BACK, _THREE, _FOUR, _OPPONENT, _DIFFERENCE, _MILES, _ZONE, _FRACTION = 1, 2, 3, 4, 5, 6, 7, 8, 10
_NEVER = -1_000_000


@njit(cache=True)
def write_schedule(
    out: Singles, day: Integers, season: Integers, team: Integers, opponent: Integers, arena: Integers,
    miles: Floats, zone: Floats, longest_rest: int, season_games: int,
) -> None:  # fmt: skip
    """Fill out, shape (g, 16): the columns of rest, travel and the share of the season.

    arena: of each game, -1 where unknown. miles: between arenas, square. zone: hours of standard time of each arena.
    """
    teams = max(team.max(), opponent.max()) + 1
    days = np.full((teams, _KEPT), _NEVER)  # the latest first
    arenas = np.full((teams, 2), -1)
    of_season = np.full(teams, -32768)
    games = np.zeros(teams, dtype=np.int64)
    start = 0
    while start < day.shape[0]:
        end = start
        while end < day.shape[0] and day[end] == day[start]:
            t = team[end]
            _write_rest(out[end], day[end], days[t], days[opponent[end]], longest_rest)
            _write_travel(out[end], day[end], days[t], arenas[t], arena[end], miles, zone)
            out[end, _FRACTION] = games[t] / season_games if of_season[t] == season[end] else 0.0
            end += 1
        for g in range(start, end):
            t = team[g]
            if of_season[t] != season[g]:
                of_season[t] = season[g]
                games[t] = 0
            games[t] += 1
            for k in range(_KEPT - 1, 0, -1):
                days[t, k] = days[t, k - 1]
            days[t, 0] = day[g]
            arenas[t, 1] = arenas[t, 0]
            arenas[t, 0] = arena[g]
        start = end


@njit(cache=True)
def _rest(day: int, latest: int, longest: int) -> float:
    return np.nan if latest == _NEVER else float(min(day - latest - 1, longest))


@njit(cache=True)
def _write_rest(out: Singles, day: int, own: Integers, theirs: Integers, longest: int) -> None:
    out[_REST] = _rest(day, own[0], longest)
    out[_OPPONENT] = _rest(day, theirs[0], longest)
    out[_DIFFERENCE] = out[_REST] - out[_OPPONENT]
    out[_BACK] = 1.0 if own[0] == day - 1 else 0.0
    out[_THREE] = 1.0 if own[1] >= day - 3 else 0.0
    out[_FOUR] = 1.0 if own[2] >= day - 5 else 0.0


@njit(cache=True)
def _write_travel(
    out: Singles, day: int, days: Integers, arenas: Integers, here: int, miles: Floats, zone: Floats
) -> None:
    travelled = 0.0
    there = here
    for k in range(2):
        if days[k] >= day - 2:
            travelled += miles[arenas[k], there] if arenas[k] >= 0 and there >= 0 else np.nan
            there = arenas[k]
    out[_MILES] = travelled
    if days[0] != _NEVER and here >= 0 and arenas[0] >= 0:
        out[_ZONE] = zone[here] - zone[arenas[0]]
