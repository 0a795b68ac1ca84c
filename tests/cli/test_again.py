"""Replay, what was known, backfills and backups, as a person types them."""

import json
from pathlib import Path

import pytest

from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.records import opened, rows_of, tamper
from tests.builders.replayed import make_days
from tests.cli.running import answer, closeline, fault


@pytest.fixture
def days(sqlite):
    """Give the URL of a record with four days of an archive."""
    with databases.dropped_after(sqlite, sqlite.copy_of("replayed days", make_days)) as url:
        yield url


def an_event(url):
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        (row,) = rows_of(session, "SELECT event_id, proposed_at FROM pick ORDER BY proposed_at, pick_id LIMIT 1")
    return str(row["event_id"])


def test_a_replay_that_is_equal_says_so_and_ends_well(days):
    found = answer("replay", "--db", days, "--days", 2)
    assert (found["equal"], found["outside"], found["faults"]) == (True, [], [])
    assert {table["table"] for table in found["tables"]} >= {"snapshot", "quote", "sim_run", "prediction", "pick"}
    assert all(table["recorded"] == table["replayed"] for table in found["tables"])

    said = closeline("replay", "--db", days, "--days", 2)
    assert said.exit_code == 0
    assert "equal: no row differs, nothing was sent, bought or asked for" in said.stdout


def test_a_replay_that_differs_names_the_row_and_ends_with_five(days):
    with opened(days) as engine:
        tamper(engine, "prediction", "UPDATE prediction SET p_raw = p_raw + 0.001")
    result = closeline("replay", "--db", days, "--days", 2)

    assert result.exit_code == 5
    assert "differs: prediction " in result.stdout
    assert "p_raw was" in result.stderr


def test_a_replay_into_a_database_that_holds_something_is_refused(days, record):
    assert fault("replay", "--db", days, "--into", record)[0] == 3


def test_a_replay_until_no_time_is_refused_by_the_name_of_the_option(days):
    code, said = fault("replay", "--db", days, "--until", "yesterday")

    assert code == 2
    assert "--until must be a time with its zone" in said


def test_what_was_known_is_shown_and_so_is_what_changed(days):
    event = an_event(days)
    at, later = f"{event[-10:].replace('_', '-')}T16:00:00+00:00", f"{event[-10:].replace('_', '-')}T23:58:00+00:00"
    found = answer("what-did-we-know", event, "--at", at, "--db", days)
    assert found["second"] is None
    assert found["first"]["quotes"]
    assert found["first"]["run"]["predictions"]
    assert {pick["state"] for pick in found["first"]["picks"]} == {"PUBLISHED"}

    both = answer("what-did-we-know", event, "--at", at, "--and", later, "--db", days)
    assert {change["kind"] for change in both["changes"]} >= {"MOVED"}
    assert "quotes that stood" in closeline("what-did-we-know", event, "--at", at, "--db", days).stdout
    assert "MOVED" in closeline("what-did-we-know", event, "--at", at, "--and", later, "--db", days).stdout


def test_an_event_that_nobody_knew_of_is_not_found(days):
    assert fault("what-did-we-know", an_event(days), "--at", "2000-01-01T00:00Z", "--db", days)[0] == 2


def test_a_copy_is_made_proved_and_put_back(days, tmp_path):
    made = answer("backup", "run", "--db", days, "--to", tmp_path / "copies")
    assert Path(made["path"]).stat().st_size == made["size"]
    assert json.loads(Path(f"{made['path']}.manifest.json").read_text())["sha256"] == made["sha256"]

    proved = answer("backup", "drill", made["path"])
    assert (proved["whole"], proved["faults"]) == (True, [])
    assert proved["lineages"] > 0

    url = f"sqlite:///{tmp_path / 'again.db'}"
    back = answer("backup", "restore", made["path"], "--into", url, "--why", "the disk died", "--actor", "ann")
    assert back["awaiting_reconciliation"]
    assert closeline("verify", "log", "--db", url).exit_code == 0
    assert fault("backup", "restore", made["path"], "--into", url, "--why", "again")[0] == 3


def test_a_changed_copy_is_not_whole(days, tmp_path):
    made = answer("backup", "run", "--db", days, "--to", tmp_path)
    with Path(made["path"]).open("r+b") as file:
        file.seek(5000)
        file.write(b"x")

    assert fault("backup", "drill", made["path"])[0] == 5


def test_backfills_say_what_they_would_do(days, tmp_path):
    dry = answer("backfill", "regrade", "--rules", "settlement-v1", "--why", "looking", "--dry-run", "--db", days)
    assert (dry["dry_run"], dry["graded"], dry["differing"]) == (True, 0, [])
    window = ("--from", "2023-11-01T00:00Z", "--to", "2023-12-01T00:00Z", "--why", "looking", "--dry-run")
    found = answer("backfill", "calibration", *window, "--db", days)
    assert {item["outcome"] for item in found["scopes"]} == {"TOO_FEW"}
    assert fault("backfill", "regrade", "--rules", "mine", "--why", "looking", "--db", days)[0] == 2
    assert fault("backfill", "results", tmp_path / "none.csv", "--db", days)[0] == 2
    assert "would grade 0 picks" in closeline(
        "backfill", "regrade", "--rules", "settlement-v1", "--why", "looking", "--dry-run", "--db", days
    ).stdout  # fmt: skip
