"""The door of the board: what a browser says of other sites, and the first key that is made, both close it."""

import threading
import time
from itertools import count

import pytest
from starlette.testclient import TestClient

from closeline.api import streaming
from closeline.api.app import create_app
from closeline.api.routers.board import takes_gzip, wanted
from closeline.domain.board.filters import BoardFilter
from closeline.jobs.showing import showcase as showing
from closeline.jobs.showing.showcase import Showcase, weight
from closeline.providers.boards import MemoryShelf
from closeline.schemas.board.pressing import press
from closeline.serve import closed_by_a_key
from tests.builders.served import a_served_app
from tests.builders.shown_boards import a_card, a_shown_board, next_board

HOME = "http://127.0.0.1:8000"
BOARD = a_shown_board(3)
PATHS = ("/api/board", "/api/board/stream", f"/api/board/events/{a_card(0).event_id}")


@pytest.fixture
def app():
    shelf = MemoryShelf()
    shelf.put(BOARD)
    return a_served_app(shelf=shelf)


@pytest.fixture
def client(app):
    return TestClient(app, base_url=HOME)


# ------------------------------------------------------------------------------------------------ other sites


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
def test_a_call_that_another_site_makes_in_a_browser_is_asked_for_a_key(quiet, path, site):
    client = TestClient(create_app(quiet.desk, lambda: "x", public_board=True), base_url=HOME)
    navigated = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    assert client.get(path, headers={"Sec-Fetch-Site": site}).status_code == 401
    assert client.get(path, headers={"Sec-Fetch-Site": site, **navigated}).status_code == 401


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_call_of_our_own_page_or_of_a_typed_address_is_let_in(client, site):
    assert client.get("/api/board", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_page_opens_by_a_link_from_anywhere_and_not_within_another_sites_page(client):
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    assert client.get("/", headers=linked).status_code == 200
    for within in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "no-cors"}):
        assert client.get("/", headers={**linked, **within}).status_code == 403


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"])
def test_a_proxy_that_says_anything_of_itself_is_seen(client, name):
    assert client.get("/", headers={name: "x"}).status_code == 403


# ------------------------------------------------------------------------------------------------ the first key


def eventually(what, seconds=5.0):
    ends = time.monotonic() + seconds
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
    return what()


def test_the_first_key_closes_the_open_board_and_ends_its_streams(quiet):
    app = create_app(quiet.desk, lambda: "x", public_board=True)
    client = TestClient(app, base_url=HOME)
    with closed_by_a_key(app, quiet.desk, every=0.01):
        before, closings = client.get("/api/board").status_code, app.state.hub.closings
        quiet.a_key()

        assert before == 200
        assert eventually(lambda: client.get("/api/board").status_code == 401)
        assert eventually(lambda: app.state.hub.closings == closings + 1)


def test_a_record_that_cannot_be_asked_leaves_the_door_as_it_is_and_is_asked_again(quiet, monkeypatch):
    app = create_app(quiet.desk, lambda: "x", public_board=True)
    asked = count(1)

    def keys(desk):
        del desk
        if next(asked) < 3:
            raise OSError("away")
        return 1

    monkeypatch.setattr("closeline.serve._live_keys", keys)
    with closed_by_a_key(app, quiet.desk, every=0.01):
        assert eventually(lambda: not app.state.public_board)


# ------------------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True), ("deflate, GZIP;q=0.5", True), ("gzip; q=1.0", True), ("gzip;q=0.001", True), ("", False),
        ("gzip;q=0", False), ("identity, gzip; q=0.000", False), ("br", False), ("not-gzip", False), ("*", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_who_takes_it_and_never_to_who_refuses_it(client, header, taken):
    answer = client.get("/api/board", headers={"Accept-Encoding": header})

    assert takes_gzip(header) is taken
    assert (answer.headers.get("content-encoding") == "gzip") is taken
    assert answer.content == press(BOARD).content


# ------------------------------------------------------------------------------------------------ made-up filters


def test_values_finer_than_anybody_sees_are_one_filter():
    finer = [wanted(None, None, None, None, value, None, best=False) for value in (0.02, 0.020001, 0.01999999)]

    assert len(set(finer)) == 1
    assert finer[0].min_ev == 0.02
    assert str(wanted(None, None, None, None, -0.00001, None, best=False).min_ev) == "0.0"


@pytest.mark.parametrize("path", ["/api/board?best=true", "/api/board/stream?best=true"])
def test_filtered_answers_are_made_beside_the_loop_that_answers_everybody(app, client, monkeypatch, path):
    makers = set()
    real = Showcase.page

    def page(self, *given, **named):
        makers.add(threading.current_thread().name.partition("_")[0])
        return real(self, *given, **named)

    monkeypatch.setattr(Showcase, "page", page)
    app.state.hub.pace = streaming.Pace(look=0.01, life=0.1)
    assert client.get(path).status_code == 200

    assert makers == {"board-maker"}


def test_what_strangers_make_up_is_kept_by_its_bytes_and_not_by_its_number_alone(monkeypatch):
    shelf = MemoryShelf()
    shelf.put(BOARD)
    show = Showcase(shelf)
    edition = show.newest()
    assert edition is not None
    room = 4 * weight(show.page(edition, BoardFilter(min_ev=-1.0)))
    monkeypatch.setattr(showing, "ANSWERS_BYTES_MAX", room)
    for number in range(60):
        show.page(edition, BoardFilter(min_ev=-0.9 + number / 1000))

    assert 0 < len(show._answers) < 20
    assert show._bytes == sum(map(weight, show._answers.values())) <= room


def test_what_was_made_of_an_edition_goes_with_it():
    shelf = MemoryShelf()
    shelf.put(BOARD)
    show = Showcase(shelf)
    first = show.newest()
    assert first is not None
    show.page(first, BoardFilter(best=True))
    board = BOARD
    for _ in range(showing.EDITIONS_KEPT):
        board = next_board(board)
        shelf.put(board)
        show.newest()

    assert show.kept(first.name) is None
    assert (len(show._answers), show._bytes) == (0, 0)
