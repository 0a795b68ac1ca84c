"""A record that cannot be reached loses no bytes: they wait, and are kept once, in order, when it is there again."""

from contextlib import contextmanager
from datetime import date

import pytest

from closeline.domain.errors import CorruptRecord, StoreUnavailable
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import Allowance, CallOutcome, Fetched, RawItem
from closeline.domain.feeds.polling import Call, PlannedCall, Purpose
from closeline.domain.feeds.wants import Kind, Want
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS
from closeline.jobs import execute as module
from closeline.jobs.capturing import spooling
from closeline.providers.spool import FolderSpool
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
    told,
)  # fmt: skip
from tests.builders.records import number
from tests.jobs.capturing.polled import MINUTE, account, poll, polls

RECEIVED = NOON + MINUTE / 7
ITEM = RawItem("the_odds_api", "/v4/x", (("markets", "h2h,spreads"), ("regions", "us")), 3)


def a_call(content=b'{"a": 1}\n\x00'):
    want = Want(
        Kind.ODDS, League.NFL, GAME_MARKETS, day=date(2026, 11, 22), competition="americanfootball_nfl_preseason"
    )
    planned = PlannedCall("the_odds_api", want, ITEM, Purpose.CLOSE, "slot", "r1", 60, 4)
    payload = None if content is None else RawPayload("name", content, RECEIVED)
    return Call(planned, Fetched(
        ITEM, CallOutcome.OK if payload else CallOutcome.TIMED_OUT, NOON, RECEIVED, payload, Allowance(97, 403, 3),
        200, "code", "fault", 2, 1.5,
    ))  # fmt: skip


@pytest.mark.parametrize("content", [b'{"a": 1}\n\x00', b"", None])
def test_a_call_comes_back_as_it_was_laid_aside(content):
    assert spooling.unpacked(spooling.packed(a_call(content))) == a_call(content)


@pytest.mark.parametrize("change", [0, 70, -1])
def test_changed_bytes_are_seen(change):
    packed = bytearray(spooling.packed(a_call()))
    packed[change] ^= 1

    with pytest.raises(CorruptRecord):
        spooling.unpacked(bytes(packed))


def test_names_sort_by_the_time_of_reception():
    assert spooling.name_of(a_call()).startswith(f"{int(RECEIVED.timestamp() * 1_000_000):020}-")


class Outage:
    """The record goes away as soon as the answers are there, and comes back when it is told to."""

    def __init__(self, monkeypatch):
        self.away = False
        self.armed = False
        real = unit_of_work

        @contextmanager
        def units(engine, **more):
            if self.away:
                raise StoreUnavailable
            with real(engine, **more) as session:
                yield session
            # Planned and paid for: from here on nothing can be written.
            self.away = self.armed

        monkeypatch.setattr(module, "unit_of_work", units)


@pytest.fixture
def outage(monkeypatch):
    return Outage(monkeypatch)


def a_desk(seeded, tmp_path, answers):
    desk = a_live_desk(
        seeded, {NFL_EVENTS: events_answer(), NFL_ODDS: answers}, now=KICKOFF - 30 * MINUTE, spool=FolderSpool(tmp_path)
    )
    poll(desk, "capture.schedule")
    return desk


def lose_the_record(desk, outage):
    clock_of(desk).pass_(minutes=1)
    outage.armed = True
    with pytest.raises(StoreUnavailable):
        poll(desk)
    outage.armed = outage.away = False


def test_what_could_not_be_kept_waits_and_is_kept_once_in_order_with_its_own_times(seeded, tmp_path, outage):
    answers = [odds_answer(NOON, price=-110 - n, allowance=told(19_997 - 3 * n, 3)) for n in range(3)]
    desk = a_desk(seeded, tmp_path, answers)
    lose_the_record(desk, outage)
    clock_of(desk).pass_(minutes=4)
    lose_the_record(desk, outage)
    assert desk.spool.state().waiting == 2
    assert polls(desk) == []
    assert account(desk).held == 6
    clock_of(desk).pass_(minutes=4)
    poll(desk)

    kept = polls(desk)
    assert [item.received_at for item in kept] == [KICKOFF - minutes * MINUTE for minutes in (29, 24, 20)]
    assert [(item.accepted, item.unchanged) for item in kept] == [(12, 0), (2, 10), (2, 10)]
    assert desk.spool.state().waiting == 0
    assert (account(desk).left, account(desk).held) == (19_991, 0)
    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM quote") == 16


def test_what_was_kept_before_the_spool_let_go_of_it_is_not_kept_twice(seeded, tmp_path, outage):
    desk = a_desk(seeded, tmp_path, odds_answer(NOON))
    lose_the_record(desk, outage)
    (name,) = desk.spool.names()
    content = desk.spool.get(name)
    clock_of(desk).pass_(minutes=1)
    poll(desk, "capture.injuries")
    assert len(polls(desk)) == 1
    desk.spool.put(name, content)
    clock_of(desk).pass_(minutes=5)
    poll(desk, "capture.injuries")

    assert len(polls(desk)) == 1
    assert desk.spool.state().waiting == 0


def test_the_twin_without_a_spool_loses_the_bytes(seeded, tmp_path, outage):
    desk = a_desk(seeded, tmp_path, odds_answer(NOON))
    object.__setattr__(desk, "spool", None)
    lose_the_record(desk, outage)
    clock_of(desk).pass_(minutes=1)
    poll(desk, "capture.injuries")

    assert polls(desk) == []


def test_what_no_version_understands_is_put_aside_for_a_person(seeded, tmp_path):
    desk = a_desk(seeded, tmp_path, odds_answer(NOON))
    desk.spool.put("0000-x", b"garbage")
    clock_of(desk).pass_(minutes=1)
    poll(desk)

    assert (desk.spool.state().waiting, desk.spool.state().spoiled) == (0, 1)
    assert len(polls(desk)) == 1


def test_an_answer_that_befalls_a_fault_of_ours_is_kept_bare_and_harms_no_other(seeded, tmp_path, monkeypatch):
    from closeline.flow import capture

    def fails(*given, **more):
        raise RuntimeError

    desk = a_desk(seeded, tmp_path, odds_answer(NOON))
    monkeypatch.setattr(capture, "keep", fails)
    clock_of(desk).pass_(minutes=1)
    poll(desk)
    (kept,) = polls(desk)

    assert kept.payload_sha is not None
    assert (kept.outcome, kept.accepted) == (CallOutcome.UNREADABLE, 0)
    assert desk.spool.state().waiting == 0
