"""Two followers on one shelf, which a lease should prevent: neither takes away what the other has seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.board import Board
from closeline.domain.board.market import Sighting
from closeline.jobs.live.follower import Follower
from closeline.providers.boards.in_redis import RedisShelf
from tests.builders.boards import NOW, a_card, two_way

redis = pytest.importorskip("redis")

SECOND = timedelta(seconds=1)


class OneRedis:
    """What Redis does with one hash, so that two processes can meet in it at chosen moments."""

    def __init__(self):
        self.held = {}
        self.away = False

    def hget(self, key, name):
        if self.away:
            raise redis.ConnectionError
        return self.held.get(name)

    def eval(self, script, number, key, version, packed):
        if self.away:
            raise redis.ConnectionError
        if self.held and int(self.held["version"]) >= version:
            return 0
        self.held = {"version": str(version).encode(), "packed": packed}
        return 1


def shelves(cache, number=3):
    made = [
        RedisShelf("redis://127.0.0.1:1/0", lambda: NOW, look_every=timedelta(hours=1), rest=timedelta(0))
        for _ in range(number)
    ]
    for shelf in made:
        shelf._redis = cache
    return made


def seen(book, price, at):
    stamped = tuple(replace(quote, changed_at=at, seen_at=at) for quote in two_way(book, price, -110))
    return Sighting(at, (a_card(),), stamped)


def shown(shelf) -> set[tuple[str, str]]:
    shelf.look()
    board = shelf.newest()
    assert isinstance(board, Board)
    return {(row.quote.book, row.quote.price.text) for row in board.rows}


def test_who_is_refused_by_the_shelf_takes_over_what_is_there_and_goes_past_it():
    one, other, reader = shelves(OneRedis())
    here, there = Follower(one), Follower(other)
    here.take([seen("pinnacle", -110, NOW)], now=NOW)
    other.look()
    there.take([], now=NOW + SECOND)
    for shelf in (one, other):
        shelf.look()
    versions = [one.newest().version]
    here.take([seen("pinnacle", -150, NOW + 2 * SECOND)], now=NOW + 2 * SECOND)
    there.take([seen("circa", -125, NOW + 2 * SECOND)], now=NOW + 2 * SECOND)

    assert {("pinnacle", "-150"), ("circa", "-125")} <= shown(reader)
    assert reader.newest().version == versions[0] + 2

    there.take([seen("circa", -130, NOW + 3 * SECOND)], now=NOW + 3 * SECOND)

    assert {("pinnacle", "-150"), ("circa", "-130")} <= shown(reader)


def test_two_of_one_version_that_say_different_things_are_told_apart_and_brought_together():
    """Both counted on while Redis was away, to the same number."""
    cache = OneRedis()
    one, other, reader = shelves(cache)
    follower = Follower(other)
    cache.away = True
    Follower(one).take([seen("pinnacle", -110, NOW)], now=NOW)
    follower.take([seen("circa", -125, NOW)], now=NOW)
    assert one.newest().version == other.newest().version
    cache.away = False
    one.look()
    assert shown(other) == {("pinnacle", "-110")}
    follower.take([], now=NOW + SECOND)

    assert {("pinnacle", "-110"), ("circa", "-125")} <= shown(reader)


def test_what_another_overwrote_without_having_seen_it_is_put_back_by_who_saw_it():
    cache = OneRedis()
    one, other, reader = shelves(cache)
    here = Follower(one)
    here.take([seen("pinnacle", -150, NOW + SECOND)], now=NOW + SECOND)
    first = one.newest()
    cache.held = {}
    ahead = Follower(other)
    ahead.take([seen("pinnacle", -110, NOW)], now=NOW)
    ahead.take([seen("pinnacle", -112, NOW)], now=NOW + SECOND)
    ahead.take([seen("pinnacle", -114, NOW)], now=NOW + SECOND)
    assert shown(one) == {("pinnacle", "-114"), ("pinnacle", "-110")}
    here.take([], now=NOW + 2 * SECOND)

    assert ("pinnacle", "-150") in shown(reader)
    assert reader.newest().version > first.version


def test_one_follower_alone_is_never_held_for_another():
    (shelf,) = shelves(OneRedis(), 1)
    follower = Follower(shelf)
    follower.take([seen("pinnacle", -110, NOW)], now=NOW)
    shelf.look()

    assert follower.take([], now=NOW + SECOND) is None
