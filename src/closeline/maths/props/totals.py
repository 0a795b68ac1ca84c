"""Totals of games from players' logs: what each came to, less what its teams' last games would have made expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.props.logs import BOX
from closeline.maths.props.training.baselines import ewma_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.logs import PlayerLogs

    Floats = NDArray[np.float64]

# An exponential average half as heavy after so many games of a team; declared, not fitted.
HALF_LIFE = 15.0
# A team with fewer players in the logs has no whole box.
PLAYERS_LEAST = 5


def total_surprises(logs: PlayerLogs, *, players_least: int = PLAYERS_LEAST) -> Floats:
    """Return, for each game by its code, its points less the mean of its two teams' averages before it, shape (games,).

    Each average is of the totals of a team's earlier games, so nothing of the game itself or of a later one is in it;
    the mean of the two stands half as far from the league's as their sum would, since both are noisy. NaN for a game
    not played, one without two whole boxes, and one with a team's first.
    """
    found = np.full(len(logs.games), np.nan)
    played = np.flatnonzero(logs.played)
    if not played.size:
        return found
    pairs = np.column_stack([logs.game[played].astype(np.int64), logs.team[played].astype(np.int64)])
    sides, first, of_side = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    players = np.bincount(of_side.ravel())
    scored = np.bincount(of_side.ravel(), weights=logs.box[BOX.index("pts")][played].astype(np.float64))
    game, team, day = sides[:, 0], sides[:, 1].astype(np.int32), logs.day[played][first]
    whole = np.bincount(game[players >= players_least], minlength=found.size) == 2
    whole &= np.bincount(game, minlength=found.size) == 2
    total = np.where(whole, np.bincount(game, weights=scored, minlength=found.size), np.nan)
    order = np.lexsort((team, game, day))
    before = np.empty(game.size)
    before[order] = ewma_before(team[order], total[game[order]], HALF_LIFE)
    return np.asarray(total - np.bincount(game, weights=before, minlength=found.size) / 2.0)
