"""The event log: audit, outbox and hash chain in one append-only table.

Each chain is gapless from 1, and each row's hash takes in the row before it, so a change is located to its row.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
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
_COLUMNS = ("chain", "seq", "name", "body", "actor", "at", "previous_hash", "hash")


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log holds it."""

    chain: str
    seq: int
    name: str
    body: dict[str, str | int | float | bool | None]
    at: datetime


def link(previous_hash: str, chain: str, seq: int, name: str, body: str, actor: str, at: int) -> str:
    """Return the hash of a row: it takes in every field and the hash of the row before."""
    return sha256_hex(f"{previous_hash}{canonical_json([chain, seq, name, body, actor, at])}".encode())


def hold(session: Session, *, chain: str) -> None:
    """Make every other writer of a chain wait until this unit of work ends, so that what it reads now stays true."""
    if session.dialect == "postgresql":
        session.execute(_ONE_WRITER, {"chain": chain})


def record(session: Session, event: Event, *, tenant_id: str, actor: str, at: datetime) -> LoggedEvent:
    """Append an event to its chain, inside the transaction of what it tells."""
    chain = event.chain or tenant_id
    hold(session, chain=chain)
    last = session.rows(_LAST, {"chain": chain})
    seq, previous = (last[0].seq + 1, last[0].hash) if last else (1, GENESIS)
    body = canonical_json(event.body())
    digest = link(previous, chain, seq, event.name, body, actor, micros(at))
    session.append(event_log, _COLUMNS, [(chain, seq, event.name, body, actor, micros(at), previous, digest)])
    return LoggedEvent(chain, seq, event.name, event.body(), at)


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
        digest = link(previous, row.chain, row.seq, row.name, row.body, row.actor, micros(row.at))
        if row.seq != expected or row.previous_hash != previous or row.hash != digest:
            broken.append(row.seq)
        previous, expected = row.hash, row.seq + 1
    return broken
