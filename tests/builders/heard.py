"""What live feeds say of one game, taken through the jobs that hear it, at the moments that a test names."""

from datetime import datetime

from sqlalchemy import Engine

from closeline.domain.feeds.captures import GameFacts, ParsedEvent, ParsedResult, Phase, RawPayload, ResultStatus
from closeline.flow import capture
from closeline.flow.capture import Source
from closeline.jobs.desk import Desk
from closeline.jobs.run_inline import react, run
from closeline.store import events
from closeline.store.desk import alerts, grades
from closeline.store.desk.alerts import Alert
from closeline.store.desk.grades import Grade
from closeline.store.polls import captures
from closeline.store.references import alias_table
from closeline.store.session import Session, unit_of_work
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS
from tests.builders.payloads import FEED, a_payload, an_event
from tests.builders.records import TENANT

FINAL = ResultStatus.FINAL


def word(
    score: tuple[int | None, int | None] = (110, 104), *, at: datetime, status: ResultStatus = FINAL, event: str = "g1",
    words: str = "", periods: tuple[tuple[int, int], ...] = (), facts: GameFacts | None = None, place: str = "row 1",
) -> ParsedResult:  # fmt: skip
    return ParsedResult(
        event, status, score[0], score[1], at, periods=periods, place=place, words=words, facts=facts or GameFacts()
    )


def keep_word(
    session: Session, feed: str, *told: ParsedResult, at: datetime, event: ParsedEvent | None = None,
    content: bytes | None = None,
) -> capture.Capture:  # fmt: skip
    """Keep what a live feed says, and set nothing going."""
    parsed = a_payload(*((event,) if event else (an_event(),)), *told, archive=False)
    raw = RawPayload("made up", content or f"{feed}{at}{told}".encode(), at)
    sha = captures.keep_payload(session, raw, feed=feed)
    source = Source(sha, feed, Phase.RESULT, None)
    assert parsed.provider == FEED
    return capture.keep(session, source, parsed, alias_table(session), at=at)


def hear(
    engine: Engine, feed: str, *told: ParsedResult, at: datetime, event: ParsedEvent | None = None,
    content: bytes | None = None,
) -> Desk:  # fmt: skip
    """Keep what a live feed says, and run everything that this sets going."""
    desk = a_desk(engine, now=at)
    with unit_of_work(engine) as session:
        kept = keep_word(session, feed, *told, at=at, event=event, content=content)
        logged = [events.record(session, item, tenant_id=TENANT, actor="test", at=at) for item in kept.events]
    react(desk, logged)
    return desk


def sweep(engine: Engine, at: datetime) -> None:
    """Run the sweep of the schedule at a moment."""
    run(a_desk(engine, now=at), "settle.sweep", f"test:{at.isoformat()}", {})


def marks(engine: Engine, at: datetime | None = None) -> dict[str, Grade]:
    with unit_of_work(engine, write=False) as session:
        as_of = at or grades.ALL_TIME
        return grades.league_grades(session, tenant_id=TENANT, league="nba", as_of=as_of)


def raised(engine: Engine, kind: str) -> list[Alert]:
    with unit_of_work(engine, write=False) as session:
        found = alerts.since(session, tenant_id=TENANT, league="nba", after=OPENS, as_of=grades.ALL_TIME)
    return [item for item in found if item.kind == kind]
