"""Football as it is played: exchanges of possessions, a two-minute drill before the half, and a fourth quarter by lead.

A play of the script is an exchange: both teams have the ball once, and a coin says who is first. That gives both
teams as many drives, keeps a game between equal teams symmetric in a single night, and lets the second team know
what the first has done. Two drives that both score take more of the clock than most exchanges have, so they come
together less often than apart. Starting values of the parameters are in the domain notes (section 5.1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from closeline.maths.simulate.football_overtime import Defence, Possession, Tries, college, professional
from closeline.maths.simulate.script import Night, Period
from closeline.maths.simulate.sport import Levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game, Overtime
    from closeline.maths.simulate.sport import Rules

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

DRIVE = (0, 3, 6, 7, 8)  # points that a drive may bring its team, the try included
SAFETY = 2
LONG_KICKS = 2015  # the professional extra point is kicked from the 15 since this season
# Leads of the team with the ball from which the fourth quarter is played differently: scores that it needs, or has.
LEADS = (-24, -19, -16, -11, -8, -3, 0, 1, 4, 6, 9, 12, 17, 25)
CLASSES = len(LEADS) + 1
WIDEST = 40  # leads beyond this are all played alike: an exchange from them stays in the outer classes
MORE = 3  # exchanges that a quarter may have beyond the whole ones of its mean
# Leads after a touchdown, before the try, at which two points are worth more than one (domain notes, 5.1).
TWO_POINT_CHART = (-10, -5, -2, 1, 5, 12)

_OWN = [(home, away) for home in DRIVE for away in DRIVE]
GAINS = np.array([*_OWN, (SAFETY, 0), (0, SAFETY)], dtype=np.int64)
_RETURNS = [_OWN.index((7, 0)), _OWN.index((0, 7))]
_BOTH = np.array([home > 0 and away > 0 for home, away in _OWN])
_HALF_TIME, _LAST = 1, 3  # quarters
_EARLY, _HALF, _LATE = 0, 1, 2  # tables of a night: most exchanges, the first half's last, the fourth quarter's


@dataclass(frozen=True, slots=True)
class Football(ABC):
    """How a league plays.

    evening: how much more or less than thought both teams score tonight (weather, pace), sd on the scale of levels.
    touchdown, field_goal: chances of a drive of an average team; a team's level moves the log-odds of both against
    no score, those of the field goal `field_goal_slope` times as much. exchanges: how many each quarter has on
    average; exchanges_spread: how often it has one less, or one more, and how often then yet another. both_score,
    both_score_late: factors, before the fourth quarter and in it, on how often both teams score in an exchange, for
    the clock that they take from each other. half_...: factors on the odds in the first half's last exchange.
    safety, returned: chances that a team gets 2 or 7 points where neither drive scores.

    two_points, two_points_chart: how often two are tried, and in the fourth quarter where the chart asks for it;
    two_points_made, extra_point and extra_point_before (it was kicked from closer): how often tries are good.
    late_..., last_...: factors on the odds in the fourth quarter and in its last drive, by lead of the team with the
    ball (classes of LEADS); urgency: how much of its last drive's way of playing is in the drive before each.

    overtime_...: chances of a possession that the other team may answer; sudden_...: of one where any score wins.
    overtime_chase: factor on the odds of a touchdown where nothing less will do; overtime_two_points: how often a
    team that has answered a touchdown tries to win at once.
    """

    evening: float
    touchdown: float
    field_goal: float
    field_goal_slope: float
    exchanges: tuple[float, ...]
    exchanges_spread: float
    both_score: float
    both_score_late: float
    half_touchdown: float
    half_field_goal: float
    safety: float
    returned: float
    two_points: float
    two_points_chart: float
    two_points_made: float
    extra_point: float
    extra_point_before: float
    urgency: float
    late_touchdown: tuple[float, ...]
    late_field_goal: tuple[float, ...]
    last_touchdown: tuple[float, ...]
    last_field_goal: tuple[float, ...]
    overtime_touchdown: float
    overtime_field_goal: float
    sudden_touchdown: float
    sudden_field_goal: float
    overtime_chase: float
    overtime_two_points: float

    most: ClassVar[int]

    def __post_init__(self) -> None:
        """Refuse parameters that leave out a quarter or a class of leads."""
        by_lead = (self.late_touchdown, self.late_field_goal, self.last_touchdown, self.last_field_goal)
        if len(self.exchanges) != self.regulation_periods or any(len(factors) != CLASSES for factors in by_lead):
            raise ValueError(f"football must have exchanges of four quarters and factors of {CLASSES} classes of leads")

    @property
    def regulation_periods(self) -> int:
        """Return the four quarters."""
        return 4

    @property
    def defence(self) -> Defence:
        """Return what a possession without points may bring the other team."""
        return Defence(self.safety, self.returned)

    def extra_points(self, rules: Rules) -> float:
        """Return how often the kick after a touchdown is good."""
        return self.extra_point if rules.season >= LONG_KICKS else self.extra_point_before

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return the script of a game between teams of these levels: an evening of few points, and one of many."""
        plan = _plan(self, self.extra_points(rules))
        return tuple(
            self._night(plan, Levels(levels.home + more, levels.away + more), rules, weight)
            for weight, more in (((0.5, -self.evening), (0.5, self.evening)) if self.evening else ((1.0, 0.0),))
        )

    def _night(self, plan: _Plan, levels: Levels, rules: Rules, weight: float) -> Night:
        chances = _exchanges(self, plan, _drives(self, plan, levels.home), _drives(self, plan, levels.away))
        return Night(weight, GAINS, chances, plan.periods, self.overtime(levels, rules))

    def possession(self, level: float) -> Possession:
        """Return the chances of a team of this level with the ball in overtime."""
        plain = _odds(self.overtime_touchdown, self.overtime_field_goal)
        kinds = [plain, (self.overtime_chase * plain[0], 0.0), _odds(self.sudden_touchdown, self.sudden_field_goal)]
        touchdown_odds, field_goal_odds = np.array(kinds).T
        touchdown, field_goal = _scored(self, touchdown_odds, field_goal_odds, level)
        return Possession(
            float(touchdown[0]), float(field_goal[0]), float(touchdown[1]), float(touchdown[2]), float(field_goal[2])
        )

    def tries(self, rules: Rules) -> Tries:
        """Return how the tries of overtime end."""
        return Tries(self.extra_points(rules), self.two_points_made, self.overtime_two_points)

    @abstractmethod
    def overtime(self, levels: Levels, rules: Rules) -> Overtime:
        """Return the overtime of a game between teams of these levels."""


@dataclass(frozen=True, slots=True)
class ProfessionalFootball(Football):
    """Football of the NFL. overtime_minutes: how many an exchange of possessions takes there."""

    overtime_minutes: float

    most: ClassVar[int] = 120

    def overtime(self, levels: Levels, rules: Rules) -> Overtime:
        """Return the overtime under the rules of the season, which may end in a tie."""
        home, away = self.possession(levels.home), self.possession(levels.away)
        return professional(home, away, self.tries(rules), self.defence, rules, self.overtime_minutes)


@dataclass(frozen=True, slots=True)
class CollegeFootball(Football):
    """Football of the colleges, where overtime is played until somebody leads."""

    most: ClassVar[int] = 150

    def overtime(self, levels: Levels, rules: Rules) -> Overtime:
        """Return the overtime under the rules of the season, possessions beginning at the 25."""
        return college(self.possession(levels.home), self.possession(levels.away), self.tries(rules), rules)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What does not depend on the teams: odds and tries of every kind of drive by the lead of the team with the ball.

    touchdown, field_goal: odds against no score, shape (drives, leads). tries: chances of 6, 7 and 8 points, shape
    (drives, 3, leads). first, second: the kinds of drive that make each table. ahead, behind: where leads are after
    home or away has scored, shape (points of DRIVE, leads). factor: of exchanges in which both score, shape (tables,).
    wide: where the leads of a night are among those of the plan, shape (2 * most + 1,).
    """

    touchdown: Floats
    field_goal: Floats
    tries: Floats
    first: Integers
    second: Integers
    ahead: Integers
    behind: Integers
    factor: Floats
    wide: Integers
    periods: tuple[Period, ...]


@lru_cache(maxsize=64)
def _plan(model: Football, kick: float) -> _Plan:
    leads = np.arange(-WIDEST, WIDEST + 1)
    late = int(model.exchanges[_LAST]) + MORE
    touchdown, field_goal = _urged(model, leads, 2 * late)
    asks = np.isin(leads + 6, TWO_POINT_CHART)
    two = np.full((len(touchdown), leads.size), model.two_points)
    two[_LATE:, asks] = model.two_points_chart
    one, run = (1.0 - two) * kick, two * model.two_points_made
    first = np.concatenate([[_EARLY, _HALF], _LATE + np.arange(1, 2 * late, 2)])
    second = np.concatenate([[_EARLY, _HALF], _LATE + np.arange(0, 2 * late, 2)])
    points, index = np.array(DRIVE)[:, None], np.arange(leads.size)
    return _Plan(
        touchdown, field_goal, np.stack([1.0 - one - run, one, run], axis=1), first, second,
        np.clip(index + points, 0, leads.size - 1), np.clip(index - points, 0, leads.size - 1),
        np.array([model.both_score] * _LATE + [model.both_score_late] * late),
        np.clip(np.arange(-model.most, model.most + 1), -WIDEST, WIDEST) + WIDEST, _periods(model, late),
    )  # fmt: skip


def _urged(model: Football, leads: Integers, drives: int) -> tuple[Floats, Floats]:
    """Return the odds of scoring by kind of drive and lead, the fourth quarter's drives counted from its last."""
    kind = np.searchsorted(LEADS, leads, side="right")
    urgency = model.urgency ** np.arange(drives)[:, None]
    halves = (model.half_touchdown, model.half_field_goal)
    late = (model.late_touchdown, model.late_field_goal)
    last = (model.last_touchdown, model.last_field_goal)
    found = []
    for odds, half, calm, hurried in zip(_odds(model.touchdown, model.field_goal), halves, late, last, strict=True):
        fourth = (1.0 - urgency) * np.array(calm)[kind] + urgency * np.array(hurried)[kind]
        found.append(odds * np.vstack([np.ones(leads.size), np.full(leads.size, half), fourth]))
    return found[0], found[1]


def _periods(model: Football, late: int) -> tuple[Period, ...]:
    found = []
    for quarter, mean in enumerate(model.exchanges):
        starts = _counts(mean, model.exchanges_spread)
        plays = np.full(starts.size, _EARLY)
        if quarter == _HALF_TIME:
            plays[-1] = _HALF
        if quarter == _LAST:
            plays = _LATE + np.arange(late)[::-1]
        found.append(Period(plays, starts))
    return tuple(found)


def _counts(mean: float, spread: float) -> Floats:
    """Return the chances of each number of exchanges, the most first, down to 1: those around the mean, and others."""
    low, part = int(mean), mean % 1.0
    others = [spread**2, spread, 1.0 - 2.0 * spread - spread**2, spread]
    near = np.convolve([part, 1.0 - part], others)
    found = near[: low + MORE].copy()
    found[-1] += near[low + MORE :].sum()
    return np.pad(found, (0, low + MORE - found.size))


def _odds(touchdown: float, field_goal: float) -> tuple[float, float]:
    nobody = 1.0 - touchdown - field_goal
    return touchdown / nobody, field_goal / nobody


def _reach(model: Football) -> float:
    """Return the slope of a touchdown's log-odds in the level that makes the level the log of an average scoring."""
    touchdown, field_goal, slope = model.touchdown, model.field_goal, model.field_goal_slope
    drift = touchdown + slope * field_goal
    return (7.0 * touchdown + 3.0 * field_goal) / (7.0 * touchdown * (1.0 - drift) + 3.0 * field_goal * (slope - drift))


def _scored(model: Football, touchdown: Floats, field_goal: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the chances of a touchdown and a field goal at a level, from the odds of an average team."""
    push = _reach(model) * level
    touchdown, field_goal = touchdown * np.exp(push), field_goal * np.exp(model.field_goal_slope * push)
    whole = 1.0 + touchdown + field_goal
    return touchdown / whole, field_goal / whole


def _drives(model: Football, plan: _Plan, level: float) -> Floats:
    """Return the chances of the points of DRIVE by kind of drive and lead, shape (drives, 5, leads)."""
    touchdown, field_goal = _scored(model, plan.touchdown, plan.field_goal, level)
    nothing = 1.0 - touchdown - field_goal
    return np.concatenate([nothing[:, None], field_goal[:, None], touchdown[:, None] * plan.tries], axis=1)


def _exchanges(model: Football, plan: _Plan, home: Floats, away: Floats) -> Floats:
    """Return the chances of GAINS in every exchange by home's lead before it, shape (tables, outcomes, leads)."""
    away = away[:, :, ::-1]  # by the lead of home
    home_first = home[plan.first][:, :, None] * away[plan.second][:, :, plan.ahead].transpose(0, 2, 1, 3)
    away_first = away[plan.first][:, None] * home[plan.second][:, :, plan.behind]
    own = (home_first + away_first).reshape(len(plan.first), len(_OWN), -1)
    own[:, _BOTH] *= plan.factor[:, None, None]
    own /= own.sum(axis=1, keepdims=True)
    nobody = own[:, 0].copy()
    own[:, 0] *= 1.0 - 2.0 * (model.safety + model.returned)
    own[:, _RETURNS] += model.returned * nobody[:, None]
    safeties = np.repeat(model.safety * nobody[:, None], 2, axis=1)
    return np.concatenate([own, safeties], axis=1)[:, :, plan.wide]
