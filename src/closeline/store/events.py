"""The event log: audit, outbox and hash chain in one append-only table.

Each chain is gapless from 1, and each row's hash takes in the row before it, so a change is located to its row.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.errors import Refused
from closeline.domain.events import SYSTEM_CHAIN, Event
from closeline.domain.ids import canonical_json, sha256_hex
from closeline.store.session import Session
from closeline.store.tables.governance import event_log

GENESIS = "0" * 64

# SQLite has one writer by nature; PostgreSQL makes the writers of one chain wait for each other until commit.
_ONE_WRITER = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("chain"))))
_LAST = (
    select(event_log.c.seq, event_log.c.hash)
    .where(event_log.c.chain == bindparam("chain"))
    .order_by(event_log.c.seq.desc())
    .limit(1)
)
_TOP = select(event_log.c.chain, func.max(event_log.c.seq).label("seq")).group_by(event_log.c.chain).subquery()
_LAST_AT = (
    select(event_log.c.at)
    .join(_TOP, (_TOP.c.chain == event_log.c.chain) & (_TOP.c.seq == event_log.c.seq))
    .where(event_log.c.chain.in_(bindparam("chains", expanding=True)))
)
_SINCE = (
    select(event_log.c.seq, event_log.c.name, event_log.c.body, event_log.c.at)
    .where(event_log.c.chain == bindparam("chain"), event_log.c.seq > bindparam("after"))
    .order_by(event_log.c.seq)
)
_NAMED = (
    select(event_log.c.seq, event_log.c.name, event_log.c.body, event_log.c.at)
    .where(
        event_log.c.chain == bindparam("chain"),
        event_log.c.name == bindparam("name"),
        event_log.c.at <= bindparam("as_of"),
    )
    .order_by(event_log.c.seq)
)
_CHAIN = select(event_log).where(event_log.c.chain == bindparam("chain")).order_by(event_log.c.seq)
_LAST_CHANGE = (
    select(event_log.c.after_hash)
    .where(event_log.c.chain == bindparam("chain"), event_log.c.subject == bindparam("what"))
    .order_by(event_log.c.seq.desc())
    .limit(1)
)
_COLUMNS = (
    "chain", "seq", "name", "body", "actor", "at", "previous_hash", "hash", "subject", "before_hash", "after_hash",
    "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log holds it."""

    chain: str
    seq: int
    name: str
    body: dict[str, str | int | float | bool | None]
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a step made of a thing: its canonical text before and after, null where there was or is none."""

    subject: str
    before: str | None
    after: str | None
    why: str

    def told(self) -> "Told":
        """Return the four columns that an event row keeps of it: hashes, never the texts."""
        return self.subject, hashed(self.before), hashed(self.after), self.why


# Subject, hash before, hash after and why, as a row of the log holds them; all null in a row that changes nothing.
Told = tuple[str | None, str | None, str | None, str | None]
NOTHING_CHANGED: Told = (None, None, None, None)


def hashed(text: str | None) -> str | None:
    """Return the hash by which the log names a state of a thing, null for none."""
    return None if text is None else sha256_hex(text.encode())


def link(
    previous_hash: str, chain: str, seq: int, name: str, body: str, actor: str, at: int, told: Told = NOTHING_CHANGED
) -> str:  # fmt: skip
    """Return the hash of a row: it takes in every field and the hash of the row before.

    A row that tells of no change is hashed over the six fields that every row had before changes were told; any other
    over ten. The two texts differ in length, so that no row of one form passes for one of the other.
    """
    fields: list[object] = [chain, seq, name, body, actor, at]
    if told != NOTHING_CHANGED:
        fields += told
    return sha256_hex(f"{previous_hash}{canonical_json(fields)}".encode())


def hold(session: Session, *, chain: str) -> None:
    """Make every other writer of a chain wait until this unit of work ends, so that what it reads now stays true."""
    if session.dialect == "postgresql":
        session.execute(_ONE_WRITER, {"chain": chain})


def record(
    session: Session, event: Event, *, tenant_id: str, actor: str, at: datetime, change: Change | None = None
) -> LoggedEvent:  # fmt: skip
    """Append an event to its chain, inside the transaction of what it tells, with the change that it is about.

    Raises Refused where the thing was last left otherwise than `change` found it (invariant A2).
    """
    chain = event.chain or tenant_id
    hold(session, chain=chain)
    told = NOTHING_CHANGED if change is None else change.told()
    if change is not None:
        _must_follow(session, chain, change)
    last = session.rows(_LAST, {"chain": chain})
    seq, previous = (last[0].seq + 1, last[0].hash) if last else (1, GENESIS)
    body = canonical_json(event.body())
    digest = link(previous, chain, seq, event.name, body, actor, micros(at), told)
    session.append(event_log, _COLUMNS, [(chain, seq, event.name, body, actor, micros(at), previous, digest, *told)])
    return LoggedEvent(chain, seq, event.name, event.body(), at)


def _must_follow(session: Session, chain: str, change: Change) -> None:
    before = session.rows(_LAST_CHANGE, {"chain": chain, "what": change.subject})
    if before and before[0].after_hash != hashed(change.before):
        message = f"change of {change.subject} must begin where its last one ended, began elsewhere; read it again"
        raise Refused(message)


def since(session: Session, *, chain: str, after: int) -> list[LoggedEvent]:
    """Return the events of a chain with a sequence number above `after`, in order."""
    rows = session.rows(_SINCE, {"chain": chain, "after": after})
    return [LoggedEvent(chain, row.seq, row.name, json.loads(row.body), row.at) for row in rows]


def length(session: Session, *, chain: str) -> int:
    """Return the sequence number of a chain's last event, 0 where there is none."""
    last = session.rows(_LAST, {"chain": chain})
    return int(last[0].seq) if last else 0


def last_at(session: Session, *, tenant_id: str) -> datetime | None:
    """Return when the last event of the record, shared or the tenant's own, was recorded; null in an empty one."""
    found = session.rows(_LAST_AT, {"chains": [SYSTEM_CHAIN, tenant_id]})
    return max((row.at for row in found), default=None)


def named(session: Session, *, chain: str, name: str, as_of: datetime) -> list[LoggedEvent]:
    """Return the events of a chain with this name that were recorded by `as_of`, in order."""
    rows = session.rows(_NAMED, {"chain": chain, "name": name, "as_of": as_of})
    return [LoggedEvent(chain, row.seq, row.name, json.loads(row.body), row.at) for row in rows]


def broken_links(session: Session, *, chain: str) -> list[int]:
    """Return the sequence numbers at which a chain does not verify: a gap, or a row that was changed."""
    broken, previous, expected = [], GENESIS, 1
    for row in session.rows(_CHAIN, {"chain": chain}):
        told = (row.subject, row.before_hash, row.after_hash, row.why)
        digest = link(previous, row.chain, row.seq, row.name, row.body, row.actor, micros(row.at), told)
        if row.seq != expected or row.previous_hash != previous or row.hash != digest:
            broken.append(row.seq)
        previous, expected = row.hash, row.seq + 1
    return broken
