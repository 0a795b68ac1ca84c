"""The worlds evaluator: the script walked through once per world, scores kept by period.

What worlds give that the exact evaluator does not is outcomes together: any legs read from the same world are
as correlated as the game makes them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.kernels import MOST_GAINED, ROUNDS, alias_tables, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.exact import Window
    from closeline.maths.simulate.script import Game, Night

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]

BATCH = 25_000
SEED_BITS = 64
WHOLE = 2.0**53  # cumulative chances of starts are compared in whole numbers, of so many


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """Simulated games: points by period, shape (worlds, periods + 1, 2), overtime last, home before away.

    weights: one per world, shape (worlds,), with mean 1.
    """

    scores: NDArray[np.int16]
    weights: Floats

    @property
    def effective(self) -> float:
        """Return the effective sample size: (sum w)^2 / sum w^2 (Kish, 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def within(self, window: Window) -> NDArray[np.int64]:
        """Return home and away points in a window, shape (worlds, 2)."""
        stop = self.scores.shape[1] if window.overtime else window.stop
        return np.asarray(self.scores[:, window.start : stop].sum(axis=1, dtype=np.int64))

    def final(self) -> NDArray[np.int64]:
        """Return the final scores, shape (worlds, 2)."""
        return np.asarray(self.scores.sum(axis=1, dtype=np.int64))


def simulate(game: Game, worlds: int, seed: int, threads: int = 1, batch: int = BATCH, *, begin: int = 0) -> Worlds:
    """Walk through so many worlds; the same bits for any number of threads and any batch.

    begin: the number of the first of them. Each world's chance is drawn from its own number, so that pieces walked
    apart, and laid one after the other, are what one walk through all of them gives.

    ValueError when a play gives a team more than 255 points.
    """
    periods = len(game[0].periods)
    scores = np.zeros((worlds, periods + 1, 2), dtype=np.int16)
    nights = [_prepared(night) for night in game]
    edges = [0.0, *accumulate(night.weight for night in game)]
    edges[-1] = 2.0  # the last night takes what rounding left
    key = np.uint64(seed % 2**SEED_BITS)

    def run(first: int) -> None:
        for night, low, high in zip(nights, edges[:-1], edges[1:], strict=True):
            walk(key, begin + first, low, high, scores[first : first + batch], *night)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(0, worlds, batch)))
    return Worlds(scores, np.ones(worlds))


def reweighted(worlds: Worlds, weights: Floats) -> Worlds:
    """Return the worlds weighed by their final score; weights have shape (most + 1, most + 1)."""
    most = weights.shape[0] - 1
    final = np.minimum(worlds.final(), most)
    own = worlds.weights * weights[final[:, 0], final[:, 1]]
    return Worlds(worlds.scores, own / own.mean())


def joint(worlds: Worlds, window: Window, most: int) -> Floats:
    """Return the weighted share of each pair of points within a window, shape (most + 1, most + 1)."""
    points = np.minimum(worlds.within(window), most)
    cells = points[:, 0] * (most + 1) + points[:, 1]
    shares = np.bincount(cells, worlds.weights, (most + 1) ** 2) / worlds.weights.sum()
    return np.asarray(shares.reshape(most + 1, most + 1))


def _prepared(
    night: Night,
) -> tuple[Words, int, int, Integers, Words, Integers, Floats, Integers, int]:
    """Return a night as the walk reads it: alias tables of every play's possible outcomes, plays, overtime."""
    if night.gains.max() > MOST_GAINED:
        raise ValueError(f"a play must give a team at most {MOST_GAINED} points, was {night.gains.max()}")
    likely = night.chances.sum(axis=2)
    possible = int((likely > 0.0).sum(axis=1).max())
    order = np.argsort(-likely, axis=1, kind="stable")[:, :possible]
    chances = np.take_along_axis(night.chances, order[:, :, None], axis=1).transpose(0, 2, 1)
    entries = np.empty((chances.shape[0], chances.shape[1] * possible), dtype=np.uint64)
    alias_tables(np.ascontiguousarray(chances), np.ascontiguousarray(night.gains[order]), entries)
    plays = np.concatenate([period.plays for period in night.periods]).astype(np.int64)
    below = np.concatenate([_cumulative(period.starts) for period in night.periods])
    starts = np.ceil(below * WHOLE).astype(np.uint64)
    bounds = np.concatenate([[0], np.cumsum([period.plays.size for period in night.periods])]).astype(np.int64)
    return entries, possible, night.most, plays, starts, bounds, *_rounds(night)


def _rounds(night: Night) -> tuple[Floats, Integers, int]:
    """Return cumulative chances of the overtime rounds, shape (rounds, cells), how wide and how many they may be."""
    rounds = night.overtime.rounds
    below = np.ones((len(rounds), max((chances.size for chances in rounds), default=1)))
    for number, chances in enumerate(rounds):
        below[number, : chances.size] = _cumulative(chances.ravel())
    ending = night.overtime.may_tie or not rounds
    wide = np.array([chances.shape[1] for chances in rounds], dtype=np.int64)
    return below, wide, len(rounds) if ending else ROUNDS


def _cumulative(chances: Floats) -> Floats:
    """Return cumulative chances, 1 from the last possible one on, whatever rounding has left."""
    below = np.cumsum(chances)
    below[np.flatnonzero(chances)[-1] :] = 1.0
    return below
