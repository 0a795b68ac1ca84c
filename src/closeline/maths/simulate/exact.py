"""The exact evaluator: the joint distribution of the score, carried through the script without drawing anything.

The score state is (home, away), so logic that depends on the margin costs nothing extra. A stretch of the game
in the middle starts from every margin that is possible there; where worlds carry weights, what is still to come
is folded in by going back from the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.simulate.kernels import (
    LAST_ROUND,
    ROUNDS,
    back_through_period,
    back_through_round,
    through_period,
    through_round,
    value_ahead,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.simulate.script import Game, Night, Overtime, Period

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

UNREACHED = 1e-14  # margins less likely than this before a stretch of the game are left out of it


@dataclass(frozen=True, slots=True)
class Window:
    """Periods `start` up to `stop` of regulation, counted from 0; with `overtime`, what follows them as well."""

    start: int
    stop: int
    overtime: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """A night's tables as the kernels read them: possible outcomes first, by falling margin, edges repeated."""

    deficit: Floats
    gains: Integers
    counts: Integers
    most: int

    @property
    def origin(self) -> int:
        return 2 * self.most


def joint(game: Game, window: Window, weights: Floats | None = None) -> Floats:
    """Return P(home points, away points) within a window, shape (most + 1, most + 1), summing to 1.

    weights: one for every final score, shape (most + 1, most + 1), such as a re-weighting to key numbers gives;
    left out, every way the game may go counts as it comes.
    """
    total = sum((night.weight * _within(night, window, weights) for night in game), np.zeros(1))
    if weights is None:
        return np.asarray(total)
    return np.asarray(total / total.sum())


def final(game: Game) -> Floats:
    """Return P(home score, away score) at the end of the game, overtime included, shape (most + 1, most + 1)."""
    return joint(game, Window(0, len(game[0].periods), overtime=True))


def _within(night: Night, window: Window, weights: Floats | None) -> Floats:
    tables = _tables(night)
    value = None if weights is None else _value_after(night, tables, window, weights)
    if window.start == 0:
        mass = _forward(_kick_off(night.most), night, tables, window, 0)
        return mass if value is None else mass * value
    before = _forward(_kick_off(night.most), night, tables, Window(0, window.start), 0)
    found = np.zeros_like(before)
    for margin in range(-night.most, night.most + 1):
        diagonal = np.diagonal(before, -margin)
        if diagonal.sum() > UNREACHED:
            mass = _forward(_kick_off(night.most), night, tables, window, margin)
            if value is None:
                found += mass * diagonal.sum()
            else:
                value_ahead(np.ascontiguousarray(diagonal), margin, value, mass, found)
    return found


def _kick_off(most: int) -> Floats:
    mass = np.zeros((most + 1, most + 1))
    mass[0, 0] = 1.0
    return mass


def _forward(mass: Floats, night: Night, tables: _Tables, window: Window, ahead: int) -> Floats:
    """Play the window from `mass`, home being `ahead` points in front of what the mass says."""
    for period in night.periods[window.start : window.stop]:
        mass = through_period(mass, *_arguments(tables, period), tables.origin - ahead)
    return _overtime(mass, night.overtime, ahead) if window.overtime else mass


def _arguments(tables: _Tables, period: Period) -> tuple[Floats, Integers, Integers, Integers, Floats]:
    return tables.deficit, tables.gains, tables.counts, period.plays, period.starts


def _overtime(mass: Floats, overtime: Overtime, ahead: int) -> Floats:
    if not overtime.rounds:
        return mass
    homes = np.arange(mass.shape[0])
    inside = (homes + ahead >= 0) & (homes + ahead < mass.shape[0])
    tied = np.zeros(mass.shape[0])
    tied[inside] = mass[homes[inside], homes[inside] + ahead]
    mass = mass.copy()
    mass[homes[inside], homes[inside] + ahead] = 0.0
    for number in range(ROUNDS):
        chances = overtime.rounds[min(number, len(overtime.rounds) - 1)]
        tied = through_round(mass, tied, chances, ahead)
        if tied.sum() < LAST_ROUND or (overtime.may_tie and number == len(overtime.rounds) - 1):
            break
    mass[homes[inside], homes[inside] + ahead] += tied[inside]
    return mass


def _value_after(night: Night, tables: _Tables, window: Window, weights: Floats) -> Floats:
    """Return the expected weight of the final score, by the score at the end of the window."""
    if window.overtime:
        return weights
    value = _before_overtime(weights, night.overtime)
    for period in reversed(night.periods[window.stop :]):
        value = back_through_period(value, *_arguments(tables, period), tables.origin)
    return value


def _before_overtime(weights: Floats, overtime: Overtime) -> Floats:
    if not overtime.rounds:
        return weights
    after = _last_round(weights, overtime)
    for chances in reversed(overtime.rounds if overtime.may_tie else overtime.rounds[:-1]):
        after = np.array([back_through_round(weights, chances, after, score) for score in range(len(weights))])
    value = weights.copy()
    np.fill_diagonal(value, after)
    return value


def _last_round(weights: Floats, overtime: Overtime) -> Floats:
    """Return the value of a tie where nothing new can come: as it stands, or the last round over and over."""
    value = np.diagonal(weights).copy()
    if overtime.may_tie:
        return value
    chances, most = overtime.rounds[-1], len(value) - 1
    for score in range(most, -1, -1):
        value[score] = 0.0
        reached = back_through_round(weights, chances, value, score)
        # A tied round that moves nothing (or cannot be told apart at the top) comes back to this very score.
        again = sum(chances[more, more] for more in range(len(chances)) if min(most, score + more) == score)
        value[score] = reached / (1.0 - again)
    return value


def _tables(night: Night) -> _Tables:
    tables, outcomes, _ = night.chances.shape
    likely = night.chances.sum(axis=2)
    order = np.argsort(-likely, axis=1, kind="stable")
    counts = (likely > 0.0).sum(axis=1)
    deficit = np.take_along_axis(night.chances, order[:, :, None], axis=1)[:, :, ::-1]
    widened = np.pad(deficit, ((0, 0), (0, 0), (night.most, night.most)), mode="edge")
    gains = night.gains[order].reshape(tables, outcomes, 2)
    return _Tables(np.ascontiguousarray(widened), np.ascontiguousarray(gains), counts.astype(np.int64), night.most)
