"""Every law of the record passes on a record as the desk makes it, and finds the row that was planted against it."""

import re
from pathlib import Path

import pytest

from closeline.domain.errors import BadInput
from closeline.store.invariants import CHECKS, violations
from closeline.store.session import unit_of_work
from tests.builders.planting import missed, planted
from tests.builders.records import TENANT
from tests.store import test_invariants_of_delivery

PAGE = Path(__file__).parents[2] / "docs" / "invariants.md"
# tests/store/test_changes.py
PLANTED_IN_THE_AUDIT = {"A2", "P10"}

FIRST = "(SELECT min(pick_id) FROM publication)"
POLL = (
    """INSERT INTO poll (poll_id, feed, kind, league, address, purpose, slot, asked_at, received_at, outcome,
    error_code, fault, attempts, accepted, unchanged, quarantined, results, credits_reserved, content_at,
    interval_seconds, credits_left, credits_plan)
    SELECT '{name}', snapshot.feed, 'ODDS', pick.league, 'a', 'b', 'c', publication.published_at - {asked},
    publication.published_at - {received}, 'OK', '', '', 1, 0, 0, 0, 0, 1, publication.published_at - {content}, 60,
    {left}, 100
    FROM pick JOIN publication ON publication.pick_id = pick.pick_id
    JOIN snapshot ON snapshot.snapshot_id = pick.snapshot_id WHERE pick.pick_id = """
    + FIRST
)
LOGGED = """INSERT INTO event_log (chain, seq, name, body, actor, at, previous_hash, hash)
    VALUES ('default', {seq}, 'n', '{{}}', 'a', 1, 'p', 'h')"""
HOUR = 3_600_000_000
MINUTE = 60_000_000


def polled(*, left=100, content=None):
    """Give four polls before the first publication, a minute apart."""
    return [
        POLL.format(name=f"p{back}", asked=back * MINUTE + 1, received=back * MINUTE, left=left,
                    content=back * MINUTE + (0 if content is None else content))
        for back in (4, 3, 2, 1)
    ]  # fmt: skip


PLANTED = {
    "P1 a state that no step leads to": ("P1", "pick_event", [
        f"UPDATE pick_event SET to_state = 'GRADED' WHERE pick_id = {FIRST} AND to_state = 'PUBLISHED'"
    ]),
    "P1 a step that is lost": ("P1", "pick_event", [f"DELETE FROM pick_event WHERE pick_id = {FIRST} AND seq = 1"]),
    "P2 published when the game was on": ("P2", "publication", [
        f"UPDATE publication SET published_at = published_at + 100 * {HOUR} WHERE pick_id = {FIRST}"
    ]),
    "P3 published before anything was seen": ("P3", "publication", [
        f"UPDATE publication SET published_at = published_at - {HOUR} WHERE pick_id = {FIRST}"
    ]),
    "P3 a line that did not pass": ("P3", "candidate_finding", [
        "UPDATE candidate_finding SET reason = 'MARKET_LINE_STALE' WHERE gate = 'line_integrity'"
    ]),
    "P4 another price than was quoted": ("P4", "pick", [
        f"UPDATE pick SET price_text = '-104' WHERE pick_id = {FIRST}"
    ]),
    "P4 an edge that was never computed": ("P4", "pick", [
        f"UPDATE pick SET edge_probability = edge_probability + 0.01 WHERE pick_id = {FIRST}"
    ]),
    "P4 a stake that nobody decided": ("P4", "pick", [
        f"UPDATE pick SET stake_micros = stake_micros + 1 WHERE pick_id = {FIRST}"
    ]),
    "P5 two lives on one market": ("P5", "pick", [
        (f"UPDATE pick SET event_id = (SELECT event_id FROM pick WHERE pick_id = {FIRST}), "
        f"market_key = (SELECT market_key FROM pick WHERE pick_id = {FIRST})")
    ]),
    "P5 a chain that begins nowhere": ("P5", "pick", [
        f"UPDATE pick SET supersedes = pick_id WHERE pick_id = {FIRST}"
    ]),
    "P8 a verdict that said otherwise": ("P8", "candidate_finding", [
        "UPDATE candidate_finding SET action = 'NO_PLAY' WHERE gate = 'verdict'"
    ]),
    "P8 no calibration": ("P8", "pick", [
        f"UPDATE pick SET calibration_version = '', decision = 'PICK' WHERE pick_id = {FIRST}"
    ]),
    "P9 a lean while credits were short": ("P9", "poll", [
        *polled(left=10), f"UPDATE pick SET decision = 'LEAN', tier = '' WHERE pick_id = {FIRST}"
    ]),
    "O1 published while the feed was silent": ("O1", "poll", polled(content=5 * HOUR)),
    "A1 a row put into the log": ("A1", "event_log", [LOGGED.format(seq=900)]),
    "A1 a row lost from the log": ("A1", "event_log", ["DELETE FROM event_log WHERE chain = 'default' AND seq = 1"]),
    "J1 one instant spelled twice": ("J1", "job_run", [
        ("INSERT INTO job_run (job, slot, state, attempts, started_at, finished_at) VALUES "
        "('j', 'nba:2026-11-01T06:00:00+00:00', 'DONE', 1, 1, 2), ('j', 'nba:2026-11-01T01:00:00-05:00', 'DONE', 1, 1, 2)")
    ]),
    "J2 an hour of the wall": ("J2", "job_run", [
        ("INSERT INTO job_run (job, slot, state, attempts, started_at, finished_at) VALUES "
        "('j', '2026-11-01T01:00:00-05:00', 'DONE', 1, 1, 2)")
    ]),
    "J3 a step back in time": ("J3", "pick_event", [f"UPDATE pick_event SET at = 1 WHERE pick_id = {FIRST} AND seq = 2"]),
    "J4 a job that never ends": ("J4", "job_run", [
        "INSERT INTO job_run (job, slot, state, attempts, started_at) VALUES ('j', 's', 'RUNNING', 1, 1)"
    ]),
    "J4 given up without a reason": ("J4", "job_run", [
        "INSERT INTO job_run (job, slot, state, attempts, started_at, finished_at) VALUES ('j', 's', 'DEAD', 9, 1, 2)"
    ]),
    "O3 closed before it was met": ("O3", "ops_incident", [
        ("INSERT INTO ops_incident (tenant_id, kind, scope, league, text, inputs, opened_at, last_at, repeats, closed_at) "
        "VALUES ('default', 'k', 's', 'nba', 't', '{}', 5, 9, 2, 7)")
    ]),
    "O6 a call without an end": ("O6", "poll", [
        POLL.format(name="slow", asked=HOUR, received=1, content=1, left=100)
    ]),
}  # fmt: skip


def test_every_planted_violation_is_found_at_its_row(published):
    assert missed(published, PLANTED) == {}


@pytest.mark.parametrize("table", ["pick", "event_log"])
def test_a_guard_that_is_gone_is_missed(published, table, database_kind):
    drop = {
        "sqlite": f"DROP TRIGGER {table}_refuses_delete",
        "postgresql": f"ALTER TABLE {table} DISABLE TRIGGER {table}_refuses_truncate",
    }

    with planted(published, drop[database_kind], tables=()) as session:
        assert [item.row for item in violations(session, tenant_id=TENANT, only=["D1"])["D1"]] == [table]


def test_a_key_that_finds_no_row_is_found(published, database_kind):
    orphan = {
        "sqlite": f"UPDATE publication SET pick_id = 'nobody' WHERE pick_id = {FIRST}",
        "postgresql": "ALTER TABLE publication ADD CONSTRAINT fk_hasty FOREIGN KEY (pick_id) REFERENCES book (book) "
        "NOT VALID",
    }

    with planted(published, orphan[database_kind], tables={"publication"}) as session:
        assert violations(session, tenant_id=TENANT, only=["O5"])["O5"]


def test_a_record_that_the_desk_made_breaks_no_law(played):
    with unit_of_work(played, write=False) as session:
        found = violations(session, tenant_id=TENANT)

    assert set(found) == set(CHECKS)
    assert {law: rows for law, rows in found.items() if rows} == {}


def test_every_law_has_a_plant():
    here = {law for law, _, _ in (*PLANTED.values(), *test_invariants_of_delivery.PLANTED.values())}

    assert here | {"D1", "O5"} | PLANTED_IN_THE_AUDIT == set(CHECKS)


def test_the_page_tells_every_law_that_is_checked_and_no_other():
    told = re.findall(r"^\| ([A-Z]\d+) \| .+ \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert told == list(CHECKS)


def test_a_law_that_there_is_not_is_named(published):
    with unit_of_work(published, write=False) as session, pytest.raises(BadInput, match="was P99"):
        violations(session, tenant_id=TENANT, only=["P99"])
