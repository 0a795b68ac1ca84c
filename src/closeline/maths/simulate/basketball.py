"""Basketball: both teams have the ball once in every play, leads shrink by themselves, and the end is played for ties.

A play is a possession of each team, so neither is favoured by having the ball first. A team scores less the further
it leads (Gabel and Redner, 2012; domain notes, 5.3). In the last play whoever trails by a shot plays for exactly the
tie; where that fails, or the deficit is larger, whoever leads is fouled and shoots free throws.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.exact import Window, joint
from closeline.maths.simulate.script import Night, Overtime, Period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game
    from closeline.maths.simulate.sport import Levels, Rules

    Floats = NDArray[np.float64]

TWO, THREE = 2, 3  # points of a shot, and so the deficits that one shot makes up
SCORES = np.arange(THREE + 1)
PLAYS = np.array([(home, away) for home in SCORES for away in SCORES])
SPREAD = 5.0  # a period is written down for numbers of plays up to this many standard deviations from its mean


@dataclass(frozen=True, slots=True)
class Basketball:
    """A league as it plays; tuples hold a number per regulation period.

    plays: mean number of plays before the last one; overtime_plays: the same of an overtime. pace_sd: standard
    deviation of that number. pace_share: how much of both teams' common level is more plays, the rest being points
    per play. scoring: chance that an average team scores when it has the ball in a tied game; threes: share of
    that which is worth three points, the rest being two. edge: what the difference between the teams counts, 1 on
    average. restoring: fall of the log chance of each point with each point that the team leads by. tie_two,
    tie_three, winner: chances of the last shot from 1 or 2 down, from 3 down, and in a tie. sealed: chance that
    whoever still leads by 1 is fouled, falling to none for a lead of 1 + reach; free_throw: chance that one goes in.
    hurried: what a team further behind scores, as a share of the ordinary, returning to 1 over the same leads. most,
    overtime_most: largest score told apart, of a game and of its overtimes.
    """

    plays: tuple[float, ...]
    overtime_plays: float
    pace_sd: float
    pace_share: float
    scoring: float
    threes: float
    edge: tuple[float, ...]
    restoring: tuple[float, ...]
    tie_two: float
    tie_three: float
    winner: float
    sealed: float
    reach: float
    free_throw: float
    hurried: float
    most: int
    overtime_most: int

    def __post_init__(self) -> None:
        """Refuse parameters of unlike numbers of periods."""
        if not len(self.plays) == len(self.edge) == len(self.restoring) > 0:
            counts = f"{len(self.plays)}, {len(self.edge)} and {len(self.restoring)}"
            raise ValueError(f"plays, edge and restoring must have a number per period, were {counts} numbers")

    @property
    def regulation_periods(self) -> int:
        """Return how many periods a regulation game is scored in."""
        return len(self.plays)

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return the one night of a game: every play is symmetric, and no rule has changed with the season."""
        del rules
        common, apart = (levels.home + levels.away) / 2.0, (levels.home - levels.away) / 2.0
        pace, lean = exp(self.pace_share * common), (1.0 - self.pace_share) * common
        chances = _tables(self, [(lean + weight * apart, lean - weight * apart) for weight in self.edge])
        last = self.regulation_periods - 1
        periods = tuple(
            _period(self, mean * pace, number, ending=number == last) for number, mean in enumerate(self.plays)
        )
        overtime = _overtime(self, chances, _period(self, self.overtime_plays * pace, last, ending=True))
        return (Night(1.0, PLAYS, chances, periods, overtime),)


def _period(league: Basketball, mean: float, table: int, *, ending: bool) -> Period:
    """Return a period of about `mean` plays of a table, and the last play where it may end the game."""
    spread = SPREAD * league.pace_sd
    fewest, plenty = max(1, ceil(mean - spread)), max(1, floor(mean + spread))
    weights = np.exp(-0.5 * ((np.arange(plenty, fewest - 1, -1) - mean) / league.pace_sd) ** 2)
    plays = [table] * plenty + [league.regulation_periods] * ending
    starts = np.zeros(len(plays))
    starts[: weights.size] = weights / weights.sum()
    return Period(np.array(plays, dtype=np.int64), starts)


def _tables(league: Basketball, leanings: list[tuple[float, float]]) -> Floats:
    """Return every table of a night, one per regulation period and the last play, shape (tables, 16, margins)."""
    margins = np.arange(-league.most, league.most + 1)
    tables = np.zeros((len(leanings) + 1, SCORES.size, SCORES.size, margins.size))
    unit = _tilt_of_a_level(league)
    home = away = np.empty(0)
    for table, (leaning, other), restoring in zip(tables, leanings, league.restoring, strict=False):
        falling = np.asarray(-restoring * margins)
        home = _points(league, unit * leaning + falling)
        away = _points(league, unit * other - falling)
        for score in (0, TWO, THREE):
            np.multiply(home[score], away, out=table[score])
    tables[-1] = tables[-2]
    _write_last_play(tables[-1], league, (home, away), leanings[-1])
    return tables.reshape(len(tables), len(PLAYS), margins.size)


def _tilt_of_a_level(league: Basketball) -> float:
    """Return the exponential tilt that multiplies a team's mean by e, to the first order: mean over variance."""
    mean = league.scoring * (TWO + league.threes)
    square = league.scoring * (TWO**2 + (THREE**2 - TWO**2) * league.threes)
    return mean / (square - mean**2)


def _points(league: Basketball, tilt: Floats) -> Floats:
    """Return chances of 0 to 3 points of a possession, exponentially tilted, shape (4, tilts)."""
    once = np.exp(tilt)
    points = np.zeros((SCORES.size, tilt.size))
    points[0] = 1.0 - league.scoring
    points[TWO] = league.scoring * (1.0 - league.threes) * once**2
    points[THREE] = league.scoring * league.threes * once * once**2
    return np.asarray(points / points.sum(axis=0))


def _write_last_play(
    table: Floats, league: Basketball, ordinary: tuple[Floats, Floats], leaning: tuple[float, float]
) -> None:
    """Write the last play into a table of shape (4, 4, margins), wherever the lead is worth playing or fouling for."""
    middle, behind = league.most, max(THREE, ceil(league.reach))
    home_leads, away_leads = slice(middle + 1, middle + behind + 1), slice(middle - 1, middle - behind - 1, -1)
    home, away = ordinary
    table[:, :, home_leads] = _last_chance(league, home[:, home_leads], away[:, home_leads], leaning[1])
    answer = _last_chance(league, away[:, away_leads], home[:, away_leads], leaning[0])
    table[:, :, away_leads] = answer.transpose(1, 0, 2)
    table[:, :, middle] = _last_of_a_tie(league, leaning)


def _last_chance(league: Basketball, leader: Floats, trailer: Floats, leaning: float) -> Floats:
    """Return chances of leader's and trailer's points by deficit from 1 on, shape (4, 4, deficits).

    leader, trailer: chances of their points from an ordinary possession, shape (4, deficits). Within a shot, the
    trailer's is the last unless it fails and the leader is fouled; further behind, both have the ball once more.
    """
    deficits = np.arange(1, leader.shape[1] + 1)
    urgent = np.clip(1.0 - (deficits - 1) / league.reach, 0.0, 1.0)
    fouled, far = league.sealed * urgent, deficits > THREE
    unhurried = np.where(far, leader, (SCORES == 0)[:, None])
    scored = fouled * _throws(league)[:, None] + (1.0 - fouled) * unhurried
    answer = np.where(far, trailer * (1.0 - (1.0 - league.hurried) * urgent), 0.0)
    answer[TWO, :TWO], answer[THREE, TWO] = _leaned(league.tie_two, leaning), _leaned(league.tie_three, leaning)
    answer[0] = 1.0 - answer[1:].sum(axis=0)
    chances = scored[:, None] * answer
    chances[:, 1:, :THREE] = 0.0
    chances[0, 1:, :THREE] = answer[1:, :THREE]  # the tie is made with no time left to answer it
    return np.asarray(chances)


def _throws(league: Basketball) -> Floats:
    """Return chances of 0 to 3 points from two free throws."""
    inside = league.free_throw
    return np.array([(1.0 - inside) ** 2, 2.0 * inside * (1.0 - inside), inside**2, 0.0])


def _last_of_a_tie(league: Basketball, leaning: tuple[float, float]) -> Floats:
    """Return chances of both teams' points, shape (4, 4), when either is as likely to have the last shot of a tie."""
    shot = np.array([0.0, 0.0, 1.0 - league.threes, league.threes]) / 2.0
    chances = np.zeros((SCORES.size, SCORES.size))
    chances[:, 0] = _leaned(league.winner, leaning[0]) * shot
    chances[0, :] = _leaned(league.winner, leaning[1]) * shot
    chances[0, 0] = 1.0 - chances[1:, 0].sum() - chances[0, 1:].sum()
    return chances


def _leaned(chance: float, leaning: float) -> float:
    """Return a chance whose odds have moved by a level."""
    odds = chance / (1.0 - chance) * exp(leaning)
    return odds / (1.0 + odds)


def _overtime(league: Basketball, chances: Floats, period: Period) -> Overtime:
    """Return all overtimes as one round: five minutes from a tie, over and over until somebody leads."""
    last, most = league.regulation_periods - 1, league.overtime_most
    near = np.ascontiguousarray(chances[last:, :, league.most - most : league.most + most + 1])
    short = Period(period.plays - last, period.starts)
    once = joint((Night(1.0, PLAYS, near, (short,), Overtime(())),), Window(0, 1))
    return Overtime((_decided(once),))


def _decided(once: Floats) -> Floats:
    """Return the joint points of as many rounds as it takes; what the shape has no room for is left out.

    Every tie starts the same round again, so the points of the tied rounds form a renewal process (Feller, 1950).
    """
    ties = np.diagonal(once)
    again = np.zeros(ties.size)
    again[0] = 1.0 / (1.0 - ties[0])
    for score in range(1, ties.size):
        again[score] = again[:score] @ ties[score:0:-1] / (1.0 - ties[0])
    lower, leads = np.arange(ties.size), np.arange(-ties.size + 1, ties.size)
    home, away = lower[:, None] + np.maximum(leads, 0), lower[:, None] + np.maximum(-leads, 0)
    room = (leads != 0) & (np.maximum(home, away) < ties.size)
    by_lead = np.zeros(room.shape)
    by_lead[room] = once[home[room], away[room]]
    before = np.where(lower[:, None] >= lower, again[lower[:, None] - lower], 0.0)
    found = np.zeros_like(once)
    # Not a matrix product: the thread pool that it wakes costs more than so small a sum.
    found[home[room], away[room]] = np.einsum("ij,jk->ik", before, by_lead)[room]
    return np.asarray(found / found.sum())
