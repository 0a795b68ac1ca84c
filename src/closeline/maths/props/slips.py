"""Slips: legs on players of one game, and on the game itself, won or lost together in the same worlds.

The worlds say how legs go together, the forecasts what each is worth alone. So the worlds are weighed, as little as can
be, until every leg has exactly its own chances (minimum discrimination: Csiszar, 1975), impossible worlds not at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.markets import NUMBER_SIDES, Market, Side
from closeline.maths.simulate.legs import LEGS_MOST, Grades, Joint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from closeline.maths.props.worlds import PlayerWorlds

    Floats = NDArray[np.float64]

_STEPS = 60
_EXACT = 1e-12


@dataclass(frozen=True, slots=True)
class PropLeg:
    """One side of a player's line. Half or whole points: no rule settles half results within a same-game ticket."""

    market: Market
    side: Side
    line_quarters: int

    def __post_init__(self) -> None:
        """Refuse a side that is not of a number, and a quarter line."""
        if self.side not in NUMBER_SIDES or self.line_quarters % 2:
            message = f"leg must be OVER or UNDER of a half or whole line, was {self.side} {self.line_quarters / 4}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who of the players plays: the chance of it, whether all do, and P(some leg that then stands loses)."""

    chance: float
    all_play: bool
    lose: float


@dataclass(frozen=True, slots=True)
class Slip(Joint):
    """Legs together, given that all play: P(all win) with its standard error, each leg's chances, every subset.

    Legs of players come first, those of the game after them. hits counts the worlds in which all win; possible is the
    share of worlds that can be; effective the effective sample size; sittings who may play, each apart from the others.
    """

    possible: float
    sittings: tuple[Sitting, ...]

    def value(self, decimal: float) -> float:
        """Return net units per unit staked at one price for all legs, with voids in it.

        A leg that loses loses the ticket, whoever sits out; else a void or pushed leg makes it void (settlement-v1,
        2.6, without a price of the legs that remain).
        """
        won = sum(sitting.chance for sitting in self.sittings if sitting.all_play) * self.win * (decimal - 1.0)
        return won - math.fsum(sitting.chance * sitting.lose for sitting in self.sittings)


def slip(drawn: PlayerWorlds, legs: Sequence[PropLeg], game: Grades | None = None) -> Slip:
    """Value legs on players, and legs of the game graded on the same worlds, as one slip.

    ValueError for no leg, more than six or the same one twice; for worlds of other numbers; and where no weighing of
    the worlds gives every leg its own chances: legs that contradict each other, or too few worlds for a rare one.
    """
    held = _checked(legs, 0 if game is None else len(game.win))
    win, push = _graded(drawn, held, game)
    base = drawn.weights * drawn.possible
    if not base.any():
        raise ValueError("worlds must hold one that can be, held none: points fall short of threes in all of them")
    wanted = _wanted(drawn, held, game)
    weights = _weighed(np.concatenate([win, push]), base, np.array([*wanted[0], *wanted[1]]))
    grades = Grades(win, push, weights)
    subsets = grades.subsets()
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Slip(
        chances=grades.chances(), win=subsets[-1].win,
        win_error=math.sqrt(max(0.0, subsets[-1].win * (1.0 - subsets[-1].win)) / effective),
        hits=int(((win == 1.0).all(axis=0) & (weights > 0.0)).sum()), worlds=weights.size, effective=effective,
        possible=float(base.sum() / drawn.weights.sum()), subsets=subsets, sittings=_sittings(drawn, held, grades),
    )  # fmt: skip


def _checked(legs: Sequence[PropLeg], others: int) -> tuple[PropLeg, ...]:
    held = tuple(legs)
    if not held or len(held) + others > LEGS_MOST:
        raise ValueError(f"legs must be from 1 to {LEGS_MOST}, were {len(held)} on players and {others} on the game")
    twice = next((leg for place, leg in enumerate(held) if leg in held[:place]), None)
    if twice is not None:
        raise ValueError(
            f"legs must differ, {twice.market.key} {twice.side} {twice.line_quarters / 4:g} was there twice"
        )
    return held


def _graded(drawn: PlayerWorlds, legs: Sequence[PropLeg], game: Grades | None) -> tuple[Floats, Floats]:
    """Return whether each leg wins and whether it pushes in each world, both of shape (legs, worlds)."""
    wins, pushes = [], []
    for leg in legs:
        past = 4 * drawn.of(leg.market)[1] - leg.line_quarters
        wins.append((past > 0 if leg.side is Side.OVER else past < 0).astype(np.float64))
        pushes.append((past == 0).astype(np.float64))
    if game is None:
        return np.array(wins), np.array(pushes)
    if game.win.shape[1:] != drawn.weights.shape:
        raise ValueError(f"the game must have {drawn.weights.size} worlds, had {game.win.shape[1]}")
    if not (np.isin(game.win, (0.0, 1.0)) & np.isin(game.push, (0.0, 1.0))).all():
        raise ValueError("legs of the game must be at half or whole lines, one ended in half a stake")
    return np.concatenate([wins, game.win]), np.concatenate([pushes, game.push])


def _wanted(drawn: PlayerWorlds, legs: Sequence[PropLeg], game: Grades | None) -> tuple[list[float], list[float]]:
    """Return P(win) and P(push) of every leg alone: a player's from his forecast, the game's from its own worlds."""
    own = [drawn.of(leg.market)[0].chances(leg.side, leg.line_quarters) for leg in legs]
    wins, pushes = [chances.win for chances in own], [chances.push for chances in own]
    if game is not None:
        wins += [game.mean(row) for row in game.win]
        pushes += [game.mean(row) for row in game.push]
    return wins, pushes


def _weighed(features: Floats, base: Floats, wanted: Floats) -> Floats:
    """Return weights nearest to `base` that give every feature (m, worlds) its wanted mean: Newton on the dual."""
    tilt = np.zeros(len(features))
    for _ in range(_STEPS):
        weights = _tilted(features, base, tilt)
        gap = _means(features, weights) - wanted
        if np.abs(gap).max() <= _EXACT:
            return weights
        step = np.linalg.lstsq(_covariance(features, weights), gap, rcond=1e-12)[0]
        tilt = tilt - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    message = "worlds must be able to give every leg its own chances, could not: the legs contradict each other, or one"
    raise ValueError(f"{message} is too rare for {base.size} worlds; off by {float(np.abs(gap).max()):.2g}")


def _tilted(features: Floats, base: Floats, tilt: Floats) -> Floats:
    height = np.zeros(base.size)
    for weight, feature in zip(tilt, features, strict=True):
        height += weight * feature
    weights = base * np.exp(height - height.max())
    return np.asarray(weights / weights.sum())


def _means(features: Floats, weights: Floats) -> Floats:
    return np.array([(feature * weights).sum() for feature in features])


def _covariance(features: Floats, weights: Floats) -> Floats:
    means = _means(features, weights)
    size = len(features)
    found = np.empty((size, size))
    for i, j in product(range(size), repeat=2):
        found[i, j] = (features[i] * features[j] * weights).sum() - means[i] * means[j]
    return found


def _sittings(drawn: PlayerWorlds, legs: Sequence[PropLeg], grades: Grades) -> tuple[Sitting, ...]:
    """Return every way in which players may sit out; a player plays or not whatever the others do."""
    players = sorted({leg.market.player_id for leg in legs})
    plays = {leg.market.player_id: drawn.of(leg.market)[0].plays for leg in legs}
    lost = 1.0 - grades.win - grades.push
    found = []
    for here in product((True, False), repeat=len(players)):
        who = {player for player, plays_tonight in zip(players, here, strict=True) if plays_tonight}
        chance = math.prod(plays[p] if p in who else 1.0 - plays[p] for p in players)
        stands = [at for at in range(len(lost)) if at >= len(legs) or legs[at].market.player_id in who]
        lose = grades.mean(lost[stands].max(axis=0)) if stands else 0.0
        found.append(Sitting(chance, all(here), lose))
    return tuple(found)
