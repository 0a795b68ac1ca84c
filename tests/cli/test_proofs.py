"""`closeline verify`: what was done can be done again, and what was logged was not changed."""

import pytest

from closeline.jobs.replaying import verify as job
from closeline.jobs.replaying.verify import Verified
from tests.builders.records import opened, tamper
from tests.cli.running import answer, closeline, fault


def run_of_some_pick(url: str) -> str:
    pick = answer("picks", "list", "--limit", 1, "--db", url)["picks"][0]["pick_id"]
    return str(answer("picks", "show", pick, "--db", url)["run"]["run_id"])


def test_a_run_that_is_the_same_again_is_identical(played: str) -> None:
    run_id = run_of_some_pick(played)
    found = answer("verify", "run", run_id, "--db", played)

    assert (found["run_id"], found["identical"], found["differences"]) == (run_id, True, [])
    assert found["checked"]


def test_a_difference_is_corruption(played: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "verify_run", lambda desk, run_id: Verified(run_id, ("all",), ("margin was 1, is 2",)))
    code, line = fault("verify", "run", "abc", "--db", played)

    assert code == 5
    assert "margin was 1, is 2" in line


def test_a_run_that_is_not_there_is_told_in_one_line(played: str) -> None:
    assert fault("verify", "run", "abc", "--db", played)[0] == 2


def test_an_untouched_log_is_intact(played: str) -> None:
    found = answer("verify", "log", "--db", played)

    assert found["intact"]
    assert found["broken"] == {}
    assert found["events"]["SYSTEM"] > 0


def test_a_changed_event_is_found_at_its_row(played: str) -> None:
    with opened(played) as engine:
        assert tamper(engine, "event_log", "UPDATE event_log SET actor = 'x' WHERE chain = 'SYSTEM' AND seq = 3") == 1
    code, line = fault("verify", "log", "--db", played)

    assert code == 5
    assert "SYSTEM does not from row 3 on" in line


def test_a_person_is_told_what_was_checked(played: str) -> None:
    assert "identical" in closeline("verify", "run", run_of_some_pick(played), "--db", played).stdout
