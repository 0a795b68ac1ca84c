"""The notice stands below every page that anybody may be shown, in the words that were set."""

import re
from dataclasses import replace
from html import unescape
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

from closeline.domain.governance.notices import Notice
from closeline.providers.boards import MemoryShelf
from closeline.web.report import Report, render
from closeline.web.simulation import render as render_simulation
from tests.builders.served import a_served_app
from tests.builders.shown_boards import a_card, a_shown_board
from tests.web.test_players_report import a_page
from tests.web.test_simulation import a_simulation

SET = Notice(21, "Only in Freedonia.", 'Call "them" & ask.', "https://help.example/")
NOTICE = SET.text
TEMPLATES = {
    str(path).rpartition("/templates/")[2]: path.read_text()
    for folder in ("templates", "templates/live")
    for path in files("closeline.web").joinpath(*folder.split("/")).iterdir()
    if path.name.endswith(".j2")
}


def without_notice(templates):
    """Return the pages whose footer does not show the notice; a page that extends another has that one's footer."""
    return sorted(
        name
        for name, text in templates.items()
        if "<body" in text and not re.search(r"<footer>.*{{ notice }}.*</footer>", text, flags=re.DOTALL)
    )


def footers(text):
    return [unescape(found) for found in re.findall(r"<footer>(.*?)</footer>", text, flags=re.DOTALL)]


def test_every_page_is_a_page_of_its_own_or_extends_one():
    kinds = {
        name: "page" if "<body" in text else "child" if text.startswith('{% extends "base.html.j2"') else "part"
        for name, text in TEMPLATES.items()
    }

    assert {name for name, kind in kinds.items() if kind == "part"} == {
        "live/rows.html.j2", "live/state.html.j2", "live/times.html.j2",
    }  # fmt: skip
    assert "footer" not in "".join(text for name, text in TEMPLATES.items() if kinds[name] == "child")


def test_every_page_has_the_notice_in_its_footer():
    assert without_notice(TEMPLATES) == []


@pytest.mark.parametrize("name", sorted(name for name, text in TEMPLATES.items() if "<body" in text))
def test_a_notice_that_was_taken_out_is_missed(name):
    """Planted: the line is gone from one page."""
    planted = {**TEMPLATES, name: TEMPLATES[name].replace("{{ notice }}", "")}

    assert without_notice(planted) == [name]


@pytest.mark.parametrize(
    ("path", "public"), [("/", True), (f"/events/{a_card(0).event_id}", True), ("/events/none", True), ("/", False)]
)
def test_every_live_page_shows_the_notice_that_was_set(path, public):
    shelf = MemoryShelf()
    shelf.put(a_shown_board(3))
    app = a_served_app(shelf=shelf, public=public)
    app.state.desk = replace(app.state.desk, notice=SET)
    page = TestClient(app, base_url="http://127.0.0.1:8000").get(path).text

    assert [NOTICE in footer for footer in footers(page)] == [True]


@pytest.mark.parametrize(
    "made",
    [
        lambda: render(Report("default", (), "ab" * 32), NOTICE),
        lambda: a_page(notice=NOTICE),
        lambda: render_simulation(a_simulation(), NOTICE),
    ],
)
def test_every_written_page_shows_the_notice_that_was_set(made):
    assert [NOTICE in footer for footer in footers(made())] == [True]
