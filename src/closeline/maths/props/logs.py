"""Player logs in columns: one row for each player and game, those about to be played with no numbers yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.domain.props.statistics import Statistic

# Rows of `PlayerLogs.box`, in this order.
BOX = (
    "minutes", "pts", "reb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb",
    "pf", "plus_minus",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class GameContext:
    """What was known of each game before its cut-off, by the game's code; NaN or 0 where nobody told.

    starts_at, cutoff: unix microseconds, 0 where unknown. total, spread: the de-vigged market's means in points, spread
    as home minus away, NaN where no price was received by the cut-off.
    """

    starts_at: NDArray[np.int64]
    cutoff: NDArray[np.int64]
    total: NDArray[np.float32]
    spread: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """Who was reported, when and how, in order of `told_at`; each row is one report of one player.

    player: the player's code. told_at: unix microseconds. plays: the chance that he plays, by the status reported.
    """

    player: NDArray[np.int32]
    told_at: NDArray[np.int64]
    plays: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PlayerLogs:
    """Rows ordered by (day, game, team, player): n of them, each a player in a game.

    day: days since 1970-01-01, the league's own. game, player, team, opponent: codes, places in the tuples of names.
    home: 1 at home, 0 away, -1 on a neutral floor or unknown. box: shape (len(BOX), n), NaN in a row that is not played
    yet. A player who did not play has no row of that game; who is about to play has one for each game to predict.
    """

    season: NDArray[np.int16]
    day: NDArray[np.int32]
    game: NDArray[np.int32]
    player: NDArray[np.int32]
    team: NDArray[np.int16]
    opponent: NDArray[np.int16]
    home: NDArray[np.int8]
    box: NDArray[np.float32]
    games: tuple[str, ...]
    players: tuple[str, ...]
    teams: tuple[str, ...]
    context: GameContext
    reports: Reports

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.day)

    @property
    def played(self) -> NDArray[np.bool_]:
        """Return which rows are of games that were played, shape (n,)."""
        return np.asarray(np.isfinite(self.box[0]))

    def numbers(self, statistic: Statistic) -> NDArray[np.float32]:
        """Return a statistic of every row, shape (n,), NaN where the game is not played yet."""
        return np.asarray(self.box[[BOX.index(name) for name in statistic.columns]].sum(axis=0), dtype=np.float32)
