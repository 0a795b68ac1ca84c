"""Which job ran for which slot: the row is the lock and the account of it."""

from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.store.session import Session
from closeline.store.tables.governance import job_run

_STATE = select(job_run.c.state).where(job_run.c.job == bindparam("job_name"), job_run.c.slot == bindparam("slot_name"))
_DONE_SLOTS = select(job_run.c.job, job_run.c.slot).where(job_run.c.state == "DONE")
_COLUMNS = ("job", "slot", "state", "attempts", "started_at", "finished_at", "detail")


def is_done(session: Session, job: str, slot: str) -> bool:
    """Say whether a job has run for a slot."""
    return bool(session.scalar(_STATE, {"job_name": job, "slot_name": slot}) == "DONE")


def claim(session: Session, job: str, slot: str, *, at: datetime) -> bool:
    """Mark a job as done for a slot, in the transaction of its effects; False when another has done it."""
    if is_done(session, job, slot):
        return False
    moment = micros(at)
    session.append(job_run, _COLUMNS, [(job, slot, "DONE", 1, moment, moment, None)])
    return True


def done_slots(session: Session) -> set[tuple[str, str]]:
    """Return every (job, slot) that has run."""
    return {(row.job, row.slot) for row in session.rows(_DONE_SLOTS)}
