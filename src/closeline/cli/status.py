"""`closeline status`: how the record stands."""

from typing import TYPE_CHECKING

from closeline.cli.duty.duty_text import say_duty
from closeline.cli.live.board_text import say_state
from closeline.cli.live.feed_text import say_feeds
from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import counted, print_json, print_table, say

if TYPE_CHECKING:
    from closeline.domain.leagues import League
    from closeline.jobs.desk import Desk
    from closeline.schemas.record import LeagueState, Status
    from closeline.store.session import Session


def status(*, db: Database = None, as_json: AsJson = False) -> None:
    """Say how the record stands: its schema, what it holds of each league, and what waits."""
    result = _status(db)
    if as_json:
        print_json(result)
        return
    record = result.record
    say(f"closeline {result.version}, tenant {result.tenant}, channels {', '.join(result.channels)}")
    say(f"record {record.database}, schema {record.revision}, journal {record.journal_mode}")
    columns = ("league", "results#", "quotes#", "quarantined#", "candidates#", "picks#", "leans#", "policy")
    print_table("Leagues", columns, [
        (
            league, item.results, item.quotes, item.quarantined, item.candidates, item.picks, item.leans,
            item.policy_version,
        )
        for league, item in result.leagues.items()
    ])  # fmt: skip
    say(f"{_waiting(result.open_spellings, 'spelling')} for a person (closeline mapping review)")
    whose = "its" if result.unfinished_events == 1 else "their"
    say(f"{_waiting(result.unfinished_events, 'event')} for {whose} reactions")
    say_duty(result.duty)
    say_feeds(result.feeds)
    say_state(result.board)


def _waiting(count: int, noun: str) -> str:
    return f"{counted(count, noun)} {'waits' if count == 1 else 'wait'}"


def _status(db: str | None) -> "Status":
    from closeline import __version__
    from closeline.domain.leagues import League
    from closeline.jobs.capturing import showing
    from closeline.jobs.live.standing import board_state
    from closeline.jobs.monitoring import governing
    from closeline.jobs.run_inline import unfinished
    from closeline.schemas.record import Schema, Status
    from closeline.store.record import audit
    from closeline.store.session import unit_of_work
    from closeline.wiring import read_settings, schema_state

    with opened(db) as desk:
        waiting = len(unfinished(desk))
        with unit_of_work(desk.engine, write=False) as session:
            leagues = {str(league): _league(session, desk, league) for league in League}
            questions = len(audit.open_questions(session))
            fed = showing.feeds(session, desk)
            duty = governing.on_duty(session, desk)
            board = board_state(session, now=desk.clock())
        return Status(
            version=__version__,
            tenant=desk.tenant_id,
            record=Schema.model_validate(schema_state(read_settings(database_url=db))),
            channels=[channel.name for channel in desk.channels],
            leagues=leagues,
            open_spellings=questions,
            unfinished_events=waiting,
            feeds=fed,
            duty=duty,
            board=board,
        )


def _league(session: "Session", desk: "Desk", league: "League") -> "LeagueState":
    from closeline.domain.picks import Decision
    from closeline.schemas.record import LeagueState
    from closeline.store import models, quotes
    from closeline.store.desk import candidates, picks
    from closeline.store.past import outcomes
    from closeline.store.polls import captures

    now, tenant_id = desk.clock(), desk.tenant_id
    out = picks.published(session, tenant_id=tenant_id, league=league)
    official = sum(pick.decision is Decision.PICK for pick, _ in out)
    policy = models.policy(session, tenant_id=tenant_id, league=league, as_of=now)
    return LeagueState(
        results=outcomes.results_count(session, league=league, as_of=now),
        quotes=quotes.count(session, league=league),
        quarantined=sum(captures.quarantined(session, league=league).values()),
        candidates=sum(candidates.decisions(session, tenant_id=tenant_id, league=league).values()),
        published=len(out),
        picks=official,
        leans=len(out) - official,
        policy_version=policy.policy_version if policy else None,
    )
