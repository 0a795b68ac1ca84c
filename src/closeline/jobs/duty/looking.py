"""Looking: what there is to do now, in its order. The embedded runner and the beat both ask here."""

import json
from collections.abc import Callable, Iterable, Sequence

import structlog

from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import told_of
from closeline.jobs.duty.calls import Call, due, leagues_of, reactions_to
from closeline.jobs.duty.misfires import TOO_LATE, list_missed
from closeline.jobs.run_inline import unfinished
from closeline.jobs.schedule import series
from closeline.store.scheduling import job_runs
from closeline.store.scheduling.runs import Fence, Run
from closeline.store.session import unit_of_work

log = structlog.get_logger()


def look(desk: Desk, fence: Fence | None = None) -> list[Call]:
    """Return what an interruption left behind, what is tried again, and what is due; and list what was missed.

    What cannot be found out is logged and left for the next look: nothing keeps the rest from being done.
    """
    # One moment for both: a slot that ended between two readings would be neither missed nor due.
    now = desk.clock()
    _guarded("misfires", lambda: _none(list_missed(desk, fence, now=now)))
    begun = _guarded("reactions", lambda: list(reactions_to(unfinished(desk))))
    again = _guarded("retries", lambda: _again(desk))
    fresh = _guarded("due", lambda: list(due(now, leagues_of(desk), live=desk.is_live())))
    found = list({call.key: call for call in [*begun, *again, *fresh]}.values())
    return _guarded("states", lambda: _still_open(desk, found)) if found else []


def _none(rows: int) -> list[Call]:
    if rows:
        log.warning("slots_missed", rows=rows)
    return []


def _again(desk: Desk) -> list[Call]:
    """Return the calls that failed, or whose claim ended; those for which it is too late are given up."""
    now = desk.clock()
    with unit_of_work(desk.engine, write=False) as session:
        waiting = job_runs.waiting(session, now=now)
    over = [run for run in waiting if _is_over(desk, run)]
    if over:
        with unit_of_work(desk.engine) as session:
            for run in over:
                job_runs.give_up(session, run.job, run.slot, at=now, why=TOO_LATE)
    kept = (run for run in waiting if run not in over and run.arguments is not None)
    return [Call(run.job, run.slot, json.loads(run.arguments or "{}")) for run in kept]


def _is_over(desk: Desk, run: Run) -> bool:
    for item in series(leagues_of(desk), live=desk.is_live()):
        at = item.instant(run.slot) if item.cadence.job == run.job else None
        if at is not None:
            return desk.clock() - at >= item.good_for
    return False


def _still_open(desk: Desk, calls: Sequence[Call]) -> list[Call]:
    with unit_of_work(desk.engine, write=False) as session:
        ended = job_runs.ended(session, _keys(calls))
    return [call for call in calls if call.key not in ended]


def _keys(calls: Iterable[Call]) -> list[tuple[str, str]]:
    return [call.key for call in calls]


def _guarded(what: str, find: Callable[[], list[Call]]) -> list[Call]:
    try:
        return find()
    except Exception as fault:  # noqa: BLE001 -- one thing that cannot be found out keeps nothing else from being done
        log.warning("look_failed", what=what, fault=told_of(fault))
        return []
