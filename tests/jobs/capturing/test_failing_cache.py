"""A cache that fails never stops the record: every answer is kept, the board goes on in memory, and it is said."""

import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.jobs.live.follower import Follower
from closeline.jobs.live.standing import board_state
from closeline.jobs.showing.health import State, health
from closeline.providers.boards.in_redis import RedisShelf
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    BIG_PLAN,
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    a_live_desk,
    clock_of,
    events_answer,
    odds_answer,
    told,
)
from tests.jobs.capturing.polled import MINUTE, account, poll, polls

pytest.importorskip("redis")

SHORT = timedelta(milliseconds=100)
BEGIN = KICKOFF - 30 * MINUTE


@contextmanager
def dead():
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    yield port


@contextmanager
def deaf():
    """Give a port on which connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound.getsockname()[1]


@contextmanager
def a_desk(engine, port):
    answers = [odds_answer(BEGIN, price=-110 - n, allowance=told(BIG_PLAN.credits - 3 * (n + 1), 3)) for n in range(10)]
    desk = a_live_desk(engine, {NFL_EVENTS: events_answer(), NFL_ODDS: answers}, now=BEGIN)
    shelf = RedisShelf(
        f"redis://127.0.0.1:{port}/0", desk.clock, timeout=SHORT, look_every=SHORT, rest=timedelta(0), key="unused"
    )
    try:
        yield replace(desk, board=shelf, follower=Follower(shelf))
    finally:
        shelf.close()


def five_minutes(desk):
    poll(desk, "capture.schedule")
    for _ in range(5):
        clock_of(desk).pass_(minutes=1)
        poll(desk)
    poll(desk, "evaluate.board")


@pytest.mark.parametrize("cache", [dead, deaf])
def test_every_answer_is_in_the_record_and_on_the_board_without_the_cache(seeded, cache):
    with cache() as port, a_desk(seeded, port) as desk:
        five_minutes(desk)

        assert len(polls(desk)) == 5
        assert [item.accepted for item in polls(desk)] == [12, 2, 2, 2, 2]
        assert account(desk).left == BIG_PLAN.credits - 15
        assert desk.follower.board.made_at == desk.clock()
        assert desk.board.newest() == desk.follower.board
        assert health(desk, None).parts["board"] is State.DEGRADED
        assert health(desk, None).state is State.DEGRADED
        with unit_of_work(seeded, write=False) as session:
            state = board_state(session, now=desk.clock())
    assert state is not None
    assert state.shelf_faults > 0
    assert state.shelf_reason in ("ConnectionError", "TimeoutError")
    assert state.age_seconds == 0


def test_the_twin_whose_shelf_is_not_guarded_loses_answers(seeded, monkeypatch):
    def unguarded(self, board):
        self._shelf.put(board)
        if self._shelf.health().held_over:
            raise ConnectionError

    monkeypatch.setattr(Follower, "_put", unguarded)
    with dead() as port, a_desk(seeded, port) as desk:
        with pytest.raises(ConnectionError):
            five_minutes(desk)

        assert polls(desk) == []
