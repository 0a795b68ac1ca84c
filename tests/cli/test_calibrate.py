"""`closeline calibrate`: a run, a version, and the two steps that a person may take, as text and as JSON."""

import json

import pytest

from tests.cli.running import answer, closeline, fault

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


def test_a_rollback_says_what_is_in_force_after_it(played: str) -> None:
    before = planted(played)
    out = closeline("calibrate", "rollback", "--scope", SCOPE, "--why", "a test", "--db", played)
    nothing = closeline("calibrate", "list", "--active", "--db", played).stdout
    closeline("calibrate", "activate", before, "--why", "it was good", "--db", played)
    again = answer("calibrate", "rollback", "--scope", SCOPE, "--why", "a test", "--db", played)

    assert out.stdout.splitlines()[-1] == f"no calibration is in force in {SCOPE} now"
    assert SCOPE not in nothing
    assert again["now_in_force"] is None


def test_what_is_in_force_is_listed_first_or_alone(played: str) -> None:
    found = answer("calibrate", "list", "--active", "--db", played)
    whole = closeline("calibrate", "list", "--db", played).stdout
    alone = closeline("calibrate", "list", "--active", "--db", played).stdout

    assert planted(played) in {item["calibration_version"] for item in found["active"]}
    assert whole.startswith(alone.rstrip())
    assert len(whole) > len(alone)
    assert all(word in alone for word in ("In force now", SCOPE, "ACTIVE", planted(played)[:12]))


def test_the_list_says_when_to_the_minute_by_whom_and_why(played: str) -> None:
    closeline("calibrate", "rollback", "--scope", SCOPE, "--why", "looked odd", "--actor", "ann", "--db", played)
    last = answer("calibrate", "list", "--limit", "1", "--db", played)["judgements"][0]
    said = closeline("calibrate", "list", "--limit", "1", "--db", played).stdout

    assert (last["actor"], last["why"]) == ("ann", "looked odd")
    assert all(word in said for word in ("ann", "looked odd", last["at"][:16].replace("T", " ")))


def test_what_is_in_force_cannot_be_activated_and_old_reasons_are_not_told(played: str) -> None:
    name = planted(played)
    closeline("calibrate", "rollback", "--scope", SCOPE, "--why", "a test", "--db", played)
    closeline("calibrate", "activate", name, "--why", "it was good", "--db", played)
    code, line = fault("calibrate", "activate", name, "--why", "once more", "--db", played)

    assert code == 3
    assert f"{name[:12]} of {SCOPE} is in force already" in line
    assert "ROLLED_BACK" not in line


def test_too_few_is_told_with_how_many_there_are_and_must_be(played: str) -> None:
    found = answer("calibrate", "run", "--league", "nba", "--db", played)
    short = {item["scope"]: item["short"] for item in found["outcomes"]}[SCOPE]
    said = closeline("calibrate", "run", "--league", "nba", "--db", played).stdout

    assert (short["of"], short["least"]) == ("EVENTS", 500)
    assert 0 < short["n"] < 500
    assert f"{SCOPE}: {short['n']} events with a decided forecast, 500 are needed" in said


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
        (("list", "--active", "--limit", "2"), 2, "--limit must be left out with --active"),
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


def test_what_a_gate_refused_takes_two_people(played: str) -> None:
    name = planted(played)
    needless = closeline(
        "calibrate", "activate", name[:12], "--override", "--why", "odd", "--actor", "ann", "--db", played
    )
    nobody = closeline("calibrate", "confirm", name[:12], "--why", "odd", "--actor", "bob", "--db", played)

    assert (needless.exit_code, nobody.exit_code) == (3, 3)
    assert "must be REJECTED or in the SHADOW to be overridden" in needless.stderr
    assert "closeline calibrate activate --override asks" in nobody.stderr
