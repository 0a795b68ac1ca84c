"""Execute: one job for one slot, once. The row that says so commits with the effects, or not at all.

A job that goes outside takes its slot first, until a moment. Whoever comes second in that time stays at home; whoever
comes after it takes the slot over, and what the first one still brings home is refused.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from closeline.domain.errors import CloselineError
from closeline.domain.events import Event
from closeline.domain.ids import canonical_json
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Apart, Arguments, Errand, Home
from closeline.jobs.monitoring.meters import timed
from closeline.jobs.registry import JOBS
from closeline.store import events
from closeline.store.scheduling import job_runs, leases
from closeline.store.scheduling.runs import Claim, Fence
from closeline.store.session import Session, unit_of_work

log = structlog.get_logger()

# Without a runner beside it nobody else is out: what an interruption left behind is taken over at once.
ALONE = timedelta(0)


def execute(
    desk: Desk, job: str, slot: str, arguments: Arguments, *, out_for: timedelta = ALONE, fence: Fence | None = None
) -> list[events.LoggedEvent]:
    """Run a job for a slot and return the events that it recorded; nothing when it is done or not due.

    out_for: how long the slot of a job that goes outside is its own. fence: under which lease it was fired; raises
    StaleToken when that has changed hands.
    """
    task = JOBS[job]
    if not task.due(desk, arguments):
        return []
    with structlog.contextvars.bound_contextvars(job=job, slot=slot), timed(partial(desk.meter.job, job)):
        if isinstance(task, Errand):
            return _run_errand(desk, task, job, slot, arguments, out_for, fence)
        with unit_of_work(desk.engine) as session:
            _not_stale(session, fence)
            if not job_runs.claim(session, job, slot, at=desk.clock()):
                return []
            return _record(session, desk, job, task.keep(session, desk, arguments))


def _run_errand(
    desk: Desk, errand: Errand[Any, Any], job: str, slot: str, arguments: Arguments, out_for: timedelta,
    fence: Fence | None,
) -> list[events.LoggedEvent]:  # fmt: skip
    with unit_of_work(desk.engine) as session:
        _not_stale(session, fence)
        now = desk.clock()
        claim = job_runs.claim_running(
            session, job, slot, at=now, until=now + out_for, arguments=canonical_json(dict(arguments))
        )
        if claim is None:
            return []
        planned = errand.plan(session, desk, arguments)
    try:
        carried = errand.perform(desk, planned)
        if errand.apart is not None:
            told = _keep_apart(desk, errand, errand.apart, job, arguments, carried)
            with unit_of_work(desk.engine) as session:
                job_runs.finish(session, claim, at=desk.clock())
            return told
        with unit_of_work(desk.engine) as session:
            if not job_runs.finish(session, claim, at=desk.clock()):
                return []
            return _record(session, desk, job, errand.keep(session, desk, arguments, carried))
    except Exception as fault:
        _give_back(desk, claim, fault)
        raise


def _keep_apart(
    desk: Desk, errand: Errand[Any, Home], apart: Apart[Home], job: str, arguments: Arguments, brought: Home
) -> list[events.LoggedEvent]:
    """Keep what was brought part by part: it is evidence, so it is kept even if another took the slot over."""
    told: list[events.LoggedEvent] = []
    for part in apart.split(brought):
        try:
            with unit_of_work(desk.engine) as session:
                told += _record(session, desk, job, errand.keep(session, desk, arguments, part))
        except Exception as fault:  # noqa: BLE001 -- whatever befalls one part, its bytes are not lost
            log.warning("part_not_kept", job=job, fault=f"{type(fault).__name__}")
            apart.rescue(desk, part, fault)
        else:
            apart.kept(desk, part)
    return told


def _not_stale(session: Session, fence: Fence | None) -> None:
    if fence is not None:
        leases.require(session, fence)


def _give_back(desk: Desk, claim: Claim, fault: Exception) -> None:
    """Free the slot for the next try; where the record cannot be reached the claim ends by itself."""
    try:
        with unit_of_work(desk.engine) as session:
            job_runs.give_back(session, claim, at=desk.clock(), detail=f"{type(fault).__name__}: {fault}")
    except CloselineError:
        return


def _record(session: Session, desk: Desk, job: str, told: Sequence[Event]) -> list[events.LoggedEvent]:
    return [events.record(session, event, tenant_id=desk.tenant_id, actor=job, at=desk.clock()) for event in told]
