"""Baselines: a player's own exponential average with one coefficient of variation for all, what a model must beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HALF_LIVES = (3, 7, 15)
# A mean of 0 has no distribution: who has never scored may.
MEAN_LEAST = 0.25


def games_before(players: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return how many earlier rows each row's player has, shape (n,); rows in order of time."""
    order = np.argsort(players, kind="stable")
    sorted_players = players[order]
    starts = np.flatnonzero(np.r_[True, sorted_players[1:] != sorted_players[:-1]])
    lengths = np.diff(np.r_[starts, len(players)])
    before = np.empty(len(players), dtype=np.int32)
    before[order] = np.arange(len(players)) - np.repeat(starts, lengths)
    return before


def ewma_before(players: NDArray[np.int32], y: Floats, half_life: float) -> Floats:
    """Return the exponential average of each player's earlier numbers, NaN before his first, shape (n,).

    The game k games ago weighs .5 ** (k / half_life), k = 0 for the latest; weights are divided by their sum. Rows in
    order of time; a row of NaN, not played yet, is given an average and adds nothing.
    """
    count = int(players.max(initial=-1)) + 1
    sums, weights, decay = np.zeros(count), np.zeros(count), 0.5 ** (1.0 / half_life)
    found = np.full(len(y), np.nan)
    place = games_before(players)
    # Everybody's k-th game at once: no player twice in a step, and never a later game before an earlier one.
    for rows in np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1]):
        who = players[rows]
        known = weights[who] > 0.0
        found[rows[known]] = sums[who[known]] / weights[who[known]]
        played = np.isfinite(y[rows])
        who, numbers = who[played], y[rows][played]
        sums[who] = decay * sums[who] + numbers
        weights[who] = decay * weights[who] + 1.0
    return found
