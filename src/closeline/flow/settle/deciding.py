"""Deciding: reports of feeds become results by quorum; where feeds contradict each other, somebody is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from closeline.domain.feeds.captures import GameFacts
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.settlement import SettlementRules
from closeline.domain.settlement.quorum import (
    RESULT_DISAGREEMENT,
    Decided,
    DecidedBy,
    Held,
    Report,
    decide,
    together,
)
from closeline.flow.settle.rulebook import rules_in_force
from closeline.store import results
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.results import EventResult, reports
from closeline.store.session import Session

_FINAL_BY_CLASS = frozenset({DecidedBy.ARCHIVE, DecidedBy.PERSON})


def decide_results(
    session: Session, *, tenant_id: str, league: League, events: Sequence[str], at: datetime
) -> list[str]:
    """Append a result, or a new version of one, for each event whose reports bear it out; returns which."""
    told = reports.reports_of(session, events, as_of=at)
    if not told:
        return []
    rules = rules_in_force(session, league, tenant_id=tenant_id, at=at)
    known = results.of_events(session, sorted(told), as_of=at)
    decided, raised = [], []
    for event_id in sorted(told):
        verdict = decide(told[event_id], now=at, rules=rules)
        if isinstance(verdict, Held):
            if verdict.reason == RESULT_DISAGREEMENT:
                raised.append(_disagreement(verdict, event_id, tenant_id, league))
            continue
        added = _new_versions(verdict, told[event_id], known.get(event_id), rules, at)
        for report, result in added:
            results.decide(session, result, feed=report.feed, payload_sha=report.payload_sha)
        decided += [event_id] if added else []
    incidents.tell(session, raised)
    return decided


def accepted(report: Report, before: EventResult | None, evidence: Sequence[str], *, at: datetime) -> EventResult:
    """Return the version that a person makes official by accepting a report."""
    return _version(report, DecidedBy.PERSON, evidence, before, at)


def _new_versions(
    verdict: Decided, told: Sequence[Report], before: EventResult | None, rules: SettlementRules, at: datetime
) -> list[tuple[Report, EventResult]]:
    """Return what a verdict adds: the ending from when it was borne out, and what was told of it since.

    An ending that is decided late, because the desk stood still, counts from when it could have been decided: the
    window for corrections must not depend on when anybody looked. What was only told later is not known by then.
    """
    borne_out = verdict.at if before is None else max(verdict.at, before.received_at)
    moments = [borne_out, at] if before is None or not _tells_the_same(before, verdict) else [at]
    found: list[tuple[Report, EventResult]] = []
    for moment in dict.fromkeys(moments):
        then = verdict if moment == at else decide(told, now=moment, rules=rules)
        result = _new_version(then, before, moment) if isinstance(then, Decided) else None
        if result is not None and isinstance(then, Decided):
            found.append((then.report, result))
            before = result
    return found


def _tells_the_same(before: EventResult, verdict: Decided) -> bool:
    report = verdict.report
    return _said(before) == (report.status, *report.score, report.overtime, report.shootout)


def _new_version(verdict: Decided, before: EventResult | None, at: datetime) -> EventResult | None:
    """Return what the verdict adds to what is official already, null where that is nothing."""
    if before is not None and before.decided_by in _FINAL_BY_CLASS and verdict.at <= before.received_at:
        return None
    result = _version(verdict.report, verdict.decided_by, verdict.evidence, before, at)
    if before is None or _said(before) != _said(result):
        return result
    # What was official and is only not repeated is not taken back; another time of one start or end is no news.
    merged = replace(result, periods=result.periods or before.periods, facts=_merged(before.facts, result.facts))
    return None if (merged.periods, merged.facts) == (before.periods, before.facts) else merged


def _said(item: EventResult) -> tuple[object, ...]:
    return (item.status, item.home_score, item.away_score, item.overtime, item.shootout)


def _merged(old: GameFacts, new: GameFacts) -> GameFacts:
    return replace(
        together([new, old]), started_at=old.started_at or new.started_at, ended_at=old.ended_at or new.ended_at
    )


def _version(
    report: Report, decided_by: DecidedBy, evidence: Sequence[str], before: EventResult | None, at: datetime
) -> EventResult:
    home, away = report.score
    return EventResult(
        report.event_id, before.result_version + 1 if before else 1, report.status, home, away, report.periods,
        report.overtime, report.shootout, at, report.place, report.facts, decided_by, tuple(evidence),
    )  # fmt: skip


def _disagreement(verdict: Held, event_id: str, tenant_id: str, league: League) -> Alert:
    """Return the alert of feeds that contradict each other: the same one as long as they say the same."""
    said = [[claim.last.feed, claim.last.status, *claim.last.score, claim.first.report_id] for claim in verdict.claims]
    words = "; ".join(f"{feed}: {status} {_points(home, away)}".strip() for feed, status, home, away, _ in said)
    text = f"{event_id}: feeds contradict each other and nothing is graded: {words}"
    since = verdict.since or verdict.claims[-1].first.received_at
    inputs = canonical_json({"event_id": event_id, "claims": said})
    return Alert(tenant_id, league, RESULT_DISAGREEMENT, text, inputs, since)


def _points(home: object, away: object) -> str:
    return "" if home is None or away is None else f"{home}-{away}"
