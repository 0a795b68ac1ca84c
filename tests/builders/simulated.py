"""Builders of the simulation: a toy sport that is quick to evaluate, and games of it."""

from dataclasses import dataclass

import numpy as np

from closeline.domain.leagues import League
from closeline.maths.simulate.aim import Aim, Aimed, aimed
from closeline.maths.simulate.script import Game, Night, Overtime, Period
from closeline.maths.simulate.simulation import Marginals, Model
from closeline.maths.simulate.sport import Levels, Rules

MOST = 48
GAINS = np.array([[home, away] for home in (0, 1, 3) for away in (0, 1, 3)])
RULES = Rules(2020)


@dataclass(frozen=True, slots=True)
class ToySport:
    """Two teams that score nothing, one or three in every play at the same time; the one behind tries harder."""

    plays: int = 4
    periods: int = 4
    one: float = 0.30
    three: float = 0.15
    effort: float = 0.01
    may_tie: bool = False

    @property
    def regulation_periods(self) -> int:
        """Return the number of periods."""
        return self.periods

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return one night: every play alike."""
        del rules
        margins = np.arange(-MOST, MOST + 1)
        home = self._points(levels.home - self.effort * margins)
        away = self._points(levels.away + self.effort * margins)
        chances = (home[:, None] * away[None, :]).reshape(1, 9, margins.size)
        plays = np.zeros(self.plays, dtype=np.int64)
        starts = np.zeros(self.plays)
        starts[:2] = 0.25, 0.75
        level = chances[0, :, MOST]
        extra = np.zeros((4, 4))
        extra[GAINS[:, 0], GAINS[:, 1]] = level
        period = Period(plays, starts)
        return (Night(1.0, GAINS, chances, (period,) * self.periods, Overtime((extra,), self.may_tie)),)

    def _points(self, level: np.ndarray) -> np.ndarray:
        one, three = self.one * np.exp(level / 2), self.three * np.exp(level)
        return np.array([np.ones_like(one), one, three]) / (1.0 + one + three)


def a_model(*, league: League = League.NBA, cap: float = 3.0, margin_effect: float = 0.0) -> Model:
    """Return a model of the toy sport."""
    return Model(league, ToySport(), margin_effect, 0.0, cap, 2.0, fitted_on="toy")


def a_toy_game(margin: float = 1.0, total: float = 18.0, margin_sd: float = 0.0) -> Aimed:
    """Return a toy game with these means."""
    return aimed(ToySport(), RULES, Aim(margin, total, margin_sd))


def plain_marginals(game: Aimed) -> Marginals:
    """Return the margins and totals that a game has by itself."""
    most = game.final.shape[0] - 1
    home, away = np.divmod(np.arange(game.final.size), most + 1)
    margin = np.bincount(home - away + most, game.final.ravel(), 2 * most + 1).astype(np.float64)
    total = np.bincount(home + away, game.final.ravel(), 2 * most + 1).astype(np.float64)
    return Marginals(margin, (-most, most), total, (0, 2 * most))
