"""Results: how events ended, as versions that are only ever added to."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.captures import ResultStatus
from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result

_COLUMNS = (
    "event_id", "result_version", "status", "home_score", "away_score", "periods", "overtime", "shootout", "finality",
    "feed", "payload_sha", "place", "received_at",
)  # fmt: skip
_OF_EVENTS = (
    select(event_result)
    .where(event_result.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_result.c.event_id, event_result.c.result_version)
)


@dataclass(frozen=True, slots=True)
class EventResult:
    """One version of how an event ended."""

    event_id: str
    result_version: int
    status: ResultStatus
    home_score: int | None
    away_score: int | None
    periods: tuple[tuple[int, int], ...]
    overtime: bool
    shootout: bool
    received_at: datetime
    place: str = ""

    def says_the_same(self, other: "EventResult") -> bool:
        """Say whether two versions tell the same ending."""
        return (self.status, self.home_score, self.away_score) == (
            other.status,
            other.home_score,
            other.away_score,
        )


def of_events(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, EventResult]:
    """Return the last version of each event's result that was received by `as_of`."""
    return {item.event_id: item for item in _every(session, events) if item.received_at <= as_of}


def first_finals(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, EventResult]:
    """Return the first version of each event's result that was final and received by `as_of`."""
    found: dict[str, EventResult] = {}
    for item in _every(session, events):
        if item.status is ResultStatus.FINAL and item.received_at <= as_of:
            found.setdefault(item.event_id, item)
    return found


def _every(session: Session, events: Sequence[str]) -> Iterator[EventResult]:
    for row in session.rows(_OF_EVENTS, {"events": list(events)}) if events else ():
        yield EventResult(
            row.event_id, row.result_version, ResultStatus(row.status), row.home_score, row.away_score,
            tuple((home, away) for home, away in json.loads(row.periods or "[]")), bool(row.overtime),
            bool(row.shootout), row.received_at, row.place,
        )  # fmt: skip


def add(session: Session, results: Sequence[EventResult], *, feed: str, payload_sha: str, finality: str) -> int:
    """Append a version for each result that differs from the last one; returns how many were new."""
    events = [result.event_id for result in results]
    latest = datetime.max.replace(tzinfo=results[0].received_at.tzinfo) if results else None
    known = of_events(session, events, as_of=latest) if latest else {}
    rows = []
    for result in {item.event_id: item for item in results}.values():
        before = known.get(result.event_id)
        if before is not None and before.says_the_same(result):
            continue
        version = before.result_version + 1 if before else 1
        rows.append((
            result.event_id, version, result.status, result.home_score, result.away_score,
            canonical_json(result.periods) if result.periods else None, result.overtime, result.shootout, finality,
            feed, payload_sha, result.place, micros(result.received_at),
        ))  # fmt: skip
    return session.append(event_result, _COLUMNS, rows)
