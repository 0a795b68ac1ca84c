"""A desk that asks the network: what is due is paid for, asked for once, and kept with all that was said of it."""

from datetime import timedelta

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.execute import execute
from closeline.jobs.schedule import slot_of
from closeline.store.polls import calls, ledger
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    NOON,
    ODDS,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
    told,
)  # fmt: skip
from tests.builders.records import number

MINUTE = timedelta(minutes=1)


def poll(desk, job="capture.poll"):
    return execute(desk, job, slot_of(desk.clock(), MINUTE), {})


def addresses(desk):
    return [item.path for item in fetcher_of(desk).calls]


def test_a_game_is_found_for_nothing_then_priced_and_the_credits_are_put_right(seeded):
    script = {NFL_EVENTS: events_answer(), NFL_ODDS: odds_answer(NOON, allowance=told(19_990, 3, 10))}
    desk = a_live_desk(seeded, script)
    assert poll(desk) == []
    execute(desk, "capture.schedule", "s", {})
    clock_of(desk).pass_(minutes=1)
    events = poll(desk)

    assert addresses(desk) == [NFL_EVENTS, NFL_ODDS]
    assert [event.name for event in events] == ["OddsCaptured"]
    assert events[0].body["accepted"] == 12
    with unit_of_work(seeded, write=False) as session:
        (kept,) = calls.of_league(session, League.NFL, Kind.ODDS, most=5)
        account = ledger.account(session, ODDS, desk.quota, at=desk.clock())
    assert (kept.outcome, kept.accepted, kept.credits_reserved, kept.credits_last) == (CallOutcome.OK, 12, 3, 3)
    assert kept.snapshot_id == events[0].body["snapshot_id"]
    assert kept.content_at == NOON
    assert "apiKey" not in kept.address
    assert (account.left, account.held, account.told) == (19_990, 0, 19_990)


def test_the_same_bytes_polled_again_are_a_snapshot_of_their_own_and_beat_the_heart(seeded):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: events_answer(), NFL_ODDS: odds_answer(NOON)}, now=KICKOFF - timedelta(minutes=40)
    )
    execute(desk, "capture.schedule", "s", {})
    for _ in range(3):
        clock_of(desk).pass_(minutes=1)
        poll(desk)

    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM raw_payload WHERE feed = 'the_odds_api'") == 2
        assert number(session, "SELECT count(*) FROM snapshot") == 4
        assert number(session, "SELECT count(*) FROM quote") == 12
        assert number(session, "SELECT count(DISTINCT last_seen_at) FROM quote_heartbeat") == 1
        found = calls.of_league(session, League.NFL, Kind.ODDS, most=5)
    assert [(item.accepted, item.unchanged) for item in found] == [(12, 0), (0, 12), (0, 12)]
