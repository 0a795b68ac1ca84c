"""Garbage is looked for when a board is out and not while one is made; settling memory takes nothing from anybody."""

import gc
import subprocess
import sys
import weakref
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace

import pytest

from closeline.domain.clock import FixedClock
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.following import follow
from closeline.jobs.live.garbage import look_for_garbage, settle_memory
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.providers.boards import MemoryShelf
from closeline.serve import prepared
from tests.builders.boards import NOW, a_slate
from tests.builders.moments import MINUTE

SCRIPT = """
import gc
from datetime import UTC, datetime
from closeline.jobs.live.garbage import settle_memory
from closeline.jobs.live.rehearsing import rehearse
rehearse(datetime(2026, 1, 11, 12, tzinfo=UTC))
before = len(gc.get_objects())
settle_memory()
print(before > 30 * len(gc.get_objects()))
"""
GAMES = 40


class Ring:
    """What only a look for garbage lets go of."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was():
    """Let a test settle memory and prepare a server, and give back what was there."""
    thresholds, turn = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(turn)


@contextmanager
def looks():
    """Give a list that tells of every look for garbage: how much of what there is was looked through."""
    told = []

    def tell(phase, about):
        if phase == "start":
            told.append(about["generation"])

    gc.callbacks.append(tell)
    try:
        yield told
    finally:
        gc.callbacks.remove(tell)


def lost_ring():
    return weakref.ref(Ring())


class WatchedShelf(MemoryShelf):
    """A shelf that counts how many looks there had been when a board was put on it."""

    def __init__(self, told):
        super().__init__()
        self.told, self.looks_at_put = told, []

    def put(self, board):
        super().put(board)
        self.looks_at_put.append(len(self.told))


def followed(told):
    """Follow three slates of many quotes; return how many looks there were when each board was out, and in the end."""
    shelf = WatchedShelf(told)
    follower = Follower(shelf, keeps_opinions=False)
    follower.rebuild((), version=1, rules=DEFAULT_RULES)  # as if it were warm, without a record
    rows = 0
    for step in range(3):
        now = NOW + step * MINUTE
        follower.learned(now)
        desk = SimpleNamespace(clock=FixedClock(now), follower=follower)
        board = follow(desk, [a_slate(GAMES, Random(step), now=now)])
        assert board is not None, follower.health()
        rows = len(board.rows)
    assert rows > 1_000
    return shelf.looks_at_put, len(told)


def test_no_garbage_is_looked_for_while_a_board_is_made_and_some_once_it_is_out():
    settle_memory()
    with looks() as told:
        at_put, at_end = followed(told)

    assert (at_put, at_end) == ([0, 1, 2], 3)


def test_left_to_itself_the_interpreter_looks_while_a_board_is_made():
    gc.set_threshold(700, 10, 10)
    with looks() as told:
        at_put, _ = followed(told)

    assert at_put[0] > 0


def test_what_has_come_since_is_let_go_of_and_from_time_to_time_all_is_looked_through():
    settle_memory()
    ring = lost_ring()
    with looks() as told:
        for _ in range(61):
            look_for_garbage()

    assert ring() is None
    assert told == [1] * 60 + [2]


def test_where_memory_is_not_settled_nobody_looks():
    with looks() as told:
        look_for_garbage()

    assert told == []


def test_what_is_let_go_of_after_memory_was_settled_is_collected_as_ever():
    settle_memory()
    ring = lost_ring()
    gc.collect()

    assert ring() is None
    assert gc.isenabled()


def test_a_server_settles_its_memory_and_lets_who_answers_have_a_turn_each_millisecond():
    prepared(SimpleNamespace(follower=None))  # type: ignore[arg-type]

    assert gc.get_freeze_count() > 0
    assert sys.getswitchinterval() == pytest.approx(0.001)


def test_a_process_that_has_rehearsed_has_nothing_left_to_look_through():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["True"]
