"""Results: how events ended, as versions that are only ever added to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.feeds.captures import NO_FACTS, GameFacts, ResultStatus
from closeline.domain.ids import canonical_json
from closeline.domain.settlement.quorum import DecidedBy, Report
from closeline.store.results.facts import facts_of, facts_text
from closeline.store.results.reports import heard_in_play, reports_of, told_starts
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result

_COLUMNS = (
    "event_id", "result_version", "status", "home_score", "away_score", "periods", "overtime", "shootout", "finality",
    "feed", "payload_sha", "place", "received_at", "facts", "decided_by", "evidence",
)  # fmt: skip
_OF_EVENTS = (
    select(event_result)
    .where(event_result.c.event_id.in_(bindparam("events", expanding=True)))
    .order_by(event_result.c.event_id, event_result.c.result_version)
)
_CORRECTED_SINCE = (
    select(event_result.c.event_id)
    .where(
        event_result.c.received_at > bindparam("after"),
        event_result.c.received_at <= bindparam("as_of"),
        event_result.c.result_version > 1,
        event_result.c.event_id >= bindparam("first_id"),
        event_result.c.event_id < bindparam("after_id"),
    )
    .distinct()
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
    facts: GameFacts = NO_FACTS
    decided_by: DecidedBy | None = None
    evidence: tuple[str, ...] = ()

    def says_the_same(self, other: "EventResult") -> bool:
        """Say whether two versions of an archive tell the same ending."""
        return (self.status, self.home_score, self.away_score) == (
            other.status,
            other.home_score,
            other.away_score,
        )


def of_events(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, EventResult]:
    """Return the last version of each event's result that was received by `as_of`."""
    return {item.event_id: item for item in _every(session, events) if item.received_at <= as_of}


def histories(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, list[EventResult]]:
    """Return every version of each event's result that was received by `as_of`, oldest first."""
    found: dict[str, list[EventResult]] = {}
    for item in _every(session, events):
        if item.received_at <= as_of:
            found.setdefault(item.event_id, []).append(item)
    return found


def corrected_since(session: Session, *, league: str, after: datetime, as_of: datetime) -> list[str]:
    """Return the events of a league whose result got a second or later version in (after, as_of]."""
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    bounds = {"first_id": f"{league}_", "after_id": f"{league}`", "after": after, "as_of": as_of}
    return sorted(row.event_id for row in session.rows(_CORRECTED_SINCE, bounds))


def started_at(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, datetime]:
    """Return when play of each event began, as told by `as_of`; an event of which nobody has said it is left out.

    The earliest of what feeds say counts: a price seen after it may be of the game in play.
    """
    return _told(session, reports_of(session, events, as_of=as_of), events, as_of)


def begun_at(session: Session, planned: Mapping[str, datetime], *, as_of: datetime) -> dict[str, datetime]:
    """Return when play of each event began by what was received by `as_of`; `planned` has each event's planned start.

    As `started_at`, and where a feed said before that start that the game was under way or over, when it said so: it
    began no later. An event of which neither was heard is left out.
    """
    reports = reports_of(session, list(planned), as_of=as_of)
    found = _told(session, reports, list(planned), as_of)
    for name, heard in heard_in_play(reports).items():
        if heard < found.get(name, planned[name]):
            found[name] = heard
    return found


def _told(
    session: Session, reports: Mapping[str, Sequence[Report]], events: Sequence[str], as_of: datetime
) -> dict[str, datetime]:
    found = told_starts(reports)
    for name, result in of_events(session, events, as_of=as_of).items():
        if result.facts.started_at is not None:
            found[name] = min(found.get(name, result.facts.started_at), result.facts.started_at)
    return found


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
            bool(row.shootout), row.received_at, row.place, facts_of(row.facts),
            DecidedBy(row.decided_by) if row.decided_by else None, tuple(json.loads(row.evidence or "[]")),
        )  # fmt: skip


def decide(session: Session, result: EventResult, *, feed: str, payload_sha: str) -> None:
    """Append a result that a quorum or a person has decided, as the version that it says it is."""
    session.append(event_result, _COLUMNS, [_row(result, feed, payload_sha, "LIVE")])


def _row(result: EventResult, feed: str, payload_sha: str, finality: str) -> tuple[object, ...]:
    return (
        result.event_id, result.result_version, result.status, result.home_score, result.away_score,
        canonical_json(result.periods) if result.periods else None, result.overtime, result.shootout, finality, feed,
        payload_sha, result.place, micros(result.received_at), facts_text(result.facts), result.decided_by,
        canonical_json(result.evidence) if result.evidence else None,
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
        rows.append(_row(replace(result, result_version=version), feed, payload_sha, finality))
    return session.append(event_result, _COLUMNS, rows)
