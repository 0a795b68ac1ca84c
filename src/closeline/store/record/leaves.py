"""Leaves: one numbered row for each publication, in the order and the transaction of the publications themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from closeline.domain.clock import micros
from closeline.domain.publishing.leaf import PICK, Plain, commitment, leaf, leaf_hash
from closeline.store import events
from closeline.store.session import Session
from closeline.store.tables.evidence import snapshot
from closeline.store.tables.governance import log_leaf

_COLUMNS = ("tenant_id", "log_index", "kind", "pick_id", "salt", "leaf", "leaf_hash", "at")
_LAST = select(func.max(log_leaf.c.log_index)).where(log_leaf.c.tenant_id == bindparam("tenant"))
_SHAS = select(snapshot.c.snapshot_id, snapshot.c.payload_sha).where(
    snapshot.c.snapshot_id.in_(bindparam("names", expanding=True))
)
_ALL = select(log_leaf).where(log_leaf.c.tenant_id == bindparam("tenant")).order_by(log_leaf.c.log_index)
# 256 bits of the database's own making: nothing that computes picks may make randomness.
_SALTS = {
    "sqlite": text("SELECT lower(hex(randomblob(32)))"),
    "postgresql": text(
        "SELECT encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || "
        "gen_random_uuid()::text, 'UTF8')), 'hex')"
    ),
}


@dataclass(frozen=True, slots=True)
class Promised:
    """A publication: what is hidden of it until the start, and what is not."""

    pick_id: str
    hidden: Mapping[str, Plain]
    starts_at: datetime
    stake: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as the record holds it. The salt opens the promise; it is shown from the start on."""

    log_index: int
    pick_id: str
    salt: str
    leaf: str
    leaf_hash: str
    at: datetime


def add(session: Session, promised: Sequence[Promised], *, tenant_id: str, at: datetime) -> None:
    """Append a leaf for each publication, in their order; whoever publishes at the same time waits for the number."""
    if not promised:
        return
    events.hold(session, chain=tenant_id)
    last = session.scalar(_LAST, {"tenant": tenant_id})
    begin = 0 if last is None else int(last) + 1
    rows = [_row(session, item, index, tenant_id, at) for index, item in enumerate(promised, start=begin)]
    session.append(log_leaf, _COLUMNS, rows)


def _row(session: Session, item: Promised, index: int, tenant_id: str, at: datetime) -> tuple[object, ...]:
    salt = str(session.scalar(_SALTS[session.dialect]))
    said = leaf(
        index=index, committed=commitment(salt, item.hidden), starts_at=micros(item.starts_at), stake=item.stake,
        at=micros(at), tenant_id=tenant_id,
    )  # fmt: skip
    return (tenant_id, index, PICK, item.pick_id, salt, said, leaf_hash(said), micros(at))


def payload_shas(session: Session, snapshots: Sequence[str]) -> dict[str, str]:
    """Return the hash of the bytes behind each of these snapshots."""
    rows = session.rows(_SHAS, {"names": sorted(set(snapshots))}) if snapshots else ()
    return {row.snapshot_id: row.payload_sha for row in rows}


def every(session: Session, *, tenant_id: str) -> list[Leaf]:
    """Return a tenant's leaves by their numbers."""
    rows = session.rows(_ALL, {"tenant": tenant_id})
    return [Leaf(row.log_index, row.pick_id, row.salt, row.leaf, row.leaf_hash, row.at) for row in rows]
