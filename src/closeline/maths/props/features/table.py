"""All features of all rows: each day is predicted before any of its games is learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from closeline.maths.props.features import team_games as totals_of
from closeline.maths.props.features.absence import write_absences
from closeline.maths.props.features.arenas import ARENAS, miles_between, start_hour
from closeline.maths.props.features.averages import write_averages
from closeline.maths.props.features.declared import NAMES, column
from closeline.maths.props.features.match_list import CONTEXT, LONGEST_REST, MATCHUP, SEASON_GAMES
from closeline.maths.props.features.matchup import write_matchups
from closeline.maths.props.features.player_list import HALF_LIVES
from closeline.maths.props.features.rates import write_rates
from closeline.maths.props.features.schedule import write_schedule
from closeline.maths.props.features.team_games import TeamGames, spread_out, team_games
from closeline.maths.props.features.venues import after_pause, arenas_of, is_weekend, market_columns
from closeline.maths.props.features.windows import write_windows
from closeline.maths.props.logs import BOX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.features.team_games import Floats, Singles
    from closeline.maths.props.logs import PlayerLogs

_USAGE_HALF_LIFE, _IMPACT_HALF_LIFE = 7, 15


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """Features of the logs' rows, in their order.

    matrix: float32, shape (n, 134), C order: rows stand by day, so that a window of time is a slice without a copy,
    which is what libraries of trees take. NaN is null. names: the columns.
    """

    matrix: NDArray[np.float32]
    names: tuple[str, ...] = NAMES

    def column(self, name: str) -> NDArray[np.float32]:
        """Return one feature of every row, shape (n,), a view; raises ValueError for an unknown name."""
        return np.asarray(self.matrix[:, column(name)])


def compute(logs: PlayerLogs) -> FeatureTable:
    """Return the features of every row, played or about to be, single-threaded, the same bits every time.

    A row of a game on a day knows rows of days before it, days and venues of games up to it, and of prices and
    reports what came before the game's cut-off; where the cut-off is unknown it knows none. Raises ValueError for
    rows or reports that are not in order, and for a played row that lacks points, rebounds or assists.
    """
    matrix = np.full((len(logs), len(NAMES)), np.nan, dtype=np.float32)
    if len(logs):
        _check(logs)
        logs = _laid_out(logs)
        games = team_games(logs)
        _of_players(matrix, logs, games)
        _of_games(matrix, logs, games)
        _absences(matrix, logs, games)
    return FeatureTable(matrix)


def _check(logs: PlayerLogs) -> None:
    keys = (logs.day, logs.game, logs.team, logs.player)
    ordered = np.zeros(len(logs) - 1, dtype=np.bool_)
    for key in reversed(keys):
        ordered = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & ordered)
    if not ordered.all():
        row = int(np.flatnonzero(~ordered)[0]) + 1
        raise ValueError(f"rows must be in order of day, game, team and player, each once; row {row} was not")
    if (np.diff(logs.reports.told_at) < 0).any():
        raise ValueError("reports must be in order of told_at, were not")
    for name in ("pts", "reb", "ast"):
        if not np.isfinite(logs.box[BOX.index(name)][logs.played]).all():
            raise ValueError(f"a row with minutes must have {name}, one had none")


def _laid_out(logs: PlayerLogs) -> PlayerLogs:
    """Return the logs with every array of rows as the compiled loops take it, copied only where it is not so yet."""
    return replace(
        logs,
        season=_plain(logs.season, np.int16),
        day=_plain(logs.day, np.int32),
        game=_plain(logs.game, np.int32),
        player=_plain(logs.player, np.int32),
        team=_plain(logs.team, np.int16),
        opponent=_plain(logs.opponent, np.int16),
        home=_plain(logs.home, np.int8),
        box=_plain(logs.box, np.float32),
    )


def _plain(values: NDArray[Any], kind: type[Any]) -> NDArray[Any]:
    return np.require(values, kind, ("C", "W"))


def _fade(*half_lives: int) -> Floats:
    return np.asarray(0.5 ** (1 / np.array(half_lives, dtype=np.float64)))


def _of_players(matrix: Singles, logs: PlayerLogs, games: TeamGames) -> None:
    minutes, pts, reb, ast = (logs.box[BOX.index(name)] for name in ("minutes", "pts", "reb", "ast"))
    numbers = np.stack([pts, reb, ast, pts + reb + ast, minutes])
    names = ("ewma3_pts", "season_pts", "lag1_pts", "versus_opponent_pra", "ewma3_less_ewma15_pra")
    ewma, season, latest, others, differences = map(column, names)
    write_averages(
        matrix, (ewma, season, latest, others, differences), logs.day,
        (logs.player, logs.opponent, logs.season, logs.home), numbers, len(logs.teams), _fade(*HALF_LIVES),
    )  # fmt: skip
    first, trend, restriction = map(column, ("mean3_pra", "slope5_pra", "minutes_restriction"))
    write_windows(matrix, first, trend, restriction, logs.day, logs.player, numbers)
    write_rates(
        matrix, column("usage_ewma7"), logs.day, logs.season, logs.player, logs.box, games.totals, games.of_row,
        games.opposite, _fade(_USAGE_HALF_LIFE, _IMPACT_HALF_LIFE),
    )  # fmt: skip


def _of_games(matrix: Singles, logs: PlayerLogs, games: TeamGames) -> None:
    """Fill both families of games, which stand side by side, once for each team in a game."""
    found = np.full((len(games), len(MATCHUP) + len(CONTEXT)), np.nan, dtype=np.float32)
    matchup, context = found[:, : len(MATCHUP)], found[:, len(MATCHUP) :]
    who = (games.day, games.season, games.team, games.opponent)
    write_matchups(matchup, *who, games.opposite, games.totals)
    matchup[:, 17:21] = market_columns(games, logs.context)
    arena = arenas_of(games, logs.teams)
    zones = np.array([place.zone for place in ARENAS], dtype=np.float64)
    write_schedule(context, *who, arena, miles_between(), zones, LONGEST_REST, SEASON_GAMES)
    context[:, 0] = np.where(games.home >= 0, games.home, np.nan)
    context[:, 9] = np.where(arena >= 0, np.array([place.altitude for place in ARENAS])[arena], np.nan)
    context[:, 12] = is_weekend(games.day)
    context[:, 14] = start_hour(logs.context.starts_at[games.game], arena)
    context[:, 15] = after_pause(games)
    spread_out(matrix, column("opponent_defence_season"), found, games.of_row)


def _absences(matrix: Singles, logs: PlayerLogs, games: TeamGames) -> None:
    seasons, place = np.unique(games.season, return_inverse=True)
    openings = np.full(len(seasons), np.iinfo(np.int64).max)
    np.minimum.at(openings, place, games.day)
    reporter, told_at = logs.reports.player, _plain(logs.reports.told_at, np.int64)
    plays = _plain(logs.reports.plays, np.float32)
    by_player = np.argsort(reporter, kind="stable")
    firsts = np.searchsorted(reporter[by_player], np.arange(len(logs.players) + 1))
    write_absences(
        matrix, column("games_missed_30d"), column("games_played"),
        (logs.day, logs.season, logs.player, logs.team, logs.played), (games.first, openings[place]),
        _shares(logs, games), logs.context.cutoff[logs.game],
        (firsts, told_at[by_player], plays[by_player]), told_at,
    )  # fmt: skip


def _shares(logs: PlayerLogs, games: TeamGames) -> tuple[Floats, Floats]:
    """Return each row's plays, and the team's plays by its share of the minutes."""
    minutes, fga, fta, tov = (logs.box[BOX.index(name)] for name in ("minutes", "fga", "fta", "tov"))
    court = games.totals[:, totals_of.MIN] / 5
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(court > 0, games.totals[:, totals_of.PLAYS] / court, np.nan)
    return fga + 0.44 * fta.astype(np.float64) + tov, minutes * each[games.of_row]
