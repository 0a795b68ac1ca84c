"""The kinds of state in a rating filter, and what a slate's games say about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.ratings.parameters import GroupParameters, TrackParameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class Kind(StrEnum):
    """The kinds of state."""

    LEVEL = "level"
    SHORT_REST = "short_rest"
    LONG_REST = "long_rest"
    TEAM = "team"
    VENUE = "venue"
    PITCHER = "pitcher"


@dataclass(frozen=True, slots=True)
class Design:
    """Which states make each game's mean, shape (games, columns), and what unknown names add."""

    index: Integers
    coef: Floats
    prior_mean: Floats
    prior_variance: Floats


@dataclass(frozen=True, slots=True)
class Rest:
    """Short and long rest of the two teams, shape (games,), as 0 or 1."""

    short_home: Floats
    short_away: Floats
    long_home: Floats
    long_away: Floats


def groups_of(parameters: TrackParameters) -> dict[Kind, GroupParameters]:
    """Return the parameters of every kind of state that a track has, the effects of rest included."""
    groups = {Kind.LEVEL: parameters.level, Kind.TEAM: parameters.team}
    if parameters.rest is not None:
        effect = GroupParameters(0.0, parameters.rest.prior_variance, 0.0, 1.0, 0.0)
        groups |= {Kind.SHORT_REST: effect, Kind.LONG_REST: effect}
    if parameters.venue is not None:
        groups[Kind.VENUE] = parameters.venue
    if parameters.pitcher is not None:
        groups[Kind.PITCHER] = parameters.pitcher
    return groups


def combined(parameters: TrackParameters, results: Floats, closes: Floats) -> tuple[Floats, Floats]:
    """Return one observation and its variance per game from result and close.

    NaN where neither is known.
    """
    by_result = np.where(np.isfinite(results), 1.0 / parameters.result_variance, 0.0)
    closing = 0.0 if parameters.close_variance is None else 1.0 / parameters.close_variance
    by_close = np.where(np.isfinite(closes), closing, 0.0)
    precision = by_result + by_close
    total = by_result * np.nan_to_num(results) + by_close * np.nan_to_num(closes)
    known = precision > 0.0
    observed = np.divide(total, precision, out=np.full(total.size, np.nan), where=known)
    return observed, np.divide(1.0, precision, out=np.ones(total.size), where=known)
