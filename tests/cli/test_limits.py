"""`closeline limits`: what judges, who set it and why, and how it is changed."""

import os
import pwd
from pathlib import Path

import pytest

from closeline.domain.leagues import League
from closeline.domain.limits.meanings import FIELDS
from tests.builders.limits import a_file
from tests.cli.running import answer, closeline, fault


def propose(record: str, path: Path, *words: object, why: str = "too wide") -> tuple[object, ...]:
    return ("limits", "propose", "nfl", path, "--why", why, "--db", record, *words)


def test_every_limit_is_shown_with_its_meaning_unit_and_bounds(record: str) -> None:
    found = answer("limits", "show", "nfl", "--db", record)
    shown = {item["name"]: item for item in found["limits"]}

    assert list(shown) == list(FIELDS)
    assert all(item["meaning"] and item["unit"] and item["must_be"] for item in shown.values())
    assert (shown["total_high"]["value"], shown["publishing"]["value"], shown["closed_markets"]["value"]) == (
        66,
        True,
        [],
    )
    assert (found["actor"], found["why"], found["at"][:4]) == ("SYSTEM", "packaged defaults", "1900")


@pytest.mark.parametrize("league", League)
def test_a_person_reads_the_limits_of_any_league(record: str, league: League) -> None:
    said = closeline("limits", "show", league, "--db", record).stdout

    assert "packaged defaults" in said
    assert ">1440: 360, >180: 60, >30: 10, >0: 3" in said
    assert all(name in said for name in FIELDS)


def test_a_change_is_shown_before_and_after_and_is_in_force_at_once(record: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, 'total_high = 64\nedge_pick = 0.025\nclosed_markets = ["TOTAL:1H"]\n')
    found = answer(*propose(record, path, "--actor", "ada"))
    shown = answer("limits", "show", "nfl", "--db", record)
    gates = answer("gates", "list", "--db", record)

    assert [tuple(item.values()) for item in found["changes"]] == [
        ("total_high", 66, 64, "TIGHTENS"),
        ("edge_pick", 0.03, 0.025, "LOOSENS"),
        ("closed_markets", [], ["TOTAL:1H"], "TIGHTENS"),
    ]
    assert found["written"]
    assert (shown["config_version"], shown["actor"], shown["why"]) == (found["config_version"], "ada", "too wide")
    assert gates["config_version"] == found["config_version"]
    assert gates["limits"]["nfl"]["total_high"] == 64
    assert answer("verify", "log", "--db", record) == {
        "intact": True,
        "events": {"SYSTEM": 0, "default": 1},
        "broken": {},
        "faults": [],
        "violations": [],
    }


def test_a_person_reads_what_changed(record: str, tmp_path: Path) -> None:
    said = closeline(*propose(record, a_file(tmp_path, "total_high = 64\npublishing = false\n"))).stdout
    listed = closeline("gates", "list", "--league", "nfl", "--db", record).stdout

    for words in (("total_high", "66", "64", "tightens"), ("publishing", "yes", "no", "tightens")):
        assert any(line.split() == list(words) for line in said.splitlines())
    assert "in force from now on" in said
    assert "publishing" in listed


def test_the_history_tells_who_when_why_and_what(record: str, tmp_path: Path) -> None:
    answer(*propose(record, a_file(tmp_path, "total_high = 64"), "--actor", "ada", why="too wide"))
    answer(*propose(record, a_file(tmp_path, "total_high = 66"), "--actor", "bob", why="too narrow"))
    versions = answer("limits", "show", "nfl", "--history", "--db", record)["versions"]
    others = answer("limits", "show", "nba", "--history", "--db", record)["versions"]
    said = closeline("limits", "show", "nfl", "--history", "--db", record).stdout

    assert [(item["actor"], item["why"]) for item in versions] == [
        ("SYSTEM", "packaged defaults"),
        ("ada", "too wide"),
        ("bob", "too narrow"),
    ]
    assert [[tuple(change.values()) for change in item["changes"]] for item in versions] == [
        [],
        [("total_high", 66, 64, "TIGHTENS")],
        [("total_high", 64, 66, "LOOSENS")],
    ]
    assert [item["changes"] for item in others] == [[], [], []]
    assert "by ada: too wide" in said
    assert "by bob: too narrow" in said


def test_what_is_in_force_already_writes_nothing_and_says_so(record: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, "total_high = 66.0")
    said = closeline(*propose(record, path)).stdout

    assert "no change, this is in force already" in said
    assert "nothing was written" in said
    assert len(answer("limits", "show", "nfl", "--history", "--db", record)["versions"]) == 1


def test_a_dry_run_writes_nothing(record: str, tmp_path: Path) -> None:
    found = answer(*propose(record, a_file(tmp_path, "total_high = 64"), "--dry-run"))

    assert (found["written"], found["before_version"]) == (False, found["config_version"])
    assert [item["name"] for item in found["changes"]] == ["total_high"]
    assert len(answer("limits", "show", "nfl", "--history", "--db", record)["versions"]) == 1


def test_whoever_runs_it_is_the_actor(record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody else")
    monkeypatch.setenv("LOGNAME", "somebody else")
    answer(*propose(record, a_file(tmp_path, "total_high = 64")))

    assert answer("limits", "show", "nfl", "--db", record)["actor"] == pwd.getpwuid(os.getuid()).pw_name


HOSTILE = {
    "an unknown key": ("total_hihg = 64", "had 'total_hihg'; did you mean total_high?"),
    "a table": ("[nfl]\ntotal_high = 64", "had 'nfl'"),
    "a text": ('total_high = "64"', "total_high must be a number from 20 to 80, was '64'"),
    "a yes": ("total_high = true", "was true"),
    "a date": ("total_high = 2026-01-01", "was 2026-01-01"),
    "no number": ("total_high = nan", "was nan"),
    "without end": ("total_high = -inf", "was -inf"),
    "overflowing": ("total_high = 1e999", "was inf"),
    "many digits": (f"total_high = {'9' * 5000}", "must be TOML"),
    "many hexadecimal digits": (f"total_high = 0x{'f' * 60_000}", "was something too large to show"),
    "out of bounds": ("booksum_low = 0.5", "booksum_low must be a number from 0.95 to 1.05, was 0.5"),
    "off": ("quote_age_minutes = [[0, 1e6]]", "quote_age_minutes must be pairs of minutes"),
    "no market": ('closed_markets = ["EVERYTHING"]', "closed_markets must be a list of market keys"),
    "out of order": ("total_soft = 6.5", "total_soft must be below total_hard"),
    "deep lists": (f"total_high = {'[' * 30_000}{']' * 30_000}", "nested too deep"),
    "deep tables": (f"total_high.{'.'.join('a' * 3_000)} = 1", "total_high must be a number"),
    "too long": ("#" * 70_000, "must be at most 65536 bytes"),
    "twice": ("total_high = 64\ntotal_high = 65", "must be TOML"),
    "no TOML": ("total_high: 64", "must be TOML"),
}


@pytest.mark.parametrize(("text", "says"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_cannot_be_used_is_one_line_and_writes_nothing(
    record: str, tmp_path: Path, text: str, says: str
) -> None:
    code, line = fault(*propose(record, a_file(tmp_path, text)))

    assert code == 2
    assert says in line
    assert len(line) < 1500
    assert len(answer("limits", "show", "nfl", "--history", "--db", record)["versions"]) == 1


def test_a_file_that_is_no_text_or_no_file_is_one_line(record: str, tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\x00")

    assert fault(*propose(record, binary))[0] == 2
    assert fault(*propose(record, tmp_path))[0] == 2
    assert fault(*propose(record, tmp_path / "none.toml"))[0] == 2


@pytest.mark.parametrize("words", [("--why", " "), ("--why", "x", "--actor", "")])
def test_a_change_without_a_reason_or_a_name_is_refused(record: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    path = a_file(tmp_path, "total_high = 64")
    code, line = fault("limits", "propose", "nfl", path, "--db", record, *words)

    assert code == 2
    assert "readable characters" in line


def test_a_reason_must_be_given(record: str, tmp_path: Path) -> None:
    result = closeline("limits", "propose", "nfl", a_file(tmp_path, "total_high = 64"), "--db", record)

    assert result.exit_code == 2
    assert "--why" in result.stderr


def test_what_was_published_keeps_the_version_that_judged_it(played: str, tmp_path: Path) -> None:
    before = answer("picks", "list", "--limit", 0, "--leans", "--db", played)
    one = before["picks"][0]["pick_id"]
    lineage = answer("picks", "show", one, "--db", played)
    path = a_file(tmp_path, "publishing = false")
    found = answer("limits", "propose", "nba", path, "--why", "closed", "--db", played)

    assert answer("picks", "list", "--limit", 0, "--leans", "--db", played) == before
    assert answer("picks", "show", one, "--db", played) == lineage
    assert lineage["versions"]["config"] == found["before_version"]
    assert answer("verify", "log", "--db", played)["intact"]
    assert answer("verify", "run", lineage["run"]["run_id"], "--db", played)["identical"]
