"""Figures that the contract does not name: closing-line value of one pick and by segment, and rollups by cohort."""

from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.domain.cohorts import Dimension, parse_cohort
from closeline.domain.leagues import League, league_day
from closeline.flow.view import closing
from closeline.flow.view.closing import By
from closeline.jobs import performance
from closeline.schemas.doors import DAYS_BACK_MAX
from closeline.schemas.ending.clv import ClvOfPick, ClvReport
from closeline.schemas.performance import CohortPerformance
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["figures"])

PickId = Annotated[str, Path(min_length=1, max_length=200)]
Segments = Annotated[list[By], Query(max_length=6, description="What segments are told apart by; repeat it for more.")]
Along = Annotated[list[Dimension], Query(min_length=1, max_length=8, description="The dimensions of the cohorts.")]
Only = Annotated[str, Query(max_length=500, description="Only what this cohort holds, such as league=nba,tier=A.")]
DaysBack = Annotated[int, Query(ge=1, le=DAYS_BACK_MAX)]


@reading.get("/clv/report")
def clv_report(
    caller: Calling, by: Segments = [By.LEAGUE, By.MARKET], league: League | None = None  # noqa: B006
) -> ClvReport:  # fmt: skip
    """Report closing-line value by segment, with intervals by event and what was left out."""
    with caller.reading() as session:
        return closing.clv_report(
            session, tenant_id=caller.tenant_id, leagues=[league] if league else list(League),
            by=list(dict.fromkeys(by)), as_of=caller.desk.clock(),
        )  # fmt: skip


@reading.get("/clv/{pick_id}")
def clv_of_pick(caller: Calling, pick_id: PickId) -> ClvOfPick:
    """Show one pick against its close: whose it was, how old, and every figure with its range."""
    with caller.reading() as session:
        return closing.clv_of_pick(
            session, pick_id=pick_id, tenant_id=caller.tenant_id, as_of=caller.desk.clock()
        )  # fmt: skip


@reading.get("/rollups")
def rollups(
    caller: Calling, by: Along = [Dimension.LEAGUE, Dimension.MARKET], only: Only = "decision=PICK",  # noqa: B006
    days_back: DaysBack = 365,
) -> CohortPerformance:  # fmt: skip
    """Tell how the picks of the last days did, by every cohort along these dimensions together."""
    last = league_day(caller.desk.clock())
    with caller.reading() as session:
        return performance.cohorts(
            session, tenant_id=caller.tenant_id, along=[tuple(dict.fromkeys(by))], only=parse_cohort(only),
            first=last - timedelta(days=days_back - 1), last=last,
        )  # fmt: skip
