"""`closeline publish`: sends what is due, shows where it went, and names what nobody knows."""

import json

import pytest
from sqlalchemy import text

from closeline.domain.governance.notices import DEFAULT_NOTICE
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.records import opened, rows_of
from tests.builders.stories import make_rated, published_game
from tests.cli.running import answer, closeline, fault


def make_announced(url):
    make_rated(url)
    with opened(url) as engine:
        published_game(engine, channels=("app", "file"))


@pytest.fixture
def announced(sqlite):
    """Give the URL of a record with published picks that nobody has carried yet, all of them long past."""
    with databases.dropped_after(sqlite, sqlite.copy_of("announced for the command line", make_announced)) as url:
        yield url


def picks_of(record):
    with opened(record) as engine, unit_of_work(engine, write=False) as session:
        return [row["pick_id"] for row in rows_of(session, "SELECT pick_id FROM publication ORDER BY pick_id")]


def test_a_publication_is_shown_with_its_terms_and_its_messages_by_either_name(announced):
    name = picks_of(announced)[0]
    found = answer("publish", "show", name, "--db", announced)
    said = closeline("publish", "show", f"#P-{name[:8]}", "--db", announced).stdout

    assert found == answer("publish", "show", f"#P-{name[:8]}", "--db", announced)
    assert found["item"]["terms"]["pick_id"] == name
    assert [(item["channel"], item["kind"], item["state"]) for item in found["deliveries"]] == [
        ("app", "POST", "PENDING"), ("file", "POST", "PENDING"),
    ]  # fmt: skip
    for word in (found["item"]["label"], found["item"]["terms"]["snapshot_id"], "frozen terms", found["notice"]):
        assert word in said


def test_a_run_carries_what_waits_or_says_why_it_was_not_carried(announced):
    found = answer("publish", "run", "--db", announced)
    again = answer("publish", "run", "--db", announced)
    told = closeline("publish", "run", "--db", announced).stdout

    # The games are over by the clock of this machine: nothing is ever sent late.
    assert {item["state"] for item in found["moved"]} == {"MISSED"}
    assert {item["pick_id"] for item in found["moved"]} == set(picks_of(announced))
    assert {item["channel"] for item in found["moved"]} <= {"app", "file"}
    assert (again["moved"], again["published"]) == ([], 0)
    assert "0 picks published" in told
    assert f"app: {len(picks_of(announced))} MISSED" in told


def test_reconcile_names_what_nobody_knows(announced):
    name = picks_of(announced)[0]
    with opened(announced) as engine, unit_of_work(engine) as session:
        session.execute(text(
            "UPDATE delivery SET state = 'UNKNOWN', channel = 'chat' WHERE channel = 'file' AND pick_id = :name"
        ), {"name": name})  # fmt: skip
    found = answer("publish", "reconcile", "--db", announced)
    said = closeline("publish", "reconcile", "--db", announced).stdout

    assert [(item["pick_id"], item["channel"]) for item in found["uncertain"]] == [(name, "chat")]
    assert f"#P-{name[:8]}" in said


def test_the_help_of_the_program_ends_with_the_notice():
    said = " ".join(closeline("--help").stdout.split())

    assert said.endswith(DEFAULT_NOTICE.text)


def test_nothing_uncertain_is_said_to_be_none(record):
    assert closeline("publish", "reconcile", "--db", record).stdout == "uncertain: none\n"


def test_what_is_not_published_is_refused_in_one_line(record):
    code, line = fault("publish", "show", "#P-1f3a90c2", "--db", record)

    assert (code, json.dumps(line)) == (
        2, json.dumps("closeline: pick must be published, #P-1f3a90c2 was not; `closeline picks list` names those that are")
    )  # fmt: skip
    assert fault("publish", "show", "%", "--db", record)[0] == 2
