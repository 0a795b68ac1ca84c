"""Effects: what a fitted sport's script lacks of the spread that games have about their closing lines.

The script's own spread is compared with the residuals at the same means; what is missing becomes a game-level effect,
and a script that is wide enough by itself gets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.aim import solve
from closeline.maths.simulate.sport import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.fitting.played import Played
    from closeline.maths.simulate.sport import Sport

    Floats = NDArray[np.float64]

BINS = 4
# A missing share of the variance below this is not worth twice the time, nor one within so many standard errors.
WORTH = 0.03
ERRORS = 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances about the closing means: what so many games showed, and what the script gives at the same means."""

    seen: float
    scripted: float
    games: int

    @property
    def effect_sd(self) -> float:
        """Return the sd of the game-level effect that makes up the difference; 0 where the script is wide enough."""
        missing = self.seen - self.scripted
        # The standard error of a variance is about its own size times sqrt(2 / n).
        least = self.seen * max(WORTH, ERRORS * np.sqrt(2.0 / self.games))
        return float(np.sqrt(missing)) if missing > least else 0.0


def spreads(sport: Sport, played: Played) -> tuple[Spread, Spread]:
    """Return the spreads of margin and of total over bins of the closing means."""
    games = played.only(played.known)
    home, away = games.final[:, 0], games.final[:, 1]
    rules = Rules(int(np.median(games.season)))
    scripted = np.array([_variances(sport, rules, *centre) for centre, _ in _bins(games)])
    weights = np.array([count for _, count in _bins(games)], dtype=np.float64)
    within = weights @ scripted / weights.sum()
    return (
        Spread(_residual(home - away, games.margin), float(within[0]), home.size),
        Spread(_residual(home + away, games.total), float(within[1]), home.size),
    )


def _bins(games: Played) -> list[tuple[tuple[float, float], int]]:
    found = []
    for high in _quantiles(games.total):
        for wide in _quantiles(games.margin[high]):
            place = np.flatnonzero(high)[wide]
            found.append(((float(games.margin[place].mean()), float(games.total[place].mean())), place.size))
    return found


def _quantiles(values: Floats) -> list[NDArray[np.bool_]]:
    """Return the games of each part, equally many, by rank; games of one value may fall into two parts."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return [rank * BINS // values.size == part for part in range(BINS)]


def _variances(sport: Sport, rules: Rules, margin: float, total: float) -> tuple[float, float]:
    joint = solve(sport, rules, margin, total).final
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    mass = joint.ravel()
    return (
        float(mass @ (home - away) ** 2 - (mass @ (home - away)) ** 2),
        float(mass @ (home + away) ** 2 - (mass @ (home + away)) ** 2),
    )


def _residual(scores: NDArray[np.int64], means: Floats) -> float:
    """Return the variance of scores about the closing means, a constant bias of the lines apart."""
    return float(np.var(scores - means))
