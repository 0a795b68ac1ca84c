"""By hand: a person asks for a slot that failed, died or was missed; it is run as any runner would run it."""

import json
from collections import deque

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import Outcome, attempt
from closeline.jobs.duty.calls import Call, leagues_of, reactions_to
from closeline.jobs.errands import Arguments
from closeline.jobs.registry import JOBS
from closeline.jobs.schedule import series
from closeline.store import events
from closeline.store.scheduling import job_runs
from closeline.store.scheduling.runs import Run, RunState
from closeline.store.session import Session, unit_of_work


def run_by_hand(desk: Desk, job: str, slot: str, arguments: Arguments | None = None) -> int:
    """Run a job for a slot now and everything that it sets going; returns how many calls failed.

    arguments: null takes those that the record or the schedule knows. Raises NotFound for no such job, Refused where
    the slot is done or another is at it, BadInput where nobody knows its arguments.
    """
    if job not in JOBS:
        raise NotFound(f"job must be one of {', '.join(sorted(JOBS))}, was {job!r}")
    with unit_of_work(desk.engine) as session:
        before = job_runs.run_of(session, job, slot)
        given = _known(session, desk, job, slot, before) if arguments is None else arguments
        job_runs.reopen(session, job, slot, at=desk.clock())
    waiting, failed = deque([Call(job, slot, given)]), 0
    while waiting:
        call = waiting.popleft()
        tried = attempt(desk, call, patient=False)
        if call.slot == slot and tried.outcome in (Outcome.CLOSED, Outcome.WAITING):
            state = before.state if before else RunState.RUNNING
            raise Refused(f"slot must be open to be run, {job} {slot} was {state}; see: closeline jobs list")
        failed += tried.outcome in (Outcome.FAILED, Outcome.DEAD)
        waiting.extend(reactions_to(tried.told))
    return failed


def _known(session: Session, desk: Desk, job: str, slot: str, before: Run | None) -> Arguments:
    if before is not None and before.arguments is not None:
        found: Arguments = json.loads(before.arguments)
        return found
    own = [item for item in series(leagues_of(desk), live=desk.is_live()) if item.cadence.job == job]
    for item in own:
        if item.instant(slot) is not None:
            return item.arguments
    word, _, rest = slot.partition(":")
    chain, _, seq = rest.rpartition(":")
    if word == "event" and seq.isdigit():
        for event in events.since(session, chain=chain, after=int(seq) - 1)[:1]:
            return event.body
    form = f"a slot of it is like {own[0].slot(own[0].latest(desk.clock()))}; " if own else ""
    message = (
        f"arguments of {job} {slot[:100]} must be given, the record does not know them; {form}use --arguments JSON"
    )
    raise BadInput(message)
