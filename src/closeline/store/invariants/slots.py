"""Laws of jobs: a slot has run once, is an instant in UTC, and ends in so many words."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from closeline.store.invariants.violation import Violation
from closeline.store.scheduling.runs import RunState
from closeline.store.session import Session
from closeline.store.tables.governance import job_run

_RUNS = select(job_run).order_by(job_run.c.job, job_run.c.slot)


def a_slot_runs_once(session: Session, tenant_id: str) -> list[Violation]:
    """J1: one instant of a job is one slot, however it is spelled, and a slot that is done holds no claim."""
    del tenant_id
    found, seen = [], defaultdict(list)
    for row in session.rows(_RUNS):
        stem, at = _instant(row.slot)
        if at is not None:
            seen[(row.job, stem, at)].append(row.slot)
        if row.state == RunState.DONE and (row.expires_at is not None or row.next_at is not None):
            found.append(Violation("J1", _name(row), "is done and asked for again"))
    twice = [
        Violation("J1", f"{job} {slots[1]}", f"is the instant of {slots[0]}")
        for (job, _, _), slots in seen.items()
        if len(slots) > 1
    ]
    return [*found, *twice]


def slots_are_in_utc(session: Session, tenant_id: str) -> list[Violation]:
    """J2: an instant that names a slot is in UTC, so that no change of clocks adds or loses one."""
    del tenant_id
    return [
        Violation("J2", _name(row), "an instant of a slot must be in UTC")
        for row in session.rows(_RUNS)
        if (at := _instant(row.slot)[1]) is not None and at.utcoffset() != timedelta(0)
    ]


def every_job_ends(session: Session, tenant_id: str) -> list[Violation]:
    """J4: what has ended says when, what has not says until when it may take or when it is tried again."""
    del tenant_id
    return [Violation("J4", _name(row), why) for row in session.rows(_RUNS) if (why := _endless(row))]


def _endless(row: Row[Any]) -> str | None:
    if row.state == RunState.RUNNING:
        return None if row.expires_at is not None else "runs without an end"
    if row.finished_at is None:
        return f"is {row.state}, and nobody wrote down when it ended"
    if row.finished_at < row.started_at:
        return f"ended {row.finished_at.isoformat()}, before it began {row.started_at.isoformat()}"
    if row.state in (RunState.DEAD, RunState.MISSED) and not row.detail:
        return f"is {row.state} without a reason"
    return None


def _instant(slot: str) -> tuple[str, datetime | None]:
    """Return what stands before the instant in a slot's name, and the instant; null where the slot is none."""
    stem, mark, rest = slot.partition(":")
    for before, text in (("", slot), (f"{stem}{mark}", rest)):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            continue
        return before, at if at.tzinfo is not None else None
    return "", None


def _name(row: Row[Any]) -> str:
    return f"{row.job} {row.slot}"
