"""Opinions reach the record in batches, and a record that fails stops no board."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import StoreUnavailable
from closeline.domain.ports import UNMETERED
from closeline.jobs.live import opinions as keeping
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.opinions import any_waiting, keep_opinions
from closeline.store.quotes import opinions
from closeline.store.session import unit_of_work
from tests.builders.boards import NOW, a_card, two_way
from tests.builders.moments import MINUTE
from tests.builders.records import number
from tests.jobs.live.test_follower import seen

EVENT = a_card().event_id


class Ticking:
    """A clock that goes on by as much each time that it is asked."""

    def __init__(self, step):
        self.now, self.step = NOW, step

    def __call__(self):
        self.now += self.step
        return self.now


def a_live_desk(engine, follower, clock=None):
    return SimpleNamespace(engine=engine, clock=clock or FixedClock(NOW), meter=UNMETERED, follower=follower)


def followed(polls=1, books=("pinnacle", "circa", "betmgm")):
    follower = Follower()
    for poll in range(polls):
        at = NOW + poll * MINUTE
        quotes = [quote for n, book in enumerate(books) for quote in two_way(book, -110 - 5 * poll - n, -110)]
        follower.take([seen(*quotes, at=at)], now=at)
    return follower


def test_what_a_board_said_comes_back_from_the_record(seeded):
    follower = followed()
    desk = a_live_desk(seeded, follower)

    assert any_waiting(desk)
    assert keep_opinions(desk) == 6
    assert not any_waiting(desk)
    with unit_of_work(seeded, write=False) as session:
        found = opinions.of_event(session, EVENT, as_of=NOW)
        assert opinions.last_version(session) == follower.board.version
    rows = {(row.quote.book, row.quote.side): row for row in follower.board.rows}
    assert len(found) == 6
    for item in found:
        shown = rows[item.row.quote.book, item.row.quote.side]
        assert (item.version, item.judged_at) == (follower.board.version, NOW)
        assert item.row.quote == shown.quote
        assert (item.row.flags, item.row.fair_books, item.row.best) == (shown.flags, shown.fair_books, shown.best)
        for name in ("own_fair", "fair", "overround", "hold", "ev", "kelly"):
            assert getattr(item.row, name) == pytest.approx(getattr(shown, name), abs=1e-11)


def test_what_is_judged_later_is_not_read_before(seeded):
    keep_opinions(a_live_desk(seeded, followed(polls=3)))
    with unit_of_work(seeded, write=False) as session:
        counts = [len(opinions.of_event(session, EVENT, as_of=NOW + n * MINUTE)) for n in (-1, 0, 1, 2)]

    assert counts == [0, 6, 12, 18]


def test_written_twice_is_written_once(seeded):
    follower = followed()
    batch = follower.waiting()
    with unit_of_work(seeded) as session:
        assert [opinions.add(session, batch), opinions.add(session, batch)] == [6, 0]


def test_a_record_that_is_away_keeps_opinions_waiting_and_the_board_going(seeded, monkeypatch):
    follower = followed()
    desk = a_live_desk(seeded, follower)

    def away(*_, **__):
        raise StoreUnavailable("database is away")

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "unit_of_work", away)
        assert keep_opinions(desk) == 0
        board = follower.take([seen(*two_way("pinnacle", -130, 115), at=NOW + MINUTE)], now=NOW + MINUTE)
        assert board is not None
    health = follower.health()
    assert (health.write_faults, health.waiting_since) == (1, NOW)
    assert health.batch_rows < 256

    assert keep_opinions(desk) == health.waiting


def test_an_opinion_that_the_record_refuses_keeps_no_other_from_it(seeded):
    follower = followed()
    taken = follower.waiting()[2]
    other = replace(taken, row=replace(taken.row, best=not taken.row.best))
    with unit_of_work(seeded) as session:
        opinions.add(session, [other])

    assert keep_opinions(a_live_desk(seeded, follower)) == 5
    assert (follower.health().refused, follower.health().waiting) == (1, 0)


def test_batches_grow_on_a_quick_record_and_shrink_on_a_slow_one(seeded):
    books = [f"book{n}" for n in range(200)]
    quick, slow = followed(books=books), followed(books=books)
    keep_opinions(a_live_desk(seeded, quick, Ticking(timedelta(milliseconds=1))))
    keep_opinions(a_live_desk(seeded, slow, Ticking(timedelta(milliseconds=300))))

    assert quick.health().batch_rows > 256 > slow.health().batch_rows
    assert quick.health().waiting == 0


def test_writing_ends_when_its_time_is_up(seeded):
    follower = followed(books=[f"book{n}" for n in range(600)])
    desk = a_live_desk(seeded, follower, Ticking(timedelta(milliseconds=400)))
    keep_opinions(desk, budget=timedelta(seconds=1))

    assert 0 < follower.health().waiting < 1200
    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM quote_opinion") == 1200 - follower.health().waiting
