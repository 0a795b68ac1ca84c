"""What the tests of polling do alike: run a job for the minute of the desk's clock, and read what the record says."""

from datetime import timedelta

from closeline.domain.feeds.quota import Account
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.desk import Desk
from closeline.jobs.execute import execute
from closeline.jobs.schedule import slot_of
from closeline.store.desk import incidents
from closeline.store.events import LoggedEvent
from closeline.store.polls import calls, ledger
from closeline.store.polls.calls import Poll
from closeline.store.session import unit_of_work
from tests.builders.polling import ODDS, clock_of
from tests.builders.records import TENANT

MINUTE = timedelta(minutes=1)


def poll(desk: Desk, job: str = "capture.poll", **arguments: str) -> list[LoggedEvent]:
    return execute(desk, job, slot_of(desk.clock(), MINUTE), arguments)


def ask(desk: Desk, kind: Kind = Kind.ODDS) -> list[LoggedEvent]:
    """Ask as a person does, due or not."""
    clock_of(desk).pass_(seconds=1)
    return execute(desk, "capture.asked", f"asked:{desk.clock().isoformat()}", {"kind": kind, "league": League.NFL})


def polls(desk: Desk, kind: Kind = Kind.ODDS, league: League = League.NFL) -> list[Poll]:
    with unit_of_work(desk.engine, write=False) as session:
        return calls.of_league(session, league, kind, most=500)


def account(desk: Desk) -> Account:
    with unit_of_work(desk.engine, write=False) as session:
        return ledger.account(session, ODDS, desk.quota, at=desk.clock())


def wrong(desk: Desk) -> dict[str, int]:
    """Give what is wrong now, and how often it was met."""
    with unit_of_work(desk.engine, write=False) as session:
        return {item.kind: item.repeats for item in incidents.open_ones(session, tenant_id=TENANT)}
