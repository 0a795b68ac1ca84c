"""What no single poll can say: prices that grew old, games nobody prices, closes that never came, and the mode."""

from closeline.domain.clock import micros
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import Mode
from closeline.domain.leagues import League
from closeline.store.desk import alerts
from closeline.store.polls.standing import league_standing
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    NOON,
    a_live_desk,
    clock_of,
    events_answer,
    odds_answer,
)  # fmt: skip
from tests.builders.records import TENANT
from tests.fakes import Answer
from tests.jobs.capturing.polled import MINUTE, poll, polls, wrong

STARTS = (KICKOFF, KICKOFF + 5 * MINUTE)


def a_desk(seeded, odds, *, minutes=60):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer(STARTS), NFL_ODDS: odds}, now=KICKOFF - minutes * MINUTE)
    poll(desk, "capture.schedule")
    return desk


def live_through(desk, minutes):
    """Let minutes pass as the schedule would; give the mode after each, and the changes that were told."""
    modes, told = [], []
    for _ in range(minutes):
        clock_of(desk).pass_(minutes=1)
        poll(desk, "capture.close")
        poll(desk)
        told += [event.body["mode"] for event in poll(desk, "capture.watch")]
        with unit_of_work(desk.engine, write=False) as session:
            modes.append(league_standing(session, League.NFL, at=desk.clock()).mode)
    return modes, told


def fresh(minute, price=-110):
    return odds_answer(KICKOFF + minute * MINUTE, price=price, starts=STARTS)


def test_a_feed_that_repeats_itself_goes_stale_is_told_once_and_comes_back_after_three_fresh_polls(seeded):
    """Fault 25: 200 with the same body; and invariants O1 and O3."""
    stuck = fresh(-60)
    desk = a_desk(seeded, [*[stuck] * 20, *(fresh(-40 + n, -111 - n) for n in range(30))])
    modes, told = live_through(desk, 26)

    # The body is of minute 0; polled at minutes 1 to 20, it is off when it is older than 15.
    assert modes[:15] == [Mode.FULL] * 15
    assert modes[15:20] == [Mode.NONE] * 5
    assert modes[20:23] == [Mode.NONE] * 3
    assert modes[23:] == [Mode.FULL] * 3
    assert told == [Mode.NONE, Mode.FULL]
    with unit_of_work(seeded, write=False) as session:
        raised = alerts.since(session, tenant_id=TENANT, league="nfl", after=NOON, as_of=desk.clock())
    assert sorted(item.kind for item in raised) == ["FEED_STALE", "PUBLISHING_OFF"]
    assert wrong(desk) == {}


def test_a_feed_that_is_silent_goes_stale_too(seeded):
    silent = Answer(outcome=CallOutcome.SERVER_FAULT, status=503)
    desk = a_desk(seeded, [fresh(-59), silent])
    modes, _ = live_through(desk, 18)

    assert modes[:15] == [Mode.FULL] * 15
    assert modes[16] is Mode.NONE
    assert wrong(desk)["FEED_STALE"] > 5


def test_a_game_that_the_provider_of_prices_does_not_know_is_told_once(seeded):
    from tests.builders.payloads import a_payload, an_event
    from tests.builders.records import take_in

    desk = a_desk(seeded, fresh(-60))
    other = an_event(
        "sheet-1", home="New York Jets", away="Miami Dolphins", league=League.NFL, starts_at=KICKOFF, day=KICKOFF.date()
    )
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(other), at=KICKOFF - 60 * MINUTE)
    live_through(desk, 3)

    assert wrong(desk)["PROVIDER_ID_MISSING"] == 3


def test_a_game_that_began_long_after_its_last_price_has_no_close_and_it_is_told_once(seeded):
    desk = a_desk(seeded, fresh(-60))
    live_through(desk, 2)
    clock_of(desk).now = KICKOFF + 2 * MINUTE
    for _ in range(3):
        clock_of(desk).pass_(minutes=1)
        poll(desk, "capture.watch")

    assert wrong(desk)["CLOSE_SNAPSHOT_MISSING"] == 1


def test_a_game_that_was_polled_to_its_start_has_its_close(seeded):
    desk = a_desk(seeded, [fresh(-4 + n) for n in range(6)], minutes=5)
    live_through(desk, 9)

    assert "CLOSE_SNAPSHOT_MISSING" not in wrong(desk)
    assert any(item.purpose == "CLOSE" for item in polls(desk))
    assert micros(KICKOFF) > micros(next(item for item in polls(desk) if item.purpose == "CLOSE").received_at)
