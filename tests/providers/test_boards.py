"""Shelves: the newest board is shown, an older one never, and whatever befalls Redis nobody is left without a board.

The Redis tests use the real one of this machine, each under a key of its own, and are skipped where there is none.
"""

import gzip
import pickle
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from closeline.domain.errors import BadSetting, CorruptRecord
from closeline.providers.boards import MemoryShelf, board_shelf
from closeline.providers.boards.in_redis import RedisShelf, unpacked
from closeline.schemas.board.pressing import press
from tests.builders.shown_boards import a_shown_board, next_board

redis = pytest.importorskip("redis")

URL = "redis://127.0.0.1:6379/0"
BOARD = a_shown_board(2)
NEXT = next_board(BOARD)
numbers = count()


def clock():
    return datetime.now(UTC)


def redis_is_there() -> bool:
    try:
        return bool(redis.Redis.from_url(URL, socket_timeout=1, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


needs_redis = pytest.mark.skipif(not redis_is_there(), reason="no Redis on 127.0.0.1:6379")


@pytest.fixture
def server():
    client = redis.Redis.from_url(URL)
    yield client
    client.close()


@pytest.fixture
def key(server):
    name = f"closeline:test:board:{time.time_ns()}:{next(numbers)}"
    yield name
    server.delete(name)


@contextmanager
def a_shelf(key, url=URL, **more):
    kinds = {"timeout": timedelta(milliseconds=500), "look_every": timedelta(milliseconds=20), "rest": timedelta(0)}
    shelf = RedisShelf(url, clock, key=key, **{**kinds, **more})
    try:
        yield shelf
    finally:
        shelf.close()


def eventually(what, seconds=30.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if what():
            return True
        time.sleep(0.01)
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


# -------------------------------------------------------------------------------------------- every shelf


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
def shelf(request):
    if request.param == "memory":
        yield MemoryShelf()
        return
    with a_shelf(request.getfixturevalue("key")) as made:
        yield made


def test_before_the_first_board_there_is_none(shelf):
    assert (shelf.newest(), shelf.edition()) == (None, None)
    assert not shelf.health().held_over


def test_the_newest_board_is_shown_with_its_bytes(shelf):
    shelf.put(BOARD)
    shelf.put(NEXT)

    assert shelf.newest() == NEXT
    assert shelf.edition() == press(NEXT)


def test_an_older_board_and_the_same_version_again_are_left_out(shelf):
    shelf.put(NEXT)
    before = shelf.edition()
    shelf.put(BOARD)
    shelf.put(replace(NEXT, rows=()))

    assert shelf.edition() is before


def test_many_writers_leave_the_newest(shelf):
    boards = [replace(BOARD, version=version) for version in range(1, 25)]
    writers = [
        threading.Thread(target=lambda part=part: [shelf.put(board) for board in part])
        for part in (boards[::2], boards[1::2][::-1], boards)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert shelf.newest() == boards[-1]


# ------------------------------------------------------------------------------------------------- by URL


def test_a_shelf_is_chosen_by_its_address():
    assert isinstance(board_shelf("memory://", clock), MemoryShelf)
    assert isinstance(board_shelf(URL, clock), RedisShelf)


@pytest.mark.parametrize("url", ["", "memory", "http://host", "file:///etc/passwd", "redis"])
def test_another_address_is_refused_without_being_repeated(url):
    with pytest.raises(BadSetting, match="board_url must begin with memory://") as told:
        board_shelf(url, clock)

    assert not url or "passwd" not in str(told.value)


# -------------------------------------------------------------------------------------------------- Redis


@needs_redis
def test_what_one_process_puts_another_shows(key):
    with a_shelf(key) as writer, a_shelf(key) as reader:
        assert reader.newest() is None
        writer.put(BOARD)
        assert eventually(lambda: reader.newest() == BOARD)
        writer.put(NEXT)

        assert eventually(lambda: reader.newest() == NEXT)
        assert reader.edition() == press(NEXT)


@needs_redis
def test_a_newer_version_in_redis_is_never_replaced_by_an_older_one(key, server):
    with a_shelf(key) as first, a_shelf(key) as late:
        first.put(NEXT)
        late.put(BOARD)

        assert server.hget(key, "version") == b"2"
        assert eventually(lambda: late.newest() == NEXT)


@needs_redis
def test_without_the_check_an_older_version_would_stand_there(key, server, monkeypatch):
    """Planted: a script that sets whatever comes."""
    monkeypatch.setattr(
        "closeline.providers.boards.in_redis._SET_IF_NEWER",
        "redis.call('HSET', KEYS[1], 'version', ARGV[1], 'packed', ARGV[2]) return 1",
    )
    with a_shelf(key) as first, a_shelf(key) as late:
        first.put(NEXT)
        late.put(BOARD)

        assert server.hget(key, "version") == b"1"


@needs_redis
def test_nothing_in_redis_is_a_pickle_and_the_key_names_no_tenant(key, server):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        held = server.hgetall(key)

    assert held == {b"version": b"1", b"packed": press(BOARD).packed}
    assert gzip.decompress(held[b"packed"]).startswith(b'{"edition":')


@needs_redis
@pytest.mark.parametrize(
    "lose", [lambda server, key: server.delete(key), lambda server, key: server.hdel(key, "packed", "version")]
)
def test_a_flushed_board_is_still_shown_and_put_back(key, server, lose):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        lose(server, key)
        shown = [shelf.newest() for _ in range(20)]

        assert shown == [BOARD] * 20
        assert eventually(lambda: server.hget(key, "version") == b"1")


@needs_redis
@pytest.mark.parametrize(
    "bytes_there",
    [
        pickle.dumps({"version": 9}), b"", gzip.compress(b"{}"), gzip.compress(b'{"a":1,"a":2}'), gzip.compress(b"NaN"),
        press(NEXT).packed[:-20], gzip.compress(press(NEXT).content.replace(b'"hold":0.0', b'"hold":0.1', 1)),
        gzip.compress(press(NEXT).content.replace(b'"ev":-', b'"ev":NaN,"x":-', 1)),
    ],
    # Packed bytes hold the moment of their packing, and every process that runs tests must call them the same.
    ids=["pickle", "nothing", "empty", "key_twice", "no_number", "cut_short", "other_content", "nan_inside"],
)  # fmt: skip
def test_bytes_that_are_no_board_are_counted_dropped_and_never_shown(key, server, bytes_there):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        server.hset(key, mapping={"version": "9", "packed": bytes_there})

        assert eventually(lambda: shelf.health().faults > 0)
        assert shelf.newest() == BOARD
        assert eventually(lambda: server.hget(key, "version") == b"1")
        assert eventually(lambda: not shelf.health().held_over)


@needs_redis
def test_a_version_that_is_no_number_is_dropped(key, server):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        server.hset(key, "version", "999 or 1=1")

        assert eventually(lambda: shelf.health().faults > 0 and server.hget(key, "version") == b"1")


def test_when_redis_is_down_the_last_board_is_shown_and_said_to_be_that():
    with a_shelf("unused", f"redis://127.0.0.1:{free_port()}/0") as shelf:
        begun = time.monotonic()
        shelf.put(BOARD)
        shelf.put(NEXT)
        took = time.monotonic() - begun
        health = shelf.health()

        assert shelf.newest() == NEXT
        assert (health.held_over, health.kind, health.reason) == (True, "redis", "ConnectionError")
        assert health.faults >= 2
        assert took < 3


def test_a_redis_that_does_not_answer_costs_one_short_wait_and_then_none():
    """A server that takes the connection and says nothing: `DEBUG SLEEP`, a stopped process, a lost packet."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        more = {"timeout": timedelta(milliseconds=100), "rest": timedelta(seconds=60)}
        with a_shelf("unused", url, **more) as shelf:
            shelf.put(BOARD)
            begun = time.monotonic()
            for version in range(2, 52):
                shelf.put(replace(BOARD, version=version))
                assert shelf.newest() is not None
            took = time.monotonic() - begun

            assert shelf.newest() == replace(BOARD, version=51)
            assert shelf.health().reason == "TimeoutError"
            assert took < 2


@needs_redis
def test_when_redis_comes_back_it_is_given_what_it_missed(key, server):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        shelf.newest()
        real, shelf._redis = shelf._redis, redis.Redis(port=free_port(), socket_connect_timeout=0.1)
        shelf.put(NEXT)
        assert eventually(lambda: shelf.health().held_over)
        assert server.hget(key, "version") == b"1"
        shelf._redis = real

        assert eventually(lambda: server.hget(key, "version") == b"2")
        assert eventually(lambda: not shelf.health().held_over)
        assert shelf.health().faults > 0


@needs_redis
def test_killed_connections_and_an_evicted_key_change_nothing_that_is_shown(key, server):
    with a_shelf(key) as shelf:
        shelf.put(BOARD)
        shelf.newest()
        for client in server.client_list():
            if client["name"] == "closeline-board":
                server.client_kill_filter(_id=client["id"])
        server.unlink(key)
        shelf.put(NEXT)

        assert shelf.newest() == NEXT
        assert eventually(lambda: server.hget(key, "version") == b"2")


def test_what_would_unpack_to_more_than_a_board_is_refused(monkeypatch):
    monkeypatch.setattr("closeline.providers.boards.in_redis.SIZE_MAX", 1000)

    assert unpacked(gzip.compress(b"a" * 1000)) == b"a" * 1000
    with pytest.raises(CorruptRecord, match="at most 1000 bytes"):
        unpacked(gzip.compress(b"a" * 1001))


def test_a_shelf_tells_no_password(caplog):
    with a_shelf("unused", f"redis://user:hunter2@127.0.0.1:{free_port()}/0") as shelf:
        shelf.put(BOARD)

        assert "hunter2" not in repr(shelf.health())
