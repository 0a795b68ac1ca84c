"""Production: how often each team of a game may score, and what it is expected to gain, carried through its script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from closeline.maths.simulate.script import checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game, Night, Overtime

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a team is expected to do: its units, and how often a unit brings 0, 1, 2, ... points; overtime's points."""

    units: float
    counts: tuple[float, ...]
    overtime_points: float

    @property
    def rates(self) -> Floats:
        """Return the chance of each gain per unit, shape (gains,), summing to 1."""
        return np.array(self.counts) / self.units

    @property
    def efficiency(self) -> float:
        """Return the expected points per unit."""
        return float(self.rates @ np.arange(len(self.counts)))


@dataclass(frozen=True, slots=True)
class Production:
    """What both teams of a game are expected to do.

    overtime: P(tied after regulation) over the nights by their weights, as the script plays: before any weighing of
    scores to fitted margins and totals.
    """

    home: Scoring
    away: Scoring
    overtime: float


def production(game: Game) -> Production:
    """Return the expected units and gains of both teams, exactly, overtime apart, and how often that is reached.

    Chances depend on the margin alone, so the margin is carried through the script and nothing else. A play counts as
    a team's unit at the margins at which the team can score in it. ValueError where a team never can.
    """
    most = 1 + max(int(night.gains.max()) for night in game)
    units, counts, overtime, level = np.zeros(2), np.zeros((2, most)), np.zeros(2), 0.0
    for night in checked(game):
        visits, tied = _visits(night)
        tally = np.einsum("tm,tom->o", visits, night.chances)
        for team in (0, 1):
            scores = night.gains[:, team] > 0
            able = night.chances[:, scores].sum(axis=1) > 0.0
            units[team] += night.weight * visits[able].sum()
            np.add.at(counts[team], night.gains[scores, team], night.weight * tally[scores])
        overtime += night.weight * tied * _overtime_points(night.overtime)
        level += night.weight * tied
    if units.min() <= 0.0:
        raise ValueError("both teams must be able to score in regulation, one was not")
    counts[:, 0] = units - counts.sum(axis=1)
    home, away = (Scoring(float(units[t]), tuple(counts[t].tolist()), float(overtime[t])) for t in (0, 1))
    return Production(home, away, level)


def _visits(night: Night) -> tuple[Floats, float]:
    """Return how often each table is played at each margin, shape (tables, margins), and P(tied after regulation)."""
    visits = np.zeros((night.chances.shape[0], night.chances.shape[2]))
    mass = np.zeros(visits.shape[1])
    mass[night.most] = 1.0
    steps = _steps(night)
    for period in night.periods:
        mass = _through(mass, steps, period.plays, period.starts, visits)
    return visits, float(mass[night.most])


def _steps(night: Night) -> Floats:
    """Return the chances that a play moves the margin by -width, ..., width, shape (tables, 2 width + 1, margins)."""
    moves = night.gains[:, 0] - night.gains[:, 1]
    width = int(np.abs(moves).max())
    steps = np.zeros((night.chances.shape[0], 2 * width + 1, night.chances.shape[2]))
    for outcome, move in enumerate(moves.tolist()):
        steps[:, width + move] += night.chances[:, outcome]
    return steps


@njit(cache=True, nogil=True)
def _through(mass: Floats, steps: Floats, plays: Integers, starts: Floats, visits: Floats) -> Floats:
    """Return the margins after a period, shape (margins,), adding up what is played; the edge keeps what passes it."""
    margins, width = mass.shape[0], steps.shape[1] // 2
    now = np.zeros(margins)
    for slot in range(plays.shape[0]):
        now += starts[slot] * mass
        visits[plays[slot]] += now
        after = np.zeros(margins)
        for margin in range(margins):
            if now[margin] > 0.0:
                for place in range(2 * width + 1):
                    reached = min(max(margin + place - width, 0), margins - 1)
                    after[reached] += now[margin] * steps[plays[slot], place, margin]
        now = after
    return now


def _overtime_points(overtime: Overtime) -> Floats:
    """Return the points that an overtime is expected to bring home and away once it is begun, shape (2,)."""
    points, reached = np.zeros(2), 1.0
    for number, chances in enumerate(overtime.rounds, start=1):
        gains, again = np.arange(len(chances)), float(np.trace(chances))
        expected = np.array([chances.sum(axis=1) @ gains, chances.sum(axis=0) @ gains])
        repeats = number == len(overtime.rounds) and not overtime.may_tie
        points += reached * expected / (1.0 - again if repeats else 1.0)
        reached *= again
    return points
