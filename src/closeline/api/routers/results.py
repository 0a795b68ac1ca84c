"""Results: what feeds contradict each other about, a person's word on it, and what was graded late."""

from typing import Annotated

from fastapi import Path

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.domain.leagues import League
from closeline.jobs import grading
from closeline.schemas.doors import Acceptance
from closeline.schemas.ending.grading import AcceptedResult, Lateness, ResultReviews
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["results"])
accepting = guarded(Permission.DECIDE_RESULTS, tags=["results"])

EventId = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/results/review")
def results_review(caller: Calling, league: League | None = None) -> ResultReviews:
    """List every game that waits for a person, with what each feed says of it."""
    with caller.reading() as session:
        return grading.reviews(session, tenant_id=caller.tenant_id, at=caller.desk.clock(), league=league)


@accepting.post("/results/{event_id}/accept")
def accept_result(caller: Calling, event_id: EventId, asked: Acceptance) -> AcceptedResult:
    """Make one report the official result of its event, and grade by it."""
    return grading.accept_result(caller.desk, event_id, asked.report_id, why=asked.why, actor=caller.actor)


@reading.get("/settlement/late")
def late_grades(caller: Calling, league: League | None = None) -> Lateness:
    """Tell how soon grades came after their finals, and each pick that is past the six hours."""
    with caller.reading() as session:
        return grading.lateness(session, tenant_id=caller.tenant_id, at=caller.desk.clock(), league=league)
