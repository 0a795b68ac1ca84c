"""Grading: what waits is graded now, and how a publication ended."""

from typing import Annotated

from fastapi import Path

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs import grading
from closeline.schemas.doors import GradingRequest
from closeline.schemas.ending.grading import GradeRun, Grading
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["grading"])
running = guarded(Permission.GRADE, tags=["grading"])

PublishId = Annotated[str, Path(min_length=1, max_length=200)]


@running.post("/grade-all-pending")
def grade_all_pending(caller: Calling, asked: GradingRequest) -> GradeRun:
    """Decide results and grade every pick that waits; tell what is held, and why."""
    return grading.grade_all_pending(caller.desk, lookback_hours=asked.lookback_hours, actor=caller.actor)


@running.post("/grade-published/{publish_id}")
def grade_published(caller: Calling, publish_id: PublishId) -> Grading:
    """Grade one publication now, or tell what it waits for."""
    return grading.grade_published(caller.desk, publish_id, actor=caller.actor)


@reading.get("/grading/{publish_id}")
def grading_of_publication(caller: Calling, publish_id: PublishId) -> Grading:
    """Tell how a publication stands, with every grade that it was given."""
    with caller.reading() as session:
        return grading.grading_of(session, publish_id, tenant_id=caller.tenant_id)
