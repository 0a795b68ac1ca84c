"""Worlds of players: their numbers drawn together, alone or beside the simulated worlds of their game.

A Gaussian copula ties the numbers; every margin is the forecast of that very market. Draws belong to a market and a
seed, so that another player on the slip changes nobody's numbers. Source: props-v1, section 7.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from closeline.domain.props.statistics import Statistic, statistic_of
from closeline.maths.props.correlation import checked
from closeline.maths.simulate.streams import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from closeline.domain.markets import Market
    from closeline.maths.props.distributions import PropForecast
    from closeline.maths.simulate.worlds import Worlds

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

STREAMS = "props-v1"
_PARTS = (Statistic.POINTS, Statistic.REBOUNDS, Statistic.ASSISTS)


@dataclass(frozen=True, slots=True)
class PlayerNumber:
    """One number of one player: the market that it settles, and its own forecast."""

    market: Market
    forecast: PropForecast

    def __post_init__(self) -> None:
        """Refuse a market that is of nobody."""
        if statistic_of(self.market) is None or not self.market.player_id:
            raise ValueError(f"market must be of one player, was {self.market.key}")


@dataclass(frozen=True, slots=True, eq=False)
class PlayerWorlds:
    """Numbers drawn together given that all play: counts of shape (numbers, worlds), weights of shape (worlds,).

    possible: which worlds can be, shape (worlds,): nobody has more from threes than points, nor less in all than in
    its parts. The counts of a world that cannot be are kept, so that every margin is its forecast over all worlds.
    """

    numbers: tuple[PlayerNumber, ...]
    counts: Counts
    weights: Floats
    possible: NDArray[np.bool_]

    def of(self, market: Market) -> tuple[PropForecast, Counts]:
        """Return forecast and counts of a market; ValueError where it was not drawn."""
        for number, counts in zip(self.numbers, self.counts, strict=True):
            if number.market == market:
                return number.forecast, counts
        raise ValueError(f"{market.key} must be among the numbers that were drawn, was not")


def draw(numbers: Sequence[PlayerNumber], correlation: ArrayLike, *, worlds: int, seed: int) -> PlayerWorlds:
    """Draw so many worlds of numbers; correlation: shape (numbers, numbers), in their order.

    Where points, rebounds and assists of a player are drawn, his points + rebounds + assists are their sum in every
    world, and its row of the correlation is not used; what such legs are worth still comes from its own forecast
    (`slips`). ValueError for a number twice, a continuous forecast and a matrix that is not positive definite.
    """
    if worlds < 1:
        raise ValueError(f"worlds must be at least 1, were {worlds}")
    return _drawn(numbers, correlation, np.empty((0, worlds)), np.ones(worlds), seed)


def draw_with(numbers: Sequence[PlayerNumber], correlation: ArrayLike, game: Worlds, *, seed: int) -> PlayerWorlds:
    """Draw numbers beside the worlds of a game, one for each, tied to its total.

    correlation: shape (1 + numbers, 1 + numbers), the game's total first. See `draw`.
    """
    total = ranked(game.final().sum(axis=1), game.weights, seed)
    return _drawn(numbers, correlation, total[None, :], game.weights, seed)


def ranked(values: ArrayLike, weights: Floats, seed: int) -> Floats:
    """Return normal scores of values by their weighted ranks, shape (worlds,); equal values are ranked by lot."""
    given = np.asarray(values, dtype=np.float64)
    order = np.lexsort((stream(STREAMS, seed, "ties").random(given.size), given))
    heavy = weights[order]
    places = (np.cumsum(heavy) - heavy / 2.0) / heavy.sum()
    scores = np.empty(given.size)
    scores[order] = ndtri(np.clip(places, 1e-12, 1.0 - 1e-12))
    return scores


def _drawn(
    numbers: Sequence[PlayerNumber], correlation: ArrayLike, anchors: Floats, weights: Floats, seed: int
) -> PlayerWorlds:
    held = tuple(numbers)
    if not held or len({number.market for number in held}) != len(held):
        raise ValueError("numbers must be at least one and differ, did not")
    if len({(number.market.player_id, number.forecast.plays) for number in held}) != len(_players(held)):
        raise ValueError("a player must have one chance to play in all of his forecasts, had two")
    before = len(anchors)
    matrix = checked(correlation, before + len(held))
    free = [place for place, number in enumerate(held) if not _is_sum(number, held)]
    rows = [*range(before), *(before + place for place in free)]
    scores = _tied(_root(matrix[np.ix_(rows, rows)]), anchors, [held[place] for place in free], seed)
    counts = np.empty((len(held), weights.size), dtype=np.int64)
    for place, column in zip(free, scores, strict=True):
        below = held[place].forecast.below()
        counts[place] = np.minimum(np.searchsorted(below, ndtr(column)), below.size - 1)
    for place, number in enumerate(held):
        if place not in free:
            counts[place] = sum(counts[part] for part in _places(held, number, _PARTS))
    return PlayerWorlds(held, counts, weights, _possible(held, counts))


def _tied(root: Floats, anchors: Floats, free: Sequence[PlayerNumber], seed: int) -> list[Floats]:
    """Return the normal scores of the numbers, each on draws of its own, given the anchors."""
    lots: list[Floats] = []
    for place, anchor in enumerate(anchors):
        lots.append(np.asarray((anchor - _sum(root[place], lots, anchor)) / root[place, place]))
    before, found = len(anchors), []
    for place, number in enumerate(free, start=before):
        lots.append(np.asarray(stream(STREAMS, seed, number.market.key).standard_normal(anchors.shape[1])))
        found.append(_sum(root[place], lots, lots[-1]))
    return found


def _sum(row: Floats, lots: Sequence[Floats], like: Floats) -> Floats:
    # Sums in a fixed order, not a matrix product: the bits must not depend on how many threads a BLAS has.
    total = np.zeros_like(like)
    for weight, lot in zip(row, lots, strict=False):
        total += weight * lot
    return total


def _root(matrix: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError as error:
        raise ValueError("correlation must be positive definite, was not: take `nearest` of it") from error


def _players(held: Sequence[PlayerNumber]) -> set[str]:
    return {number.market.player_id for number in held}


def _is_sum(number: PlayerNumber, held: Sequence[PlayerNumber]) -> bool:
    return statistic_of(number.market) is Statistic.PRA and len(_places(held, number, _PARTS)) == len(_PARTS)


def _places(held: Sequence[PlayerNumber], of: PlayerNumber, statistics: Sequence[Statistic]) -> list[int]:
    """Return where the same player's numbers in these statistics stand."""
    player = of.market.player_id
    return [
        place
        for place, number in enumerate(held)
        if number.market.player_id == player and statistic_of(number.market) in statistics
    ]


def _possible(held: Sequence[PlayerNumber], counts: Counts) -> NDArray[np.bool_]:
    possible = np.ones(counts.shape[1], dtype=np.bool_)
    for place, number in enumerate(held):
        statistic = statistic_of(number.market)
        if statistic is Statistic.THREES:
            for points in _places(held, number, (Statistic.POINTS, Statistic.PRA)):
                possible &= counts[points] >= 3 * counts[place]
        if statistic is Statistic.PRA:
            parts = _places(held, number, _PARTS)
            possible &= counts[place] >= counts[parts].sum(axis=0)
    return possible
