"""Fault 8 on a Redis of its own: asleep, flushed, hung up and full. The board is only a cache, whatever befalls it."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from closeline.providers.boards.in_redis import RedisShelf
from tests.builders.shown_boards import a_shown_board, next_board

redis = pytest.importorskip("redis")

PROGRAM = shutil.which("redis-server")
KEY = "closeline:test:board"
BOARD = a_shown_board(2)
NEXT = next_board(BOARD)
needs_program = pytest.mark.skipif(PROGRAM is None, reason="redis-server is not here")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Start a Redis that only these tests use; it keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        number = int(bound.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(number), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        options += ["--enable-debug-command", "local"]  # to be put to sleep; Redis 7 and later
        server = subprocess.Popen([str(PROGRAM), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert eventually(lambda: _answers(number)), "Redis must have begun"
            yield number
        finally:
            server.terminate()
            server.wait(10)


def _answers(number: int) -> bool:
    try:
        return bool(redis.Redis(port=number).ping())
    except redis.RedisError:
        return False


@pytest.fixture
def server(port: int) -> Iterator[Any]:
    """Give a client of the server; it is emptied and unbound again afterwards."""
    client = redis.Redis(port=port)
    yield client
    client.config_set("maxmemory", 0)
    client.config_set("maxmemory-policy", "noeviction")
    client.flushall()
    client.close()


@contextmanager
def a_shelf(port: int) -> Iterator[RedisShelf]:
    shelf = RedisShelf(
        f"redis://127.0.0.1:{port}/0", lambda: datetime.now(UTC), timeout=timedelta(milliseconds=200),
        look_every=timedelta(milliseconds=20), rest=timedelta(milliseconds=100), key=KEY,
    )  # fmt: skip
    try:
        yield shelf
    finally:
        shelf.close()


def eventually(what: Any, seconds: float = 8.0) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if what():
            return True
        time.sleep(0.01)
    return False


def fall_asleep(port: int, seconds: float) -> None:
    """Let the server answer nobody for a while, and do not wait for it either."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"DEBUG SLEEP {seconds}\r\n".encode())
        line.settimeout(0.05)
        try:
            pytest.skip(f"this Redis does not sleep: {line.recv(200)!r}")
        except TimeoutError:
            return


@needs_program
def test_a_redis_that_sleeps_costs_one_short_wait_and_is_given_what_it_missed(port: int, server: Any) -> None:
    with a_shelf(port) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        fall_asleep(port, 1.5)
        begun = time.monotonic()
        shelf.put(NEXT)
        shown = [shelf.newest() for _ in range(100)]
        took = time.monotonic() - begun

        assert shown == [NEXT] * 100
        assert took < 1.0
        assert shelf.health().faults > 0
        assert eventually(lambda: server.hget(KEY, "version") == str(NEXT.version).encode())


@needs_program
def test_everything_that_is_flushed_is_put_back(port: int, server: Any) -> None:
    with a_shelf(port) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        server.flushall()

        assert shelf.newest() == BOARD
        assert eventually(lambda: server.hget(KEY, "version") == str(BOARD.version).encode())


@needs_program
def test_clients_that_are_hung_up_on_come_back(port: int, server: Any) -> None:
    with a_shelf(port) as shelf:
        shelf.put(BOARD)
        shelf.newest()
        server.client_kill_filter(_type="normal", skipme=True)
        shelf.put(NEXT)

        assert shelf.newest() == NEXT
        assert eventually(lambda: server.hget(KEY, "version") == str(NEXT.version).encode())


@needs_program
def test_a_redis_that_is_full_loses_nobody_the_board(port: int, server: Any) -> None:
    server.config_set("maxmemory", "1mb")
    with a_shelf(port) as shelf:
        shelf.put(BOARD)
        shelf.put(NEXT)
        shown = shelf.newest()

        assert shown == NEXT
        assert (shelf.health().held_over, shelf.health().reason) == (True, "OutOfMemoryError")
        server.config_set("maxmemory", 0)
        assert eventually(lambda: server.hget(KEY, "version") == str(NEXT.version).encode())
        assert eventually(lambda: not shelf.health().held_over)


@needs_program
def test_a_board_that_is_evicted_is_put_back(port: int, server: Any) -> None:
    with a_shelf(port) as shelf:
        shelf.put(BOARD)
        assert shelf.newest() == BOARD
        server.config_set("maxmemory-policy", "allkeys-lru")
        server.config_set("maxmemory", "1mb")
        assert shelf.newest() == BOARD
        server.config_set("maxmemory", 0)
        assert eventually(lambda: server.hget(KEY, "version") == str(BOARD.version).encode())


@needs_program
@pytest.mark.parametrize("harm", ["full", "asleep"])
def test_without_its_guard_what_befalls_redis_befalls_whoever_puts_a_board(
    port: int, server: Any, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """Planted: a shelf that lets the faults of its cache out."""
    monkeypatch.setattr(RedisShelf, "_guarded", lambda self, work: work())
    with a_shelf(port) as shelf:
        if harm == "full":
            server.config_set("maxmemory", "1mb")
        else:
            shelf.put(BOARD)
            fall_asleep(port, 1.0)
        with pytest.raises(redis.RedisError):
            shelf.put(replace(NEXT, version=7))
        assert eventually(lambda: _answers(port))
