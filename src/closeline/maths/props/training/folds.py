"""Folds in the order of time: each learns from the years before it and is judged on the days after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows to learn from and rows to be judged on, as slices of rows in order of day: windows without copies."""

    train: slice
    validate: slice


def forward_chained(
    days: NDArray[np.int32], *, folds: int = 19, window_years: int = 3, validate_days: int = 18, embargo_days: int = 1
) -> tuple[Fold, ...]:
    """Return folds that end with the last day, oldest first: each validates on its own run of days of play.

    days: of each row, since any epoch, shape (n,), not decreasing. A fold trains on the rows of `window_years` before
    the last day that its embargo allows: all rows of a day stand on one side, and between the sides lie at least
    `embargo_days` whole days. Raises BadInput where the days are out of order or too few for a day of training each.
    Source: props-v1, section 7.2; the window is of calendar years, the validation of days with games.
    """
    played = _in_order(days)
    if len(played) <= folds * validate_days:
        message = f"folds of {validate_days} days must leave days to learn from: {folds} were asked of {len(played)}"
        raise BadInput(f"{message} days; ask for fewer folds or import earlier seasons")
    return _cut(days, played[-folds * validate_days :], validate_days, window_years, embargo_days)


def outline(
    days: NDArray[np.int32], first: int, *, window_years: int, block_days: int, embargo_days: int
) -> tuple[Fold, ...]:
    """Return coarse folds over all days from row `first` on, as `forward_chained` cuts them, the last one shorter.

    Rows that nothing comes before are left out: nobody can foresee them.
    """
    played = _in_order(days)
    wanted = played[played >= days[first]]
    blocks = _cut(days, wanted, block_days, window_years, embargo_days)
    return tuple(fold for fold in blocks if fold.train.stop > fold.train.start)


def newest(days: NDArray[np.int32], *, window_years: int) -> slice:
    """Return the rows of the newest window of years."""
    return slice(_first_of(days, int(days[-1]) + 1, window_years), len(days))


def _cut(
    days: NDArray[np.int32], wanted: NDArray[np.int32], block_days: int, window_years: int, embargo_days: int
) -> tuple[Fold, ...]:
    starts = range(0, len(wanted), block_days)
    return tuple(
        _fold(days, int(block[0]), int(block[-1]), window_years, embargo_days)
        for block in (wanted[start : start + block_days] for start in starts)
    )


def _fold(days: NDArray[np.int32], first: int, last: int, window_years: int, embargo_days: int) -> Fold:
    begin, end = np.searchsorted(days, [first, last + 1]).tolist()
    # The last day of training lies more than the embargo before the first that is judged.
    stop = int(np.searchsorted(days, first - embargo_days))
    return Fold(slice(min(_first_of(days, first, window_years), stop), stop), slice(begin, end))


def _first_of(days: NDArray[np.int32], before: int, window_years: int) -> int:
    return int(np.searchsorted(days, before - round(window_years * DAYS_PER_YEAR)))


def _in_order(days: NDArray[np.int32]) -> NDArray[np.int32]:
    if not len(days) or (np.diff(days) < 0).any():
        raise BadInput("rows must stand in order of day, at least one; they did not")
    return np.unique(days)
