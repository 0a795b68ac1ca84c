"""Scored: forecasts and what came of them, row by row, so that rows of several models add up to figures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.props.scores import LEVELS, coverage, crps, interval, kolmogorov_smirnov, log_scores, pit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from closeline.maths.props.families import Family

    Floats = NDArray[np.float64]

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Rows in any order, all of shape (n,) but `covered` and `inside`, which are (levels, n), in order of LEVELS.

    days: since 1970-01-01. error: what was counted less the mean; crps in the same unit, log_score in nats. pit: where
    the number fell, 0 to 1. standardised: error over the standard deviation. covered: whether the printed interval of
    whole numbers held; inside: the share of the number's mass within the exact one, whose mean is the level itself.
    """

    days: NDArray[np.int32]
    error: Floats
    crps: Floats
    log_score: Floats
    pit: Floats
    standardised: Floats
    covered: Floats
    inside: Floats

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.days)

    def where(self, chosen: NDArray[np.bool_]) -> Scored:
        """Return the chosen rows."""
        return Scored(*(getattr(self, item.name)[..., chosen] for item in fields(self)))


@dataclass(frozen=True, slots=True)
class Standing:
    """What so many forecasts came to: lower MAE, CRPS and log score are better.

    covered, inside: shares of the central 50, 80 and 95 %, see `Scored`. pit_gap: the largest gap of the PIT from
    uniform, pit_p how likely one so large is by chance if every row were independent, which rows of a night are not.
    bias: the mean standardised error, 0 where means are right; spread: the mean of its square, 1 where widths are.
    """

    name: str
    n: int
    days: int
    mae: float
    crps: float
    log_score: float
    covered: tuple[float, ...]
    inside: tuple[float, ...]
    pit_gap: float
    pit_p: float
    bias: float
    spread: float


def scored(
    family: Family, mean: Floats, variance: Floats, y: Floats, days: NDArray[np.int32], draws: Floats
) -> Scored:  # fmt: skip
    """Score forecasts of one family; draws: uniform, shape (n,), which spread a number over its own mass."""
    given = (family, mean, variance, y)
    ends = [interval(family, mean, variance, level) for level in LEVELS]
    held = np.array([(y >= low) & (y <= high) for low, high in ends], dtype=np.float64)
    inside = np.array([coverage(*given, level) for level in LEVELS])
    error = y - mean
    return Scored(
        days, error, crps(*given), log_scores(*given), pit(*given, draws), error / np.sqrt(variance), held, inside
    )


def joined(parts: Sequence[Scored]) -> Scored:
    """Return the rows of several models as one; ValueError for none."""
    if not parts:
        raise ValueError("parts must be at least one, were none")
    return Scored(*(np.concatenate([getattr(part, item.name) for part in parts], axis=-1) for item in fields(Scored)))


def standing(name: str, rows: Scored) -> Standing:
    """Return the figures of rows; ValueError for none."""
    if not len(rows):
        raise ValueError(f"{name} must have rows to be judged by, had none")
    found = kolmogorov_smirnov(rows.pit)
    return Standing(
        name, len(rows), len(np.unique(rows.days)), float(np.abs(rows.error).mean()), float(rows.crps.mean()),
        float(rows.log_score.mean()), _shares(rows.covered), _shares(rows.inside), found.gap, found.p_value,
        float(rows.standardised.mean()), float((rows.standardised**2).mean()),
    )  # fmt: skip


def by_month(rows: Scored) -> tuple[Standing, ...]:
    """Return the figures of every calendar month that has rows, named as 2025-11, the earliest first."""
    if not len(rows):
        return ()
    months = months_of(rows.days)
    return tuple(standing(name, rows.where(months == name)) for name in np.unique(months).tolist())


def months_of(days: NDArray[np.int32]) -> NDArray[np.str_]:
    """Return the calendar month of days since 1970-01-01, as 2025-11, shape (n,)."""
    each, place = np.unique(days, return_inverse=True)
    names = [(_EPOCH + timedelta(days=day)).isoformat()[:7] for day in each.tolist()]
    return np.array(names, dtype=np.str_)[place]


def _shares(held: Floats) -> tuple[float, ...]:
    return tuple(float(share) for share in held.mean(axis=1))
