"""A clock that was ahead and is put right: what it wrote hides nothing, and one incident tells of it while it lasts."""

from datetime import timedelta

from closeline.domain.feeds.wants import Kind
from closeline.jobs.capturing.wanting import RETRY_AFTER, _is_due
from tests.builders.polling import (
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    NOON,
    a_live_desk,
    clock_of,
    events_answer,
    fetcher_of,
    odds_answer,
)  # fmt: skip
from tests.jobs.capturing.polled import MINUTE, ask, poll, polls, wrong

HOUR = timedelta(hours=1)
AHEAD = 2 * HOUR


def asked(desk, path):
    return sum(item.path == path for item in fetcher_of(desk).calls)


def test_a_time_to_come_counts_for_nothing_and_one_of_a_clock_beside_ours_counts():
    ahead, beside = NOON + AHEAD, NOON + timedelta(seconds=30)

    assert _is_due(ahead, ahead, HOUR, NOON)
    assert _is_due(None, ahead, HOUR, NOON)
    assert _is_due(NOON - 2 * HOUR, ahead, HOUR, NOON)
    assert not _is_due(beside, beside, HOUR, NOON)
    assert not _is_due(None, NOON - RETRY_AFTER + MINUTE, HOUR, NOON)
    assert not _is_due(NOON - 2 * HOUR, beside, HOUR, NOON)


def test_games_are_looked_up_as_ever_after_a_clock_that_was_ahead_is_put_right(seeded):
    desk = a_live_desk(seeded, {NFL_EVENTS: events_answer([KICKOFF])}, now=NOON + AHEAD)
    poll(desk, "capture.schedule")
    before = asked(desk, NFL_EVENTS)
    clock_of(desk).now = NOON
    for _ in range(12):
        clock_of(desk).pass_(minutes=5)
        poll(desk, "capture.schedule")

    assert asked(desk, NFL_EVENTS) - before == 1


def test_a_close_is_asked_for_once_though_a_poll_is_stamped_after_it(seeded):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: events_answer([KICKOFF]), NFL_ODDS: odds_answer(NOON)}, now=KICKOFF - 3 * HOUR
    )
    poll(desk, "capture.schedule")
    clock_of(desk).now = KICKOFF - MINUTE + AHEAD
    ask(desk)
    before = asked(desk, NFL_ODDS)
    clock_of(desk).now = KICKOFF - timedelta(seconds=110)
    for _ in range(3):
        poll(desk, "capture.close")
        clock_of(desk).pass_(seconds=35)

    assert asked(desk, NFL_ODDS) - before == 1


def test_receptions_ahead_of_the_clock_are_one_incident_until_the_clock_has_caught_up(seeded):
    desk = a_live_desk(seeded, {NFL_ODDS: [odds_answer(NOON) for _ in range(9)]}, now=NOON + AHEAD)
    ask(desk)
    assert "CLOCK_WAS_AHEAD" not in wrong(desk)
    clock_of(desk).now = NOON
    ask(desk)
    ask(desk)
    last = polls(desk, Kind.ODDS)[-1]

    assert last.received_at > desk.clock() + HOUR
    assert wrong(desk)["CLOCK_WAS_AHEAD"] == 2
    clock_of(desk).now = NOON + AHEAD - timedelta(seconds=30)
    ask(desk)
    assert "CLOCK_WAS_AHEAD" not in wrong(desk)
