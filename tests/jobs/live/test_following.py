"""Following: a capture tells what it saw, and the board goes on, with its record or without."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import StoreUnavailable
from closeline.domain.feeds.captures import Phase
from closeline.domain.ports import UNMETERED
from closeline.jobs.live import following as live
from closeline.jobs.live import opinions as keeping
from closeline.jobs.live.follower import Follower, Seen
from closeline.jobs.live.following import follow
from closeline.jobs.live.tending import due, keep, perform
from closeline.store.quotes import opinions
from closeline.store.session import inside_transaction, unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS
from tests.builders.payloads import GAME, a_payload, three_markets
from tests.builders.records import TENANT, number, take_in

FEED = "the_odds_api"


def a_desk(engine, follower, now=OPENS):
    return SimpleNamespace(
        engine=engine, clock=FixedClock(now), tenant_id=TENANT, meter=UNMETERED, follower=follower,
        feeds=(SimpleNamespace(provider=FEED),),
    )  # fmt: skip


def an_answer(at=OPENS, book="pinnacle"):
    return Seen(a_payload(*three_markets(book=book, at=at, phase=Phase.LIVE), provider=FEED, archive=False), at)


def away(*_, **__):
    raise StoreUnavailable("database is away")


def test_a_desk_without_a_follower_shows_nothing(seeded):
    assert follow(a_desk(seeded, None), [an_answer()]) is None


def test_the_first_capture_asks_the_record_for_names_and_shows_what_it_saw(seeded):
    board = follow(a_desk(seeded, Follower()), [an_answer()])

    assert board is not None
    assert [card.event_id for card in board.events] == [GAME]
    assert not inside_transaction()


def test_opinions_are_in_the_record_when_the_capture_is_done(seeded):
    follower = Follower()
    follow(a_desk(seeded, follower), [an_answer()])

    assert follower.health().waiting == 0
    with unit_of_work(seeded, write=False) as session:
        assert number(session, "SELECT count(*) FROM quote_opinion") == 6


def test_a_record_that_goes_away_stops_no_board_and_is_spared_for_a_while(seeded, monkeypatch):
    follower = Follower()
    follow(a_desk(seeded, follower), [an_answer()])
    asked = []

    def counted(*given, **options):
        asked.append(given)
        return away(*given, **options)

    monkeypatch.setattr(live, "unit_of_work", counted)
    monkeypatch.setattr(keeping, "unit_of_work", counted)
    boards = [
        follow(a_desk(seeded, follower, OPENS + n * timedelta(seconds=20)), [an_answer(OPENS + n * timedelta(seconds=20), f"b{n}")])
        for n in (1, 2, 3)
    ]  # fmt: skip

    assert all(boards)
    assert len(asked) == 1
    # Three books of six prices; with the third the first book has a consensus, which is another opinion of its own six.
    assert (follower.health().write_faults, follower.health().waiting) == (1, 24)

    monkeypatch.undo()
    follow(a_desk(seeded, follower, OPENS + 3 * MINUTE), [])
    assert follower.health().waiting == 0


def test_without_the_record_nothing_stops_and_its_names_are_learned_when_it_is_back(seeded, monkeypatch):
    follower = Follower()
    with monkeypatch.context() as patched:
        patched.setattr(live, "unit_of_work", away)
        assert follow(a_desk(seeded, follower), [an_answer()]) is None
        assert follower.health().faults == 1

    assert follow(a_desk(seeded, follower, OPENS + MINUTE), [an_answer(OPENS + MINUTE)]) is not None


def test_a_desk_that_is_started_anew_shows_what_the_record_knows_before_anything_is_seen(seeded):
    with unit_of_work(seeded) as session:
        take_in(session, an_answer().parsed, at=OPENS, phase=Phase.LIVE)
    follower = Follower()
    follow(a_desk(seeded, follower, OPENS + MINUTE), [])

    assert follower.board is not None
    assert len(follower.board.rows) == 6


def test_how_the_board_does_is_told_by_the_record(seeded):
    follower = Follower()
    desk = a_desk(seeded, follower)
    follow(desk, [an_answer()])
    assert due(desk, {})
    told = perform(desk)
    with unit_of_work(seeded, write=False) as session:
        assert opinions.health(session) is None
    for _ in range(2):
        with unit_of_work(seeded) as session:
            keep(session, desk, {}, told)
    with unit_of_work(seeded, write=False) as session:
        assert opinions.health(session) == (OPENS, told)
    assert (told.rows, told.waiting, told.faults) == (6, 0, 0)


@pytest.mark.parametrize("later", [HOUR])
def test_time_alone_makes_the_next_board(seeded, later):
    follower = Follower()
    follow(a_desk(seeded, follower), [an_answer()])
    before = follower.health().version
    perform(a_desk(seeded, follower, OPENS + 2 * later))

    assert follower.health().version > before
    assert follower.board is not None
    assert all("STALE" in row.flags for row in follower.board.rows)
