"""The columns of a game that need no history: venue, calendar and what the market said by the cut-off."""

from __future__ import annotations

from math import erfc, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from closeline.maths.props.features.arenas import LAST, arena_of
from closeline.maths.props.features.match_list import BLOWOUT_POINTS, MARGIN_SD, PAUSE_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Floats, Integers, TeamGames
    from closeline.maths.props.logs import GameContext


def arenas_of(games: TeamGames, teams: tuple[str, ...]) -> Integers:
    """Return the place of each game's arena, shape (g,), -1 on a neutral floor and where it is unknown."""
    host = np.where(games.home == 1, games.team, games.opponent)
    pairs, place = np.unique(host * LAST + games.season, return_inverse=True)
    known = [arena_of(teams[pair // LAST], pair % LAST) for pair in pairs.tolist()]
    return np.where(games.home >= 0, np.array(known, dtype=np.int64)[place], -1)


def is_weekend(day: Integers) -> NDArray[np.bool_]:
    """Say which days are Saturdays and Sundays; 1970-01-01 was a Thursday."""
    late: NDArray[np.bool_] = (day + 3) % 7 >= 5
    return late


def after_pause(games: TeamGames) -> NDArray[np.bool_]:
    """Say which games come after the season's pause, shape (g,): the All-Star break of the league."""
    fresh = np.ones(len(games), dtype=np.bool_)
    fresh[1:] = (np.diff(games.day) != 0) | (np.diff(games.season) != 0)
    season, day = games.season[fresh], games.day[fresh]
    years, place = np.unique(season, return_inverse=True)
    begin, end = (
        np.array([f"{start + 1}-{text}" for start in years], dtype="datetime64[D]").astype(np.int64)[place]
        for text in ("01-25", "03-31")
    )
    paused = np.zeros(len(day), dtype=np.bool_)
    paused[1:] = (np.diff(day) >= PAUSE_DAYS) & (np.diff(season) == 0)
    seen = np.cumsum(paused & (day >= begin) & (day <= end))
    before = seen[np.searchsorted(season, years)][place]  # up to the season's first day, which is after no pause
    of_day = np.asarray(seen > before)
    return np.asarray(of_day[np.cumsum(fresh) - 1])


def market_columns(games: TeamGames, context: GameContext) -> Floats:
    """Return the team's total, the game's, the spread from the team's side and the chance of a blowout, shape (g, 4).

    NaN where the game has no cut-off: then nothing says that a price was received before it.
    """
    timely = context.cutoff[games.game] != 0
    total = np.where(timely, context.total[games.game].astype(np.float64), np.nan)
    spread = np.where(timely, context.spread[games.game].astype(np.float64), np.nan)
    side = np.select([games.home == 1, games.home == 0], [1.0, -1.0], np.nan)
    own = side * spread
    blowout = _beyond(spread, BLOWOUT_POINTS, MARGIN_SD)
    return np.stack([(total + own) / 2, total, own, blowout], axis=1)


@njit(cache=True)
def _beyond(mean: Floats, points: float, sd: float) -> Floats:
    """Return the chance of a normal number beyond the points either way; compiled, as scipy would cost its import."""
    found = np.empty(mean.shape[0])
    for g in range(mean.shape[0]):
        above, below = (points - mean[g]) / sd, (points + mean[g]) / sd
        found[g] = (erfc(above / sqrt(2.0)) + erfc(below / sqrt(2.0))) / 2
    return found
