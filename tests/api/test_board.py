"""The board by the API: prepared bytes, no database on the way, filters and pages of one edition, and who may look."""

import gzip
import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from closeline.api import outermost
from closeline.api.app import create_app
from closeline.domain.board.changes import row_id
from closeline.domain.board.editions import ShelfHealth
from closeline.jobs.showing.showcase import EDITIONS_KEPT
from closeline.providers.boards import MemoryShelf
from closeline.schemas.board import BoardPage
from closeline.schemas.board.pressing import press
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import Door
from tests.builders.records import rows_of
from tests.builders.served import a_served_app
from tests.builders.shown_boards import NOON, a_card, a_shown_board, next_board, repriced

HOME = "http://127.0.0.1:8000"
BOARD = a_shown_board(3)


@pytest.fixture
def shelf():
    made = MemoryShelf()
    made.put(BOARD)
    return made


@pytest.fixture
def client(shelf):
    return TestClient(a_served_app(shelf=shelf), base_url=HOME)


def told(client, path="/api/board", **more):
    answer = client.get(path, **more)
    assert answer.status_code == 200, answer.text
    BoardPage.model_validate_json(answer.content)
    return answer.json()


# ------------------------------------------------------------------------------------------- the whole board


def test_the_whole_board_is_the_bytes_of_its_edition(client):
    plain = client.get("/api/board", headers={"Accept-Encoding": "identity"})
    packed = client.get("/api/board")

    assert plain.content == packed.content == press(BOARD).content
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert plain.headers["etag"] == press(BOARD).etag
    assert packed.headers["etag"] == f'"{press(BOARD).name}-gz"'
    assert packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) == len(press(BOARD).packed) < len(plain.content) / 5


def test_who_has_the_edition_is_told_so_until_there_is_a_newer_one(client, shelf):
    etag = client.get("/api/board").headers["etag"]
    same = client.get("/api/board", headers={"If-None-Match": f'"other", W/{etag}'})
    shelf.put(next_board(BOARD))
    newer = client.get("/api/board", headers={"If-None-Match": etag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert (newer.status_code, newer.json()["version"]) == (200, 2)


def test_before_the_first_board_it_is_empty_and_of_no_time(shelf):
    client = TestClient(a_served_app(), base_url=HOME)

    assert told(client)["made_at"] is None
    assert told(client, "/api/board?league=nba&limit=3")["rows"] == []
    assert client.get("/api/board").headers["etag"] == '"0-gz"'


def test_no_database_is_asked_for_a_board(client):
    """The database of this client has not one table: whoever asked it would be told so."""
    for path in ("/api/board", "/api/board?league=nba&best=true", "/api/board?limit=5"):
        assert told(client, path)["rows"]


def test_it_is_serialised_once_a_version(client, monkeypatch):
    calls, real = [], json.dumps

    def counted(*values, **how):
        calls.append(1)
        return real(*values, **how)

    monkeypatch.setattr("json.dumps", counted)
    for _ in range(20):
        client.get("/api/board")
        client.get("/api/board?league=nba")

    assert len(calls) == 1


def test_a_board_from_a_cache_that_cannot_be_reached_says_so(shelf, monkeypatch):
    monkeypatch.setattr(MemoryShelf, "health", lambda self: ShelfHealth("redis", 3, "TimeoutError", NOON))
    client = TestClient(a_served_app(shelf=shelf), base_url=HOME)

    assert client.get("/api/board").headers["x-board-held-over"] == "true"
    assert told(client)["version"] == 1


# --------------------------------------------------------------------------------------------------- filters


@pytest.mark.parametrize(
    ("query", "passes"),
    [
        ("league=nba", lambda row: row.quote.event_id.startswith("nba_")),
        ("market=SPREAD", lambda row: row.quote.market.type == "SPREAD"),
        ("market=TOTAL:FULL_GAME", lambda row: row.quote.market.key == "TOTAL:FULL_GAME"),
        ("market=TOTAL:1H", lambda row: False),
        ("book=fanduel&best=true", lambda row: row.quote.book == "fanduel" and row.best),
        ("min_ev=0.02", lambda row: row.ev >= 0.02),
        ("min_ev=-0.01&league=nfl", lambda row: row.ev >= -0.01 and row.quote.event_id.startswith("nfl_")),
        ("flags=STALE", lambda row: "STALE" in row.flags),
        ("flags=STALE&flags=ASSUMED", lambda row: False),
        (f"event={a_card(2).event_id}", lambda row: row.quote.event_id == a_card(2).event_id),
    ],
)
def test_a_filter_shows_the_rows_that_pass_in_their_order(client, query, passes):
    page = told(client, f"/api/board?{query}")
    expected = [row_id(row) for row in BOARD.rows if passes(row)]

    assert [row["row_id"] for row in page["rows"]] == expected
    assert page["total"] == len(expected)
    assert {event["event_id"] for event in page["events"]} == {row["event_id"] for row in page["rows"]}
    assert {found["event_id"] for found in page["opportunities"]} <= {row["event_id"] for row in page["rows"]}


@pytest.mark.parametrize(
    "query", ["league=xfl", "market=WHAT", "market=TOTAL:9H", "min_ev=much", "min_ev=nan", "min_ev=inf", "limit=0",
              "limit=999999", "best=perhaps", "cursor=x", "cursor=WzEsIjEiXQ", f"book={'b' * 201}", "event="],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(client, query):
    answer = client.get(f"/api/board?{query}")

    assert (answer.status_code, answer.json()["error"]) == (422, "BadInput")


# ----------------------------------------------------------------------------------------------------- pages


def pages(client, query, first=None):
    found, cursor = [], first
    while True:
        page = told(client, f"/api/board?{query}" + (f"&cursor={quote(cursor)}" if cursor else ""))
        found.append(page)
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize(("query", "of"), [("limit=7", 90), ("limit=90", 90), ("limit=11&league=nba", 30)])
def test_pages_together_are_the_whole(client, query, of):
    whole = told(client, f"/api/board?{query.partition('&')[2]}")["rows"]
    found = pages(client, query)

    assert [row for page in found for row in page["rows"]] == whole
    assert len(whole) == of
    assert {page["total"] for page in found} == {of}


def test_pages_stay_with_the_edition_that_they_began_in_and_say_that_there_is_a_newer_one(client, shelf):
    begun = told(client, "/api/board?limit=40")
    shelf.put(next_board(BOARD, [repriced(row, 300) for row in reversed(BOARD.rows)]))
    answer = client.get(f"/api/board?limit=40&cursor={begun['next_cursor']}")
    rest = pages(client, "limit=40", begun["next_cursor"])

    assert [row["row_id"] for page in (begun, *rest) for row in page["rows"]] == [row_id(row) for row in BOARD.rows]
    assert answer.json()["version"] == 1
    assert answer.headers["x-board-newest"] == shelf.edition().name


def test_a_cursor_of_an_edition_that_is_no_longer_kept_or_of_other_filters_is_refused(client, shelf):
    cursor = told(client, "/api/board?limit=40")["next_cursor"]
    other = client.get(f"/api/board?limit=40&league=nba&cursor={cursor}")
    board = BOARD
    for _ in range(EDITIONS_KEPT):
        board = next_board(board)
        shelf.put(board)
        told(client)
    late = client.get(f"/api/board?limit=40&cursor={cursor}")

    assert "same filters" in other.json()["detail"]
    assert (late.status_code, "begin again" in late.json()["detail"]) == (422, True)


# ----------------------------------------------------------------------------------------------- one event


def test_an_event_of_the_record_tells_every_price_that_was_seen_even_when_it_is_not_on_the_board(busy):
    with unit_of_work(busy.desk.engine, write=False) as session:
        name = rows_of(session, "SELECT event_id FROM sim_run ORDER BY 1 LIMIT 1")[0]["event_id"]
    detail = busy.get(f"/api/board/events/{name}").json()
    prices = busy.get(f"/api/calibration/snapshots/odds/{name}").json()["snapshots"]

    assert (detail["event"], detail["rows"], detail["history_note"]) == (None, [], None)
    assert detail["history"] == prices != []


def test_an_event_of_the_board_is_shown_even_when_the_record_does_not_know_it(quiet, shelf):
    door = Door(replace(quiet.desk, board=shelf))
    name = a_card(0).event_id
    detail = door.get(f"/api/board/events/{name}").json()

    assert detail["event"]["home"] == "San Antonio Spurs"
    assert len(detail["rows"]) == 30
    assert (detail["history"], detail["history_note"]) == ([], "the record has no price of this event yet")
    assert door.get("/api/board/events/nba_no_one_2026_01_01").status_code == 404


def test_an_event_of_the_board_is_shown_even_when_the_record_cannot_be_read(client):
    detail = client.get(f"/api/board/events/{a_card(0).event_id}").json()

    assert len(detail["rows"]) == 30
    assert detail["history_note"] == "the record cannot be read at the moment; the board does not need it"


# ---------------------------------------------------------------------------------------------- who may look


PATHS = ("/api/board", "/api/board/stream", f"/api/board/events/{a_card(0).event_id}")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("public", "base", "headers"),
    [
        (False, HOME, {}),
        (True, "http://desk.example.com", {}),
        (True, "http://127.0.0.1.example.com", {}),
        (True, "http://10.0.0.7:8000", {}),
        (True, HOME, {"X-Forwarded-For": "203.0.113.9"}),
        (True, HOME, {"Forwarded": "for=203.0.113.9"}),
        (True, HOME, {"Via": "1.1 proxy"}),
    ],
)
def test_without_a_key_the_board_opens_only_at_home(quiet, path, public, base, headers):
    client = TestClient(create_app(quiet.desk, lambda: "x", public_board=public), base_url=base)

    assert client.get(path, headers=headers).status_code == 401


@pytest.mark.parametrize("base", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "http://LOCALHOST"])
def test_at_home_the_board_opens_without_a_key_and_nothing_else_does(quiet, base):
    client = TestClient(create_app(quiet.desk, lambda: "x", public_board=True), base_url=base)

    assert client.get("/api/board").status_code == 200
    assert {client.get(path).status_code for path in ("/api/picks", "/api/openapi.json", "/api/retention/plan")} == {
        401
    }


def test_a_key_is_judged_wherever_it_comes_from(quiet):
    app = create_app(quiet.desk, lambda: "x", public_board=True)
    wrong = TestClient(app, base_url=HOME).get("/api/board", headers={"X-API-Key": "clk_000000000000.wrong"})

    assert wrong.status_code == 401
    assert quiet.call("GET", "/api/board", role=Role.READER).status_code == 200


def test_without_the_check_of_the_host_a_strangers_name_for_this_machine_would_open_it(quiet, monkeypatch):
    """Planted: DNS rebinding, where a stranger's page calls 127.0.0.1 by the stranger's name."""
    client = TestClient(create_app(quiet.desk, lambda: "x", public_board=True), base_url="http://rebound.example.com")
    before = client.get("/api/board").status_code
    monkeypatch.setattr("closeline.api.open_board.is_at_home", lambda headers: True)

    assert (before, client.get("/api/board").status_code) == (401, 200)


def test_the_board_carries_the_headers_of_every_answer_of_the_api(client):
    headers = client.get("/api/board").headers

    assert {name: headers[name] for name in outermost.HEADERS} == outermost.HEADERS
    assert gzip.decompress(press(BOARD).packed) == client.get("/api/board").content


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("minev=0.02", 422, "parameters must be league, market, book"), ("flags=STEAMED", 422, "flags must be IN_PLAY"),
        ("book=nobody", 404, "book must be one with a price on the board, was 'nobody'"),
        ("event=nothing", 404, "event must be one that is on the board, was 'nothing'"),
    ],
)  # fmt: skip
def test_what_the_board_cannot_heed_is_refused_in_one_line(client, query, status, said):
    answer = client.get(f"/api/board?{query}")

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)
    assert "\n" not in answer.json()["detail"]
