"""Figures of a record that may be looked at every day: intervals and flags whose promise holds on all days at once.

An ordinary interval is right on one day that was chosen beforehand; of a record that is read each morning it sooner
or later says anything. Here somebody bets against the claim "the mean per pick is at most m": before day d he puts up
lambda_d per unit, and his capital is multiplied by 1 + lambda_d (S_d - n_d m), where S_d is the sum over the n_d picks
of the day. If the claim is true his capital is a supermartingale, so it ever reaches 1/a at a rate of a at most
(Ville). Nothing is asked of the picks of one day among themselves: only of their sum, given the days before.

What is asked: the number of picks and the bounds of a day are known before its outcomes, outcomes keep within the
bounds, and under the claim the expectation of S_d, given all earlier days, is at most n_d m on every single day.

Source: Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by betting" (capital, mixing of
bets, both sides); Howard, Ramdas, McAuliffe and Sekhon (2021), "Time-uniform, nonparametric, nonasymptotic confidence
sequences"; Wang and Ramdas (2022), "False discovery rate control with e-values" (many records).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.maths.score import FloatArray

# Means of a day in its standard deviations; a bet of k per deviation grows fastest where the edge is k. The capital is
# divided among them at the start: 0.45 finds a plain edge within weeks, 0.05 a faint one within years.
EDGES_PER_DEVIATION = (0.05, 0.15, 0.45)
# The most that one day may cost, as a share of the capital. Below 1, so that no factor reaches nought; near 1, because
# closing-line values stay so far inside their bounds that a smaller share would only slow the proof down.
LOSS_SHARE_MAX = 0.9
# Sums are added up in floating point, and so are their bounds.
_TOLERANCE = 1e-9
_HALVINGS = 50
_LOG_CAPITAL_MAX = 700.0


@dataclass(frozen=True, slots=True)
class DailySums:
    """What the picks of each day came to, each array of shape (..., days) with the days in order.

    sums: outcomes added up, in any unit; counts: picks; lows, highs: what the sum could have come to at worst and at
    best. A day without picks has four noughts. Raises ValueError if a sum lies outside its bounds.
    """

    sums: FloatArray
    counts: FloatArray
    lows: FloatArray
    highs: FloatArray

    def __post_init__(self) -> None:
        assert self.sums.shape == self.counts.shape == self.lows.shape == self.highs.shape
        if self.sums.shape[-1] == 0:
            raise ValueError("days must be at least 1, was 0")
        if not (self.counts >= 0.0).all():
            raise ValueError(f"counts must be at least 0, was {self.counts.min()}")
        _check_bounds(self)

    def until(self, days: int) -> "DailySums":
        """Return the record as it stood after so many days."""
        return DailySums(*(part[..., :days] for part in (self.sums, self.counts, self.lows, self.highs)))

    def mirrored(self) -> "DailySums":
        """Return the record with every outcome's sign changed: its lower bound is this one's upper."""
        return DailySums(-self.sums, self.counts, -self.highs, -self.lows)


@dataclass(frozen=True, slots=True)
class DailyIntervals:
    """The mean so far and its always valid interval after each day, shape (days,); all NaN before the first pick."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


@dataclass(frozen=True, slots=True)
class AlwaysValid:
    """A mean per pick with an interval that may be read on any day, over n picks on so many days.

    capital: what one unit bet against "the mean is at most nought" has become, an e-value; it can fall again, while
    the interval keeps what it once excluded.
    """

    mean: float
    low: float
    high: float
    n: int
    days: int
    level: float
    capital: float

    @property
    def shows_edge(self) -> bool:
        """Whether a mean of nought or less is excluded."""
        return self.low > 0.0


def by_day(
    values: ArrayLike, days: NDArray[np.int64] | Sequence[int], *, low: ArrayLike = -1.0, high: ArrayLike = 1.0
) -> DailySums:
    """Add the outcomes of picks up by day.

    values: shape (n,), in any unit; days: their ordinals, in any order. low, high: bounds of each outcome known before
    it, one for all or shape (n,): -1 and price - 1 for units, -1 and 1 for closing-line value in probability.
    Raises ValueError if values are empty or one lies outside its bounds.
    """
    numbers, ordinals = np.asarray(values, dtype=np.float64), np.asarray(days)
    assert numbers.shape == ordinals.shape
    assert numbers.ndim == 1
    if numbers.size == 0:
        raise ValueError("values must hold at least one pick, was empty")
    lows, highs = (np.broadcast_to(np.asarray(bound, dtype=np.float64), numbers.shape) for bound in (low, high))
    _check_bounds(DailySums(numbers, np.ones_like(numbers), lows, highs))
    _, day = np.unique(ordinals, return_inverse=True)
    parts = (numbers, np.ones_like(numbers), lows, highs)
    return DailySums(*(np.bincount(day, weights=part).astype(np.float64) for part in parts))


def capital(record: DailySums, mean: float = 0.0) -> FloatArray:
    """Return what one unit bet against "the mean per pick is at most so much" is worth after each day.

    Shape as the record's, (..., days). An e-process: on any day, chosen in whatever way, its expectation under the
    claim is at most 1, and it ever reaches 1/a at a rate of a at most.
    """
    logs = _log_capital(record, _bets_per_edge(record), mean)
    return np.asarray(np.exp(np.minimum(logs, _LOG_CAPITAL_MAX)), dtype=np.float64)


def edge_shown(record: DailySums, *, level: float = 0.95) -> NDArray[np.bool_]:
    """Return after each day whether the running interval excludes nought from below, shape (..., days).

    The same answer as low > 0 in `daily_intervals` (but for picks that cannot lose), in one pass and for many records
    at once: from the day on which the capital against nought first reaches the threshold. Raises as `interval`.
    """
    logs = _log_capital(record, _bets_per_edge(record), 0.0)
    return np.logical_or.accumulate(logs >= _log_threshold(level), axis=-1)


def interval(record: DailySums, *, level: float = 0.95) -> AlwaysValid:
    """Return the mean of one record, shape (days,), with the interval that is valid on every day up to now and later.

    The intersection of the intervals of all days so far: what one excluded stays excluded, and ends that exclude
    nothing yet are the least and the most that the bounds leave possible. Each side has half of 1 - level. Should the
    mean have changed on the way, low can pass high: then no single mean fits the record.
    Raises ValueError if level is outside (0, 1) or the record holds no pick.
    """
    _check_single(record)
    mirrored = record.mirrored()
    low, high = _lower_bound(record, level), -_lower_bound(mirrored, level)
    picks = float(record.counts.sum())
    return AlwaysValid(
        mean=float(record.sums.sum() / picks),
        low=low,
        high=high,
        n=round(picks),
        days=int((record.counts > 0.0).sum()),
        level=level,
        capital=float(capital(record)[-1]),
    )


def daily_intervals(record: DailySums, *, level: float = 0.95) -> DailyIntervals:
    """Return for one record, shape (days,), what `interval` would have said after each of its days.

    Raises as `interval`.
    """
    _check_single(record)
    picks = record.counts.cumsum()
    mean = np.divide(record.sums.cumsum(), picks, out=np.full_like(picks, np.nan), where=picks > 0.0)
    low, high = _lower_bounds(record, level), -_lower_bounds(record.mirrored(), level)
    return DailyIntervals(mean, low, high, level)


def flagged_after_many(e_values: Sequence[float], *, level: float = 0.10) -> tuple[bool, ...]:
    """Return which of all the records looked at remain flagged, so that a share of level of these is false at most.

    e_values: capitals as of one time, shape (records,), in any order, dependent in any way; the answer has their order.
    Every record that was looked at belongs here, not only the good ones. One that is not a number counts as 0. Raises
    ValueError if level is outside (0, 1). Source: Wang and Ramdas (2022), the e-BH procedure.
    """
    _check_level(level)
    worth = np.nan_to_num(np.asarray(e_values, dtype=np.float64), nan=0.0, posinf=np.inf)
    falling = np.sort(worth)[::-1]
    enough = np.flatnonzero(falling * np.arange(1, worth.size + 1) >= worth.size / level)
    least = falling[enough[-1]] if enough.size else math.inf
    return tuple(bool(value >= least) and enough.size > 0 for value in worth)


def _log_capital(record: DailySums, bets: FloatArray, mean: float) -> FloatArray:
    """Return the log of the mean capital of all bets.

    Every factor falls as the claimed mean rises, whether or not its bet was cut: where it is cut, the factor is
    1 - share + share (S - low) / (n m - low). So the means that are excluded lie on one side of a single bound.
    """
    # A sum may be outside its bounds by a rounding error, which no factor must feel.
    surplus = np.clip(record.sums, record.lows, record.highs) - record.counts * mean
    at_risk = np.maximum(record.counts * mean - record.lows, 0.0)
    logs = np.full(record.sums.shape, -np.inf)
    for edge in EDGES_PER_DEVIATION:
        bet = edge * bets
        # The smaller of the bet and share / at_risk, without a division by nought.
        cut = bet / np.maximum(1.0, bet * at_risk / LOSS_SHARE_MAX)
        logs = np.logaddexp(logs, np.log1p(cut * surplus).cumsum(axis=-1))
    return np.asarray(logs - math.log(len(EDGES_PER_DEVIATION)))


def _bets_per_edge(record: DailySums) -> FloatArray:
    """Return one over the standard deviation that the days before lead to expect of each day's sum."""
    largest = _largest_variances(record)
    usual = _before(record.sums) / (1.0 + _before(record.counts))
    surprise = (record.sums - record.counts * usual) ** 2
    informative = largest > 0.0
    share = np.divide(surprise, largest, out=np.zeros_like(surprise), where=informative)
    # One day of the largest variance stands before the first: it decides how much is bet, never what is promised.
    expected = largest * (1.0 + _before(share)) / (1.0 + _before(informative.astype(np.float64)))
    return np.divide(1.0, np.sqrt(expected), out=np.zeros_like(expected), where=informative)


def _largest_variances(record: DailySums) -> FloatArray:
    """Return the variance that a day's sum could have at most if its picks were independent and alike (Popoviciu)."""
    return np.asarray((record.highs - record.lows) ** 2 / (4.0 * np.maximum(record.counts, 1.0)))


def _before(values: FloatArray) -> FloatArray:
    """Return for each day the sum over the days before it, which is all that a bet may know."""
    sums = values.cumsum(axis=-1)
    return np.concatenate([np.zeros_like(sums[..., :1]), sums[..., :-1]], axis=-1)


def _lower_bound(record: DailySums, level: float) -> float:
    threshold, bets, (least, most) = _log_threshold(level), _bets_per_edge(record), _means_possible(record)
    if _log_capital(record, bets, least).max() < threshold:
        return least
    return _highest_excluded(record, bets, threshold, (least, most))


def _lower_bounds(record: DailySums, level: float) -> FloatArray:
    threshold, bets, (bound, most) = _log_threshold(level), _bets_per_edge(record), _means_possible(record)
    bounds, day = np.full(record.sums.shape, bound), 0
    # From one day on which the bound moves to the next: in between nothing is to be solved.
    while (moving := np.flatnonzero(_log_capital(record, bets, bound)[day:] >= threshold)).size:
        day += int(moving[0]) + 1
        bound = _highest_excluded(record.until(day), bets[:day], threshold, (bound, most))
        bounds[day - 1 :] = bound
    return np.asarray(np.maximum(bounds, _least_possible(record)), dtype=np.float64)


def _highest_excluded(record: DailySums, bets: FloatArray, threshold: float, within: tuple[float, float]) -> float:
    excluded, kept = within
    for _ in range(_HALVINGS):
        middle = (excluded + kept) / 2.0
        if _log_capital(record, bets, middle).max() >= threshold:
            excluded = middle
        else:
            kept = middle
    return excluded


def _means_possible(record: DailySums) -> tuple[float, float]:
    return float(_least_possible(record)[-1]), -float(_least_possible(record.mirrored())[-1])


def _least_possible(record: DailySums) -> FloatArray:
    """Return after each day the least mean that the bounds of the days so far allow, NaN before the first pick."""
    nothing = np.full(record.sums.shape, np.nan)
    least = np.divide(record.lows, record.counts, out=nothing, where=record.counts > 0.0)
    return np.asarray(np.fmin.accumulate(least))


def _log_threshold(level: float) -> float:
    """Return the log of 2/a: half of the errors belongs to either side.

    Where one of the two capitals reaches 2/a, their average reaches 1/a: the hedged bet, kept to a single interval.
    """
    _check_level(level)
    return math.log(2.0 / (1.0 - level))


def _check_bounds(record: DailySums) -> None:
    slack = _TOLERANCE * np.maximum(1.0, np.abs(record.lows) + np.abs(record.highs))
    inside = (record.sums >= record.lows - slack) & (record.sums <= record.highs + slack)
    if not inside.all():
        worst = np.unravel_index(int(inside.argmin()), inside.shape)
        bounds = f"[{record.lows[worst]}, {record.highs[worst]}]"
        raise ValueError(f"outcomes must be within their bounds {bounds}, was {record.sums[worst]}")


def _check_single(record: DailySums) -> None:
    assert record.sums.ndim == 1
    if not (record.counts > 0.0).any():
        raise ValueError("picks must be at least 1, was 0")


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must be between 0 and 1, was {level}")
