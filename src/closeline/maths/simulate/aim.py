"""Aim: find the levels at which a sport's model gives a wanted mean margin and mean total.

Means are almost linear in the levels, so a surface fitted once over a grid gives them to a few hundredths of a
point, and one Newton step from there to far less than any forecast knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.exact import final
from closeline.maths.simulate.sport import Levels, Rules, Sport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game, Night

    Floats = NDArray[np.float64]

REACH = 0.6  # the grid covers teams that score up to e^0.6 of the level and down to its inverse, or as many
WIDE = 1.8  # sds of a total as points of one team, whichever is nearer
GRID = 7
FARTHEST = 5 * REACH
STEPS = 12
DECIMALS = 6  # of a level: a millionth of a team's scoring
# How near the means must come, in standard deviations of a game's total; the weights take up what is left.
CLOSE = 2.5e-3


@dataclass(frozen=True, slots=True)
class Aim:
    """What a game is solved to: mean margin and total (points), and the uncertainty about them (points, sd).

    The uncertainty enters as a game-level effect: both teams are better or worse tonight than was thought.
    """

    margin: float
    total: float
    margin_sd: float = 0.0
    total_sd: float = 0.0


def means(joint: Floats) -> tuple[float, float]:
    """Return mean margin and mean total of a joint distribution of scores."""
    points = np.arange(joint.shape[0])
    home, away = float(joint.sum(axis=1) @ points), float(joint.sum(axis=0) @ points)
    return home - away, home + away


@dataclass(frozen=True, slots=True, eq=False)
class Aimed:
    """A game that has the wanted means, and the joint distribution of its final scores as they come."""

    game: Game
    final: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """The levels found for one pair of means, with the nights and the final scores that they give."""

    levels: Levels
    nights: Game
    final: Floats


def solve(sport: Sport, rules: Rules, margin: float, total: float) -> Solved:
    """Return the levels whose game has these means; ValueError when no teams of this sport would play so."""
    surface = _surface(sport, rules)  # type: ignore[arg-type]  # every sport is a frozen dataclass
    levels, slopes = surface.levels(margin, total), surface.slopes
    step, before = np.zeros(2), np.zeros(2)
    for number in range(STEPS):
        # A matrix library's last bits depend on the processor; what is played from them must not.
        levels = np.round(levels, DECIMALS)
        nights = sport.nights(Levels(*levels.tolist()), rules)
        joint = final(nights)
        short = np.array([margin, total]) - means(joint)
        if np.abs(short).max() < CLOSE * surface.unit:
            return Solved(Levels(*levels.tolist()), nights, joint)
        if number:
            # Broyden's rank-one update (1965): the slopes are corrected by what the last step really did.
            slopes = slopes + np.outer(before - short - slopes @ step, step) / (step @ step)
        step, before = np.clip(np.linalg.solve(slopes, short), -REACH, REACH), short
        levels = levels + step
        if np.abs(levels).max() > FARTHEST:
            break
    raise ValueError(f"margin {margin:g} and total {total:g} must be means that the model can reach")


def aimed(sport: Sport, rules: Rules, aim: Aim) -> Aimed:
    """Return a game with these means, its uncertainty spread over nights a standard deviation apart."""
    wide = [(1.0, 0.0)] if aim.margin_sd == 0.0 else [(0.5, -aim.margin_sd), (0.5, aim.margin_sd)]
    high = [(1.0, 0.0)] if aim.total_sd == 0.0 else [(0.5, -aim.total_sd), (0.5, aim.total_sd)]
    nights: list[Night] = []
    joints: list[Floats] = []
    for share, more in wide:
        for part, extra in high:
            solved = solve(sport, rules, aim.margin + more, aim.total + extra)
            nights += [replace(night, weight=night.weight * share * part) for night in solved.nights]
            joints.append(share * part * solved.final)
    return Aimed(tuple(nights), np.asarray(np.sum(joints, axis=0)))


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """Levels as a polynomial of the means, shape (terms, 2), and the means' slopes in the levels, shape (2, 2)."""

    terms: Floats
    centre: Floats
    scale: Floats
    slopes: Floats
    unit: float
    reach: float

    def levels(self, margin: float, total: float) -> Floats:
        """Return the first guess, shape (2,): home, away. Far outside the grid a polynomial says nothing."""
        guess = (_powers((np.array([[margin, total]]) - self.centre) / self.scale) @ self.terms)[0]
        return np.asarray(np.clip(guess, -1.5 * self.reach, 1.5 * self.reach))


@lru_cache(maxsize=64)
def _surface(sport: Sport, rules: Rules) -> _Surface:
    level = final(sport.nights(Levels(), rules))
    unit, points = _total_sd(level), sum(means(level)) / 2.0
    reach = min(REACH, WIDE * unit / points)
    side = np.linspace(-reach, reach, GRID)
    tried = np.array([(home, away) for home in side for away in side])
    reached = np.array([means(final(sport.nights(Levels(*pair), rules))) for pair in tried])
    centre, scale = reached.mean(axis=0), reached.std(axis=0)
    terms = np.linalg.lstsq(_powers((reached - centre) / scale), tried, rcond=None)[0]
    slopes = np.linalg.lstsq(np.column_stack([np.ones(len(tried)), tried]), reached, rcond=None)[0][1:].T
    return _Surface(terms, centre, scale, slopes, unit, reach)


def _total_sd(joint: Floats) -> float:
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    mass, totals = joint.ravel(), home + away
    return float(np.sqrt(mass @ totals**2 - (mass @ totals) ** 2))


def _powers(x: Floats) -> Floats:
    return np.column_stack([x[:, 0] ** i * x[:, 1] ** j for i in range(6) for j in range(6 - i)])
