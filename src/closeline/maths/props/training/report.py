"""Reports: what forecasts came to on rows that their models had not seen, beside what a plain average came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.digits import of_fit
from closeline.maths.props.families import Family
from closeline.maths.props.scores import LEVELS, coverage, crps, interval, kolmogorov_smirnov, log_scores, pit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Rows that were forecast by models that had not seen them: all of shape (n,), in order of day.

    rows: their places in what was trained on; days: since 1970-01-01; fold: of which fold each was; y: what was
    counted.
    """

    rows: NDArray[np.intp]
    days: NDArray[np.int32]
    fold: NDArray[np.int16]
    y: Floats
    mean: Floats
    variance: Floats

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.y)

    def where(self, chosen: NDArray[np.bool_]) -> HeldOut:
        """Return the chosen rows."""
        return HeldOut(
            self.rows[chosen], self.days[chosen], self.fold[chosen], self.y[chosen], self.mean[chosen],
            self.variance[chosen],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """How forecasts did on n rows from one day to another: lower MAE, CRPS and log score (nats) are better.

    covered: how often the central intervals of 50, 80 and 95 % held as they are printed, whole numbers that cover at
    least so much; inside: the same with a number on the edge counted by the share of its mass, which equals the level
    where forecasts are right. pit_gap: the largest gap of the PIT from uniform. spread: the mean of squared error over
    variance, 1 where forecasts are as wide as they should be.
    """

    name: str
    n: int
    first_day: int
    last_day: int
    mae: float
    crps: float
    log_score: float
    covered: tuple[float, ...]
    inside: tuple[float, ...]
    pit_gap: float
    spread: float


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """The report of a training: each fold, all of them together, and the baselines on the same rows.

    regulars: the model and then the baselines on the rows of players with the usual minutes, whom lines are about;
    empty where nobody said who they are.
    """

    folds: tuple[Figures, ...]
    total: Figures
    baselines: tuple[Figures, ...]
    regulars: tuple[Figures, ...]


def figures(name: str, family: Family, held: HeldOut, draws: Floats) -> Figures:
    """Score forecasts against what was counted; draws: uniform, shape (n,), which spread a number over its mass."""
    given = (family, held.mean, held.variance, held.y)
    gap = kolmogorov_smirnov(pit(*given, draws)).gap
    return Figures(
        name, len(held), int(held.days[0]), int(held.days[-1]), _mean(np.abs(held.y - held.mean)), _mean(crps(*given)),
        _mean(log_scores(*given)), tuple(_covered(family, held, level) for level in LEVELS),
        tuple(_mean(coverage(*given, level)) for level in LEVELS), of_fit(gap),
        _mean((held.y - held.mean) ** 2 / held.variance),
    )  # fmt: skip


def judge(
    family: Family, held: HeldOut, baselines: tuple[tuple[str, HeldOut], ...], draws: Floats,
    regular: NDArray[np.bool_] | None = None,
) -> OutOfFold:  # fmt: skip
    """Return the report of held-out rows and of baselines on the same rows; draws as in `figures`.

    regular: which of the rows are of regulars, shape (n,).
    """
    each = tuple(
        figures(f"fold {number + 1}", family, held.where(held.fold == number), draws[held.fold == number])
        for number in np.unique(held.fold).tolist()
    )
    # The baselines stand on the integers too: the mass of a number compares with nothing else.
    rivals = [(name, Family.GAMMA_LATTICE, rows) for name, rows in baselines]
    beside = tuple(figures(*rival, draws) for rival in rivals)
    usual = _apart([("model", family, held), *rivals], draws, regular) if regular is not None else ()
    return OutOfFold(each, figures("all folds", family, held, draws), beside, usual)


def _apart(
    compared: list[tuple[str, Family, HeldOut]], draws: Floats, chosen: NDArray[np.bool_]
) -> tuple[Figures, ...]:  # fmt: skip
    if not chosen.any():
        return ()
    return tuple(figures(name, family, rows.where(chosen), draws[chosen]) for name, family, rows in compared)


def _covered(family: Family, held: HeldOut, level: float) -> float:
    low, high = interval(family, held.mean, held.variance, level)
    return _mean(((held.y >= low) & (held.y <= high)).astype(np.float64))


def _mean(values: Floats) -> float:
    return of_fit(float(values.mean()))
