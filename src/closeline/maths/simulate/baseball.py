"""Baseball, inning by inning: the visitors bat, then the home team, nine times over, and on until somebody leads.

A play is a half-inning and its outcome the runs scored. The team at bat lives on a shape of runs per half-inning,
tilted exponentially to its mean: its level, which shows more against a starter than against the bullpen; the
inning; a better or a worse night; and late on the score, for good relievers are kept for leads. The last
half-inning is the home team's: not batted by a leader, over as soon as it is won.
Source: domain notes, sections 5.0 and 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.script import Night, Overtime, Period, checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game
    from closeline.maths.simulate.sport import Levels, Rules

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

INNINGS = 9
MOST = 35  # runs of one team that are told apart
RUNNER_SINCE = 2020  # regular seasons whose extra innings begin with a runner on second
SHAPES = (0, 1, 1, 1, 1, 1, 2, 2, 2)  # which shape an inning has: the top of the order, starters, relievers
SAVE = 4  # the largest lead that a good reliever is kept for: a slam from being tied
EVEN, BEHIND, AHEAD, PRESSING = range(4)  # how the team at bat stands
STEPS = 30
CLOSE = 1e-12
LEAST, GREATEST = 1e-3, 0.5  # means that a tilt is asked for: runs, and a share of the longest half-inning


@dataclass(frozen=True, slots=True)
class Baseball:
    """A league's half-innings.

    mean: runs of an average team in an average half-inning. innings: mean runs of each of the nine innings against
    it. extra: the same of an extra inning.
    shapes: chances of 1, 2, ... runs, and of none in all other cases, up to their mean: of the first inning, of the
    second to the sixth, of those after them.
    grips: how much of a team's level shows in each inning: more of it while the starter pitches.
    swings: how much more runs, log scale, each inning brings on a better night, and how much fewer on a worse one.
    edges: how much fewer runs, log scale, a team that is behind scores in each inning, and more one that leads.
    press: how much more a home team scores, log scale, when one run wins the game.
    walk_off: chances that the hit that ends the game puts the home team 2, 3 or 4 runs ahead, in all other cases 1.
    runner: chances of 1, 2, ... runs in a half-inning begun with a runner on second.
    """

    mean: float
    innings: tuple[float, ...]
    extra: float
    shapes: tuple[tuple[float, ...], ...]
    grips: tuple[float, ...]
    swings: tuple[float, ...]
    edges: tuple[float, ...]
    press: float
    walk_off: tuple[float, ...]
    runner: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse innings that are not nine, and chances that are not chances."""
        for name in ("innings", "grips", "swings", "edges"):
            if len(getattr(self, name)) != INNINGS:
                raise ValueError(f"{name} must be {INNINGS} numbers, were {len(getattr(self, name))}")
        if len(self.shapes) != max(SHAPES) + 1 or len({len(shape) for shape in (*self.shapes, self.runner)}) != 1:
            raise ValueError(f"shapes must be {max(SHAPES) + 1}, each as long as runner, were {len(self.shapes)}")
        for chances in (*self.shapes, self.runner, self.walk_off):
            if min(chances) < 0.0 or sum(chances) >= 1.0:
                raise ValueError(f"chances of runs must sum to less than 1, summed to {sum(chances)}")

    @property
    def regulation_periods(self) -> int:
        """Return the nine innings."""
        return INNINGS

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return four nights: either team better or worse than usual, each as likely as the other.

        The runner on second stands in extra innings of regular seasons since 2020. Exchanging the levels exchanges
        what the teams score, but for the last half-inning, which belongs to the home team whatever its level.
        """
        teams, swings = np.repeat([levels.home, levels.away], 2), np.tile([-1.0, 1.0], 2)
        runner = rules.season >= RUNNER_SINCE and not rules.playoff
        batting, extra = half_innings(self, teams, swings), extra_innings(self, teams, swings, runner=runner)
        field = _field(self)
        bottoms, tops = [_hosts(field, team) for team in batting[:2]], [_visitors(field, team) for team in batting[2:]]
        return checked(
            tuple(
                Night(0.25, field.gains, np.concatenate([tops[a], bottoms[h]]), field.periods,
                      _extra(field, extra[h], extra[2 + a]))
                for h in (0, 1)
                for a in (0, 1)
            )
        )  # fmt: skip


def half_innings(sport: Baseball, levels: Floats, swings: Floats) -> Floats:
    """Return chances of runs by team, inning and standing, shape (teams, 9, 4, runs).

    levels: of the teams at bat, log scale; swings: -1 on a worse night, 1 on a better; both of shape (teams,).
    Standings: EVEN, BEHIND, AHEAD, PRESSING.
    """
    usual = np.log(sport.mean * np.array(sport.innings))[:, None] + _standing(np.array(sport.edges), sport.press)
    shown = np.outer(levels, sport.grips) + np.outer(swings, sport.swings)
    shapes = np.array([with_none(shape) for shape in sport.shapes])
    return tilted(shapes[list(SHAPES)][:, None], usual + shown[:, :, None])


def extra_innings(sport: Baseball, levels: Floats, swings: Floats, *, runner: bool) -> Floats:
    """Return chances of runs in an extra inning by team and standing, shape (teams, 4, runs)."""
    shape = with_none(sport.runner if runner else sport.shapes[-1])
    mean = shape @ np.arange(shape.size) if runner else sport.mean * sport.extra
    usual = np.log(mean) + _standing(np.array(sport.edges[-1:]), sport.press)[0]
    return tilted(shape, usual + levels[:, None] * sport.grips[-1] + swings[:, None] * sport.swings[-1])


def with_none(chances: tuple[float, ...]) -> Floats:
    """Return the chances with that of what is left in front: of no runs, or of one run ahead."""
    return np.array([1.0 - sum(chances), *chances])


def tilted(shape: Floats, means: Floats) -> Floats:
    """Return the chances p_k e^(t k) / Z whose mean has these logarithms, shape (..., runs).

    shape: chances of 0, 1, ... runs, shape (..., runs). means: logarithms of the wanted means, shape (...).
    Newton's method on the logarithm of the mean, whose slope in t is variance / mean.  Source: domain notes, 5.5.
    """
    runs = np.arange(shape.shape[-1], dtype=np.float64)
    wanted = np.clip(means, np.log(LEAST), np.log(GREATEST * (shape.shape[-1] - 1)))[..., None]
    tilt = np.zeros_like(wanted)
    for _ in range(STEPS):
        chances = shape * np.exp(tilt * runs)
        chances /= chances.sum(axis=-1, keepdims=True)
        mean = (chances @ runs)[..., None]
        short = wanted - np.log(mean)
        if np.abs(short).max() < CLOSE:
            break
        tilt += short * mean / ((chances @ runs**2)[..., None] - mean**2)
    return np.asarray(chances)


def standings(behind: Integers, *, last: bool = False) -> Integers:
    """Return how the team at bat stands, by how many runs it is behind; last: it bats last, and one run may win.

    Leads of a save or less get good relievers, ties some, and a team that leads by more than a run meets others.
    """
    found = np.where(behind < -1, AHEAD, np.where((behind > 0) & (behind <= SAVE), BEHIND, EVEN))
    return np.where(behind == 0, PRESSING, found) if last else found


def _standing(edges: Floats, press: float) -> Floats:
    """Return what the score does to the logarithm of the mean, shape (innings, 4)."""
    pressing = np.where(np.arange(edges.size) == edges.size - 1, press, 0.0)
    return np.column_stack([0.0 * edges, -edges, edges, pressing])


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """What does not depend on the teams: outcomes, order of play, standings by margin, and where a walk-off ends.

    visitors, hosts, last: standing at bat by margin, the last of them in a last half-inning. open: 1 for runs that
    leave the game undecided in a last half-inning. landing: chances of its runs once it is won. Both by margin and
    runs, shape (margins, runs).
    """

    gains: Integers
    periods: tuple[Period, ...]
    visitors: Integers
    hosts: Integers
    last: Integers
    open: Floats
    landing: Floats


@lru_cache(maxsize=64)
def _field(sport: Baseball) -> _Field:
    margins, runs = np.arange(-MOST, MOST + 1), np.arange(len(sport.runner) + 1)
    home = np.column_stack([runs, np.zeros_like(runs)])
    periods = tuple(Period(np.array([i, INNINGS + i]), np.array([1.0, 0.0])) for i in range(INNINGS))
    still = np.where(margins[:, None] > 0, runs == 0, runs <= -margins[:, None]).astype(np.float64)
    return _Field(
        np.concatenate([home, home[1:, ::-1]]), periods, standings(margins), standings(-margins),
        standings(-margins, last=True), still, _landing(sport, margins),
    )  # fmt: skip


def _landing(sport: Baseball, margins: Integers) -> Floats:
    """Return the chances of the home team's runs in a half-inning that it wins; a leader has won it without any."""
    longest = len(sport.runner)
    landing = np.zeros((margins.size, longest + 1))
    for row, margin in enumerate(margins):
        for ahead, chance in enumerate(with_none(sport.walk_off), start=1):
            landing[row, 0 if margin > 0 else min(ahead - margin, longest)] += chance
    return landing


def _visitors(field: _Field, batting: Floats) -> Floats:
    """Return the tables of the nine tops; batting has shape (9, 4, runs)."""
    outcomes, runs = len(field.gains), batting.shape[2]
    tables = np.zeros((INNINGS, outcomes, field.visitors.size))
    by_margin = batting[:, field.visitors].transpose(0, 2, 1)
    tables[:, 0], tables[:, runs:] = by_margin[:, 0], by_margin[:, 1:]
    return tables


def _hosts(field: _Field, batting: Floats) -> Floats:
    """Return the tables of the nine bottoms; batting has shape (9, 4, runs)."""
    tables = np.zeros((INNINGS, len(field.gains), field.hosts.size))
    runs = batting.shape[2]
    tables[:, :runs] = batting[:, field.hosts].transpose(0, 2, 1)
    tables[-1, :runs] = _last(field, batting[-1]).T
    return tables


def _last(field: _Field, batting: Floats) -> Floats:
    """Return the chances of the home team's runs in a last half-inning, by margin before it.

    batting has shape (4, runs). Half-innings that are won are what is left of all others.
    """
    undecided = batting[field.last] * field.open
    return np.asarray(undecided + np.maximum(0.0, 1.0 - undecided.sum(axis=1, keepdims=True)) * field.landing)


def _extra(field: _Field, home: Floats, away: Floats) -> Overtime:
    """Return extra innings, one after the other: the home team bats behind by whatever the visitors have scored."""
    last = _last(field, home)
    behind = last[MOST - np.arange(away.shape[1])]
    return Overtime(((away[EVEN][:, None] * behind).T,))
