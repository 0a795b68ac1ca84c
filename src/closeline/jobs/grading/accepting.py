"""Accepting: a person makes a report official because the feeds could not, and says why."""

from datetime import UTC, datetime

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.events import ResultAccepted, ResultsCaptured
from closeline.domain.leagues import League
from closeline.domain.settlement.quorum import NEEDS_SCORE, NOT_OVER, Report
from closeline.flow import settle
from closeline.jobs.desk import Desk
from closeline.jobs.grading.asking import Asked, counted
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.run_inline import react
from closeline.schemas.ending.grading import AcceptedResult
from closeline.store import events, references, results
from closeline.store.events import LoggedEvent
from closeline.store.record import changes, subjects
from closeline.store.results import EventResult, reports
from closeline.store.session import Session, unit_of_work

# What stands for the snapshot where a person set a result going.
BY_HAND = "by hand"
EVER = datetime.max.replace(tzinfo=UTC)


def accept_result(desk: Desk, event_id: str, report_id: str, *, why: str, actor: str) -> AcceptedResult:
    """Append a report as the official result of its event, and grade by it.

    Raises NotFound for no such report or event; BadInput for one of another event, one that tells no ending, one
    without the score that its ending needs, and one that is official already.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    at = desk.clock()
    with unit_of_work(desk.engine) as session:
        # Two people at once: the second sees what the first has decided.
        events.hold(session, chain=ResultsCaptured.chain or desk.tenant_id)
        report = reports.report_named(session, report_id)
        _must_be_known(session, event_id, report)
        _must_be_an_ending(report, event_id)
        before = results.of_events(session, [event_id], as_of=at).get(event_id)
        result = settle.accepted(report, before, (report_id, person, reason), at=at)
        _must_be_news(before, result)
        league = League(event_id.partition("_")[0])
        asked, told = _keep(session, desk, report, result, (league, person, reason))
    react(desk, told)
    done = counted(desk, asked, BY_HAND)
    return AcceptedResult(
        event_id=event_id, league=league, result_version=result.result_version, status=result.status,
        home_score=result.home_score, away_score=result.away_score, report_id=report_id, actor=person, why=reason,
        graded=done.graded, regraded=done.regraded,
    )  # fmt: skip


def _keep(
    session: Session, desk: Desk, report: Report, result: EventResult, said: tuple[League, str, str]
) -> tuple[Asked, list[LoggedEvent]]:
    league, person, reason = said
    results.decide(session, result, feed=report.feed, payload_sha=report.payload_sha)
    asked = Asked(
        "", events.length(session, chain=ResultsCaptured.chain or desk.tenant_id),
        events.length(session, chain=desk.tenant_id),
    )  # fmt: skip
    news = (
        ResultAccepted(league, report.event_id, result.result_version, report.report_id, person, reason),
        ResultsCaptured(league, BY_HAND, 1),
    )
    subject = subjects.name_of("result", report.event_id, result.result_version)
    change = changes.since(session, subject, None, tenant_id=desk.tenant_id, why=reason)
    told = [
        events.record(session, item, tenant_id=desk.tenant_id, actor=person, at=desk.clock(), change=about)
        for item, about in zip(news, (change, None), strict=True)
    ]
    return asked, told


def _must_be_known(session: Session, event_id: str, report: Report) -> None:
    if event_id != report.event_id and not references.versions(session, [event_id], as_of=EVER):
        message = f"event must be in the record, {event_id[:100]!a} was not; the report is of {report.event_id}"
        raise NotFound(message)


def _must_be_an_ending(report: Report, event_id: str) -> None:
    if report.event_id != event_id:
        raise BadInput(f"report must be of {event_id}, was of {report.event_id}")
    if report.status in NOT_OVER:
        raise BadInput(f"report must tell an ending, told {report.status}; wait, or accept another one")
    if report.status in NEEDS_SCORE and None in report.score:
        raise BadInput(f"report must hold both scores to be a {report.status}, held {report.score}; accept another one")


def _must_be_news(before: EventResult | None, result: EventResult) -> None:
    if before is not None and before.says_the_same(result):
        message = f"report must tell another ending than the official one, told {result.status} as version"
        raise BadInput(f"{message} {before.result_version} does")
