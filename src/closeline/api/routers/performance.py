"""Performance: how picks have done, by cohort and against the close."""

from typing import Annotated

from fastapi import Query

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.domain.errors import BadInput
from closeline.jobs import performance
from closeline.schemas.doors import DAYS_BACK_MAX, SummaryRequest
from closeline.schemas.performance import ClvDistribution, CohortPerformance, PerformanceSummary
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["performance"])

DaysBack = Annotated[int, Query(ge=1, le=DAYS_BACK_MAX)]


@reading.post("/performance-summary")
def performance_summary(caller: Calling, asked: SummaryRequest) -> PerformanceSummary:
    """Sum up one cohort between two league days, both included."""
    if asked.end_date < asked.start_date:
        raise BadInput(f"end_date must not be before start_date, {asked.start_date}, was {asked.end_date}")
    with caller.reading() as session:
        return performance.summary(
            session, tenant_id=caller.tenant_id, cohort_key=asked.cohort_key, start_date=asked.start_date,
            end_date=asked.end_date,
        )  # fmt: skip


@reading.get("/performance/by-cohort")
def performance_by_cohort(caller: Calling, days_back: DaysBack = 30) -> CohortPerformance:
    """Tell how the picks of the last days did, by each value of each dimension."""
    with caller.reading() as session:
        return performance.by_cohort(
            session, tenant_id=caller.tenant_id, days_back=days_back, now=caller.desk.clock()
        )  # fmt: skip


@reading.get("/performance/clv-distribution")
def clv_distribution(caller: Calling, days_back: DaysBack = 30) -> ClvDistribution:
    """Tell how the closing-line value of the picks of the last days is spread."""
    with caller.reading() as session:
        return performance.clv_distribution(
            session, tenant_id=caller.tenant_id, days_back=days_back, now=caller.desk.clock()
        )  # fmt: skip
