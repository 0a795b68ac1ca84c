"""`closeline calibrate`: a run, a version, and the two steps that a person may take, as text and as JSON."""

import json

import pytest

from tests.cli.running import answer, closeline

SCOPE = "nba/SPREAD:FULL_GAME"


def planted(url: str) -> str:
    return str(next(item for item in answer("calibrate", "list", "--db", url)["judgements"] if item["scope"] == SCOPE)[
        "calibration_version"
    ])  # fmt: skip


def test_a_run_says_of_every_scope_what_became_of_it(played: str) -> None:
    found = answer("calibrate", "run", "--method", "temperature", "--db", played, "--actor", "me")

    assert (found["method"], found["actor"], found["training_days"]) == ("temperature", "me", None)
    assert {item["outcome"] for item in found["outcomes"]} == {"TOO_FEW"}
    assert {"GLOBAL", SCOPE} <= {item["scope"] for item in found["outcomes"]}
    text = closeline("calibrate", "run", "--league", "nba", "--training-days", "30", "--db", played)
    assert "TOO_FEW" in text.stdout
    assert "GLOBAL" not in text.stdout


def test_a_version_is_rolled_back_and_put_in_force_again(played: str) -> None:
    name = planted(played)
    left = answer("calibrate", "rollback", "--scope", SCOPE, "--why", "a test", "--actor", "me", "--db", played)
    refused = closeline("calibrate", "rollback", "--scope", SCOPE, "--why", "again", "--db", played)
    back = answer("calibrate", "activate", name[:12], "--why", "it was good", "--db", played)

    assert (left["calibration_version"], left["status"], left["reasons"]) == (name, "RETIRED", ["ROLLED_BACK"])
    assert refused.exit_code == 3
    assert "must have a calibration in force to roll back" in refused.stderr
    assert (back["status"], back["events"][-1]["why"]) == ("ACTIVE", "it was good")
    assert answer("verify", "log", "--db", played)


def test_a_version_is_shown_to_a_person(played: str) -> None:
    shown = closeline("calibrate", "show", planted(played), "--db", played)

    assert shown.exit_code == 0
    assert f"{SCOPE}, IDENTITY, ACTIVE" in shown.stdout
    assert "it stands alone" in shown.stdout


def test_the_list_can_be_cut_to_its_end(played: str) -> None:
    everything = answer("calibrate", "list", "--db", played)["judgements"]
    last = answer("calibrate", "list", "--limit", "2", "--db", played)["judgements"]

    assert last == everything[-2:]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("show", "feed"), 2, "calibration must be a version of this record"),
        (("run", "--method", "magic"), 2, "method must be one of"),
        (("rollback", "--scope", "moon", "--why", "x"), 2, "scope must be GLOBAL"),
        (("activate", "feed", "--why", "x"), 2, "there was none"),
    ],
)
def test_a_fault_is_one_line(played: str, words: tuple[str, ...], code: int, message: str) -> None:
    result = closeline("calibrate", *words, "--db", played)

    assert result.exit_code == code
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert json.dumps(result.stdout) == '""'
