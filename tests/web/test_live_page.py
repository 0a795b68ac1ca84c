"""The live pages in a real browser: with and without their script, by keyboard, in other zones, and through a restart.

Skipped where no chromium is installed.
"""

import re
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest

from closeline.domain.board.changes import row_id
from closeline.jobs import closing
from closeline.providers.boards import MemoryShelf
from tests.builders.served import a_served_app, a_server
from tests.builders.shown_boards import (
    HOSTILE,
    a_card,
    a_hostile_board,
    a_quote,
    a_shown_board,
    next_board,
    priced,
    repriced,
)
from tests.web.test_live_pages import past

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
BOARD = a_shown_board(3)
EVENT = f"/events/{a_card(0).event_id}"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield made
        made.close()


@contextmanager
def serving(board=BOARD, port=0):
    shelf = MemoryShelf()
    if board is not None:
        shelf.put(board)
    with a_server(a_served_app(shelf=shelf), port) as served:
        yield served


@contextmanager
def looking(browser, address, **options):
    """Give a page, and what the browser complained of: faults of scripts and violations of the policy."""
    context = browser.new_context(**{"timezone_id": "Europe/Berlin", "locale": "en-GB", **options})
    context.set_default_timeout(10_000)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("dialog", lambda dialog: dismissed(dialog, said))
    page.goto(address)
    try:
        yield page, said
    finally:
        context.close()


def dismissed(dialog, said):
    said.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def the_row(page, row):
    return page.locator(f'[id="{row_id(row)}"]')


def best(board):
    return max((row for row in board.rows if row.best), key=lambda row: row.ev)


def changed(board, row, new):
    return next_board(board, [new if item is row else item for item in board.rows], seconds=1)


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


# ------------------------------------------------------------------------------------------- without a script


def test_without_a_script_the_board_is_whole_and_its_form_works(browser):
    with serving() as served, looking(browser, served.address, java_script_enabled=False) as (page, said):
        expect(page.locator("#board tbody tr")).to_have_count(18)
        expect(page.locator("#zone")).to_have_text("Times are UTC")
        expect(page.locator("#board tbody tr").first).to_contain_text("UTC")
        page.get_by_label("League").select_option("nfl")
        page.locator("select[name=prices]").select_option("all")
        page.get_by_label("Value at least").fill("0")
        page.get_by_role("button", name="Show").click()

        assert "league=nfl" in page.url
        for text in page.locator("#board [data-cell=ev]").all_inner_texts():
            assert not text.startswith("−")
        page.locator("#board tbody a").first.click()
        expect(page.locator("h1")).to_have_text("Buffalo Bills at Kansas City Chiefs")
        served.shelf.put(next_board(BOARD))
        page.goto(served.address)
        page.get_by_role("link", name="Refresh").click()
        expect(page.locator("#version")).to_have_text("2")
    assert said == []


# ---------------------------------------------------------------------------------------------- with the script


def test_a_price_that_changes_is_written_in_its_place_and_said_politely(browser):
    row = best(BOARD)
    with serving() as served, looking(browser, served.address) as (page, said):
        line = the_row(page, row)
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.evaluate("document.querySelector('#board tbody tr').setAttribute('data-kept', 'yes')")
        served.shelf.put(changed(BOARD, row, repriced(row, 290, ev=0.123, fair=0.42)))

        expect(line.locator("[data-cell=american]")).to_have_text("+290")
        expect(line.locator("[data-cell=decimal]")).to_have_text("3.900")
        expect(line.locator("[data-cell=ev]")).to_have_text("+12.3 %")
        expect(line.locator("[data-cell=fair]")).to_have_text("+138")
        expect(line.locator("[data-cell=turn]")).to_have_text("↑ longer than before,")
        expect(line).to_have_attribute("data-kept", "yes")
        expect(page.locator("#version")).to_have_text("2")
        expect(page.locator("#live")).to_have_attribute("role", "status")
        expect(page.locator("#live")).to_contain_text("1 changed", timeout=15_000)
    assert said == []


def test_rows_come_and_go_in_their_order(browser):
    gone = best(BOARD)
    card = BOARD.events[0]
    fresh = replace(priced(a_quote(card, "newbook", line=-20), 0.5, 5, sharp=True, at=BOARD.made_at), best=True, ev=0.5)
    with serving() as served, looking(browser, served.address) as (page, said):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served.shelf.put(next_board(BOARD, [*(row for row in BOARD.rows if row is not gone), fresh], seconds=1))

        expect(the_row(page, gone)).to_have_count(0)
        first = page.locator("#board tbody tr").first
        expect(first.locator("[data-cell=book]")).to_have_text("newbook")
        expect(first.locator("[data-cell=selection]")).to_have_text("San Antonio Spurs −5")
        expect(first.locator("[data-cell=game]")).to_have_attribute("href", f"/events/{card.event_id}")
        expect(page.locator("#total")).to_have_text("18")
    assert said == []


def test_the_script_writes_a_row_as_the_server_does(browser):
    """A row that the script made is compared with the same row of a page that was loaded afterwards."""
    rows = BOARD.rows[:60]
    cells = "Array.from(document.querySelectorAll('#board tbody tr')).map(tr => [tr.id, tr.className.replace(' fresh', ''), ...Array.from(tr.querySelectorAll('[data-cell]:not([data-cell=age])')).map(cell => cell.textContent)])"
    with (
        serving(next_board(BOARD, rows[:1])) as served,
        looking(browser, f"{served.address}/?prices=all") as (page, said),
    ):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served.shelf.put(replace(BOARD, version=3, rows=rows))
        expect(page.locator("#board tbody tr")).to_have_count(len(rows))
        by_script = sorted(page.evaluate(cells))
        page.reload()
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        by_server = sorted(page.evaluate(cells))

        assert [row for row in by_script if row not in by_server] == []
        assert len(by_server) == len(rows)
    assert said == []


def test_a_board_that_was_empty_fills_by_itself(browser):
    with serving(None) as served, looking(browser, served.address) as (page, said):
        expect(page.get_by_role("heading", name="No odds captured yet")).to_be_visible()
        expect(page.locator("#board")).to_be_hidden()
        served.shelf.put(BOARD)

        expect(page.locator("#board tbody tr")).to_have_count(18)
        expect(page.locator("#board")).to_be_visible()
        expect(page.get_by_role("heading", name="No odds captured yet")).to_be_hidden()
    assert said == []


def test_arbitrages_and_counts_follow_too(browser):
    with serving() as served, looking(browser, served.address) as (page, said):
        expect(page.locator("#bets")).to_contain_text("Arbitrage")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served.shelf.put(next_board(BOARD, BOARD.rows[:30], opportunities=()))

        expect(page.locator("#bets")).not_to_contain_text("Arbitrage", timeout=10_000)
        expect(page.locator("#figures")).to_contain_text("Prices30", use_inner_text=False)
    assert said == []


def test_after_a_restart_of_the_server_the_page_follows_again(browser):
    row = best(BOARD)
    with serving() as first:
        port = int(first.address.rpartition(":")[2])
        with looking(browser, first.address) as (page, _):
            expect(page.locator("#live")).to_have_attribute("data-state", "live")
            first.app.state.hub.stop()
            first.server.should_exit = True
            expect(page.locator("#live")).to_have_attribute("data-state", "lost")
            expect(page.locator("#live")).to_contain_text("Connection lost")
            second = changed(BOARD, row, repriced(row, 333))
            # The new process counts its versions from one again.
            with after(first), serving(replace(second, version=1), port):
                expect(the_row(page, row).locator("[data-cell=american]")).to_have_text("+333", timeout=15_000)
                expect(page.locator("#live")).to_have_attribute("data-state", "live")


@contextmanager
def after(served):
    """Go on when the port of a stopped server is free."""
    import socket
    import time

    host, port = served.address.removeprefix("http://").split(":")
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))):
                break
        time.sleep(0.05)
    yield


# -------------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("zone", "start", "seen"),
    [("America/New_York", r"Sun,? 11 Jan,? 14:00 (GMT-5|EST)", r"11:59:[45]\d (GMT-5|EST)"),
     ("Asia/Tokyo", r"Mon,? 12 Jan,? 04:00 (GMT\+9|JST)", r"01:59:[45]\d (GMT\+9|JST)")],
)  # fmt: skip
def test_times_are_in_the_readers_zone_and_name_it(browser, zone, start, seen):
    with serving() as served, looking(browser, f"{served.address}/?league=nba", timezone_id=zone) as (page, said):
        expect(page.locator("#zone")).to_have_text(f"Times are {zone}")
        row = page.locator("#board tbody tr").first
        expect(row.locator("[data-cell=starts] time")).to_have_attribute("datetime", "2026-01-11T19:00:00Z")
        expect(row.locator("[data-cell=starts]")).to_have_text(re.compile(start))
        expect(row.locator("[data-cell=seen]")).to_have_text(re.compile(seen))
        expect(row.locator("[data-cell=age]")).to_have_text(re.compile(r"\d+ s ago"))
    assert said == []


# ------------------------------------------------------------------------------------------------ keyboard


def test_everything_can_be_reached_by_keyboard_and_focus_is_seen(browser):
    with serving() as served, looking(browser, served.address) as (page, _):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the prices")).to_be_focused()
        expect(page.get_by_role("link", name="To the prices")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        reached = []
        for _ in range(14):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "document.activeElement.name || document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
                )
            )
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", reached[-1]
        assert [
            name for name in ("league", "market", "book", "min_ev", "prices", "sort", "Show") if name not in reached
        ] == []


def test_who_is_in_a_row_by_keyboard_stays_there_when_it_changes(browser):
    row = best(BOARD)
    with serving() as served, looking(browser, served.address) as (page, _):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        link = the_row(page, row).locator("a")
        link.focus()
        served.shelf.put(changed(BOARD, row, repriced(row, 290)))
        expect(the_row(page, row).locator("[data-cell=american]")).to_have_text("+290")
        expect(link).to_be_focused()
        served.shelf.put(next_board(next_board(BOARD), [item for item in BOARD.rows if item is not row]))
        expect(the_row(page, row)).to_have_count(0)
        expect(page.get_by_role("region", name="Prices")).to_be_focused()


# -------------------------------------------------------------------------------------------- hostile texts


def test_hostile_texts_are_shown_and_never_run(browser):
    hostile = a_hostile_board()
    row = hostile.rows[0]
    with serving(hostile) as served, looking(browser, f"{served.address}/?prices=all") as (page, said):
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        sly = replace(repriced(row, 140), quote=replace(row.quote, book=HOSTILE[1]), flags=HOSTILE)
        served.shelf.put(next_board(hostile, [sly, *hostile.rows[1:]], seconds=1, events=(
            replace(hostile.events[0], home=HOSTILE[0], away=HOSTILE[3], version=2), *hostile.events[1:])))  # fmt: skip
        expect(page.locator("#version")).to_have_text("2")
        expect(page.locator("#board tbody")).to_contain_text(HOSTILE[0])
        expect(page.locator("#board tbody")).to_contain_text(HOSTILE[1])

        assert page.locator("main img, main svg, main script").count() == 0
        page.goto(f"{served.address}/events/{hostile.events[1].event_id}")
        expect(page.locator("main")).to_contain_text(HOSTILE[1])
        assert page.locator("main img, main script").count() == 0
        assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert said == []


def test_a_script_that_got_into_the_page_would_not_run(browser):
    """Planted: markup put into the page as if escaping had failed. The policy stops it, and we hear of it."""
    with serving() as served, looking(browser, served.address) as (page, said):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
        page.evaluate(
            "const s = document.createElement('script'); s.textContent = 'document.title = 2'; document.body.append(s)"
        )
        page.wait_for_timeout(300)

        assert page.title() not in ("1", "2")
        assert any("Content Security Policy" in text for text in said)


# ------------------------------------------------------------------------------------------------- one event


def test_the_page_of_an_event_follows_and_draws_the_movement(browser, monkeypatch):
    monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of: past(event_id))
    row = next(row for row in BOARD.rows if row.quote.event_id == a_card(0).event_id)
    with serving() as served, looking(browser, served.address + EVENT) as (page, said):
        expect(page.locator("svg.roomy")).to_be_visible()
        assert page.locator("svg.roomy polyline").first.evaluate("line => getComputedStyle(line).fill") == "none"
        strokes = page.locator("svg.roomy polyline").evaluate_all(
            "all => all.map(line => getComputedStyle(line).strokeDasharray)"
        )
        assert len(set(strokes)) == len(strokes) == 2
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        served.shelf.put(changed(BOARD, row, repriced(row, 471)))

        expect(page.locator("#event")).to_contain_text("+471")
        expect(page.locator("svg.roomy text[data-time]").first).to_contain_text("CET")
    assert said == []


# -------------------------------------------------------------------------------------------- small screens


@pytest.mark.parametrize("path", ["/", "/?prices=all", EVENT])
@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (640, "dark"), (1024, "light"), (1366, "dark"), (1920, "light")]
)
def test_no_page_is_wider_than_its_window(browser, monkeypatch, path, width, scheme):
    """640 is a window of 1280 at a zoom of 200 %."""
    monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of: past(event_id))
    with serving() as served:
        options = {"viewport": {"width": width, "height": 700}, "color_scheme": scheme, "reduced_motion": "reduce"}
        with looking(browser, served.address + path, **options) as (page, said):
            expect(page.locator("#live")).to_have_attribute("data-state", "live")
            assert overflow(page) <= 0
            small = "Array.from(document.querySelectorAll('main *')).filter(e => e.childNodes.length && parseFloat(getComputedStyle(e).fontSize) < 11.9).length"
            assert page.evaluate(small) == 0
    assert said == []


LONG = ("pinnacle", "draftkings_sportsbook", "fanduel_sportsbook", "williamhill_us", "hardrockbet_florida",
        "espnbet_sportsbook", "betonlineag_classic")  # fmt: skip


def test_a_desktop_fits_seven_books_of_long_names_and_their_head_stays_in_sight(browser):
    board = a_shown_board(7, books=LONG)
    with serving(board) as served, looking(browser, served.address) as (page, _):
        for width in (1250, 1280, 1360, 1440, 1600):
            page.set_viewport_size({"width": width, "height": 700})
            wide = page.locator(".board").evaluate("box => box.scrollWidth - box.clientWidth")

            assert (width, overflow(page) <= 0, wide <= 0) == (width, True, True)


def test_a_telephone_reads_the_picture_and_the_value_of_every_price(browser, monkeypatch):
    monkeypatch.setattr(closing, "odds_snapshots", lambda session, event_id, as_of: past(event_id, books=LONG))
    with (
        serving(a_shown_board(1, books=LONG)) as served,
        looking(browser, served.address + EVENT, viewport={"width": 360, "height": 700}) as (page, _),
    ):
        expect(page.locator("svg.roomy")).to_be_hidden()
        # As it is on the glass: the size of the font times the scale of the drawing.
        sizes = page.locator("svg.narrow text").evaluate_all(
            "all => all.map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
        )
        assert min(sizes) >= 11.5
        rights = page.locator("td.ev").evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")
        assert max(rights) <= 360
        names = page.locator("svg.narrow").evaluate(
            "svg => [...svg.querySelectorAll('text')].every(e => e.getBoundingClientRect().right <= svg.getBoundingClientRect().right + 1)"
        )
        assert names


def test_nothing_moves_for_who_asked_for_that(browser):
    with serving() as served:
        for motion, expected in (("reduce", "0s"), ("no-preference", "1.2s")):
            with looking(browser, served.address, reduced_motion=motion) as (page, _):
                cell = page.locator("#board tbody td").first
                assert cell.evaluate("td => getComputedStyle(td).transitionDuration") == expected
