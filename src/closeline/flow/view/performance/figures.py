"""Figures: from daily sums to what they say, with ordinary intervals and those that may be read every day."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from closeline.domain.cohorts import Cohort, Dimension
from closeline.domain.errors import CorruptRecord
from closeline.flow.view.performance.cells import Cell
from closeline.flow.view.performance.sums import MICROS, SCALE, Sums, total
from closeline.maths import peeking
from closeline.maths.peeking import AlwaysValid, DailySums
from closeline.maths.record_figures import mean_of_daily_sums
from closeline.schemas import performance as shapes

# The share of cohorts flagged in error that is put up with, of all that were looked at.
FALSE_DISCOVERIES = 0.10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One cohort: its sums in all and by day over the days asked for, in order; record: by day from its first one on.

    What may be read on any day is taken from the record: a series that begins anew with each window promises nothing.
    """

    cohort: Cohort
    sums: Sums
    days: tuple[Sums, ...]
    record: tuple[Sums, ...]


def standings(
    cells: Sequence[Cell], dimensions: Sequence[Sequence[Dimension]], *, first: str | None = None
) -> list[Standing]:
    """Return every cohort along each of the sets of dimensions, in their order, then by key; each cohort once.

    cells: of the record from its beginning. first: the first day asked for (ISO, null: all); a cohort whose days are
    all before it is there, with none.
    """
    found: dict[Cohort, Standing] = {}
    for along in dimensions:
        by_day: defaultdict[Cohort, defaultdict[str, list[Sums]]] = defaultdict(lambda: defaultdict(list))
        for cell in cells:
            by_day[cell.cohort.along(tuple(along))][cell.day].append(cell.sums)
        for cohort in sorted(by_day, key=lambda item: item.key):
            found.setdefault(cohort, _standing(cohort, by_day[cohort], first))
    return list(found.values())


def one(cells: Sequence[Cell], cohort: Cohort, *, first: str | None = None) -> Standing:
    """Return one cohort, empty where no pick is in it; `cells` and `first` as in `standings`."""
    inside: defaultdict[str, list[Sums]] = defaultdict(list)
    for cell in cells:
        if cohort.holds(cell.cohort):
            inside[cell.day].append(cell.sums)
    return _standing(cohort, inside, first)


def _standing(cohort: Cohort, by_day: Mapping[str, Sequence[Sums]], first: str | None) -> Standing:
    record = [(day, total(by_day[day])) for day in sorted(by_day)]
    days = tuple(sums for day, sums in record if first is None or day >= first)
    return Standing(cohort, total(days), days, tuple(sums for _, sums in record))


def figures(found: Sequence[Standing], medians: Mapping[str, float] | None = None) -> list[shapes.Figures]:
    """Return the figures of cohorts that were looked at together: which of them survive counts all of them.

    medians: of the closing-line value, by cohort key, where somebody has read more than sums.
    """
    values = [closing_value(item) for item in found]
    flagged = peeking.flagged_after_many([value.e_value or 0.0 for value in values], level=FALSE_DISCOVERIES)
    return [
        _figures(item, value, survives=survives, median=(medians or {}).get(item.cohort.key))
        for item, value, survives in zip(found, values, flagged if found else (), strict=True)
    ]


def closing_value(item: Standing) -> shapes.Estimate:
    """Return the mean closing-line value of a cohort, in probability, with both intervals. Raises CorruptRecord."""
    sums, counts = _array(day.clv_e12 / SCALE for day in item.days), _array(day.valued for day in item.days)
    # Void before play stays in what is read daily, as nought: nothing may leave it because of how it ended.
    bets = _array(day.valued + day.unplayed for day in item.record)
    record = _array(day.clv_e12 / SCALE for day in item.record)
    return _both(sums, counts, _always(item, record, bets, -bets, bets))


def _return(item: Standing) -> shapes.Estimate:
    sums, counts = _array(day.units_micros / MICROS for day in item.days), _array(day.settled for day in item.days)
    bets = _array(day.graded for day in item.record)
    record = _array(day.units_micros / MICROS for day in item.record)
    highest = _array(day.highest_micros / MICROS for day in item.record)
    return _both(sums, counts, _always(item, record, bets, -bets, highest))


def _figures(item: Standing, value: shapes.Estimate, *, survives: bool, median: float | None) -> shapes.Figures:
    sums = item.sums
    return shapes.Figures(
        cohort_key=item.cohort.key,
        graded=sums.graded,
        open=sums.published - sums.graded,
        wins=sums.wins,
        losses=sums.losses,
        pushes=sums.pushes,
        voids=sums.voids,
        units=sums.units_micros / MICROS,
        units_staked=sums.staked_units_micros / MICROS,
        roi=_return(item),
        expected_publish=_expected(
            sums.promised_e12, sums.units_micros, sums.promised_variance_e12, sums.settled + sums.sat_out
        ),
        expected_close=_expected(
            sums.at_close_e12, sums.priced_units_micros, sums.at_close_variance_e12, sums.priced
        ),
        scores=_scores(sums),
        clv=_closing(sums, value, median),
        survives=survives,
    )  # fmt: skip


def _expected(promised: int, came: int, variance: int, n: int) -> shapes.Expected:
    expected, realised, spread = promised / SCALE, came / MICROS, math.sqrt(variance / SCALE)
    z = (realised - expected) / spread if spread > 0.0 else None
    return shapes.Expected(expected=expected, realised=realised, z=z, n=n)


def _scores(sums: Sums) -> shapes.Scores:
    return shapes.Scores(
        n=sums.scored,
        brier=_mean(sums.brier_e12, sums.scored),
        log_loss=_mean(sums.log_loss_e12, sums.scored),
        skill_publish=_skill(sums.brier_e12, sums.brier_market_e12),
        n_close=sums.scored_closed,
        skill_close=_skill(sums.brier_closed_e12, sums.brier_close_e12),
    )


def _closing(sums: Sums, value: shapes.Estimate, median: float | None) -> shapes.ClosingValue:
    n = sums.valued
    return shapes.ClosingValue(
        value=value,
        median=median,
        sd=_deviation(sums),
        share_positive=sums.clv_positive / n if n else None,
        share_zero=(n - sums.clv_positive - sums.clv_negative) / n if n else None,
        share_negative=sums.clv_negative / n if n else None,
        missing=dict(sums.missing),
    )


def _deviation(sums: Sums) -> float | None:
    n = sums.valued
    if n < 2:
        return None
    # Whole numbers: the difference of two large sums loses nothing.
    return math.sqrt(max(sums.clv_square_e12 * n * SCALE - sums.clv_e12**2, 0) / (n * (n - 1))) / SCALE


def _mean(sum_e12: int, n: int) -> float | None:
    return sum_e12 / SCALE / n if n else None


def _skill(own: int, reference: int) -> float | None:
    return 1.0 - own / reference if reference else None


def _array(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)


def _always(item: Standing, sums: Floats, counts: Floats, lows: Floats, highs: Floats) -> AlwaysValid | None:
    """Return what daily sums, between the worst and the best that each day could have come to, say on any day."""
    if not counts.any():
        return None
    try:
        record = DailySums(sums, counts, lows, highs)
    except ValueError as error:
        mend = "make the sums anew with: closeline rollups rebuild; if that changes nothing, a stored grade is at fault"
        raise CorruptRecord(f"daily sums of {item.cohort.key}: {error}; {mend}") from error
    return peeking.interval(record)


def _both(sums: Floats, counts: Floats, always: AlwaysValid | None) -> shapes.Estimate:
    ordinary = mean_of_daily_sums(sums, counts)
    return shapes.Estimate(
        mean=ordinary.mean,
        low=ordinary.low,
        high=ordinary.high,
        n=ordinary.n,
        days=int((counts > 0.0).sum()),
        always_mean=always.mean if always else None,
        always_low=always.low if always else None,
        always_high=always.high if always else None,
        always_n=always.n if always else 0,
        always_days=always.days if always else 0,
        e_value=always.capital if always else None,
    )
