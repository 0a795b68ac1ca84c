"""Reports: what each feed said of each game, kept whole before any of it counts as a result."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, bindparam, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.feeds.captures import ResultStatus
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
    """Append what is new; an answer of a feed that only repeats its last one on the event is left out.

    Bytes that come back after others are news: so a correction is taken back.
    """
    latest = max((report.received_at for report in reports), default=None)
    if latest is None:
        return 0
    known = reports_of(session, sorted({report.event_id for report in reports}), as_of=latest)
    answers: defaultdict[tuple[str, str, datetime], list[Report]] = defaultdict(list)
    for report in reports:
        answers[report.event_id, report.feed, report.received_at].append(report)
    rows: list[tuple[object, ...]] = []
    for (event_id, feed, received_at), answer in sorted(answers.items(), key=lambda item: item[0]):
        told = known.setdefault(event_id, [])
        if not {_said(report) for report in answer} <= _last_answer(told, feed, received_at):
            told += answer
            rows += [_row(report) for report in answer]
    return session.append_new(result_report, _COLUMNS, rows, ("report_id",))


def _last_answer(told: Sequence[Report], feed: str, at: datetime) -> set[tuple[object, ...]]:
    """Return what a feed said when it was last heard by a moment."""
    heard = [report for report in told if report.feed == feed and report.received_at <= at]
    last = max((report.received_at for report in heard), default=at)
    return {_said(report) for report in heard if report.received_at == last}


def _row(report: Report) -> tuple[object, ...]:
    return (
        _name(report), report.event_id, report.feed, report.status, report.words, report.home_score, report.away_score,
        canonical_json(report.periods) if report.periods else None, report.overtime, report.shootout,
        facts_text(report.facts), report.payload_sha, report.place, micros(report.received_at),
    )  # fmt: skip


def _name(report: Report) -> str:
    return content_id("report", *_said(report), micros(report.received_at))


def _said(report: Report) -> tuple[object, ...]:
    return (
        report.event_id, report.feed, report.payload_sha, report.place, report.status, report.words,
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


# Play was going on, or had been, by the time that a feed said one of these.
_PLAY = frozenset({
    ResultStatus.LIVE, ResultStatus.FINAL, ResultStatus.SHORTENED, ResultStatus.SUSPENDED, ResultStatus.ABANDONED,
})  # fmt: skip
_BROKEN_OFF = frozenset({ResultStatus.SUSPENDED, ResultStatus.ABANDONED})
_NOT_YET = frozenset({ResultStatus.SCHEDULED, ResultStatus.POSTPONED})


def heard_in_play(reports: Mapping[str, Sequence[Report]]) -> dict[str, datetime]:
    """Return by when play had begun, by event: the earliest hearing that a game was under way, or over.

    A feed that says afterwards that it has not begun takes its word back, unless it said that play was broken off:
    such a game is scheduled again. Reports must be oldest first.
    """
    found: dict[str, datetime] = {}
    for event_id, told in reports.items():
        heard: dict[str, datetime] = {}
        broken_off: set[str] = set()
        for report in told:
            if report.status in _PLAY:
                heard.setdefault(report.feed, report.received_at)
            elif report.status in _NOT_YET and report.feed not in broken_off:
                heard.pop(report.feed, None)
            if report.status in _BROKEN_OFF:
                broken_off.add(report.feed)
        if heard:
            found[event_id] = min(heard.values())
    return found


def renamed(report: Report) -> Report:
    """Return a report with the name that it has in the record."""
    return replace(report, report_id=_name(report))
