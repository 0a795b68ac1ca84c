"""Hockey as it is played: goals by period, leaders who sit back, a careful end to a tied game, empty nets, overtime.

A play is a stretch of the clock in which at most one goal falls, because the puck then goes back to centre ice: it
is short in the last ten minutes, when every second counts, and longer before them. What a team's rate depends on is
the margin before the play and the time left.  Source: domain notes, section 5.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.script import Game, Night, Overtime, Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.sport import Levels, Rules

    Floats = NDArray[np.float64]

PERIODS = 3
PERIOD_SECONDS = 1200
ENDGAME_SECONDS = 600
OVERTIME_SECONDS = 300  # of the regular season; in the play-offs whole periods follow each other
THREE_A_SIDE_SINCE = 2015  # the regular season's overtime was played four a side before
HOUR = 3600.0
MOST = 20  # goals of one team that are told apart
GAINS = np.array([[0, 0], [1, 0], [0, 1]])
FIRST, SECOND, THIRD = range(PERIODS)
MARGINS = np.arange(-MOST, MOST + 1)


@dataclass(frozen=True, slots=True)
class Hockey:
    """A league's fitted hockey. Rates are goals of one average team in sixty minutes, against another.

    period_rates: first, second and third period, five a side and tied. play_seconds, endgame_seconds: length of a
    play before and in the last ten minutes. trailing, leading: what the rate is multiplied by when behind or ahead by
    one, two, three goals and more. caution: multiplies both rates in a tied game's last ten minutes. pull_minutes:
    time left when half of the teams that are behind by one, two, three goals (no more) have pulled their goalie;
    pull_spread: how long before and after it, in minutes, the first and the last of them do. extra_attacker,
    empty_net: rates of the team that pulled its goalie, and of the other one. four_a_side, three_a_side: rates in the
    regular season's overtime.
    """

    period_rates: tuple[float, ...]
    play_seconds: int
    endgame_seconds: int
    trailing: tuple[float, ...]
    leading: tuple[float, ...]
    caution: float
    pull_minutes: tuple[float, ...]
    pull_spread: float
    extra_attacker: float
    empty_net: float
    four_a_side: float
    three_a_side: float

    def __post_init__(self) -> None:
        """Refuse plays that do not fill a period."""
        for seconds in (self.play_seconds, self.endgame_seconds):
            if seconds <= 0 or ENDGAME_SECONDS % seconds:
                raise ValueError(f"seconds of a play must divide {ENDGAME_SECONDS}, were {seconds}")
        if len(self.period_rates) != PERIODS:
            raise ValueError(f"period_rates must be {PERIODS}, were {len(self.period_rates)}")

    @property
    def regulation_periods(self) -> int:
        """Return how many periods a regulation game is scored in."""
        return PERIODS

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return the script of a game between teams of these levels: a single night, faced off together."""
        home, away = float(np.exp(levels.home)), float(np.exp(levels.away))
        expected = _expected(self) * np.array([home, away])[:, None]
        periods = _periods(self.play_seconds, self.endgame_seconds)
        return (Night(1.0, GAINS, _chances(expected), periods, _overtime(self, home, away, rules)),)


def _chances(expected: Floats) -> Floats:
    """Return chances of no goal, home's and away's, from both teams' rates per play (..., 2, margins)."""
    both = expected.sum(axis=-2, keepdims=True)
    scored = -np.expm1(-both)
    return np.concatenate([1.0 - scored, expected * (scored / both)], axis=-2)


@lru_cache(maxsize=64)
def _periods(play_seconds: int, endgame_seconds: int) -> tuple[Period, ...]:
    """Return the plays of every period: a table for each, but one for every play of the endgame."""
    whole, before = PERIOD_SECONDS // play_seconds, (PERIOD_SECONDS - ENDGAME_SECONDS) // play_seconds
    endgame = np.arange(PERIODS, PERIODS + ENDGAME_SECONDS // endgame_seconds)
    plays = (np.full(whole, FIRST), np.full(whole, SECOND), np.concatenate([np.full(before, THIRD), endgame]))
    return tuple(Period(slots, np.eye(1, slots.size)[0]) for slots in plays)


@lru_cache(maxsize=64)
def _expected(sport: Hockey) -> Floats:
    """Return an average home and away team's rates per play, shape (tables, 2, margins)."""
    open_play = np.outer(sport.period_rates, _score_effects(sport)) * (sport.play_seconds / HOUR)
    home = np.concatenate([open_play, _endgame(sport) * (sport.endgame_seconds / HOUR)])
    return np.stack([home, home[:, ::-1]], axis=1)


def _score_effects(sport: Hockey) -> Floats:
    """Return what a team's rate is multiplied by, by its lead from -MOST to MOST."""
    ahead = np.array([1.0, *sport.leading])[np.minimum(MARGINS.clip(0), len(sport.leading))]
    behind = np.array([1.0, *sport.trailing])[np.minimum((-MARGINS).clip(0), len(sport.trailing))]
    return np.asarray(ahead * behind)


def _endgame(sport: Hockey) -> Floats:
    """Return a team's hourly rates in the plays of the last ten minutes by its lead, shape (plays, margins)."""
    five_a_side = sport.period_rates[THIRD] * _score_effects(sport) * np.where(MARGINS == 0, sport.caution, 1.0)
    pulled = _pulled(sport)
    alone = 1.0 - pulled - pulled[:, ::-1]
    return np.asarray(alone * five_a_side + pulled * sport.extra_attacker + pulled[:, ::-1] * sport.empty_net)


def _pulled(sport: Hockey) -> Floats:
    """Return the share of teams that play without goalie in the plays of the endgame, by their lead."""
    left = np.arange(ENDGAME_SECONDS - sport.endgame_seconds / 2, 0, -sport.endgame_seconds) / 60.0
    share = np.zeros((left.size, MARGINS.size))
    for deficit, minutes in enumerate(sport.pull_minutes, start=1):
        share[:, MOST - deficit] = np.clip((minutes + sport.pull_spread - left) / (2.0 * sport.pull_spread), 0.0, 1.0)
    return share


def _overtime(sport: Hockey, home: float, away: float, rules: Rules) -> Overtime:
    """Return sudden death as the rules have it; whoever wins it, by a shoot-out too, is given one goal."""
    if rules.playoff:
        return Overtime((_sudden_death(sport.period_rates[THIRD], PERIOD_SECONDS, home, away),))
    rate = sport.three_a_side if rules.season >= THREE_A_SIDE_SINCE else sport.four_a_side
    shootout = np.array([[0.0, 0.5], [0.5, 0.0]])
    return Overtime((_sudden_death(rate, OVERTIME_SECONDS, home, away), shootout))


def _sudden_death(rate: float, seconds: int, home: float, away: float) -> Floats:
    none, home_goal, away_goal = _chances(rate * seconds / HOUR * np.array([[home], [away]]))[:, 0]
    return np.array([[none, away_goal], [home_goal, 0.0]])
