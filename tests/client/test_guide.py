"""The guide is run as it stands: in process, and over HTTP, on a short synthetic history."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from closeline import wiring
from closeline.client import Record
from closeline.client.over_http import OverHttp
from closeline.domain.clock import FixedClock
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.jobs.demo.synthetic import RECEIVED_AT, synthetic_archive
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.replaying.verify import verify_run
from closeline.jobs.shelf import Archive
from closeline.maths.simulate.streams import stream
from closeline.providers.catalog import recognise
from closeline.store.session import unit_of_work
from closeline.tenancy.access import Role
from tests.builders.callers import Door
from tests.builders.guide import blocks
from tests.builders.records import rows_of

PAGE = "own_model.md"
DATABASE = "closeline-demo.db"
OPENING = 'record = Record.open("sqlite:///closeline-demo.db", clock=clock)\n'
IMPORT = "closeline import "
LAST = date(2023, 12, 3)
SCRIPT = blocks(PAGE)


def make_history(url: str) -> None:
    """Fill a record with six synthetic weeks, which is what a policy needs, in place of the demonstration's seasons."""
    content = synthetic_archive(League.NBA, (2023,), stream("guide", 1, League.NBA), LAST)
    payload = RawPayload("synthetic_nba.csv", content, RECEIVED_AT)
    feed = recognise(payload)
    desk = wiring.open_desk(
        wiring.read_settings(database_url=url), [Archive(payload, feed.name, feed.parse(payload))], LAST
    )
    backtest(desk)
    desk.engine.dispose()


@pytest.fixture
def folder(sqlite, tmp_path, monkeypatch):
    """Give a folder whose record has a history, as the page's own is."""
    copy = sqlite.copy_of("history of the guide", make_history)
    Path(copy.removeprefix("sqlite:///")).rename(tmp_path / DATABASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_page(opening: str, names: dict[str, object]) -> None:
    """Run the blocks of the page in order; in the first, the record is opened as `opening` says."""
    for language, text in SCRIPT:
        if language == "python":
            exec(compile(text.replace(OPENING, opening), PAGE, "exec"), names)
        elif text.startswith(IMPORT):
            subprocess.run([sys.executable, "-m", *text.split()], check=True, capture_output=True)


def a_connection(url: str):
    def connected(clock: FixedClock) -> Record:
        desk = replace(wiring.open_desk(wiring.read_settings(database_url=url)), clock=clock)
        door = Door(desk)
        door.client.headers["Authorization"] = f"Bearer {door.a_key(Role.OPERATOR)}"
        return Record(OverHttp(door.client))

    return connected


def test_the_page_opens_its_record_once_and_imports_once():
    assert sum(text.count(OPENING) for _, text in SCRIPT) == 1
    assert sum(text.startswith(IMPORT) for _, text in SCRIPT) == 1


def judged_lines(lines: list[str]) -> list[str]:
    # The short history has shown no edge that pays, so that one reason more stands here than on the page.
    kept = [line for line in lines if line.startswith(("SPREAD", "TOTAL", "published", "grade"))]
    return [line.replace(", 'EDGE_BELOW_THRESHOLD'", "") for line in kept]


@pytest.mark.parametrize("opening", [OPENING, "record = connected(clock)\n"], ids=["in_process", "over_http"])
def test_the_guide_runs_as_it_stands(folder, capsys, opening):
    url = f"sqlite:///{folder / DATABASE}"
    run_page(opening, {"connected": a_connection(url)})
    said = capsys.readouterr().out.splitlines()
    shown = [line for language, text in SCRIPT if language == "text" for line in text.splitlines()]

    assert judged_lines(said) == judged_lines(shown)
    assert {line.split()[-1] for line in said if line.startswith("calibration")} == {"TOO_FEW"}
    desk = wiring.open_desk(wiring.read_settings(database_url=url))
    with unit_of_work(desk.engine, write=False) as session:
        graded = rows_of(session, "SELECT p.decision, p.run_id FROM grade g JOIN pick p ON p.pick_id = g.pick_id")
    assert [row["decision"] for row in graded] == ["LEAN"]
    assert verify_run(desk, graded[0]["run_id"]).differences == ()
    desk.engine.dispose()
