"""Overtime in football: what one exchange of possessions may bring, under the rules of every season.

An exchange is one joint round from a tie, home before away: the second team knows what the first has done, and a
coin says who is first. Rules are those of the NFL's and the NCAA's books, by the season in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.script import Overtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from closeline.maths.simulate.sport import Rules

    Floats = NDArray[np.float64]

WIDE = 9  # points of an exchange: up to a touchdown and two
MODIFIED, MODIFIED_PLAYOFFS = 2012, 2010  # a first field goal may be answered
BOTH_SURE, BOTH_SURE_PLAYOFFS = 2025, 2022  # a first touchdown may be answered as well
SHORT = 2017  # ten minutes, in the regular season, instead of fifteen
MINUTES_LONG, MINUTES_SHORT = 15.0, 10.0


@dataclass(frozen=True, slots=True)
class Possession:
    """Chances that a possession ends in a touchdown or a field goal.

    Playing its own game; where nothing less than a touchdown will do; and where any score wins.
    """

    touchdown: float
    field_goal: float
    touchdown_needed: float
    touchdown_any: float
    field_goal_any: float


@dataclass(frozen=True, slots=True)
class Tries:
    """Chances after a touchdown: that a kick is good, that two points are made, that an answer goes for two."""

    kick: float
    run: float
    goes_for_two: float


@dataclass(frozen=True, slots=True)
class Defence:
    """Chances that the defence scores when a possession has brought no points."""

    safety: float
    returned: float


def professional(
    home: Possession, away: Possession, tries: Tries, defence: Defence, rules: Rules, exchange_minutes: float
) -> Overtime:
    """Return the overtime of the NFL: to a tie after its minutes in the regular season, until won in the play-offs."""
    sudden = _by_coin(home, away, lambda first, second: _sudden(first, second, defence))
    if rules.season >= (BOTH_SURE_PLAYOFFS if rules.playoff else BOTH_SURE):
        opening = _by_coin(home, away, lambda first, second: _both_sure(first, second, tries, defence))
    elif rules.season >= (MODIFIED_PLAYOFFS if rules.playoff else MODIFIED):
        opening = _by_coin(home, away, lambda first, second: _field_goal_answered(first, second, defence))
    else:
        opening = sudden
    if rules.playoff:
        return Overtime((opening, sudden))
    minutes = MINUTES_SHORT if rules.season >= SHORT else MINUTES_LONG
    whole, part = divmod(max(1.0, minutes / exchange_minutes), 1.0)
    return Overtime((opening, *[sudden] * (int(whole) - 1), _in_part(sudden, part)), may_tie=True)


def college(home: Possession, away: Possession, tries: Tries, rules: Rules) -> Overtime:
    """Return the overtime of the colleges: two must be tried from the second or third, nothing else soon after."""
    kicking = _by_coin(home, away, lambda first, second: _from_the_25(first, second, tries))
    running = Tries(kick=0.0, run=tries.run, goes_for_two=1.0)
    for_two = _by_coin(home, away, lambda first, second: _from_the_25(first, second, running, must_run=True))
    only_tries = np.zeros((WIDE, WIDE))
    only_tries[np.ix_([0, 2], [0, 2])] = np.outer([1.0 - tries.run, tries.run], [1.0 - tries.run, tries.run])
    if rules.season >= 2021:
        return Overtime((kicking, for_two, only_tries))
    if rules.season >= 2019:
        return Overtime((kicking, kicking, for_two, for_two, only_tries))
    return Overtime((kicking, kicking, for_two))


def _by_coin(home: Possession, away: Possession, exchange: Callable[[Possession, Possession], Floats]) -> Floats:
    return np.asarray(0.5 * (exchange(home, away) + exchange(away, home).T))


def _in_part(chances: Floats, part: float) -> Floats:
    """Return a round that is only played out with a chance of `part`, and brings nobody anything otherwise."""
    found = part * chances
    found[0, 0] += 1.0 - part
    return found


def _sudden(first: Possession, second: Possession, defence: Defence) -> Floats:
    found = np.zeros((WIDE, WIDE))
    found[6, 0], found[3, 0] = first.touchdown_any, first.field_goal_any
    _second_may_win(found, 1.0 - first.touchdown_any - first.field_goal_any, second, defence)
    return found


def _second_may_win(found: Floats, chance: float, second: Possession, defence: Defence) -> None:
    """Add what follows a first possession without points: the defence has scored, or any score wins."""
    found[0, 2] += chance * defence.safety
    found[0, 6] += chance * defence.returned
    chance *= 1.0 - defence.safety - defence.returned
    found[0, 6] += chance * second.touchdown_any
    found[0, 3] += chance * second.field_goal_any
    found[0, 0] += chance * (1.0 - second.touchdown_any - second.field_goal_any)


def _after_field_goal(found: Floats, chance: float, second: Possession) -> None:
    found[3, 6] += chance * second.touchdown
    found[3, 3] += chance * second.field_goal
    found[3, 0] += chance * (1.0 - second.touchdown - second.field_goal)


def _field_goal_answered(first: Possession, second: Possession, defence: Defence) -> Floats:
    found = np.zeros((WIDE, WIDE))
    found[6, 0] = first.touchdown
    _after_field_goal(found, first.field_goal, second)
    _second_may_win(found, 1.0 - first.touchdown - first.field_goal, second, defence)
    return found


def _both_sure(first: Possession, second: Possession, tries: Tries, defence: Defence) -> Floats:
    found = np.zeros((WIDE, WIDE))
    _after_field_goal(found, first.field_goal, second)
    _second_may_win(found, 1.0 - first.touchdown - first.field_goal, second, defence)
    for points, chance in ((7, tries.kick), (6, 1.0 - tries.kick)):
        _answered(found, points, first.touchdown * chance, second, tries)
    return found


def _answered(found: Floats, points: int, chance: float, second: Possession, tries: Tries) -> None:
    """Add what follows a first touchdown worth so many points: only a touchdown answers it."""
    found[points, 0] += chance * (1.0 - second.touchdown_needed)
    for reply, share in _tried(points, tries):
        found[points, reply] += chance * second.touchdown_needed * share


def _tried(behind: int, tries: Tries) -> tuple[tuple[int, float], ...]:
    """Return the points of an answering touchdown with its try, and their chances."""
    must = tries.kick == 0.0
    two = 1.0 if must else tries.goes_for_two * (behind > 6)
    kick, run = (1.0 - two) * tries.kick, two * tries.run
    return ((6, 1.0 - kick - run), (7, kick), (8, run))


def _from_the_25(first: Possession, second: Possession, tries: Tries, *, must_run: bool = False) -> Floats:
    """Return an exchange of the colleges: both have the ball, whatever the first does with it."""
    found = np.zeros((WIDE, WIDE))
    nothing = 1.0 - first.touchdown - first.field_goal
    found[0, 6], found[0, 3] = nothing * second.touchdown_any, nothing * second.field_goal_any
    found[0, 0] = nothing * (1.0 - second.touchdown_any - second.field_goal_any)
    _after_field_goal(found, first.field_goal, second)
    best, chance = (8, tries.run) if must_run else (7, tries.kick)
    _answered(found, best, first.touchdown * chance, second, tries)
    _answered(found, 6, first.touchdown * (1.0 - chance), second, tries)
    return found
