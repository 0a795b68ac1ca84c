"""Fit of the basketball model: the moments that it expects are brought as near as can be to those of played games.

`basketball_moments` says what is matched and how exactly; least squares search from the starting values.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit, logit

from closeline.maths.simulate.basketball import Basketball
from closeline.maths.simulate.fitting.basketball_moments import binned, expected, observed
from closeline.maths.simulate.sport import Levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.fitting.played import Played

    Floats = NDArray[np.float64]

GAMES, OVERTIMES = 240, 10  # fewest of each that a fit makes sense for
EVALUATIONS = 14  # of all moments, slopes apart
STEP = 0.03  # of the numerical slopes, on the scale of log odds
EDGE = 0.01  # how near to its bounds anything learned begins
DIGITS = 6

# What is learned besides, and how far it may go. A shot at a tie's end is a possession, and those rarely score more.
LEARNED = {
    "tie_two": (0.02, 0.98),
    "tie_three": (0.02, 0.98),
    "winner": (0.02, 0.6),
    "sealed": (0.02, 0.98),
    "hurried": (0.1, 1.0),
    "reach": (3.0, 20.0),
    "overtime_plays": (3.0, 15.0),
    "pace_sd": (0.5, 6.0),
    "pace_share": (0.0, 1.0),
    "scoring": (0.3, 0.6),
    "threes": (0.02, 0.8),
}
# What is not: plays are possessions in number (domain notes, 5.3 and 5.4), free throws as good as in a league.
START = {
    4: Basketball(
        plays=(24.0, 24.0, 23.5, 22.0), overtime_plays=8.0, pace_sd=1.0, pace_share=0.7, scoring=0.49, threes=0.2,
        edge=(1.08, 0.92, 1.05, 0.95), restoring=(0.002, 0.002, 0.002, 0.003), tie_two=0.5, tie_three=0.5,
        winner=0.5, sealed=0.7, reach=9.0, free_throw=0.76, hurried=0.6, most=220, overtime_most=72,
    ),
    2: Basketball(
        plays=(33.0, 34.0), overtime_plays=9.0, pace_sd=2.0, pace_share=0.7, scoring=0.45, threes=0.3,
        edge=(1.0, 1.0), restoring=(0.002, 0.003), tie_two=0.4, tie_three=0.5,
        winner=0.5, sealed=0.6, reach=8.0, free_throw=0.7, hurried=0.6, most=180, overtime_most=72,
    ),
}  # fmt: skip


def fit(played: Played, start: Basketball | None = None, evaluations: int = EVALUATIONS) -> Basketball:
    """Return the parameters whose moments are nearest to those of the games played, in their standard errors.

    played: games of one league; those with unknown periods are left out. start: where to begin, and what is not
    learned: the number of plays of a game, free throws and the largest scores. Raises ValueError if there are too
    few games or overtimes, or as many periods as no basketball has.
    """
    games = played.only(played.known)
    first = _start(games) if start is None else start
    overtimes = int((games.overtime.sum(axis=1) > 0).sum())
    if len(games.margin) < GAMES or overtimes < OVERTIMES:
        found = f"{len(games.margin)} and {overtimes}"
        raise ValueError(f"games with known periods must be at least {GAMES}, overtimes {OVERTIMES}, were {found}")
    bins = binned(games)
    wanted, errors = (moments.flat() for moments in observed(games, bins))
    aims = [Levels()] * len(bins.share)

    def misses(free: Floats) -> Floats:
        return np.asarray((expected(_model(first, free), bins, aims).flat() - wanted) / errors)

    def slopes(free: Floats) -> Floats:
        here, moved = misses(free), free + STEP * np.eye(free.size)
        return np.column_stack([(misses(near) - here) / STEP for near in moved])

    solution = least_squares(misses, _free(first), jac=slopes, max_nfev=evaluations)
    return _rounded(_model(first, solution.x))


def _start(games: Played) -> Basketball:
    periods = games.periods.shape[1]
    if periods not in START:
        raise ValueError(f"a game of basketball must have 2 or 4 periods, had {periods}")
    return START[periods]


def _free(model: Basketball) -> Floats:
    """Return what is learned as numbers without bounds; what sums to the number of periods goes without its last."""
    plays = np.array(model.plays) / np.mean(model.plays)
    late = model.restoring[0], model.restoring[-1]
    learned = np.array([*plays[:-1], *model.edge[:-1], *late, *(getattr(model, name) for name in LEARNED)])
    low, high = _bounds(model.regulation_periods)
    return np.asarray(logit(np.clip((learned - low) / (high - low), EDGE, 1.0 - EDGE)))


def _bounds(periods: int) -> tuple[Floats, Floats]:
    low, high = np.array([*[(0.7, 1.3)] * (2 * periods - 2), *[(0.0, 0.02)] * 2, *LEARNED.values()]).T
    return low, high


def _model(first: Basketball, free: Floats) -> Basketball:
    """Return the model of what is learned; restoring changes in the last period only."""
    periods = first.regulation_periods
    low, high = _bounds(periods)
    parts = np.split(low + (high - low) * expit(free), [periods - 1, 2 * periods - 2, 2 * periods])
    plays, edge, (early, late), rest = parts
    alone: dict[str, Any] = dict(zip(LEARNED, rest.tolist(), strict=True))
    return replace(
        first,
        plays=tuple((np.mean(first.plays) * _whole(plays)).tolist()),
        edge=tuple(_whole(edge).tolist()),
        restoring=(float(early),) * (periods - 1) + (float(late),),
        **alone,
    )


def _whole(parts: Floats) -> Floats:
    """Return numbers with the last that makes their mean 1."""
    return np.append(parts, len(parts) + 1.0 - parts.sum())


def _rounded(model: Basketball) -> Basketball:
    def rounded(value: float | tuple[float, ...]) -> float | tuple[float, ...]:
        if isinstance(value, tuple):
            return tuple(float(f"{item:.{DIGITS}g}") for item in value)
        return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")

    return Basketball(**{field.name: rounded(getattr(model, field.name)) for field in fields(model)})  # type: ignore[arg-type]
