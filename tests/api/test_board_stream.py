"""The stream of changes: what a client has becomes what there is, however long it was away; and it never holds us up."""

import json
import socket
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from closeline.api.streaming import Hub, Pace
from closeline.domain.board.changes import row_id
from closeline.jobs.showing.showcase import EDITIONS_KEPT
from closeline.providers.boards import MemoryShelf
from closeline.schemas.board import BoardChanges, BoardPage
from tests.builders.served import a_served_app, a_server
from tests.builders.shown_boards import a_large_board, a_shown_board, next_board, repriced

BOARD = a_shown_board(2)
FORMS: dict[str, Any] = {"board": BoardPage, "changes": BoardChanges}


@contextmanager
def serving(board=BOARD, *, pace=None, clients_max=64):
    shelf = MemoryShelf()
    if board is not None:
        shelf.put(board)
    app = a_served_app(shelf=shelf)
    app.state.hub = Hub(app.state.showcase, pace or Pace(look=0.01), clients_max)
    with a_server(app) as served:
        yield served


@contextmanager
def listening(served, query="", **headers):
    with (
        httpx2.Client(base_url=served.address, timeout=10) as client,
        client.stream("GET", f"/api/board/stream{query}", headers=headers) as answer,
    ):
        yield answer, events(answer)


def events(answer):
    """Give (kind, id, data) of each event, and (comment, None, None) of each comment."""
    fields = {}
    for line in answer.iter_lines():
        if line.startswith(":"):
            yield "comment", None, None
        elif line:
            name, _, text = line.partition(": ")
            fields[name] = text
        elif "data" in fields:
            form = FORMS[fields["event"]].model_validate_json(fields["data"])
            yield fields["event"], fields["id"], form
            fields = {}


def first_of(found, kind):
    return next(event for event in found if event[0] == kind)


def test_a_client_that_has_nothing_is_sent_the_board_and_then_what_changes():
    with serving() as served, listening(served) as (answer, found):
        kind, name, page = next(found)
        newer = next_board(BOARD, (repriced(BOARD.rows[0], 260), *BOARD.rows[2:]))
        served.shelf.put(newer)
        again, after, news = next(found)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-accel-buffering"] == "no"
    assert (kind, name, len(page.rows)) == ("board", page.edition, len(BOARD.rows))
    assert (again, after, news.since) == ("changes", news.edition, name)
    assert [row.row_id for row in news.changed] == [row_id(BOARD.rows[0])]
    assert news.removed == [row_id(BOARD.rows[1])]


def test_a_client_that_comes_back_is_sent_what_it_missed_and_nothing_twice():
    with serving() as served:
        with listening(served) as (_, found):
            name = next(found)[1]
        newer = next_board(next_board(BOARD), [repriced(BOARD.rows[0], 260), *BOARD.rows[1:]])
        served.shelf.put(newer)
        with listening(served, **{"Last-Event-ID": name}) as (_, found):
            kind, after, news = next(found)
        with listening(served, f"?since={after}") as (_, found):
            served.shelf.put(next_board(newer, []))
            later = next(found)

    assert (kind, news.since, len(news.changed), news.added) == ("changes", name, 1, [])
    assert (later[0], later[2].since, len(later[2].removed)) == ("changes", after, len(BOARD.rows))


@pytest.mark.parametrize("known", ["0", "1-ffffffffffff", "999-000000000000", "x" * 150])
def test_a_client_that_has_what_is_not_kept_is_sent_the_whole_board(known):
    with serving() as served, listening(served, **{"Last-Event-ID": known}) as (_, found):
        kind, _, page = next(found)

    assert (kind, page.total) == ("board", len(BOARD.rows))


def test_editions_are_kept_so_long_and_no_longer():
    with serving() as served:
        with listening(served) as (_, found):
            name = next(found)[1]
        board = BOARD
        for _ in range(EDITIONS_KEPT):
            board = next_board(board)
            served.shelf.put(board)
            served.app.state.showcase.newest()
        with listening(served, **{"Last-Event-ID": name}) as (_, found):
            assert next(found)[0] == "board"
        assert len(served.app.state.showcase._editions) == EDITIONS_KEPT


def test_a_filter_turns_a_row_that_no_longer_passes_into_one_that_is_gone():
    row = BOARD.rows[0]
    board = replace(BOARD, rows=(replace(row, ev=0.05), replace(BOARD.rows[1], ev=-0.1)))
    with serving(board) as served, listening(served, "?min_ev=0") as (_, found):
        assert [item.row_id for item in next(found)[2].rows] == [row_id(row)]
        served.shelf.put(next_board(board, [replace(row, ev=-0.05), replace(BOARD.rows[1], ev=0.1)]))
        news = next(found)[2]

    assert (news.removed, [item.row_id for item in news.added]) == ([row_id(row)], [row_id(BOARD.rows[1])])


def test_a_restarted_desk_that_counts_from_one_again_is_followed():
    with serving() as served, listening(served) as (_, found):
        next(found)
        served.shelf._edition = None
        served.shelf.put(replace(BOARD, rows=BOARD.rows[:3]))
        news = next(found)[2]

    assert (news.version, len(news.removed)) == (1, len(BOARD.rows) - 3)


def test_silence_is_broken_by_comments():
    with serving(None, pace=Pace(look=0.01, beat=0.05)) as served, listening(served) as (_, found):
        assert [next(found)[0] for _ in range(3)] == ["comment"] * 3


def test_a_stream_ends_when_its_time_is_up():
    with serving(pace=Pace(look=0.01, life=0.2)) as served, listening(served) as (_, found):
        assert [kind for kind, _, _ in found] == ["board"]


def test_one_listener_too_many_is_asked_to_come_later():
    with serving(clients_max=2) as served, listening(served) as (_, one), listening(served) as (_, two):
        next(one), next(two)
        refused = httpx2.get(f"{served.address}/api/board/stream", timeout=10)

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        assert httpx2.get(f"{served.address}/api/board", timeout=10).status_code == 200


def test_who_goes_makes_room():
    with serving(clients_max=1) as served:
        for _ in range(5):
            with listening(served) as (_, found):
                next(found)
            wait_until(lambda: served.app.state.hub.clients == 0)


def test_a_client_that_does_not_read_is_let_go_and_holds_up_nobody():
    board = a_large_board(3000)
    with serving(board, pace=Pace(look=0.01, send=0.5)) as served:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.sendall(f"GET /api/board/stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            wait_until(lambda: served.app.state.hub.clients == 1)
            begun = time.monotonic()
            assert httpx2.get(f"{served.address}/api/board", timeout=10).status_code == 200
            assert time.monotonic() - begun < 2
            for version in range(2, 9):
                # More than the buffers between the two can hold.
                rows = [repriced(row, 100 + version) for row in board.rows]
                served.shelf.put(replace(board, version=version, rows=tuple(rows)))
                time.sleep(0.1)
            wait_until(lambda: served.app.state.hub.clients == 0)

        assert served.app.state.hub.let_go == 1


def test_streams_end_when_the_server_stops():
    with serving() as served, listening(served) as (_, found):
        next(found)
        begun = time.monotonic()
        served.app.state.hub.stop()
        assert list(found) == []

        assert time.monotonic() - begun < 2


def test_texts_of_providers_cannot_make_an_event_of_their_own():
    sly = replace(BOARD, events=(replace(BOARD.events[0], home="a\n\nevent: board\ndata: {}\n\n"), BOARD.events[1]))
    with serving(sly) as served, listening(served) as (_, found):
        page = next(found)[2]

    assert page.events[0].home == "a\n\nevent: board\ndata: {}\n\n"
    assert json.loads(page.model_dump_json())["events"][0]["home"].count("\n") == 5


def wait_until(what, seconds=10.0):
    ends = time.monotonic() + seconds
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
    assert what()
