"""`closeline props` and `nba-pra`: what a person types on a SYNTHETIC league, and what is said when something is amiss."""

import json
import re
import shlex
import sys
import tomllib
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from closeline.cli.props.requested import app as requested
from tests.builders import prop_league
from tests.builders.guide import blocks
from tests.builders.prop_league import FIRST, LONG
from tests.cli.running import answer, closeline, fault

ROOT = Path(__file__).parents[2]
TONIGHT = FIRST + timedelta(days=LONG)
OWN = ("train", "predict", "recommend", "pipeline", "status")


def nba_pra(*words):
    return CliRunner().invoke(requested, [str(word) for word in words])


def files(folder: Path, *, days: int = LONG) -> list[str]:
    held = {"player_games.csv": prop_league.player_games(days), "player_props.csv": prop_league.player_props(days=days)}
    for name, content in held.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in held]


def walk_through() -> list[list[str]]:
    """Give the commands of the page's own section, in order."""
    page = (ROOT / "docs" / "props.md").read_text(encoding="utf-8")
    section = page.partition("\n## At the terminal\n")[2].partition("\n## ")[0]
    own = [text for language, text in blocks("props.md") if language == "sh" and text in section]
    return [shlex.split(line) for text in own for line in text.splitlines() if line]


def test_the_walk_through_of_the_page_runs_as_it_stands_there(tmp_path):
    files(tmp_path)
    said = {}
    for words in walk_through():
        run = nba_pra if words[0] == "nba-pra" else closeline
        result = run(*words[1:])
        assert result.exit_code == 0, (words, result.output)
        said[" ".join(words[:3])] = result.output

    assert len(said) == 7
    assert "INSUFFICIENT_DATA" in closeline("props", "predict", "--date", TONIGHT).stdout
    assert re.search(r"PRA: [0-9a-f]{32} \(xgboost", said["closeline props train"])
    assert re.search(r"all folds +216 ", said["closeline props train"])
    assert re.search(r"EWMA 7 +216 ", said["closeline props train"])
    assert re.search(r"^ +38\.5 .* quoted *$", said["closeline props predict"], re.MULTILINE)
    assert "Why lines were refused" in said["closeline props recommend"]
    assert "What each filter costs" in said["closeline props recommend"]
    assert re.search(r"record +DONE +\d+\.\d +\d+\.\d\d +6 +6 new lines judged", said["closeline props pipeline"])
    assert "POINTS: no model" in said["closeline props status"]
    assert "1323 rows of 13 players, 2024-10-22 to 2025-02-08" in said["nba-pra status"]
    again = answer("props", "pipeline", "--date", TONIGHT, "--statistic", "pra", "--folds", "1")
    assert {item["state"] for item in again["steps"] if item["name"] in ("train", "record")} == {"UNCHANGED"}
    assert answer("props", "predict", "--date", TONIGHT, "--player", "nba_1")["player"]["statistic"] == "PRA"
    code, line = fault("props", "predict", "--date", TONIGHT, "--player", "Ason")
    assert code == 2
    assert "Synthetic Home Ason (nba_1), Synthetic Away Ason (nba_7)" in line


def test_too_few_logs_are_said_in_one_line_with_the_mend(record, tmp_path):
    assert fault("props", "train", "--db", record)[1].endswith("import them with closeline props import")
    closeline("props", "import", files(tmp_path, days=20)[0], "--db", record)
    code, line = fault("props", "train", "--statistic", "pra", "--db", record)

    assert code == 2
    assert "ask for fewer folds or import earlier seasons" in line


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_a_library_that_is_not_installed_is_one_line_that_says_how_to_install_it(record, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    code, line = fault("props", "train", "--booster", library, "--db", record)

    assert (code, line) == (2, "closeline: props need their libraries: install closeline[props]")


def test_without_the_library_of_signatures_training_stops_before_it_begins(record, tmp_path, monkeypatch):
    closeline("props", "import", files(tmp_path, days=8)[0], "--db", record)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    code, line = fault("props", "train", "--statistic", "pra", "--db", record)

    assert (code, line) == (2, "closeline: props need their libraries: install closeline[props]")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["predict", "--statistic", "steals"], "statistic must be one of points, rebounds, assists, pra, threes"),
        (["train", "--booster", "catboost"], "booster must be one of xgboost, lightgbm"),
        (["predict", "--player", "X", "--statistic", "pra", "--statistic", "points"], "must be given once with --player"),
        (["predict", "--date", "2025-02-09"], "run: closeline props train"),
        (["recommend", "--date", "2025-02-09"], "run: closeline props train"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_with_the_mend(record, words, wrong):
    code, line = fault("props", *words, "--db", record)

    assert code == 2
    assert wrong in line


def test_a_strict_pipeline_without_logs_ends_with_the_code_of_a_record_that_cannot_be_used(record):
    words = ("props", "pipeline", "--date", "2025-02-09", "--db", record)
    found = answer(*words)

    assert (found["health"], found["lines"]) == ("NO_DATA", 0)
    assert {item["name"]: item["state"] for item in found["steps"]}["predict"] == "SKIPPED"
    assert fault(*words, "--strict") == (
        4, "closeline: no game of a player is in the record; import players' games: closeline props import FILE"
    )  # fmt: skip


def test_the_requested_command_is_an_entry_point_and_knows_the_same_words():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, name = scripts["nba-pra"].partition(":")
    said = nba_pra("--help").stdout

    assert getattr(import_module(module), name) is requested
    assert all(re.search(rf"\b{command}\b", said) for command in OWN)
    assert "--full" in nba_pra("pipeline", "--help").stdout


def test_the_requested_command_says_what_the_other_one_says(record):
    ours = json.loads(nba_pra("status", "--json", "--db", record).stdout)
    theirs = answer("props", "status", "--db", record)

    assert {**ours, "as_of": ""} == {**theirs, "as_of": ""}
    refused = nba_pra("predict", "--db", record)
    assert (refused.exit_code, refused.stderr.splitlines()) == (
        2, ["closeline: a model of PRA must have been trained, none was; run: closeline props train"]
    )  # fmt: skip
    assert nba_pra("pipeline", "--full", "--strict", "--db", record).exit_code == 4
