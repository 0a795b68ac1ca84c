"""The watch as a job: what is behind is forecast with the next prices, proposed, and let through by a person."""

from closeline.domain.markets import MarketType
from closeline.domain.picks import PickState
from closeline.domain.publishing.messages import visible_id
from closeline.jobs.recording.withdrawing import supersede, void
from closeline.jobs.run_inline import run
from closeline.store import events
from closeline.store.desk import picks, successors
from closeline.store.session import unit_of_work
from tests.builders.desks import a_desk, later
from tests.builders.moments import MINUTE, START
from tests.builders.payloads import a_payload, three_markets
from tests.builders.records import TENANT, a_copy, number, take_in_and_price
from tests.builders.stories import NBA
from tests.builders.watched import CHANNELS, LATER, first_picks, make_watched, state_of
from tests.fakes import FakeChannel

WATCH = "review.validity"


def watched(desk, at):
    run(later(desk, at), WATCH, f"{WATCH}@{at.isoformat()}", {})


def test_from_an_old_forecast_to_the_notice_that_it_was_superseded(new_databases):
    with a_copy(new_databases, "watched picks", make_watched) as engine:
        channels = [FakeChannel(name) for name in CHANNELS]
        desk = a_desk(engine, channels=channels, now=LATER)
        run(later(desk, LATER - MINUTE), "publish.deliver", "a", {"published": 3})
        watched(desk, LATER)
        soon = LATER + MINUTE
        with unit_of_work(engine) as session:
            prices = three_markets(at=soon, moneyline=("-155", "+135"))
            snapshot = take_in_and_price(session, a_payload(*prices), at=soon)
        run(later(desk, soon), "forecast.slate", "b", {"league": NBA, "snapshot_id": snapshot, "phase": "OPEN"})
        watched(desk, soon + MINUTE)
        with unit_of_work(engine, write=False) as session:
            old = first_picks(session)[MarketType.MONEYLINE]
            proposed = successors.proposed_for(session, old.pick_id, tenant_id=TENANT)
        said = supersede(later(desk, soon + 2 * MINUTE), old.pick_id, why="an older forecast", actor="ann")
        watched(desk, START)

        with unit_of_work(engine, write=False) as session:
            assert [said.superseded_by] == proposed
            assert state_of(session, old) == PickState.SUPERSEDED
            told = events.named(session, chain=TENANT, name="ValidityChanged", as_of=START)
            assert [event.body["refresh"] for event in told] == [3, 3]
            left = number(session, "SELECT count(*) FROM pick_event WHERE to_state = 'EXPIRED'")
            assert left == 2
            kinds = "SELECT count(*) FROM delivery WHERE pick_id = :it AND kind = 'SUPERSEDED' AND state = 'SENT'"
            assert number(session, kinds, it=old.pick_id) == len(CHANNELS)


def test_a_pick_that_nobody_follows_any_more_is_void_on_every_channel(new_databases):
    with a_copy(new_databases, "watched picks", make_watched) as engine:
        desk = a_desk(engine, channels=[FakeChannel(name) for name in CHANNELS], now=LATER)
        run(desk, "publish.deliver", "a", {"published": 3})
        with unit_of_work(engine, write=False) as session:
            item = first_picks(session)[MarketType.SPREAD]
        shown = visible_id(item.pick_id)
        said = void(later(desk, LATER + MINUTE), shown, reason="operator", evidence=None, why="wrong", actor="ann")
        assert said.pick_id == item.pick_id

        with unit_of_work(engine, write=False) as session:
            kinds = "SELECT count(*) FROM delivery WHERE pick_id = :it AND kind = 'VOIDED' AND state = 'SENT'"
            assert number(session, kinds, it=item.pick_id) == len(CHANNELS)
            assert picks.life(session, item.pick_id, tenant_id=TENANT)[-1].reason == "OPERATOR"
