"""`closeline status`: how the record stands."""

from typing import TYPE_CHECKING

from closeline.cli.opening import opened
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say

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
    columns = ("league", "results#", "quotes#", "quarantined#", "candidates#", "published#", "policy")
    print_table("Leagues", columns, [
        (league, item.results, item.quotes, item.quarantined, item.candidates, item.published, item.policy_version)
        for league, item in result.leagues.items()
    ])  # fmt: skip
    say(f"{result.open_spellings} spellings wait for a person (closeline mapping review)")
    say(f"{result.unfinished_events} events wait for their reactions")


def _status(db: str | None) -> "Status":
    from closeline import __version__
    from closeline.domain.leagues import League
    from closeline.jobs.run_inline import unfinished
    from closeline.schemas.record import Schema, Status
    from closeline.store import audit
    from closeline.store.session import unit_of_work
    from closeline.wiring import read_settings, schema_state

    with opened(db) as desk:
        waiting = len(unfinished(desk))
        with unit_of_work(desk.engine, write=False) as session:
            leagues = {str(league): _league(session, desk, league) for league in League}
            questions = len(audit.open_questions(session))
        return Status(
            version=__version__,
            tenant=desk.tenant_id,
            record=Schema.model_validate(schema_state(read_settings(database_url=db))),
            channels=[channel.name for channel in desk.channels],
            leagues=leagues,
            open_spellings=questions,
            unfinished_events=waiting,
        )


def _league(session: "Session", desk: "Desk", league: "League") -> "LeagueState":
    from closeline.schemas.record import LeagueState
    from closeline.store import captures, models, quotes
    from closeline.store.desk import candidates, picks
    from closeline.store.past import outcomes

    now, tenant_id = desk.clock(), desk.tenant_id
    policy = models.policy(session, tenant_id=tenant_id, league=league, as_of=now)
    return LeagueState(
        results=outcomes.results_count(session, league=league, as_of=now),
        quotes=quotes.count(session, league=league),
        quarantined=sum(captures.quarantined(session, league=league).values()),
        candidates=sum(candidates.decisions(session, tenant_id=tenant_id, league=league).values()),
        published=len(picks.published(session, tenant_id=tenant_id, league=league)),
        policy_version=policy.policy_version if policy else None,
    )
