"""The family of absence: what a player missed, and who is reported not to play.

One pass through the days: all rows of a day are written before any of them is learned. A report counts only where it
was told before the cut-off of the game, and not before the day after the player's latest game: who has played since
is back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Floats, Integers, Singles

    Rows = tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int32], NDArray[np.int16], NDArray[np.bool_]]

_MISSED, _RETURN, _SINCE, _VACATED, _OWN = 0, 1, 2, 4, 5
_KEPT, _MONTH = 32, 30  # nobody plays more than 32 games in 30 days
_NEVER = -1_000_000
_MICROSECONDS = 86_400_000_000
_DAY, _SEASON, _TEAM, _STREAK, _GAMES = 0, 1, 2, 3, 4  # of a player; a team has the first only


@njit(cache=True)
def write_absences(
    matrix: Singles, at: int, games_played: int, rows: Rows, lists: tuple[Integers, Integers],
    shares: tuple[Floats, Floats],
    cutoff: Integers, reports: tuple[Integers, Integers, Singles], told: Integers,
) -> None:  # fmt: skip
    """Fill six columns of the matrix from one on, but for the restriction of minutes, and the column of games_played.

    rows: day, season, player, team, played. lists: where the rows of each team in a game begin (shape g + 1), and the
    first day of its season (g). shares: plays of each row, and the team's plays by its share of the minutes. cutoff:
    of each row's game, 0 where unknown. reports: first report of each player (shape players + 1), and told_at and
    chance in that order. told: told_at of all reports, ascending.
    """
    day, season, player, team, _ = rows
    first, opening = lists
    state, recent = _blank(reports[0].shape[0] - 1)
    team_day, team_recent = _blank(team.max() + 1)
    usage = np.zeros((state.shape[0], 2))
    following = np.full((state.shape[0], 2), -1)  # the next and the one before among those whose latest team it is
    head = np.full(team_day.shape[0], -1)
    out_players = np.empty(state.shape[0], dtype=np.int64)
    out_usage = np.empty(state.shape[0])
    begin = 0
    while begin < first.shape[0] - 1:
        g = begin
        while g < first.shape[0] - 1 and day[first[g]] == day[first[begin]]:
            row = first[g]
            t = team[row]
            found = -1
            if _told_between(told, opening[g] * _MICROSECONDS, cutoff[row]):
                found = _who_is_out(
                    head[t], following, state, usage, season[row], cutoff[row], reports, out_players, out_usage
                )
            month = _since(team_recent, t, day[row] - _MONTH)
            for row in range(first[g], first[g + 1]):
                p = player[row]
                matrix[row, games_played] = state[p, _GAMES] if state[p, _SEASON] == season[row] else 0
                if state[p, _DAY] != _NEVER:
                    matrix[row, at + _SINCE] = day[row] - state[p, _DAY]
                    matrix[row, at + _MISSED] = max(0, month - _since(recent, p, day[row] - _MONTH))
                    if state[p, _TEAM] == t and state[p, _SEASON] == season[row]:
                        matrix[row, at + _RETURN] = state[p, _STREAK] if team_day[t, _DAY] <= state[p, _DAY] else 0
                matrix[row, at + _OWN] = _chance(p, state[p, _DAY], cutoff[row], reports)
                if found >= 0:
                    matrix[row, at + _VACATED] = _but(p, out_players, out_usage, found)
            g += 1
        for group in range(begin, g):
            _learn_rows(first[group], first[group + 1], rows, shares, state, recent, usage, following, head, team_day)
        for group in range(begin, g):
            _learn_team(team_day, team_recent, rows, first[group], first[group + 1])
        begin = g


@njit(cache=True)
def _blank(size: int) -> tuple[Integers, Integers]:
    state = np.full((size, 5), _NEVER)
    state[:, _STREAK:] = 0
    return state, np.full((size, _KEPT + 1), _NEVER)


@njit(cache=True)
def _push(recent: Integers, who: int, day: int) -> None:
    """Keep a day; the last cell says how many were kept."""
    kept = max(0, recent[who, _KEPT])
    recent[who, kept % _KEPT] = day
    recent[who, _KEPT] = kept + 1


@njit(cache=True)
def _since(recent: Integers, who: int, day: int) -> int:
    """Count the kept days from a day on, from the latest backwards."""
    kept = max(0, recent[who, _KEPT])
    found = 0
    while found < min(kept, _KEPT) and recent[who, (kept - 1 - found) % _KEPT] >= day:
        found += 1
    return found


@njit(cache=True)
def _before(told: Integers, low: int, high: int, moment: int) -> int:
    """Return the first place from low to high whose time is not before the moment."""
    while low < high:
        middle = (low + high) // 2
        if told[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _told_between(told: Integers, begin: int, cutoff: int) -> bool:
    size = told.shape[0]
    return _before(told, 0, size, cutoff) > _before(told, 0, size, begin)


@njit(cache=True)
def _chance(p: int, latest: int, cutoff: int, reports: tuple[Integers, Integers, Singles]) -> float:
    """Return what the latest report that counts gives a player, NaN without one."""
    first, told, plays = reports
    place = _before(told, first[p], first[p + 1], cutoff) - 1
    if cutoff == 0 or place < first[p] or told[place] < (latest + 1) * _MICROSECONDS:
        return np.nan
    return float(plays[place])


@njit(cache=True)
def _who_is_out(
    p: int, following: Integers, state: Integers, usage: Floats, season: int, cutoff: int,
    reports: tuple[Integers, Integers, Singles], players: Integers, lost: Floats,
) -> int:  # fmt: skip
    found = 0
    while p >= 0:
        if state[p, _SEASON] == season and usage[p, 1] > 0 and _chance(p, state[p, _DAY], cutoff, reports) == 0:
            players[found] = p
            lost[found] = 100 * usage[p, 0] / usage[p, 1]
            found += 1
        p = following[p, 0]
    return found


@njit(cache=True)
def _but(p: int, players: Integers, lost: Floats, found: int) -> float:
    total = 0.0
    for k in range(found):
        if players[k] != p:
            total += lost[k]
    return total


@njit(cache=True)
def _learn_rows(
    start: int, end: int, rows: Rows, shares: tuple[Floats, Floats], state: Integers, recent: Integers, usage: Floats,
    following: Integers, head: Integers, team_day: Integers,
) -> None:  # fmt: skip
    day, season, player, team, played = rows
    for row in range(start, end):
        if not played[row]:
            continue
        p, t = player[row], team[row]
        together = state[p, _TEAM] == t and state[p, _SEASON] == season[row]
        unbroken = together and team_day[t, _DAY] <= state[p, _DAY]
        state[p, _STREAK] = state[p, _STREAK] + 1 if unbroken else 1
        if state[p, _SEASON] != season[row]:
            usage[p] = 0.0
            state[p, _GAMES] = 0
        usage[p, 0] += shares[0][row]
        usage[p, 1] += shares[1][row]
        if state[p, _TEAM] != t:
            _move(p, t, state, following, head)
        state[p, _DAY], state[p, _SEASON] = day[row], season[row]
        state[p, _GAMES] += 1
        _push(recent, p, day[row])


@njit(cache=True)
def _move(p: int, t: int, state: Integers, following: Integers, head: Integers) -> None:
    after, before = following[p]
    if before >= 0:
        following[before, 0] = after
    elif state[p, _TEAM] >= 0:
        head[state[p, _TEAM]] = after
    if after >= 0:
        following[after, 1] = before
    following[p, 0], following[p, 1] = head[t], -1
    if head[t] >= 0:
        following[head[t], 1] = p
    head[t] = p
    state[p, _TEAM] = t


@njit(cache=True)
def _learn_team(team_day: Integers, recent: Integers, rows: Rows, start: int, end: int) -> None:
    for row in range(start, end):
        if rows[4][row]:
            t = rows[3][row]
            team_day[t, _DAY] = rows[0][row]
            _push(recent, t, rows[0][row])
            return
