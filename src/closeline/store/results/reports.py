"""Reports: what each feed said of each game, kept whole before any of it counts as a result."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, bindparam, select

from closeline.domain.captures import ResultStatus
from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.settlement.quorum import NOT_OVER, Report
from closeline.store.results.facts import facts_of, facts_text
from closeline.store.session import Session
from closeline.store.tables.evidence import result_report, snapshot

_COLUMNS = (
    "report_id", "event_id", "feed", "status", "words", "home_score", "away_score", "periods", "overtime", "shootout",
    "facts", "payload_sha", "place", "received_at",
)  # fmt: skip
_OF_EVENTS = (
    select(result_report)
    .where(
        result_report.c.event_id.in_(bindparam("events", expanding=True)),
        result_report.c.received_at <= bindparam("as_of"),
    )
    .order_by(result_report.c.event_id, result_report.c.received_at, result_report.c.report_id)
)
_BY_NAME = select(result_report).where(result_report.c.report_id == bindparam("name"))
_OF_SNAPSHOT = (
    select(result_report.c.event_id)
    .join(snapshot, snapshot.c.payload_sha == result_report.c.payload_sha)
    .where(snapshot.c.snapshot_id == bindparam("snapshot"))
    .distinct()
)
_SINCE = (
    select(result_report.c.event_id)
    .where(
        result_report.c.received_at > bindparam("after"),
        result_report.c.received_at <= bindparam("as_of"),
        # Event ids begin with the league and an underscore, whose next character is the backquote.
        result_report.c.event_id >= bindparam("first_id"),
        result_report.c.event_id < bindparam("after_id"),
    )
    .distinct()
)


def add_reports(session: Session, reports: Sequence[Report]) -> int:
    """Append what is new; the same words in the same place of the same bytes are one report."""
    rows = [_row(report) for report in reports]
    return session.append_new(result_report, _COLUMNS, rows, ("report_id",), ignoring=("received_at",))


def _row(report: Report) -> tuple[object, ...]:
    return (
        _name(report), report.event_id, report.feed, report.status, report.words, report.home_score, report.away_score,
        canonical_json(report.periods) if report.periods else None, report.overtime, report.shootout,
        facts_text(report.facts), report.payload_sha, report.place, micros(report.received_at),
    )  # fmt: skip


def _name(report: Report) -> str:
    return content_id(
        "report", report.event_id, report.feed, report.payload_sha, report.place, report.status, report.words,
        report.home_score, report.away_score, report.periods, report.overtime, report.shootout,
        facts_text(report.facts),
    )  # fmt: skip


def reports_of(session: Session, events: Sequence[str], *, as_of: datetime) -> dict[str, list[Report]]:
    """Return what feeds reported of events by `as_of`, oldest first."""
    found: defaultdict[str, list[Report]] = defaultdict(list)
    for row in session.rows(_OF_EVENTS, {"events": list(events), "as_of": as_of}) if events else ():
        found[row.event_id].append(_report(row))
    return dict(found)


def report_named(session: Session, report_id: str) -> Report:
    """Return a report by name; raises NotFound for no such report."""
    rows = session.rows(_BY_NAME, {"name": report_id})
    if not rows:
        message = f"report must be in the record, {report_id} was not; `closeline results review` names those that wait"
        raise NotFound(message)
    return _report(rows[0])


def _report(row: Row[*tuple[object, ...]]) -> Report:
    return Report(
        row.event_id, row.feed, ResultStatus(row.status), row.home_score, row.away_score, row.received_at,
        row.payload_sha, row.place, tuple((home, away) for home, away in json.loads(row.periods or "[]")),
        bool(row.overtime), bool(row.shootout), facts_of(row.facts), row.words, row.report_id,
    )  # fmt: skip


def reported_in(session: Session, snapshot_id: str) -> list[str]:
    """Return the events of which a snapshot's bytes report."""
    return sorted(row.event_id for row in session.rows(_OF_SNAPSHOT, {"snapshot": snapshot_id}))


def reported_since(session: Session, *, league: str, after: datetime, as_of: datetime) -> list[str]:
    """Return the events of a league of which anything was reported in (after, as_of]."""
    bounds = {"first_id": f"{league}_", "after_id": f"{league}`", "after": after, "as_of": as_of}
    return sorted(row.event_id for row in session.rows(_SINCE, bounds))


def first_told(reports: Sequence[Report]) -> datetime | None:
    """Return when a feed first told that a game was over, whatever the ending."""
    return min((report.received_at for report in reports if report.status not in NOT_OVER), default=None)


def told_starts(reports: Mapping[str, Sequence[Report]]) -> dict[str, datetime]:
    """Return when play began, by event: the earliest of what each feed last said, where one said it."""
    found: dict[str, datetime] = {}
    for event_id, told in reports.items():
        by_feed = {report.feed: report.facts.started_at for report in told if report.facts.started_at}
        if by_feed:
            found[event_id] = min(by_feed.values())
    return found


def renamed(report: Report) -> Report:
    """Return a report with the name that it has in the record."""
    return replace(report, report_id=_name(report))
