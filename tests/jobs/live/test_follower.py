"""The follower: one board after another, whatever fails beside it."""

import threading
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from closeline.domain.board import Board
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.board.market import LEAVES_AFTER, Sighting
from closeline.domain.feeds.captures import Coverage
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League
from closeline.domain.markets import GAME_MARKETS, MONEYLINE, SPREAD, TOTAL, Side
from closeline.jobs.live import follower as following
from closeline.jobs.live.follower import Follower, Seen
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from closeline.providers.boards import MemoryShelf
from tests.builders.boards import NOW, STARTS, a_card, a_slate, two_way
from tests.builders.moments import MINUTE, OPENS
from tests.builders.payloads import a_payload, both_sides, three_markets

ALIASES = AliasTable([
    (League.NBA, "*", "Boston Celtics", "nba_celtics"), (League.NBA, "*", "Miami Heat", "nba_heat"),
])  # fmt: skip


class BrokenShelf:
    """A shelf whose cupboard is on fire."""

    def put(self, board: Board) -> None:
        raise ConnectionError("redis://user:secret@host is away")

    def newest(self) -> Board | None:
        raise ConnectionError("redis://user:secret@host is away")

    def edition(self) -> Edition | None:
        return None

    def health(self) -> ShelfHealth:
        return ShelfHealth("broken", 1, "ConnectionError", NOW)


def taken(follower: Follower, *what: Seen | Sighting, now=NOW) -> Board:
    """Give the next board, which must be one."""
    board = follower.take(what, now=now)
    assert board is not None, follower.health()
    return board


def seen(*quotes, at=NOW, cards=None):
    stamped = tuple(replace(quote, changed_at=at, seen_at=at) for quote in quotes)
    return Sighting(at, (a_card(),) if cards is None else cards, stamped)


def test_a_board_comes_of_what_was_seen_and_lies_on_the_shelf():
    shelf = MemoryShelf()
    board = Follower(shelf).take([seen(*two_way("pinnacle", -110, -110))], now=NOW)

    assert board is not None
    assert shelf.newest() == board
    assert [row.quote.side for row in board.rows] == [Side.HOME, Side.AWAY]
    assert (board.events, board.made_at, board.synthetic) == ((a_card(),), NOW, False)


def test_versions_grow_by_one_and_nothing_new_makes_none():
    follower = Follower()
    versions = [
        taken(follower, seen(*two_way("pinnacle", -110, price), at=NOW + n * MINUTE), now=NOW + n * MINUTE)
        for n, price in enumerate((-110, -112, -114))
    ]
    first = versions[0].version

    assert [board.version for board in versions] == [first, first + 1, first + 2]
    assert follower.take([], now=NOW + 3 * MINUTE) is None
    assert follower.board is versions[-1]


def test_versions_grow_over_a_restart_and_behind_a_shelf_that_is_ahead():
    before = taken(Follower(), seen(*two_way("pinnacle", -110, -110)), now=NOW)
    after = taken(Follower(), seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE), now=NOW + MINUTE)
    assert after.version > before.version

    shelf = MemoryShelf()
    shelf.put(replace(before, version=10**12))
    assert taken(Follower(shelf), seen(*two_way("circa", -110, -110))).version == 10**12 + 1


def test_a_shelf_that_fails_is_counted_and_stops_nothing():
    follower = Follower(BrokenShelf())
    board = follower.take([seen(*two_way("pinnacle", -110, -110))], now=NOW)

    assert board is not None
    assert (follower.health().shelf_faults, follower.health().shelf_reason) == (3, "ConnectionError")
    assert "secret" not in follower.health().last_fault


def test_a_board_that_cannot_be_made_costs_nobody_anything(monkeypatch):
    follower = Follower()
    board = follower.take([seen(*two_way("pinnacle", -110, -110))], now=NOW)

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(following, "market_worths", broken)
    assert follower.take([seen(*two_way("pinnacle", -112, -108), at=NOW + MINUTE)], now=NOW + MINUTE) is None
    assert (follower.board, follower.health().faults) == (board, 1)

    monkeypatch.undo()
    mended = taken(follower, now=NOW + 2 * MINUTE)
    assert mended is not None
    assert mended.rows[0].quote.price.text == "-112"


def test_only_what_was_touched_or_came_of_age_is_looked_at_again(monkeypatch):
    asked = []

    def counting(states, **options):
        asked.append(len(states))
        return market_worths(states, **options)

    monkeypatch.setattr(following, "market_worths", counting)
    follower, slate = Follower(), a_slate(5, Random(1))
    follower.take([slate], now=NOW)
    one = [quote for quote in slate.quotes if quote.event_id == slate.cards[0].event_id and quote.market == MONEYLINE]
    later = NOW + MINUTE
    follower.take(
        [Sighting(later, (), tuple(replace(quote, seen_at=later, changed_at=later) for quote in one))], now=later
    )

    assert asked == [15, 1]


def test_step_by_step_the_board_is_what_it_would_be_at_once():
    """A follower that re-evaluates little shows what one shows that evaluates everything."""
    random, follower = Random(7), Follower()
    slates = [a_slate(3, random, now=NOW + n * MINUTE) for n in range(4)]
    for slate in slates:
        half = [quote for quote in slate.quotes if random.random() < 0.5]
        board = taken(follower, Sighting(slate.at, slate.cards, tuple(half)), now=slate.at)
    states = follower._market.states(follower._market.markets())
    whole = market_worths(states, now=slates[-1].at, rules=DEFAULT_RULES)
    fresh = {(row.quote.series, row.quote.line_quarters): row for worth in whole for row in worth.rows}

    assert len(fresh) == len(board.rows)
    for row in board.rows:
        other = fresh[row.quote.series, row.quote.line_quarters]
        assert (row.flags, row.best, row.fair_books) == (other.flags, other.best, other.fair_books)
        assert row.fair == other.fair or row.fair == pytest.approx(other.fair, rel=1e-9)


def test_time_alone_makes_a_board_where_a_price_goes_stale_or_a_game_begins():
    follower = Follower()
    follower.take([seen(*two_way("pinnacle", -110, -110), *two_way("circa", -110, -110))], now=NOW)

    # Once it is known how fast a price moves: that it has stood still.
    settled = taken(follower, now=NOW + timedelta(minutes=6))
    assert {row.movement and row.movement.points_per_hour for row in settled.rows} == {0.0}
    assert follower.take([], now=NOW + timedelta(minutes=59)) is None
    stale = taken(follower, now=NOW + timedelta(minutes=61))
    assert {"STALE" in row.flags for row in stale.rows} == {True}
    begun = taken(follower, now=STARTS)
    assert {row.flags[0] for row in begun.rows} == {"IN_PLAY"}
    assert taken(follower, now=STARTS + LEAVES_AFTER + MINUTE).rows == ()


def test_another_process_board_is_taken_over_before_the_next_is_made():
    shelf = MemoryShelf()
    here, there = Follower(shelf), Follower(shelf)
    here.take([seen(*two_way("pinnacle", -110, -110))], now=NOW)
    there.take([seen(*two_way("circa", -120, 100), at=NOW + MINUTE)], now=NOW + MINUTE)
    board = taken(here, seen(*two_way("betmgm", -115, -105), at=NOW + 2 * MINUTE), now=NOW + 2 * MINUTE)

    assert {row.quote.book for row in board.rows} == {"pinnacle", "circa", "betmgm"}
    assert shelf.newest() == board


def test_many_captures_at_a_time_make_boards_one_after_another():
    shelf, versions = MemoryShelf(), []
    follower, lock = Follower(shelf), threading.Lock()

    def capture(number):
        board = taken(follower, seen(*two_way(f"book{number}", -110, -110)))
        with lock:
            versions.append(board.version)

    threads = [threading.Thread(target=capture, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(versions) == list(range(min(versions), min(versions) + 8))
    newest = shelf.newest()
    assert newest is not None
    assert len(newest.rows) == 16


def an_answer(*quotes, at, covered=True):
    markets = Coverage(League.NBA, GAME_MARKETS) if covered else None
    return Seen(a_payload(*quotes, provider="the_odds_api", archive=False), at, markets)


def test_what_a_feed_read_is_named_in_memory_and_shown():
    follower = Follower()
    follower.names.learn(ALIASES, AliasTable(()), {})
    board = taken(follower, an_answer(*three_markets(book="pinnacle"), at=OPENS), now=OPENS)

    assert [card.event_id for card in board.events] == ["nba_heat_celtics_2023_11_15"]
    assert {row.quote.market for row in board.rows} == {MONEYLINE, SPREAD, TOTAL}


def test_what_the_next_answer_leaves_out_is_absent_on_the_board():
    follower = Follower()
    follower.names.learn(ALIASES, AliasTable(()), {})
    follower.take([an_answer(*three_markets(book="pinnacle"), at=OPENS)], now=OPENS)
    later = OPENS + MINUTE
    only = both_sides(market=TOTAL, line=900, at=later, book="pinnacle")
    board = taken(follower, an_answer(*only, at=later), now=later)

    absent = {row.quote.market for row in board.rows if row.flags[0] == "ABSENT"}
    assert absent == {MONEYLINE, SPREAD}


def test_a_team_that_nobody_knows_is_not_shown():
    follower = Follower()

    assert follower.take([an_answer(*three_markets(book="pinnacle"), at=OPENS)], now=OPENS) is None
    assert follower.health().faults == 0


def test_a_clock_that_is_put_back_keeps_the_follower_neither_from_learning_nor_from_writing():
    follower = Follower()
    follower.learned(NOW)
    follower.not_written("fault", at=NOW)
    before = NOW - timedelta(minutes=55)

    assert (follower.learns(NOW), follower.writes(NOW)) == (False, False)
    assert (follower.learns(before), follower.writes(before)) == (True, True)
