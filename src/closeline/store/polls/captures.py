"""Payloads kept as bytes, the snapshots that were read from them, and what had to be set aside."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.errors import CorruptRecord, NotFound
from closeline.domain.feeds.captures import ParsedPayload, Phase, RawPayload
from closeline.domain.identity.names import storable
from closeline.domain.ids import content_id, sha256_hex
from closeline.store.session import Session
from closeline.store.tables.evidence import (
    dropped_payload,
    quarantine,
    quote,
    raw_payload,
    retention_plan,
    snapshot,
)

_PAYLOAD = select(raw_payload).where(raw_payload.c.payload_sha == bindparam("sha"))
_PAYLOAD_KNOWN = select(raw_payload.c.payload_sha).where(raw_payload.c.payload_sha == bindparam("sha"))
_TOMBSTONE = (
    select(dropped_payload.c.plan_id, retention_plan.c.applied_at, retention_plan.c.why)
    .join(retention_plan, retention_plan.c.plan_id == dropped_payload.c.plan_id)
    .where(dropped_payload.c.payload_sha == bindparam("sha"))
)
_ASIDE = (
    select(func.count())
    .select_from(quarantine)
    .where(quarantine.c.payload_sha.in_(bindparam("shas", expanding=True)), quarantine.c.reason == bindparam("why"))
)
_SNAPSHOT = select(snapshot).where(snapshot.c.snapshot_id == bindparam("name"))
_QUARANTINED = select(quarantine.c.quarantine_id).where(
    quarantine.c.quarantine_id.in_(bindparam("names", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One reading of one feed."""

    snapshot_id: str
    payload_sha: str
    feed: str
    phase: Phase
    day: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that could not be used, where it stands and why."""

    reason: str
    place: str
    excerpt: str
    prices: int


def keep_payload(session: Session, payload: RawPayload, *, feed: str) -> str:
    """Keep the bytes under their hash, once, and return the hash."""
    sha = sha256_hex(payload.content)
    if session.scalar(_PAYLOAD_KNOWN, {"sha": sha}) is None:
        session.append(
            raw_payload,
            ("payload_sha", "feed", "name", "size", "compressed", "received_at"),
            [
                (
                    sha,
                    feed,
                    payload.name,
                    len(payload.content),
                    zlib.compress(payload.content),
                    micros(payload.received_at),
                )
            ],
        )
    return sha


def payload(session: Session, sha: str) -> RawPayload:
    """Return stored bytes; raises CorruptRecord when they are no longer the ones that were stored.

    Raises NotFound, with the plan, when retention dropped them.
    """
    rows = session.rows(_PAYLOAD, {"sha": sha})
    if not rows:
        message = f"payload must be in the record, {sha} was not"
        raise NotFound(message)
    if not rows[0].compressed:
        raise _dropped(session, sha)
    try:
        content = _unpacked(rows[0].compressed, rows[0].size)
    except zlib.error as error:
        message = f"payload {sha} cannot be unpacked: the stored bytes were changed"
        raise CorruptRecord(message) from error
    if sha256_hex(content) != sha or len(content) != rows[0].size:
        message = f"payload {sha} no longer hashes to its name: the stored bytes were changed"
        raise CorruptRecord(message)
    return RawPayload(rows[0].name, content, rows[0].received_at)


def _unpacked(packed: bytes, size: int) -> bytes:
    """Unpack no further than what was stored, and one byte to see that there is more: a bomb is no payload."""
    return zlib.decompressobj().decompress(packed, size + 1)


def _dropped(session: Session, sha: str) -> CorruptRecord | NotFound:
    rows = session.rows(_TOMBSTONE, {"sha": sha})
    if not rows:
        return CorruptRecord(f"payload {sha} cannot be unpacked: the stored bytes are gone, and no plan dropped them")
    return NotFound(
        f"payload must still be held, the bytes of {sha} were dropped by plan {rows[0].plan_id} on "
        f"{rows[0].applied_at:%Y-%m-%d}: {rows[0].why}"
    )


def add_snapshot(
    session: Session, *, payload_sha: str, feed: str, phase: Phase, day: str | None, parsed: ParsedPayload,
    received_at: datetime, polled: bool = False,
) -> Snapshot:  # fmt: skip
    """Name one reading of a payload, the same for the same bytes, phase and day.

    polled: a poll is a snapshot of its own, whatever it brought: the same bytes again say that they still hold.
    """
    told = (micros(received_at),) if polled else ()
    name = content_id("snapshot", payload_sha, feed, phase, day or "", parsed.parser_version, *told)
    made = Snapshot(name, payload_sha, feed, phase, day, received_at)
    if not session.rows(_SNAPSHOT, {"name": name}):
        session.append(
            snapshot,
            ("snapshot_id", "payload_sha", "feed", "phase", "day", "received_at", "parser_version"),
            [(name, payload_sha, feed, phase, day, micros(received_at), parsed.parser_version)],
        )
    return made


def snapshot_of(session: Session, snapshot_id: str) -> Snapshot:
    """Return a snapshot by name."""
    rows = session.rows(_SNAPSHOT, {"name": snapshot_id})
    if not rows:
        message = f"snapshot must be in the record, {snapshot_id} was not"
        raise NotFound(message)
    row = rows[0]
    return Snapshot(row.snapshot_id, row.payload_sha, row.feed, Phase(row.phase), row.day, row.received_at)


def count_aside(session: Session, payload_shas: Sequence[str], *, reason: str) -> int:
    """Return how many records of these bytes were set aside for a reason."""
    asked = {"shas": list(payload_shas), "why": reason}
    return int(session.scalar(_ASIDE, asked) or 0) if payload_shas else 0


def set_aside(
    session: Session, records: Sequence[SetAside], *, payload_sha: str, feed: str, received_at: datetime
) -> None:
    """Put records into quarantine with their reason and place; the same record of the same bytes only once."""
    named = {
        content_id("quarantine", payload_sha, record.reason, record.place, record.excerpt): record for record in records
    }
    known = {row.quarantine_id for row in session.rows(_QUARANTINED, {"names": list(named)})} if named else set()
    session.append(
        quarantine,
        ("quarantine_id", "payload_sha", "feed", "reason", "place", "excerpt", "prices", "received_at"),
        [
            (
                name,
                payload_sha,
                feed,
                item.reason,
                storable(item.place),
                storable(item.excerpt),
                item.prices,
                micros(received_at),
            )
            for name, item in named.items()
            if name not in known
        ],
    )


def quarantined(session: Session, *, league: str) -> dict[str, int]:
    """Return how many prices of a league's payloads stand in quarantine, by reason."""
    of_league = (
        select(quote.c.event_id).join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
        .where(snapshot.c.payload_sha == quarantine.c.payload_sha, quote.c.event_id.startswith(f"{league}_"))
        .exists()
    )  # fmt: skip
    statement = (
        select(quarantine.c.reason, func.sum(quarantine.c.prices)).where(of_league).group_by(quarantine.c.reason)
    )
    return {row[0]: int(row[1]) for row in sorted(session.rows(statement))}
