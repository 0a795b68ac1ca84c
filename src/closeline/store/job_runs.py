"""Which job ran for which slot: the row is the lock and the account of it."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.session import Session
from closeline.store.tables.governance import job_run

_STATE = select(job_run.c.state).where(job_run.c.job == bindparam("job_name"), job_run.c.slot == bindparam("slot_name"))
_DONE_SLOTS = select(job_run.c.job, job_run.c.slot).where(job_run.c.state == "DONE")


def is_done(session: Session, job: str, slot: str) -> bool:
    """Say whether a job has run for a slot."""
    return bool(session.scalar(_STATE, {"job_name": job, "slot_name": slot}) == "DONE")


def claim(session: Session, job: str, slot: str, *, at: datetime) -> bool:
    """Mark a job as done for a slot, in the transaction of its effects; False when another has done it.

    Of two who ask at once the second waits for the first to commit, and is told False.
    """
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {
        "job": job, "slot": slot, "state": "DONE", "attempts": 1, "started_at": at, "finished_at": at, "detail": None,
    }  # fmt: skip
    claimed = insert(job_run).values(row).on_conflict_do_nothing().returning(job_run.c.job)
    return session.execute(claimed).first() is not None


def done_slots(session: Session) -> set[tuple[str, str]]:
    """Return every (job, slot) that has run."""
    return {(row.job, row.slot) for row in session.rows(_DONE_SLOTS)}
