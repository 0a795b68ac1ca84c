"""Execute: one job for one slot, once. The row that says so commits with the effects, or not at all."""

from collections.abc import Sequence

from closeline.domain.events import Event
from closeline.jobs.desk import Desk
from closeline.jobs.registry import JOBS, Arguments, Errand
from closeline.store import events, job_runs
from closeline.store.session import Session, unit_of_work


def execute(desk: Desk, job: str, slot: str, arguments: Arguments) -> list[events.LoggedEvent]:
    """Run a job for a slot and return the events that it recorded; nothing when it is done or not due."""
    task = JOBS[job]
    if not task.due(desk, arguments):
        return []
    if isinstance(task, Errand):
        return _run_errand(desk, task, job, slot, arguments)
    with unit_of_work(desk.engine) as session:
        if not job_runs.claim(session, job, slot, at=desk.clock()):
            return []
        return _record(session, desk, job, task.keep(session, desk, arguments))


def _run_errand(desk: Desk, errand: Errand, job: str, slot: str, arguments: Arguments) -> list[events.LoggedEvent]:
    with unit_of_work(desk.engine, write=False) as session:
        if job_runs.is_done(session, job, slot):
            return []
        planned = errand.plan(session, desk, arguments)
    carried = errand.perform(desk, planned)
    with unit_of_work(desk.engine) as session:
        if not job_runs.claim(session, job, slot, at=desk.clock()):
            return []
        return _record(session, desk, job, errand.keep(session, desk, arguments, carried))


def _record(session: Session, desk: Desk, job: str, told: Sequence[Event]) -> list[events.LoggedEvent]:
    return [events.record(session, event, tenant_id=desk.tenant_id, actor=job, at=desk.clock()) for event in told]
