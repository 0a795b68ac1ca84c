"""Audit: where in which bytes a quote or result stands, what was run of an event, which spellings wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.sql.elements import ColumnElement

from closeline.domain.errors import NotFound
from closeline.domain.identity.naming import QuestionKind
from closeline.store.references.reviews import suggestions_of
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result, quote, raw_payload, snapshot
from closeline.store.tables.model import sim_run
from closeline.store.tables.reference import mapping_review


@dataclass(frozen=True, slots=True)
class Bytes:
    """Stored bytes, by their hash and without their content."""

    payload_sha: str
    name: str
    feed: str
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stored price or score: the reading that gave it, and its place in the bytes that were read."""

    snapshot_id: str | None
    phase: str | None
    place: str
    received_at: datetime
    source: Bytes


@dataclass(frozen=True, slots=True)
class Question:
    """A spelling that no alias reads, of a team or a player. Suggestions are never applied by themselves."""

    review_id: str
    kind: str
    league: str
    provider: str
    spelling: str
    suggestions: tuple[str, ...]
    source: Bytes
    place: str
    first_seen_at: datetime


def _source() -> Sequence[ColumnElement[object]]:
    columns = raw_payload.c
    return [
        columns.payload_sha, columns.name, columns.feed, columns.size, columns.received_at.label("bytes_received_at"),
    ]  # fmt: skip


_RUNS_OF_EVENT = (
    select(sim_run.c.run_id)
    .where(sim_run.c.tenant_id == bindparam("tenant"), sim_run.c.event_id == bindparam("event"))
    .order_by(sim_run.c.as_of, sim_run.c.run_id)
)
_QUOTE = (
    select(snapshot.c.snapshot_id, snapshot.c.phase, quote.c.place, quote.c.received_at, *_source())
    .join(snapshot, snapshot.c.snapshot_id == quote.c.snapshot_id)
    .join(raw_payload, raw_payload.c.payload_sha == snapshot.c.payload_sha)
    .where(quote.c.quote_id == bindparam("number"))
)
_RESULT = (
    select(event_result.c.place, event_result.c.received_at, *_source())
    .join(raw_payload, raw_payload.c.payload_sha == event_result.c.payload_sha)
    .where(event_result.c.event_id == bindparam("event"), event_result.c.result_version == bindparam("version"))
)
_BYTES = select(*_source()).where(raw_payload.c.payload_sha == bindparam("sha"))
_OPEN_QUESTIONS = (
    select(
        mapping_review.c.league, mapping_review.c.provider, mapping_review.c.spelling, mapping_review.c.suggestions,
        mapping_review.c.place, mapping_review.c.first_seen_at, mapping_review.c.review_id, mapping_review.c.kind,
        *_source(),
    )
    .join(raw_payload, raw_payload.c.payload_sha == mapping_review.c.payload_sha)
    .where(mapping_review.c.state == "OPEN")
    .order_by(mapping_review.c.league, mapping_review.c.provider, mapping_review.c.spelling)
)  # fmt: skip


def of_quote(session: Session, quote_id: int) -> Evidence:
    """Return what a stored quote rests on; raises NotFound for no such quote."""
    rows = session.rows(_QUOTE, {"number": quote_id})
    if not rows:
        message = f"quote must be in the record, {quote_id} was not"
        raise NotFound(message)
    row = rows[0]
    return Evidence(row.snapshot_id, row.phase, row.place, row.received_at, _bytes(row))


def of_result(session: Session, event_id: str, version: int) -> Evidence | None:
    """Return what a version of an event's result rests on, null where there is none."""
    rows = session.rows(_RESULT, {"event": event_id, "version": version})
    return Evidence(None, None, rows[0].place, rows[0].received_at, _bytes(rows[0])) if rows else None


def of_bytes(session: Session, payload_sha: str, *, place: str, received_at: datetime) -> Evidence | None:
    """Return a place in stored bytes as evidence, null where no such bytes are there."""
    rows = session.rows(_BYTES, {"sha": payload_sha})
    return Evidence(None, None, place, received_at, _bytes(rows[0])) if rows else None


def open_questions(session: Session) -> list[Question]:
    """Return the spellings that wait for a person, by league, provider and spelling."""
    return [
        Question(
            row.review_id, row.kind or QuestionKind.TEAM,
            row.league, row.provider, row.spelling, suggestions_of(row.suggestions), _bytes(row), row.place,
            row.first_seen_at,
        )
        for row in session.rows(_OPEN_QUESTIONS)
    ]  # fmt: skip


def _bytes(row: Row[Any]) -> Bytes:
    return Bytes(row.payload_sha, row.name, row.feed, row.size, row.bytes_received_at)


def runs_of_event(session: Session, event_id: str, *, tenant_id: str) -> list[str]:
    """Return the names of a tenant's runs of an event, the oldest first; raises NotFound where there is none."""
    rows = session.rows(_RUNS_OF_EVENT, {"tenant": tenant_id, "event": event_id})
    if not rows:
        raise NotFound(f"event must have been forecast, {event_id} was not; picks and lineages name events")
    return [row.run_id for row in rows]
