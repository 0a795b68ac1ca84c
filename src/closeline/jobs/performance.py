"""Performance: what the doors ask about picks by cohort, in the shapes that cross the edge."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from closeline.domain.cohorts import Cohort, Dimension, cohort, parse_cohort
from closeline.domain.errors import BadInput
from closeline.domain.leagues import league_day
from closeline.domain.picks import Decision
from closeline.flow.view.performance import cells, figures, spread
from closeline.flow.view.performance.sums import cohort_of
from closeline.schemas.performance import ClvDistribution, CohortPerformance, PerformanceSummary
from closeline.store.desk import endings
from closeline.store.desk.endings import ALWAYS, Ending
from closeline.store.session import Session

PICKS = cohort({Dimension.DECISION: Decision.PICK})
# Each dimension by itself; that a pick is a PICK and not a lean is said of all of them.
SINGLE = (Dimension.LEAGUE, Dimension.MARKET, Dimension.TIER, Dimension.BOOK, Dimension.HOURS, Dimension.POLICY,
          Dimension.CALIBRATION)  # fmt: skip
# Moments that a `date` can be counted back from.
_DAYS_BACK_MAX = 36600


def summary(
    session: Session, *, tenant_id: str, cohort_key: str, start_date: date, end_date: date,
    as_of: datetime = ALWAYS,
) -> PerformanceSummary:  # fmt: skip
    """Return how one cohort did between two league days; raises BadInput for a key that names no cohort."""
    if end_date < start_date:
        raise BadInput(f"end_date must not be before start_date {start_date}, was {end_date}; exchange them")
    wanted = parse_cohort(cohort_key)
    record = _members(session, tenant_id, wanted, end_date, as_of)
    found = figures.one(cells.cells_of(record), wanted, first=_iso(start_date))
    items = list(endings.between(record, _iso(start_date), None))
    median = spread.median(spread.clv_of(items))
    medians = {} if median is None else {wanted.key: median}
    return PerformanceSummary(
        cohort_key=wanted.key,
        start_date=start_date,
        end_date=end_date,
        as_of=_shown(as_of),
        figures=figures.figures([found], medians)[0],
        reliability=spread.reliability(items, wanted.key),
    )


def by_cohort(session: Session, *, tenant_id: str, days_back: int, now: datetime) -> CohortPerformance:
    """Return how the PICKs of the last so many days did, by each value of each dimension."""
    first, last = _window(days_back, now)
    along = [(Dimension.DECISION,), *((Dimension.DECISION, dimension) for dimension in SINGLE)]
    return cohorts(session, tenant_id=tenant_id, along=along, only=PICKS, first=first, last=last)


def cohorts(
    session: Session, *, tenant_id: str, along: Sequence[Sequence[Dimension]], only: Cohort,
    first: date | None = None, last: date | None = None, as_of: datetime = ALWAYS,
) -> CohortPerformance:  # fmt: skip
    """Return the figures of every cohort inside `only` along each set of dimensions, as the record knew them.

    Rows are the cohorts with a pick from `first` on; a cohort whose picks are all older was looked at as well.
    """
    found = cells.read(session, tenant_id=tenant_id, last=_iso(last), as_of=as_of)
    inside = [cell for cell in found if only.holds(cell.cohort)]
    tested = figures.standings(inside, along, first=_iso(first))
    rows = [row for item, row in zip(tested, figures.figures(tested), strict=True) if item.days]
    named = {dimension for dimensions in along for dimension in dimensions}
    return CohortPerformance(
        dimensions=[dimension for dimension in Dimension if dimension in named],
        start_date=first,
        end_date=last,
        as_of=_shown(as_of),
        tested=len(tested),
        surviving=sum(row.survives for row in rows),
        rows=rows,
    )


def clv_distribution(session: Session, *, tenant_id: str, days_back: int, now: datetime) -> ClvDistribution:
    """Return how the closing-line value of the PICKs of the last so many days is spread."""
    first, last = _window(days_back, now)
    return distribution(session, tenant_id=tenant_id, only=PICKS, first=first, last=last)


def distribution(
    session: Session, *, tenant_id: str, only: Cohort, first: date | None = None, last: date | None = None,
    as_of: datetime = ALWAYS,
) -> ClvDistribution:  # fmt: skip
    """Return how the closing-line value of a cohort is spread, as the record knew it."""
    record = _members(session, tenant_id, only, last, as_of)
    values = spread.clv_of(list(endings.between(record, _iso(first), None)))
    closing = figures.figures([figures.one(cells.cells_of(record), only, first=_iso(first))])[0].clv
    return ClvDistribution(
        cohort_key=only.key,
        start_date=first,
        end_date=last,
        as_of=_shown(as_of),
        n=int(values.size),
        missing=closing.missing,
        value=closing.value,
        median=spread.median(values),
        sd=closing.sd,
        share_positive=closing.share_positive,
        share_zero=closing.share_zero,
        share_negative=closing.share_negative,
        quantiles=spread.quantiles(values),
        bins=spread.clv_bins(values),
    )


def _members(session: Session, tenant_id: str, wanted: Cohort, last: date | None, as_of: datetime) -> list[Ending]:
    # From the first day on: a window may cut days off what is shown, never off what may be read daily.
    items = endings.of_tenant(session, tenant_id=tenant_id, as_of=as_of)
    inside = endings.between(items, None, _iso(last))
    return [item for item in inside if wanted.holds(cohort_of(item))]


def _window(days_back: int, now: datetime) -> tuple[date, date]:
    if not 1 <= days_back <= _DAYS_BACK_MAX:
        raise BadInput(f"days_back must be from 1 to {_DAYS_BACK_MAX}, was {days_back}")
    today = league_day(now)
    return today - timedelta(days=days_back - 1), today


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _shown(as_of: datetime) -> datetime | None:
    return None if as_of == ALWAYS else as_of
