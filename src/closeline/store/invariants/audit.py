"""Laws of the audit: changes follow each other and lead to what is there now; each publication has its leaf."""

import json
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.publishing.leaf import leaf_hash
from closeline.store.desk import flags
from closeline.store.events import hashed
from closeline.store.invariants.violation import Check, Violation
from closeline.store.record import subjects
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event
from closeline.store.tables.governance import event_log, log_leaf
from closeline.store.tables.tenancy import tenant

_CHANGES = (
    select(
        event_log.c.chain, event_log.c.seq, event_log.c.subject, event_log.c.before_hash, event_log.c.after_hash,
    )
    .where(event_log.c.chain.in_((SYSTEM_CHAIN, bindparam("tenant"))), event_log.c.subject.is_not(None))
    .order_by(event_log.c.chain, event_log.c.seq)
)  # fmt: skip
_PUBLISHED = (
    select(pick_event.c.pick_id, pick_event.c.at)
    .where(pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.to_state == "PUBLISHED")
    .order_by(pick_event.c.at, pick_event.c.pick_id)
)
_LEAVES = select(log_leaf).where(log_leaf.c.tenant_id == bindparam("tenant")).order_by(log_leaf.c.log_index)
_IS_TENANT = select(tenant.c.tenant_id).where(tenant.c.tenant_id == bindparam("tenant"))


def changes_follow(session: Session, tenant_id: str) -> list[Violation]:
    """A2: a change begins where the last one of its thing ended, and the last one ended at what is there now."""
    found, last = [], dict[tuple[str, str], Row[*tuple[Any, ...]]]()
    for row in session.rows(_CHANGES, {"tenant": tenant_id}):
        before = last.get((row.chain, row.subject))
        if before is not None and before.after_hash != row.before_hash:
            why = f"change {row.seq} of {row.subject} must begin where change {before.seq} ended, began elsewhere"
            found.append(Violation("A2", f"{row.chain}#{row.seq}", why))
        last[row.chain, row.subject] = row
    for (name, subject), row in last.items():
        known, now = _live(session, name, subject, tenant_id)
        if known and hashed(now) != row.after_hash:
            why = f"{subject} must be as change {row.seq} left it, is not: it was changed and nobody told"
            found.append(Violation("A2", f"{name}#{row.seq}", why))
    return found


def _live(session: Session, chain: str, subject: str, tenant_id: str) -> tuple[bool, str | None]:
    """Return whether the record knows where a thing lives, and its state there now."""
    kind = subject.partition(":")[0]
    if kind == "flag":
        return True, dict(flags.states(session, chain=chain)).get(subject)
    return (True, subjects.state(session, subject, tenant_id=tenant_id)) if kind in subjects.KINDS else (False, None)


def publications_have_leaves(session: Session, tenant_id: str) -> list[Violation]:
    """P10: each publication has one leaf, made in its moment; leaves are numbered without gaps, in that order.

    What was published before there were leaves has none: the law begins at the first leaf of the record.
    """
    rows = session.rows(_LEAVES, {"tenant": tenant_id})
    found = [violation for place, row in enumerate(rows) for violation in _of_leaf(place, row, rows)]
    published = {row.pick_id: row.at for row in session.rows(_PUBLISHED, {"tenant": tenant_id})}
    begins = min((row.at for row in rows), default=None)
    leaves = {row.pick_id: row.at for row in rows}
    for name, at in published.items():
        if begins is not None and at >= begins and leaves.get(name) != at:
            found.append(Violation("P10", name, f"must have a leaf of {at.isoformat()}, had {leaves.get(name)}"))
    found += [
        Violation("P10", name, "has a leaf and was never published") for name in sorted(set(leaves) - set(published))
    ]
    return found


def _of_leaf(place: int, row: Row[*tuple[Any, ...]], rows: Any) -> list[Violation]:  # noqa: ANN401 -- rows of a query
    found = []
    if row.log_index != place:
        found.append(Violation("P10", str(row.log_index), f"leaf must have number {place}, had {row.log_index}"))
    if place and row.at < rows[place - 1].at:
        found.append(Violation("P10", str(row.log_index), "leaf must be of no earlier moment than the one before it"))
    if leaf_hash(row.leaf) != row.leaf_hash:
        found.append(Violation("P10", str(row.log_index), "leaf must give its hash, gives another"))
    if json.loads(row.leaf).get("i") != row.log_index:
        found.append(Violation("P10", str(row.log_index), "leaf must hold its own number, holds another"))
    return found


def is_tenant(session: Session, name: str) -> bool:
    """Say whether a chain of this name is some tenant's; a name that is no text is nobody's."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return session.scalar(_IS_TENANT, {"tenant": name}) is not None


CHECKS: tuple[Check, ...] = (changes_follow, publications_have_leaves)
