"""Which job ran for which slot: the row is the lock and the account of it.

A job that stays inside the record is claimed as DONE in the transaction of its effects. One that goes out is claimed as
RUNNING first, in a transaction of its own and until a moment: who claims it after that moment takes it over, and what
the first one brings home later is refused, because the attempt in its `Claim` is no longer the row's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.scheduling.runs import Claim, Run, RunState
from closeline.store.session import Session
from closeline.store.tables.governance import job_run

_KEY = (job_run.c.job == bindparam("job_name"), job_run.c.slot == bindparam("slot_name"))
_STATE = select(job_run.c.state).where(*_KEY)
_RUN = select(job_run).where(*_KEY)
_DONE_SLOTS = select(job_run.c.job, job_run.c.slot).where(job_run.c.state == "DONE")
_OF_JOB = select(job_run.c.slot).where(job_run.c.job == bindparam("job_name"), job_run.c.state == "DONE")
_LAST_SLOT = select(func.max(job_run.c.slot)).where(
    job_run.c.job == bindparam("job_name"), job_run.c.slot >= bindparam("from_slot"),
    job_run.c.slot < bindparam("to_slot"),
)  # fmt: skip
_OPEN = select(job_run).where(
    or_(
        and_(
            job_run.c.state == "FAILED", or_(job_run.c.next_at.is_(None), job_run.c.next_at <= bindparam("now"))
        ),
        and_(job_run.c.state == "RUNNING", job_run.c.expires_at <= bindparam("now")),
    )
).order_by(job_run.c.started_at, job_run.c.job, job_run.c.slot)  # fmt: skip
_slots = job_run.alias("slots")
_LET_GO = delete(job_run).where(
    job_run.c.job == bindparam("job_name"), job_run.c.state == "DONE",
    job_run.c.slot >= "0", job_run.c.slot < ":", job_run.c.slot < bindparam("first_kept"),
    job_run.c.slot < select(func.max(_slots.c.slot))
    .where(_slots.c.job == bindparam("job_name"), _slots.c.slot >= "0", _slots.c.slot < ":")
    .scalar_subquery(),
)  # fmt: skip
_ALONE = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("of_slot"), 0)))
_ASKED_AT_ONCE = 400


def is_done(session: Session, job: str, slot: str) -> bool:
    """Say whether a job has run for a slot."""
    return bool(session.scalar(_STATE, {"job_name": job, "slot_name": slot}) == "DONE")


def run_of(session: Session, job: str, slot: str) -> Run | None:
    """Return a job's run for a slot, null where nothing became of it yet."""
    rows = session.rows(_RUN, {"job_name": job, "slot_name": slot})
    return _run(rows[0]) if rows else None


def claim(session: Session, job: str, slot: str, *, at: datetime) -> bool:
    """Mark a job as done for a slot, in the transaction of its effects; False when it is another's, or closed.

    Of two who ask at once the second is told False: on PostgreSQL at once, on SQLite when the first has committed.
    """
    done = {"state": "DONE", "finished_at": at, "expires_at": None}
    return _taken(session, job, slot, at=at, values=done) is not None


def claim_running(
    session: Session, job: str, slot: str, *, at: datetime, until: datetime, arguments: str | None = None
) -> Claim | None:
    """Take a job's slot until a moment, before going out for it; null when it is another's, or closed.

    Commit before anything leaves the house. A claim that has ended is taken over by whoever asks next. arguments:
    canonical JSON, so that the slot can be asked for again when nobody comes home.
    """
    held = {"state": "RUNNING", "finished_at": None, "expires_at": until, "arguments": arguments}
    attempt = _taken(session, job, slot, at=at, values=held)
    return None if attempt is None else Claim(job, slot, attempt)


def finish(session: Session, claim: Claim, *, at: datetime) -> bool:
    """Mark a claimed slot as done, in the transaction of its effects; False when it was taken over: keep nothing."""
    done = update(job_run).where(*_held(claim)).values(
        state="DONE", finished_at=at, expires_at=None, next_at=None, detail=None
    )  # fmt: skip
    return session.execute(done).rowcount == 1


def give_back(session: Session, claim: Claim, *, at: datetime, detail: str) -> bool:
    """Say that a claimed slot brought nothing home, so that it may be asked for again at once."""
    failed = update(job_run).where(*_held(claim)).values(
        state="FAILED", finished_at=at, expires_at=None, next_at=None, detail=detail
    )  # fmt: skip
    return session.execute(failed).rowcount == 1


def fail(
    session: Session, job: str, slot: str, *, attempt: int, at: datetime, next_at: datetime | None, detail: str,
    arguments: str,
) -> bool:  # fmt: skip
    """Count a failed attempt of a job for a slot; without a next one the slot is DEAD. False when another was quicker.

    attempt: which one it was, from 1. arguments: canonical JSON, so that the slot can be asked for again.
    """
    values = {
        "state": RunState.FAILED if next_at else RunState.DEAD, "attempts": attempt, "finished_at": at,
        "expires_at": None, "next_at": next_at, "detail": detail, "arguments": arguments,
    }  # fmt: skip
    insert = _insert(session)(job_run).values(job=job, slot=slot, started_at=at, **values)
    failed = insert.on_conflict_do_update(
        index_elements=["job", "slot"], set_=values,
        where=and_(job_run.c.state.in_(("FAILED", "RUNNING")), job_run.c.attempts <= attempt),
    ).returning(job_run.c.attempts)  # fmt: skip
    return session.execute(failed).first() is not None


def give_up(session: Session, job: str, slot: str, *, at: datetime, why: str) -> bool:
    """List a slot as missed that failed, or whose claim ended, as it is too late; False when another was quicker."""
    over = update(job_run).where(job_run.c.job == job, job_run.c.slot == slot, _free(at)).values(
        state="MISSED", finished_at=at, expires_at=None, next_at=None,
        detail=func.coalesce(job_run.c.detail + "; ", "") + why,
    )  # fmt: skip
    return session.execute(over).rowcount == 1


def list_missed(session: Session, slots: Iterable[tuple[str, str, str]], *, at: datetime) -> int:
    """Write down slots (job, slot, why) that nobody ran and nobody will; those that are known are left as they are."""
    rows = [
        {"job": job, "slot": slot, "state": "MISSED", "attempts": 0, "started_at": at, "finished_at": at, "detail": why}
        for job, slot, why in slots
    ]
    if not rows:
        return 0
    done = 0
    for first in range(0, len(rows), _ASKED_AT_ONCE):
        part = rows[first : first + _ASKED_AT_ONCE]
        missed = _insert(session)(job_run).values(part).on_conflict_do_nothing().returning(job_run.c.slot)
        done += len(session.execute(missed).all())
    return done


def reopen(session: Session, job: str, slot: str, *, at: datetime) -> bool:
    """Let a slot that is DEAD or MISSED be asked for again, because a person wants it; its attempts begin anew."""
    opened = update(job_run).where(job_run.c.job == job, job_run.c.slot == slot,
                                   job_run.c.state.in_(("DEAD", "MISSED"))).values(
        state="FAILED", attempts=0, finished_at=at, next_at=None, expires_at=None
    )  # fmt: skip
    return session.execute(opened).rowcount == 1


def let_go(session: Session, jobs: Iterable[str], *, before: datetime) -> int:
    """Drop the done slots of these jobs whose instant lies before a moment; returns how many went.

    The newest slot of each job stays, whatever its age: from it on what was missed is found. What failed, was missed or
    given up stays too.
    """
    return sum(
        session.execute(_LET_GO, {"job_name": job, "first_kept": before.isoformat()}).rowcount for job in sorted(jobs)
    )


# -------------------------------------------------------------------------------------------------- reading


def done_slots(session: Session) -> set[tuple[str, str]]:
    """Return every (job, slot) that has run."""
    return {(row.job, row.slot) for row in session.rows(_DONE_SLOTS)}


def done_slots_of(session: Session, job: str) -> set[str]:
    """Return the slots for which a job has run."""
    return {row.slot for row in session.rows(_OF_JOB, {"job_name": job})}


def ended(session: Session, slots: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of these (job, slot) of which nothing more will become: DONE, DEAD or MISSED."""
    return {key for key, state in states(session, slots).items() if state in ("DONE", "DEAD", "MISSED")}


def states(session: Session, slots: Iterable[tuple[str, str]]) -> dict[tuple[str, str], RunState]:
    """Return how these (job, slot) stand; those of which nothing became yet are left out."""
    asked = list(slots)
    found: dict[tuple[str, str], RunState] = {}
    for first in range(0, len(asked), _ASKED_AT_ONCE):
        part = asked[first : first + _ASKED_AT_ONCE]
        these = select(job_run.c.job, job_run.c.slot, job_run.c.state).where(
            tuple_(job_run.c.job, job_run.c.slot).in_(part)
        )
        found |= {(row.job, row.slot): RunState(row.state) for row in session.rows(these)}
    return found


def last_slot(session: Session, job: str, stem: str) -> str | None:
    """Return the latest slot of a job's cadence that the record accounts for, whatever became of it; null for none.

    stem: what stands before the instant in the slot's name, such as 'nba:', or nothing.
    """
    # Instants begin with a digit; reactions and opening nights do not, and are no slots of a cadence.
    span = {"job_name": job, "from_slot": f"{stem}0", "to_slot": f"{stem}:"}
    found = session.scalar(_LAST_SLOT, span)
    return None if found is None else str(found)


def waiting(session: Session, *, now: datetime) -> list[Run]:
    """Return the runs that are to be tried again now: failed and waited long enough, or claimed and never finished."""
    return [_run(row) for row in session.rows(_OPEN, {"now": now})]


def listed(session: Session, wanted: Iterable[RunState], *, job: str | None = None, most: int = 50) -> list[Run]:
    """Return the newest runs in these states, newest first."""
    found = select(job_run).where(job_run.c.state.in_([str(state) for state in wanted]))
    if job:
        found = found.where(job_run.c.job == job)
    newest = found.order_by(job_run.c.started_at.desc(), job_run.c.job, job_run.c.slot.desc()).limit(most)
    return [_run(row) for row in session.rows(newest)]


def counted(session: Session) -> dict[RunState, int]:
    """Return how many runs stand in each state."""
    rows = session.rows(select(job_run.c.state, func.count().label("n")).group_by(job_run.c.state))
    return {RunState(row.state): int(row.n) for row in rows}


# -------------------------------------------------------------------------------------------------- writing


def _taken(session: Session, job: str, slot: str, *, at: datetime, values: dict[str, Any]) -> int | None:
    """Claim a slot that nobody has, and return which attempt it is; null where it is taken or closed."""
    # Who would wait for another's long job to commit would keep a worker from everything else meanwhile.
    if session.dialect == "postgresql" and not session.scalar(_ALONE, {"of_slot": f"{job}\x1f{slot}"}):
        return None
    insert = _insert(session)(job_run).values(job=job, slot=slot, attempts=1, started_at=at, **values)
    taken = insert.on_conflict_do_update(
        index_elements=["job", "slot"],
        set_={**values, "attempts": job_run.c.attempts + 1, "started_at": at, "next_at": None},
        where=_free(at),
    ).returning(job_run.c.attempts)
    row = session.execute(taken).first()
    return None if row is None else int(row.attempts)


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(job_run.c.state == "FAILED", and_(job_run.c.state == "RUNNING", job_run.c.expires_at <= at))


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        job_run.c.job == claim.job, job_run.c.slot == claim.slot, job_run.c.state == "RUNNING",
        job_run.c.attempts == claim.attempt,
    )  # fmt: skip


def _insert(session: Session) -> Any:  # noqa: ANN401 -- two dialects' constructs of one shape
    return postgresql_insert if session.dialect == "postgresql" else sqlite_insert


def _run(row: Row[Any]) -> Run:
    return Run(
        row.job, row.slot, RunState(row.state), row.attempts, row.started_at, row.finished_at, row.detail,
        row.expires_at, row.next_at, row.arguments,
    )  # fmt: skip
