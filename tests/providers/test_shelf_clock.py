"""A shelf that rests after a fault does not rest on because the clock was put back meanwhile."""

import socket
from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.clock import FixedClock
from tests.builders.shown_boards import a_shown_board

pytest.importorskip("redis")
from closeline.providers.boards.in_redis import RedisShelf

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def test_a_shelf_whose_fault_lies_ahead_of_the_clock_does_not_rest() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        nobody = int(bound.getsockname()[1])
    clock = FixedClock(NOW)
    shelf = RedisShelf(f"redis://127.0.0.1:{nobody}/0", clock, rest=timedelta(hours=2))
    shelf.put(a_shown_board())
    faults = shelf.health().faults
    shelf.put(a_shown_board(version=2))
    assert (faults, shelf.health().faults) == (1, 1)
    clock.now = NOW - timedelta(hours=1)
    shelf.put(a_shown_board(version=3))

    assert shelf.health().faults == 2
    shelf.close()
