"""Residuals: whether forecasts have become too high, too low, too wide or too narrow, on a record that is read daily.

Both questions are asked of the PIT, because it keeps within bounds whatever happens on a night: u - 1/2 has mean 0
where the middle is right, (u - 1/2)^2 - 1/12 where the width is. Their means have intervals that hold on all days at
once (`maths.peeking`), nothing being asked of the rows of one day among themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.peeking import DailySums, by_day, edge_shown, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# From when on a drift is worth an alarm, since no model is exactly right and a long record shows the least fault. Of a
# normal forecast: a middle that is off by .1 of a standard deviation moves u by .1 / (2 sqrt pi) = .028.
MIDDLE_MARGIN = 0.028
# Of a normal forecast: outcomes that are 10 % more spread than said move (u - 1/2)^2 by .0089 (numerical integration).
WIDTH_MARGIN = 0.0089
LEVEL = 0.95
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Drifting:
    """A mean that should be 0, after n rows of so many days, with its always valid interval.

    margin: how far from 0 it may be. since: the day on which the interval first lay wholly beyond the margin, null
    where it never did. Where the mean itself has moved on the way, low may pass high.
    """

    mean: float
    low: float
    high: float
    n: int
    days: int
    margin: float
    since: date | None

    @property
    def alarm(self) -> bool:
        """Whether it has ever been beyond its margin."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Residuals:
    """The middle (u - 1/2: above 0 where forecasts are too low) and the width (above 0 where they are too narrow)."""

    middle: Drifting
    width: Drifting

    @property
    def alarm(self) -> bool:
        """Whether either has drifted."""
        return self.middle.alarm or self.width.alarm


def residuals(pits: Floats, days: NDArray[np.int32], *, level: float = LEVEL) -> Residuals:
    """Watch the PITs of forecasts, shape (n,), of days since 1970-01-01; ValueError for none or one outside 0 to 1.

    Where forecasts are right, an alarm is ever raised at a rate of 1 - level at most, however often it is looked at.
    """
    centred = np.asarray(pits, dtype=np.float64) - 0.5
    squares = centred**2 - 1.0 / 12.0
    ordinals = days.astype(np.int64)
    each = np.unique(ordinals)
    middle = by_day(centred, ordinals, low=-0.5, high=0.5)
    width = by_day(squares, ordinals, low=-1.0 / 12.0, high=1.0 / 6.0)
    # Each of the two has half of the errors.
    shared = (1.0 + level) / 2.0
    return Residuals(_drifting(middle, each, MIDDLE_MARGIN, shared), _drifting(width, each, WIDTH_MARGIN, shared))


def _drifting(record: DailySums, days: NDArray[np.int64], margin: float, level: float) -> Drifting:
    found = interval(record, level=level)
    # That the interval lies beyond the margin is that a mean of the margin is excluded: one pass instead of a search.
    above, below = (edge_shown(_less(side, margin), level=level) for side in (record, record.mirrored()))
    beyond = np.flatnonzero(above | below)
    since = _EPOCH + timedelta(days=int(days[beyond[0]])) if beyond.size else None
    return Drifting(found.mean, found.low, found.high, found.n, found.days, margin, since)


def _less(record: DailySums, mean: float) -> DailySums:
    """Return the record of every outcome less a mean."""
    off = record.counts * mean
    return DailySums(record.sums - off, record.counts, record.lows - off, record.highs - off)
