"""`closeline jobs`, `worker` and `beat`: what ran, what did not, and one by hand."""

from datetime import UTC, datetime

import pytest

from closeline.store.database.engine import open_engine
from closeline.store.scheduling import job_runs, leases
from closeline.store.session import unit_of_work
from tests.cli.running import answer, closeline, fault

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MISSED, DEAD, DONE = "2026-11-21T04:00:00+00:00", "nba:2026-11-21T07:00:00+00:00", "2026-11-22T03:55:00+00:00"


def fill(url: str) -> None:
    from datetime import timedelta

    engine = open_engine(url)
    with unit_of_work(engine) as session:
        assert job_runs.claim(session, "publish.deliver", DONE, at=AT)
        assert job_runs.list_missed(session, [("publish.deliver", MISSED, "the next run does it")], at=AT) == 1
        assert job_runs.fail(session, "tune.bias", DEAD, attempt=6, at=AT, next_at=None, detail="ValueError at x:1",
                             arguments='{"league":"nba"}')  # fmt: skip
        leases.acquire(session, "scheduler", "here", at=AT, ttl=timedelta(seconds=20), lapsed=False)
    engine.dispose()


def test_runs_are_listed_by_what_became_of_them(record: str) -> None:
    assert answer("jobs", "list", "--db", record) == {"runs": [], "counts": {}, "leader": None}
    fill(record)

    whole = answer("jobs", "list", "--db", record)
    missed = answer("jobs", "list", "--missed", "--db", record)["runs"]
    failed = answer("jobs", "list", "--failed", "--db", record)["runs"]
    of_job = answer("jobs", "list", "--job", "publish.deliver", "--most", "1", "--db", record)["runs"]

    assert whole["counts"] == {"DONE": 1, "DEAD": 1, "MISSED": 1}
    assert whole["leader"] == {"holder": "here", "token": 1, "expires_at": "2026-11-22T04:00:20Z"}
    assert [(run["slot"], run["detail"]) for run in missed] == [(MISSED, "the next run does it")]
    assert [(run["slot"], run["state"], run["attempts"]) for run in failed] == [(DEAD, "DEAD", 6)]
    assert len(of_job) == 1
    said = closeline("jobs", "list", "--db", record).stdout
    assert "1 DONE, 1 DEAD, 1 MISSED" in said
    assert "runner here leads until 2026-11-22 04:00:20, token 1" in said


def test_a_slot_that_was_missed_or_is_dead_runs_by_hand_and_one_that_is_done_does_not(record: str) -> None:
    fill(record)

    assert closeline("jobs", "run", "publish.deliver", "--slot", MISSED, "--db", record).stdout.endswith("ran\n")
    assert closeline("jobs", "run", "tune.bias", "--slot", DEAD, "--db", record).stdout.endswith("ran\n")
    assert answer("jobs", "list", "--db", record)["counts"] == {"DONE": 3}
    code, said = fault("jobs", "run", "publish.deliver", "--slot", DONE, "--db", record)
    assert (code, "was DONE" in said) == (3, True)
    words = ("jobs", "run", "tune.bias", "--slot", "x", "--db", record)
    assert "--arguments must be a JSON object" in fault(*words, "--arguments", "[1]")[1]
    assert "arguments of tune.bias x must be given" in fault(*words)[1]
    assert "a slot of it is like nfl:20" in fault(*words)[1]
    assert "a slot of it is like" in fault("jobs", "run", "tune.bias", "--slot", "nba:2026-soon", "--db", record)[1]
    assert "job must be one of" in fault("jobs", "run", "tune.nothing", "--slot", "x", "--db", record)[1]


def test_without_a_broker_workers_and_beats_say_what_to_set(record: str) -> None:
    for command in (("worker",), ("worker", "--captures"), ("beat",)):
        code, said = fault(*command, "--db", record)
        assert (code, "set CLOSELINE_BROKER_URL=" in said) == (2, True)


@pytest.mark.parametrize("command", [("worker",), ("worker", "--captures"), ("beat",)])
def test_an_unusable_record_is_said_before_anything_is_consumed(tmp_path, monkeypatch, command) -> None:
    monkeypatch.setenv("CLOSELINE_BROKER_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr("closeline.worker._consume", lambda *_: pytest.fail("a worker must not start"))
    code, said = fault(*command, "--db", f"sqlite:///{tmp_path}/missing/closeline.db")

    assert code == 4
    assert "missing" in said
