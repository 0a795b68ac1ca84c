"""Attempt: one try of a job for a slot by a runner that stays up. Whatever it raises is counted, never let through.

A job that failed is tried again after a while, longer each time; after its last attempt its slot is DEAD and an alert
says so. Nothing that one job does keeps the others from running.
"""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from closeline.domain.errors import CloselineError, StaleToken
from closeline.domain.ids import canonical_json
from closeline.jobs.desk import Desk
from closeline.jobs.duty.calls import Call
from closeline.jobs.duty.waiting import ATTEMPTS_MAX, waited
from closeline.jobs.errands import Errand
from closeline.jobs.execute import execute
from closeline.jobs.registry import JOBS
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.events import LoggedEvent
from closeline.store.scheduling import job_runs
from closeline.store.scheduling.runs import Fence, Run, RunState
from closeline.store.session import Session, unit_of_work

DEAD = "JOB_DEAD"
OVERDUE = "JOB_OVERDUE"
SIM_FAIL = "SIM_FAIL"
# Jobs in which games and players are simulated: that one of them failed is known at once, not after its last try.
SIMULATES = frozenset({"forecast.slate", "props.forecast"})
_NO_LEAGUE = "ALL"
# A claim outlives the deadline, so that it never ends while its job is still being stopped.
_MARGIN = timedelta(seconds=60)
_TEXT_MAX = 500

log = structlog.get_logger()


class Outcome(StrEnum):
    """What a try came to."""

    RAN = "RAN"
    CLOSED = "CLOSED"
    WAITING = "WAITING"
    STALE = "STALE"
    FAILED = "FAILED"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Tried:
    """A try and the events that it recorded: what they set going is the runner's to ask for."""

    outcome: Outcome
    told: list[LoggedEvent]


def attempt(desk: Desk, call: Call, fence: Fence | None = None, *, patient: bool = True) -> Tried:
    """Try a call once; raises nothing but what ends the program. patient: not before its next try is due."""
    try:
        with unit_of_work(desk.engine, write=False) as session:
            before = job_runs.run_of(session, *call.key)
        closed = _closed(before, desk.clock(), patient=patient)
        if closed is not None:
            return Tried(closed, [])
        number = before.attempts + 1 if before else 1
        if number > ATTEMPTS_MAX:
            return _failed(desk, call, number, "its process ended, every time")
    except Exception as fault:  # noqa: BLE001 -- see the module: nothing is let through
        return _unrecorded(call, fault)
    try:
        out_for = JOBS[call.job].deadline + _MARGIN
        told = execute(desk, call.job, call.slot, call.arguments, out_for=out_for, fence=fence)
        if told and call.job in SIMULATES:
            _simulated(desk, call)
        return Tried(Outcome.RAN, told)
    except StaleToken as stale:
        log.warning("job_stale", job=call.job, slot=call.slot, message=str(stale))
        return Tried(Outcome.STALE, [])
    except Exception as fault:  # noqa: BLE001
        log.warning("job_failed", job=call.job, slot=call.slot, attempt=number, fault=told_of(fault))
        return _failed(desk, call, number, told_of(fault))


def _closed(run: Run | None, now: datetime, *, patient: bool) -> Outcome | None:
    if run is None:
        return None
    if run.state in (RunState.DONE, RunState.DEAD, RunState.MISSED):
        return Outcome.CLOSED
    if run.state is RunState.FAILED and not patient:
        return None
    until = run.expires_at if run.state is RunState.RUNNING else run.next_at
    return Outcome.WAITING if until is not None and now < until else None


def _failed(desk: Desk, call: Call, number: int, detail: str) -> Tried:
    try:
        with unit_of_work(desk.engine) as session:
            return Tried(count_failure(session, desk, call, number, detail), [])
    except Exception as fault:  # noqa: BLE001
        return _unrecorded(call, fault)


def count_failure(session: Session, desk: Desk, call: Call, number: int, detail: str) -> Outcome:
    """Count a failed attempt of a call, from 1; the last one leaves it DEAD, with an alert."""
    now, last = desk.clock(), number >= ATTEMPTS_MAX
    counted = job_runs.fail(
        session, call.job, call.slot, attempt=number, at=now, next_at=None if last else now + waited(number),
        detail=detail[:_TEXT_MAX], arguments=canonical_json(dict(call.arguments)),
    )  # fmt: skip
    if not counted:
        return Outcome.CLOSED
    if call.job in SIMULATES:
        incidents.meet(session, _sim_fail(desk, call, detail[:_TEXT_MAX], now), scope=_league_of(call))
    if last:
        incidents.tell(session, [_dead(desk, call, number, detail[:_TEXT_MAX], now)])
    return Outcome.DEAD if last else Outcome.FAILED


def overdue(desk: Desk, call: Call) -> None:
    """Count a call that runs past its deadline as failed, so that what it still brings home is refused.

    Only of a job that is out: one that is inside the record holds its row until its transaction ends, and the row's
    absence says the same. An alert tells of both.
    """
    detail = "still ran after its deadline"
    text = f"job {call.job} {detail} for {call.slot}: a program with hanging jobs must be started anew"
    league = str(call.arguments.get("league") or _NO_LEAGUE)
    inputs = canonical_json({"job": call.job, "slot": call.slot})
    alert = Alert(desk.tenant_id, league, OVERDUE, text, inputs, desk.clock())
    try:
        with unit_of_work(desk.engine) as session:
            incidents.tell(session, [alert])
            if isinstance(JOBS.get(call.job), Errand) and (run := job_runs.run_of(session, *call.key)):
                count_failure(session, desk, call, run.attempts, detail)
    except Exception as fault:  # noqa: BLE001
        _unrecorded(call, fault)


def died(desk: Desk, call: Call, detail: str) -> None:
    """Count a call as failed whose process ended with it: another process says so in its place."""
    try:
        with unit_of_work(desk.engine) as session:
            run = job_runs.run_of(session, *call.key)
            # Who was out has counted this attempt when he left; who was inside the record left no trace.
            out = run is not None and run.state is RunState.RUNNING
            number = (run.attempts if run else 0) + (0 if out else 1)
            count_failure(session, desk, call, number, detail)
    except Exception as fault:  # noqa: BLE001
        _unrecorded(call, fault)


def _simulated(desk: Desk, call: Call) -> None:
    with unit_of_work(desk.engine) as session:
        incidents.close(session, SIM_FAIL, scope=_league_of(call), tenant_id=desk.tenant_id, at=desk.clock())


def _sim_fail(desk: Desk, call: Call, detail: str, at: datetime) -> Alert:
    text = f"a forecast of {_league_of(call)} failed: {detail}"
    return Alert(desk.tenant_id, _league_of(call), SIM_FAIL, text, canonical_json({"job": call.job}), at)


def _league_of(call: Call) -> str:
    return str(call.arguments.get("league") or _NO_LEAGUE)


def _dead(desk: Desk, call: Call, number: int, detail: str, at: datetime) -> Alert:
    league = str(call.arguments.get("league") or _NO_LEAGUE)
    text = f"job {call.job} failed {number} times for {call.slot} and is not tried again: {detail}"
    inputs = canonical_json({"attempts": number, "job": call.job, "slot": call.slot})
    return Alert(desk.tenant_id, league, DEAD, text, inputs, at)


def _unrecorded(call: Call, fault: Exception) -> Tried:
    # Where the record itself cannot be used there is nowhere to count: the slot stays due.
    log.error("job_unrecorded", job=call.job, slot=call.slot, fault=told_of(fault))
    return Tried(Outcome.FAILED, [])


def told_of(fault: BaseException) -> str:
    """Say a fault in a line. Our own words are repeated; others may hold a key, so of those only where they arose."""
    name = type(fault).__name__
    if isinstance(fault, CloselineError):
        return f"{name}: {fault}"
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "closeline" in frame.filename] or list(frames)
    if not ours:
        return name
    place = ours[-1].filename.partition("closeline/")[2] or ours[-1].filename
    return f"{name} at {place.rpartition('src/closeline/')[2] or place}:{ours[-1].lineno}"
