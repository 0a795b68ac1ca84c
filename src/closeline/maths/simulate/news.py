"""News as a mixture: who plays tonight is not known, so the game is every game that it may become, weighed.

Plugging the mean of a doubtful star gives a game that nobody will play, and too narrow a one: the spread of the
shifts belongs to the forecast.  Source: domain notes, section 5.8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import fsum, sqrt
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.forecasts.injuries import PLAY_PROBABILITY, Absence, PlayStatus
from closeline.domain.markets import Side
from closeline.maths.simulate.aim import Aimed
from closeline.maths.simulate.script import WHOLE, checked
from closeline.maths.simulate.simulation import Marginals, Model, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from closeline.maths.simulate.sport import Rules

    Floats = NDArray[np.float64]
    Chances = Mapping[PlayStatus, float]
    Prepare = Callable[[Model, Rules, float, float], Aimed]

UNCERTAIN_MAX = 6  # players whose status is left open: 64 games at most
NEGLIGIBLE = 1e-6  # shifts less likely than this are told as one
FEWEST = 4  # shifts that can still have two variances and a covariance
SHIFTS = 8  # news is told by at most so many shifts: each costs a game of its own
# Points that the total falls for each point of a missing player's value: most of a margin's point is offence, and a
# weaker team is also scored upon a little more.
TOTAL_SHARE = 0.5
EQUAL_DECIMALS = 9  # shifts that agree to so many decimals of a point are the same shift


@dataclass(frozen=True, slots=True)
class Shift:
    """One way the news may turn out: its weight, and what it adds to the means of margin and total (points)."""

    weight: float
    margin: float
    total: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """All ways the news may turn out, weights summing to 1, and the players whose mean was plugged instead."""

    shifts: tuple[Shift, ...]
    plugged: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Return what a reader must know of players who are not part of the mixture; empty when there are none."""
        return f"plugged at their mean: {', '.join(self.plugged)}" if self.plugged else ""

    @property
    def mean(self) -> tuple[float, float]:
        """Return the points that the news is expected to add to margin and total."""
        return fsum(s.weight * s.margin for s in self.shifts), fsum(s.weight * s.total for s in self.shifts)

    @property
    def variance(self) -> tuple[float, float]:
        """Return what the open news adds to the variances of margin and total (points squared)."""
        margin, total = self.mean
        return (
            fsum(s.weight * (s.margin - margin) ** 2 for s in self.shifts),
            fsum(s.weight * (s.total - total) ** 2 for s in self.shifts),
        )


def mixture(absences: Iterable[Absence], total_share: float, chances: Chances = PLAY_PROBABILITY) -> Mixture:
    """Return how the absences may turn out together, each player's status apart from the others'.

    total_share: points that the total falls for each point of a missing player's value, from -1 (all defence) to
    1 (all offence). chances: that a player of each status plays. Of more than UNCERTAIN_MAX open players those
    with most variance stay open; the mean of the rest moves every shift.
    Raises ValueError for a share outside its range and for a player reported twice.
    """
    if not -1.0 <= total_share <= 1.0:
        raise ValueError(f"total_share must lie in [-1, 1], was {total_share}")
    effects = _effects(absences, total_share, chances)
    ranked = sorted((effect for effect in effects if effect.variance > 0.0), key=lambda effect: -effect.variance)
    still_open, plugged = ranked[:UNCERTAIN_MAX], ranked[UNCERTAIN_MAX:]
    settled = [effect for effect in effects if effect not in still_open]
    found = [Shift(1.0, fsum(e.mean * e.margin for e in settled), fsum(e.mean * e.total for e in settled))]
    for effect in still_open:
        found = _merged([turned for shift in found for turned in effect.turns(shift)])
    return Mixture(_pooled(found), tuple(sorted(effect.player for effect in plugged)))


def gathered(news: Mixture, count: int) -> Mixture:
    """Tell news by at most `count` shifts, at least 4, of the same mean and variances, where every game is dear.

    Those pairs are joined first that lose least variance (Ward, 1963); what is lost is given back by moving the
    shifts away from their mean.
    """
    if count < FEWEST:
        raise ValueError(f"count must be at least {FEWEST}, was {count}")
    if len(news.shifts) <= count:
        return news
    shifts = list(news.shifts)
    while len(shifts) > count:
        one, other = min(combinations(shifts, 2), key=lambda pair: _loss(*pair))
        shifts = [shift for shift in shifts if shift is not one and shift is not other]
        shifts.append(_as_one([one, other]))
    fewer = Mixture(tuple(shifts), news.plugged)
    stretch = [sqrt(b / a) if a > 0.0 else 1.0 for a, b in zip(fewer.variance, news.variance, strict=True)]
    mean = news.mean
    return replace(fewer, shifts=tuple(_stretched(shift, mean, stretch) for shift in shifts))


def aimed_with_news(
    model: Model, rules: Rules, margin: float, total: float, shifts: Sequence[Shift], prepared: Prepare = prepare
) -> Aimed:
    """Return a game that has these means before the news, every shift with nights of its own.

    margin, total: means (points) without the shifts. prepared: how a game is found for the means of a shift, exactly
    or as near as the model comes. Raises ValueError when the weights do not sum to 1 or no teams would play so.
    """
    each = [prepared(model, rules, margin + shift.margin, total + shift.total) for shift in shifts]
    nights = tuple(
        replace(night, weight=night.weight * shift.weight)
        for aim, shift in zip(each, shifts, strict=True)
        for night in aim.game
    )
    return Aimed(checked(nights), _weighed([aim.final for aim in each], shifts))


def marginals_with_news(each: Sequence[Marginals], shifts: Sequence[Shift]) -> Marginals:
    """Return what margin and total should look like when the news is open, from what they should after each shift.

    A game with news must be weighed to these: weighed to one narrow distribution it would lose what the news adds.
    Raises ValueError when the weights do not sum to 1 or the supports differ.
    """
    whole = fsum(shift.weight for shift in shifts)
    if abs(whole - 1.0) > WHOLE:
        raise ValueError(f"weights of the shifts must sum to 1, summed to {whole}")
    supports = {(marginals.margin_support, marginals.total_support) for marginals in each}
    if len(supports) != 1:
        raise ValueError(f"marginals of all shifts must have one support, had {len(supports)}")
    margin = _weighed([marginals.margin for marginals in each], shifts)
    return replace(each[0], margin=margin, total=_weighed([marginals.total for marginals in each], shifts))


def _weighed(arrays: Sequence[Floats], shifts: Sequence[Shift]) -> Floats:
    mixed = np.zeros_like(arrays[0])
    for array, shift in zip(arrays, shifts, strict=True):
        mixed += shift.weight * array
    return mixed


@dataclass(frozen=True, slots=True)
class _Effect:
    """One player: the chance that he is missing, that which the mean reckons with, what missing does (points)."""

    player: str
    missing: float
    priced: float
    margin: float
    total: float

    @property
    def mean(self) -> float:
        return self.missing - self.priced

    @property
    def variance(self) -> float:
        return self.margin**2 * self.missing * (1.0 - self.missing)

    def turns(self, shift: Shift) -> tuple[Shift, Shift]:
        """Return the shift with the player missing, and with him on the field."""
        return self._turned(shift, self.missing, 1.0), self._turned(shift, 1.0 - self.missing, 0.0)

    def _turned(self, shift: Shift, chance: float, missed: float) -> Shift:
        more = missed - self.priced
        return Shift(shift.weight * chance, shift.margin + more * self.margin, shift.total + more * self.total)


def _effects(absences: Iterable[Absence], total_share: float, chances: Chances) -> list[_Effect]:
    """Return the effect of every player, in the order of side and name."""
    reports = tuple(absences)
    found = {(absence.side, absence.player): absence for absence in reports}
    if len(found) != len(reports):
        raise ValueError(f"every player must be reported once, were {len(reports)} reports of {len(found)} players")
    return [
        _Effect(
            absence.player,
            1.0 - chances[absence.status],
            1.0 - chances[absence.priced],
            -absence.value_points if absence.side is Side.HOME else absence.value_points,
            -absence.value_points * total_share,
        )
        for _, absence in sorted(found.items())
    ]


def _merged(shifts: Iterable[Shift]) -> list[Shift]:
    """Tell equal shifts as one, in the order in which they first came."""
    equal: dict[tuple[float, float], list[Shift]] = {}
    for shift in shifts:
        # Adding nought turns -0.0 into 0.0.
        place = round(shift.margin, EQUAL_DECIMALS) + 0.0, round(shift.total, EQUAL_DECIMALS) + 0.0
        equal.setdefault(place, []).append(shift)
    return [_as_one(group) for group in equal.values()]


def _pooled(shifts: Sequence[Shift]) -> tuple[Shift, ...]:
    """Tell negligible shifts as one at their mean, which leaves the mean of the whole where it was."""
    likely = [shift for shift in shifts if shift.weight >= NEGLIGIBLE]
    unlikely = [shift for shift in shifts if shift.weight < NEGLIGIBLE]
    return tuple(likely + ([_as_one(unlikely)] if unlikely else []))


def _loss(one: Shift, other: Shift) -> float:
    """Return the variance that is lost when two shifts are told as one."""
    apart = (one.margin - other.margin) ** 2 + (one.total - other.total) ** 2
    return one.weight * other.weight / (one.weight + other.weight) * apart


def _stretched(shift: Shift, mean: tuple[float, float], stretch: Sequence[float]) -> Shift:
    margin, total = mean[0] + stretch[0] * (shift.margin - mean[0]), mean[1] + stretch[1] * (shift.total - mean[1])
    return Shift(shift.weight, margin, total)


def _as_one(shifts: Sequence[Shift]) -> Shift:
    if len(shifts) == 1:
        return shifts[0]
    weight = fsum(shift.weight for shift in shifts)
    margin = fsum(shift.weight * shift.margin for shift in shifts) / weight
    total = fsum(shift.weight * shift.total for shift in shifts) / weight
    return Shift(weight, margin, total)
