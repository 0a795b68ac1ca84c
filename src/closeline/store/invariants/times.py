"""The law of times: within a sequence they only grow, whatever a clock was set to."""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, Table, bindparam, select

from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event
from closeline.store.tables.evidence import event_result
from closeline.store.tables.feeds import ops_incident, poll, quota_entry
from closeline.store.tables.reference import event_version

# A call ends at its deadline, its retries and waits included; what asks many does so one by one.
CALL_MAX = timedelta(minutes=2)
_STAMP = timedelta(milliseconds=1)

# Table, what makes a sequence, its order, and the time that must not fall along it.
_SEQUENCES: tuple[tuple[Table, tuple[str, ...], str, str], ...] = (
    (pick_event, ("tenant_id", "pick_id"), "seq", "at"),
    (event_version, ("event_id",), "version", "received_at"),
    (event_result, ("event_id",), "result_version", "received_at"),
    (quota_entry, ("account",), "seq", "at"),
)
_CALLS = select(poll.c.poll_id, poll.c.feed, poll.c.asked_at, poll.c.received_at).order_by(poll.c.received_at)
_INCIDENTS = select(ops_incident).where(ops_incident.c.tenant_id == bindparam("tenant"))


def times_only_grow(session: Session, tenant_id: str) -> list[Violation]:
    """J3: no time of a sequence lies before that of the row before."""
    return [
        found for table, of, order, time in _SEQUENCES for found in _falls(session, tenant_id, table, of, order, time)
    ]


def _falls(
    session: Session, tenant_id: str, table: Table, of: tuple[str, ...], order: str, time: str
) -> list[Violation]:
    keys: list[ColumnElement[object]] = [table.c[name] for name in of]
    asked = select(*keys, table.c[order], table.c[time]).order_by(*keys, table.c[order])
    if "tenant_id" in of:
        asked = asked.where(table.c.tenant_id == tenant_id)
    return [
        Violation("J3", f"{table.name} {after[len(of) - 1]}#{after[-2]}", f"{after[-1]} follows {before[-1]}")
        for before, after in pairwise(session.rows(asked))
        if before[: len(of)] == after[: len(of)] and after[-1] < before[-1]
    ]


def calls_end(session: Session, tenant_id: str) -> list[Violation]:
    """O6: no call outside took longer than its deadline allows.

    Where a clock was set back, a reception is stamped just behind the one before: such times measure nothing.
    """
    del tenant_id
    found, last = [], dict[str, datetime]()
    for row in session.rows(_CALLS):
        stamped = row.feed in last and row.received_at - last[row.feed] <= _STAMP
        if row.received_at - row.asked_at > CALL_MAX and not stamped:
            why = f"took from {row.asked_at.isoformat()} to {row.received_at.isoformat()}"
            found.append(Violation("O6", row.poll_id, why))
        last[row.feed] = row.received_at
    return found


def incidents_are_counted(session: Session, tenant_id: str) -> list[Violation]:
    """O3: an incident is opened once, counts how often it was met, and is not closed before it was met last."""
    found = []
    for row in session.rows(_INCIDENTS, {"tenant": tenant_id}):
        if row.repeats < 1 or row.last_at < row.opened_at:
            found.append(Violation("O3", f"{row.kind} {row.scope}", f"met {row.repeats} times, last {row.last_at}"))
        elif row.closed_at is not None and row.closed_at < row.last_at:
            found.append(Violation("O3", f"{row.kind} {row.scope}", f"closed {row.closed_at}, met {row.last_at}"))
    return found
