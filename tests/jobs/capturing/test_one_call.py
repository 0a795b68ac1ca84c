"""Two pollers on one record make one call, and pay once; a dead one is taken over; times of a feed only grow."""

import threading
from contextlib import suppress

import pytest

from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.wants import Kind
from closeline.jobs.execute import execute
from closeline.store.database.engine import open_engine
from closeline.store.polls import claims, ledger
from closeline.store.session import unit_of_work
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
    told,
)  # fmt: skip
from tests.builders.records import number
from tests.jobs.capturing.polled import MINUTE, account, poll, polls

AT = KICKOFF - 10 * MINUTE


def two_desks(seeded, script, before=None):
    url = seeded.url.render_as_string(hide_password=False)
    desks = [a_live_desk(open_engine(url), script, now=AT) for _ in range(2)]
    for desk in desks:
        fetcher_of(desk).before = before
    return desks


def asked(desks):
    return [sum(item.path == NFL_ODDS for item in fetcher_of(desk).calls) for desk in desks]


def at_once(desks, slots):
    """Run a poll of each desk at once, each for a slot; give what was raised."""
    barrier, faults = threading.Barrier(len(desks)), []

    def go(desk, slot):
        barrier.wait()
        try:
            execute(desk, "capture.poll", slot, {}, out_for=5 * MINUTE)
        except Exception as fault:  # noqa: BLE001 -- told below
            faults.append(fault)

    threads = [threading.Thread(target=go, args=pair) for pair in zip(desks, slots, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for desk in desks:
        desk.engine.dispose()
    return faults


def meet_outside(seconds):
    """Let whoever is out first wait for the other to come out too, for so long."""
    barrier = threading.Barrier(2)

    def wait():
        with suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)

    return wait


SCRIPT = {NFL_EVENTS: events_answer(), NFL_ODDS: odds_answer(NOON, allowance=told(19_997, 3))}


@pytest.fixture
def known(seeded):
    """Give a record that knows the game."""
    poll(a_live_desk(seeded, SCRIPT, now=AT - MINUTE), "capture.schedule")
    return seeded


@pytest.mark.parametrize("slots", [("s", "s"), ("s1", "s2")], ids=["one slot", "two slots"])
def test_two_pollers_at_once_make_one_call(known, slots):
    desks = two_desks(known, SCRIPT, before=meet_outside(seconds=1))
    faults = at_once(desks, slots)

    assert faults == []
    assert sum(asked(desks)) == 1
    reader = a_live_desk(known, SCRIPT, now=AT)
    assert account(reader).left == 19_997
    assert len(polls(reader)) == 1


def test_the_twin_without_claims_calls_twice_and_pays_twice(known, monkeypatch):
    monkeypatch.setattr(claims, "take", lambda *given, **more: 1)
    desks = two_desks(known, SCRIPT, before=meet_outside(seconds=20))
    at_once(desks, ("s1", "s2"))

    assert sum(asked(desks)) == 2


class Killed(BaseException):
    """The process was killed while it was out."""


def killed():
    raise Killed


def test_a_poller_that_was_killed_on_its_way_is_taken_over_when_its_time_is_over(known):
    dead, heir = two_desks(known, SCRIPT)
    fetcher_of(dead).before = killed
    with pytest.raises(Killed):
        poll(dead)
    assert account(heir).held == 3
    clock_of(heir).pass_(minutes=1)
    poll(heir)
    assert asked([heir]) == [0]
    clock_of(heir).pass_(minutes=3)
    poll(heir)

    assert asked([heir]) == [1]
    assert account(heir).left == 19_997 - 3
    clock_of(heir).pass_(hours=1.1)
    poll(heir, "capture.close")
    for desk in (dead, heir):
        desk.engine.dispose()


def test_what_the_killed_one_held_is_given_back_when_the_vendor_says_so(known):
    script = {NFL_ODDS: [odds_answer(NOON, allowance=told(19_997 - 3 * n, 3)) for n in range(3)]}
    dead, heir = two_desks(known, script)
    fetcher_of(dead).before = killed
    with pytest.raises(Killed):
        poll(dead)
    clock_of(heir).now = AT + 4 * MINUTE
    poll(heir)
    with unit_of_work(known) as session:
        ledger.reserve(session, "the_odds_api", heir.quota, 0, Purpose.PLANNED, at=AT + 120 * MINUTE)
    assert account(heir).unknown == 3
    clock_of(heir).now = AT + 121 * MINUTE
    execute(heir, "capture.asked", "a", {"kind": Kind.ODDS, "league": "nfl"})

    assert (account(heir).left, account(heir).unknown, account(heir).held) == (19_994, 0, 0)
    for desk in (dead, heir):
        desk.engine.dispose()


def test_a_clock_that_was_set_back_moves_receptions_by_the_least_step(known):
    desk = a_live_desk(known, SCRIPT, now=AT)
    poll(desk)
    clock_of(desk).pass_(minutes=-5)
    execute(desk, "capture.asked", "a", {"kind": Kind.ODDS, "league": "nfl"})
    first, second = polls(desk)

    assert 0 < (second.received_at - first.received_at).total_seconds() < 0.001
    with unit_of_work(known, write=False) as session:
        assert number(session, "SELECT count(*) FROM snapshot WHERE feed = 'the_odds_api'") == 3
