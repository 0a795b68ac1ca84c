"""Restored: a record that came out of a backup is behind what was sent, and publishes nothing until that is known.

Two events say so, and no row ever changes: `RecordRestored` on the shared chain, and `OutboxReconciled` on the chain of
each tenant, which names the restore that it answers. Both are found by their subject, whatever the length of the log.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.events import SYSTEM_CHAIN, OutboxReconciled, RecordRestored
from closeline.domain.ids import canonical_json
from closeline.domain.publishing.delivery import DeliveryState
from closeline.store import events
from closeline.store.desk import outbox
from closeline.store.events import Change
from closeline.store.session import Session
from closeline.store.tables.governance import event_log

RESTORED, RECONCILED = "record:restored", "outbox:reconciled"
# The reason that whoever is refused is told.
AWAITS = "RESTORED_NOT_RECONCILED"
IN_DOUBT = "it may have been sent after the backup was made"

_LAST = (
    select(event_log.c.seq, event_log.c.body, event_log.c.at)
    .where(event_log.c.chain == bindparam("chain_name"), event_log.c.subject == bindparam("what"))
    .order_by(event_log.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Restore:
    """The last time that this record was made from a backup: `number` is the event's in the shared chain."""

    number: int
    body: str
    at: datetime


def last_restore(session: Session) -> Restore | None:
    """Return when this record was restored last, null where it never was."""
    return _last(session, SYSTEM_CHAIN, RESTORED)


def awaiting_reconciliation(session: Session, *, tenant_id: str) -> str | None:
    """Return why a tenant's picks may not be published, null where the record is ahead of what was sent."""
    restore = last_restore(session)
    if restore is None:
        return None
    answered = _last(session, tenant_id, RECONCILED)
    return None if answered is not None and answered.body == _answer(restore) else AWAITS


def mark_restored(
    session: Session, *, backup: str, taken_at: datetime, tenant_id: str, actor: str, why: str, at: datetime
) -> None:
    """Say that this record was just made from a backup: nothing is published until its outbox is reconciled."""
    before = last_restore(session)
    told = RecordRestored("", backup, micros(taken_at))
    change = Change(RESTORED, None if before is None else before.body, canonical_json(told.body()), why)
    events.record(session, told, tenant_id=tenant_id, actor=actor, at=at, change=change)


def mark_reconciled(session: Session, *, tenant_id: str, actor: str, why: str, at: datetime) -> bool:
    """Say that a tenant's outbox was reconciled; False, and nothing is written, where no restore waits for it."""
    restore = last_restore(session)
    if restore is None or awaiting_reconciliation(session, tenant_id=tenant_id) is None:
        return False
    before = _last(session, tenant_id, RECONCILED)
    told = OutboxReconciled("", restore.number)
    change = Change(RECONCILED, None if before is None else before.body, canonical_json(told.body()), why)
    events.record(session, told, tenant_id=tenant_id, actor=actor, at=at, change=change)
    return True


def _answer(restore: Restore) -> str:
    return canonical_json(OutboxReconciled("", restore.number).body())


def _last(session: Session, chain: str, subject: str) -> Restore | None:
    rows = session.rows(_LAST, {"chain_name": chain, "what": subject})
    return Restore(rows[0].seq, rows[0].body, rows[0].at) if rows else None


def put_in_doubt(session: Session, *, tenant_id: str, at: datetime) -> int:
    """Take every message that had not gone out when the backup was made for one that may have: it is looked for first.

    Returns how many there are. What went out of the record that was lost cannot be read in the one that came back.
    """
    doubts = 0
    for channel in outbox.open_channels(session, tenant_id=tenant_id):
        for item in outbox.unsent(session, tenant_id=tenant_id, channel=channel):
            taken = item
            if item.state is DeliveryState.PENDING:
                taken = outbox.claim(session, item, at=at, until=at, deadline=item.deadline) or item
            doubts += outbox.unknown(session, taken, at=at, look_at=at, detail=IN_DOUBT)
    return doubts


def doubts(session: Session, *, tenant_id: str) -> int:
    """Return of how many messages nobody knows whether they arrived: in doubt, or claimed and not brought home."""
    return sum(
        item.state is not DeliveryState.PENDING
        for channel in outbox.open_channels(session, tenant_id=tenant_id)
        for item in outbox.open_ones(session, tenant_id=tenant_id, channel=channel)
    )
