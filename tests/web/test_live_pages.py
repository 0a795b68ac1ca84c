"""The live pages as they are served: complete without a script, strict in what they load, and readable by everybody."""

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from importlib.resources import files
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from closeline import serve
from closeline.domain.board.editions import ShelfHealth
from closeline.domain.board.flags import RowFlag
from closeline.domain.leagues import League
from closeline.jobs import closing
from closeline.providers.boards import MemoryShelf
from closeline.schemas.ending.clv import Snapshot, Snapshots
from closeline.web.live import words
from closeline.web.live.charts import BOOKS_DRAWN
from closeline.web.live.routes import HEADERS, POLICY
from tests.builders.served import a_served_app
from tests.builders.shown_boards import HOSTILE, NOON, a_card, a_hostile_board, a_large_board, a_row, a_shown_board

HOME = "http://127.0.0.1:8000"
BOARD = a_shown_board(3)
EVENT = f"/events/{a_card(0).event_id}"
STATIC = files("closeline.web").joinpath("static")


def a_client(board=BOARD, **more):
    shelf = MemoryShelf()
    if board is not None:
        shelf.put(board)
    return TestClient(a_served_app(shelf=shelf, **more), base_url=HOME)


def past(event_id, *, books=("pinnacle", "fanduel"), market="SPREAD:FULL_GAME", hours=6):
    """Give a history in which the spread moves by half a point every two hours."""
    made = [
        Snapshot(
            snapshot_id="s", book=book, market_key=market, side=side, line=sign * (-2.5 - 0.5 * (hour // 2)),
            price="-110", decimal=1.909, captured_at=NOON - timedelta(hours=hours - hour),
            seen_until=NOON - timedelta(hours=hours - hour - 1), assumed=False,
        )
        for hour in range(hours) for book in books for side, sign in (("HOME", 1), ("AWAY", -1))
    ]  # fmt: skip
    return Snapshots(event_id=event_id, market_key=None, book=None, starts_at=None, start_basis=None, snapshots=made)


@pytest.fixture
def with_history(monkeypatch):
    monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of: past(event_id))


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


PAGES = (
    "/",
    "/?prices=all&sort=start",
    "/?league=nhl",
    "/?min_ev=99",
    "/?min_ev=x&league=zz",
    EVENT,
    "/events/none",
    "/static/board.css",
    "/static/none",
)


# ------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("public", [True, False])
def test_every_page_carries_the_whole_set_of_headers(path, public):
    answer = a_client(public=public).get(path)

    assert {name: answer.headers[name] for name in HEADERS if name != "Cache-Control"} == {
        name: value for name, value in HEADERS.items() if name != "Cache-Control"
    }
    assert answer.headers["Content-Security-Policy"] == POLICY
    if "text/html" in answer.headers.get("content-type", ""):
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_is_that_of_the_security_model_word_for_word():
    assert POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("path", PAGES[:7])
def test_nothing_on_a_page_is_inline_or_from_a_stranger(path, with_history):
    seen = Seen(a_client().get(path).text)

    assert [
        attributes
        for tag, attributes in seen.tags
        if "style" in attributes or any(name.startswith("on") for name in attributes)
    ] == []
    assert [tag for tag, _ in seen.tags if tag in ("style", "iframe", "object", "embed", "base")] == []
    assert {(attributes.get("src") or "").partition("?")[0] for attributes in seen.all("script")} <= {
        "/static/board.js"
    }
    links = [
        value for _, attributes in seen.tags for name, value in attributes.items() if name in ("href", "src", "action")
    ]
    assert [link for link in links if not re.match(r"(/(?!/)|#|data:,$)", link or "")] == []


def test_files_are_kept_for_ever_under_the_hash_of_their_content_and_else_not():
    client = a_client()
    address = next(Seen(client.get("/").text).all("script"))["src"]
    named, bare, gone = (client.get(path) for path in (address, "/static/board.js", "/static/../board.py"))

    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bare.headers["cache-control"] == client.get("/static/board.js?v=old").headers["cache-control"] == "no-cache"
    assert named.headers["content-type"] == "text/javascript; charset=utf-8"
    assert gone.status_code == 404


# ---------------------------------------------------------------------------------------------- who may look


@pytest.mark.parametrize("path", ["/", EVENT])
def test_away_from_home_the_page_is_closed_and_says_what_to_do(path):
    for client, headers in (
        (a_client(public=False), {}),
        (a_client(), {"Host": "desk.example.com"}),
        (a_client(), {"X-Forwarded-For": "203.0.113.9"}),
    ):
        answer = client.get(path, headers=headers)

        assert answer.status_code == 403
        assert "ask /api/board with an API key" in answer.text
        assert "Spurs" not in answer.text


# ---------------------------------------------------------------------------------------------------- texts


def test_every_text_of_a_provider_is_text():
    client = a_client(a_hostile_board())
    paths = [
        "/?prices=all",
        *(f"/events/{card.event_id}" for card in a_hostile_board().events),
        f"/?book={quote(HOSTILE[0])}",
    ]
    for path in paths:
        page = client.get(path).text
        seen = Seen(page)

        assert not any(
            (tag in ("img", "svg") and "onload" in attributes) or "onerror" in attributes
            for tag, attributes in seen.tags
        )
        assert len(list(seen.all("script"))) == 1
        assert not any((attributes.get("href") or "").startswith("javascript:") for attributes in seen.all("a"))
        assert HOSTILE[0] in seen.text


def forget_templates(environment):
    assert environment.cache is not None
    environment.cache.clear()


def test_without_escaping_the_same_texts_would_be_markup(monkeypatch):
    """Planted: a page that takes texts for markup."""
    from closeline.web.live import routes

    monkeypatch.setattr(routes._environment(), "autoescape", False)
    forget_templates(routes._environment())
    try:
        seen = Seen(a_client(a_hostile_board()).get("/?prices=all").text)
        assert any("onerror" in attributes for attributes in seen.all("img"))
    finally:
        forget_templates(routes._environment())


def test_a_page_says_when_nothing_was_captured_yet_and_when_nothing_passes():
    assert "No odds captured yet" in a_client(None).get("/").text
    assert "closeline demo --live" in a_client(None).get("/").text
    assert "No price passes these filters" in a_client().get("/?min_ev=99").text


def test_synthetic_boards_are_called_that_and_real_ones_are_not():
    for path in ("/", EVENT):
        assert "<strong>SYNTHETIC</strong>" in a_client().get(path).text
        assert "SYNTHETIC: " in a_client().get(path).text.partition("</title>")[0]
        assert "SYNTHETIC" not in a_client(replace(BOARD, synthetic=False)).get(path).text


def test_an_old_board_and_one_that_is_held_over_say_so(monkeypatch):
    assert "The newest board is 7 min old" in a_client(now=NOON + timedelta(minutes=7)).get("/").text
    assert "OLD" not in a_client(now=NOON + timedelta(seconds=59)).get("/").text
    monkeypatch.setattr(MemoryShelf, "health", lambda self: ShelfHealth("redis", 3, "TimeoutError", NOON))
    assert "The cache of the board cannot be reached (TimeoutError)" in a_client().get("/").text


def test_the_page_speaks_of_responsible_use_and_promises_nothing():
    page = Seen(a_client().get("/").text).text

    assert "not a promise" in page
    assert "no more than you can afford to lose" in page
    assert re.findall(r"guarantee|win rate|sure bet|risk.free", page, flags=re.IGNORECASE) == []


# -------------------------------------------------------------------------------------------------- the form


def rows_on(page):
    return [attributes["id"] for attributes in Seen(page).all("tr") if "id" in attributes]


def test_the_form_filters_and_shows_what_it_was_asked():
    client = a_client()
    best = client.get("/").text
    every = client.get("/?prices=all").text
    some = client.get("/?league=nba&market=SPREAD&prices=all&sort=start").text

    assert (len(rows_on(best)), len(rows_on(every))) == (18, 90)
    assert {row.split("/")[1] for row in rows_on(some)} == {"SPREAD:FULL_GAME"}
    assert '<option value="nba" selected>' in some
    assert "/api/board/stream?league=nba&amp;market=SPREAD&amp;since=1-" in some
    assert {row.rpartition("@")[2] for row in rows_on(client.get("/?book=fanduel").text)} == {"fanduel"}


def test_rows_stand_by_value_and_those_without_last():
    page = a_client(replace(BOARD, rows=(replace(BOARD.rows[0], ev=None), *BOARD.rows[1:]))).get("/?prices=all").text
    values = [attributes["data-ev"] for attributes in Seen(page).all("tr") if "data-ev" in attributes]
    known = [float(value) for value in values if value]

    assert known == sorted(known, reverse=True)
    assert values[-1] == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("league=xfl", "League must be one of the list"), ("min_ev=much", "Expected value must be a percentage"),
        ("min_ev=nan", "Expected value must be"), ("page=0", "Page must be a number"), ("page=" + "9" * 400, "Page must be"),
        ("prices=none", "Prices must be"), ("sort=up", "Order must be"), ("market=WHAT", "Market must be"),
        ("book=" + "b" * 101, "Book must be"), ("book=%00", "Book must be"),
        ("minev=2", "Fields must be league, market, book, min_ev"), ("min_ev=abc&league=zzz", "League must be"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_said(query, said):
    answer = a_client().get(f"/?{query}")

    assert answer.status_code == 200
    assert said in Seen(answer.text).text
    assert rows_on(answer.text)


def test_a_large_board_comes_in_pages():
    client = a_client(a_large_board(600))
    pages = [rows_on(client.get(f"/?prices=all&page={number}").text) for number in (1, 2, 3)]

    assert [len(page) for page in pages] == [250, 250, 100]
    assert len({name for page in pages for name in page}) == 600
    assert rows_on(client.get("/?prices=all&page=99").text) == pages[2]
    assert 'data-whole="no"' in client.get("/?prices=all").text


# ------------------------------------------------------------------------------------------------ one event


def test_the_page_of_an_event_shows_every_book_the_movement_and_every_price(with_history):
    page = a_client().get(EVENT).text
    seen = Seen(page)

    # One for wide windows and one for narrow ones.
    assert len(list(seen.all("svg"))) == 2
    assert "Line of San Antonio Spurs, in points, by book" in page
    assert "pinnacle from −2.5 to −3.5" in page
    assert {"pinnacle", "draftkings", "fanduel", "betmgm", "caesars"} <= set(
        re.findall(r'<th scope="row">(\w+)</th>', page)
    )
    assert page.count('<span class="tag best">best price</span>') == 6
    assert page.count("<time") > 24


def test_every_book_is_drawn_or_counted_and_the_axis_has_a_name(monkeypatch):
    for many, drawn, said in ((7, 7, ""), (14, 12, "2 more books are not drawn")):
        books = [f"book{number:02}" for number in range(many)]
        still = [replace_line(item) for item in past("e", books=books, market="MONEYLINE:FULL_GAME").snapshots]
        found = past("e").model_copy(update={"snapshots": still})
        monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of, found=found: found)
        page = a_client().get(EVENT).text

        assert '<p class="axis">Implied chance of San Antonio Spurs, with margin</p>' in page
        assert len(set(re.findall(r'class="book b(\d+)"', page))) == drawn
        assert said in page
        assert ("not drawn" in page) == bool(said)


def replace_line(item):
    return item.model_copy(update={"line": None, "price": "105", "decimal": 2.05})


def test_every_book_that_is_drawn_has_a_stroke_of_its_own():
    style = STATIC.joinpath("board.css").read_text(encoding="utf-8")
    strokes = re.findall(r"\.chart \.b(\d+) \{[^}]*stroke-dasharray: ([\d ]+)", style)

    # The first one is drawn through.
    assert [int(number) for number, _ in strokes] == list(range(2, BOOKS_DRAWN + 1))
    assert len({dashes for _, dashes in strokes}) == BOOKS_DRAWN - 1


@pytest.mark.parametrize(
    ("price", "decimal", "shown"),
    [("105", 2.05, "+105"), ("-110", 1.909, "−110"), ("+100", 2.0, "+100"), ("2.05", 2.05, "2.05"), ("3", 3.0, "3")],
)
def test_a_past_american_price_has_its_sign_and_a_decimal_one_none(monkeypatch, price, decimal, shown):
    seen = past("e")
    found = seen.model_copy(
        update={"snapshots": [item.model_copy(update={"price": price, "decimal": decimal}) for item in seen.snapshots]}
    )
    monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of: found)

    assert f'data-name="Price">{shown}</td>' in a_client().get(EVENT).text


def test_the_best_price_of_a_side_without_a_value_is_not_marked_as_advice():
    row = replace(BOARD.rows[0], best=True, ev=None, fair=None, kelly=None, flags=("NO_CONSENSUS",))
    page = a_client(replace(BOARD, rows=(row,))).get("/").text

    assert '<span class="tag plain">best price</span>' in page
    assert 'class="tag best"' not in page


def test_an_event_that_nobody_knows_is_not_there_and_one_whose_record_is_away_still_is():
    answer = a_client().get("/events/nba_no_one_2026_01_01")

    assert answer.status_code == 503
    assert "cannot be read at the moment" in a_client().get(EVENT).text


# ------------------------------------------------------------------------------------------------ for everybody


@pytest.mark.parametrize("path", ["/", EVENT])
def test_tables_have_captions_and_scopes_fields_have_labels_and_the_page_a_way_past_its_head(path, with_history):
    page = a_client().get(path).text
    seen = Seen(page)

    # The empty row that the script copies stands in a table without one.
    assert page.count("<table") - page.count("<template") == page.count("<caption")
    assert [attributes for attributes in seen.all("th") if attributes.get("scope") not in ("row", "col")] == []
    assert [attributes for attributes in seen.all("select") if "name" in attributes] == list(seen.all("select"))
    assert page.count("<label>") == len(list(seen.all("select"))) + len(list(seen.all("input")))
    assert next(seen.all("html"))["lang"] == "en"
    assert next(seen.all("a")) == {"class": "skip", "href": "#main"}
    assert [attributes["id"] for attributes in seen.all("main")] == ["main"]
    assert len(list(seen.all("h1"))) == 1
    assert "width=device-width" in page
    assert 'aria-live="polite"' in page
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_no_meaning_is_carried_by_colour_alone():
    page = a_client().get("/?prices=all").text
    for row in re.findall(r"<tr id=.*?</tr>", page, flags=re.DOTALL):
        worth = re.search(r'class="worth-(\w+)"', row)
        value = re.search(r'data-cell="ev">([^<]*)<', row)
        assert worth is not None
        assert value is not None
        assert {"above": "+", "below": "−"}.get(worth[1], "") == (value[1][0] if value[1][0] in "+−" else "")
    assert re.findall(r'class="tag [a-z]+"></span>', page) == []


def test_every_flag_has_words_in_the_page_and_in_its_script():
    script = STATIC.joinpath("board.js").read_text(encoding="utf-8")
    known = {flag for flag in RowFlag if flag not in words.QUIET}

    assert known <= set(words.FLAGS)
    for flag in known:
        assert f'{flag}: "{words.FLAGS[flag]}"' in script
    assert {flag for flag in words.QUIET if f'"{flag}"' not in script} == set()
    for league in League:
        assert f'{league}: "{words.LEAGUES_SHORT[league]}"' in script


def test_the_script_writes_texts_as_texts():
    script = STATIC.joinpath("board.js").read_text(encoding="utf-8")

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|javascript:", script)
        == []
    )


# ------------------------------------------------------------------------------------------------- contrast


def palettes():
    style = STATIC.joinpath("board.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return dict(zip(("light", "dark"), found, strict=True))


def luminance(colour):
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


ON = {
    "paper": ("ink", "soft", "accent"),
    "card": ("ink", "soft", "accent", "above", "below", "warn", "best"),
    "head": ("ink", "soft", "accent", "above", "below"),
    "fresh": ("ink", "soft", "accent", "above", "below"),
    "warn-paper": ("ink", "warn"),
    "best-paper": ("best",),
    "plain-paper": ("ink",),
    "accent": ("card",),
}


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("paper", "ink"), [(paper, ink) for paper, inks in ON.items() for ink in inks])
def test_every_text_stands_out_from_what_is_behind_it(scheme, paper, ink):
    palette = palettes()[scheme]

    assert contrast(palette[ink], palette[paper]) >= 4.5


def test_both_schemes_name_the_same_colours_and_no_colour_stands_elsewhere():
    found = palettes()
    style = STATIC.joinpath("board.css").read_text(encoding="utf-8")
    rest = re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL)

    assert set(found["light"]) == set(found["dark"])
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", rest) == []
    assert "prefers-reduced-motion" in style
    assert ":focus-visible" in style


def test_an_answer_does_not_wait_for_the_callers_acknowledgement():
    """Head and body are sent apart; with Nagle's algorithm the second waits 40 ms for a delayed acknowledgement."""
    with serve._bound(socket.AF_INET, ("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_movement_is_told_in_points_of_probability_and_an_unsigned_price_gets_its_sign():
    row = a_row()
    assert row.movement is not None
    up = replace(row.movement, opened_text="105", probability_points=3.28)

    assert words.moved(replace(row, movement=up)) == ("▲ 3.3", "from −3.5 +105")
