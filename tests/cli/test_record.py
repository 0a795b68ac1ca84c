"""Looking at the record, its settings and its rules."""

from pathlib import Path

import pytest

from closeline.domain.gates import GATES, PLAYER_GATES
from closeline.domain.leagues import League
from closeline.store.schema import HEAD
from tests.builders.archives import rows, table
from tests.cli.running import answer, closeline, fault


def test_a_new_record_is_made_by_the_first_command(tmp_path: Path) -> None:
    found = answer("status", "--db", f"sqlite:///{tmp_path}/new.db")

    assert found["record"]["revision"] == HEAD
    assert set(found["leagues"]) == set(League)
    assert all(state["quotes"] == 0 for state in found["leagues"].values())


def test_without_a_flag_the_record_lies_in_the_platforms_folder(tmp_path: Path) -> None:
    assert (
        answer("status")["record"]["database"]
        == f"sqlite:///{answer('config', 'show')['settings']['data_dir']}/closeline.db"
    )


def test_the_status_counts_what_a_season_left(played: str) -> None:
    state = answer("status", "--db", played)

    assert state["leagues"]["nba"]["published"] > 0
    assert state["unfinished_events"] == 0
    nba = state["leagues"]["nba"]
    assert nba["picks"] + nba["leans"] == nba["published"]
    assert answer("picks", "list", "--league", "nba", "--db", played)["total"] == nba["picks"]


def test_looking_at_the_schema_makes_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"

    assert answer("db", "status", "--db", url)["revision"] is None
    assert answer("db", "upgrade", "--db", url)["revision"] == HEAD


def test_going_down_is_refused_without_a_yes(record: str) -> None:
    code, line = fault("db", "downgrade", "base", "--db", record)

    assert code == 3
    assert "--yes" in line
    assert answer("db", "status", "--db", record)["revision"] == HEAD


def test_going_down_with_a_yes_leaves_no_schema(record: str) -> None:
    assert answer("db", "downgrade", "base", "--yes", "--db", record)["revision"] is None


def test_the_settings_are_shown_without_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSELINE_ODDS_API_KEY", "s3cr3t")
    result = closeline("config", "show", "--db", "postgresql://desk:hunter2@host/name")

    assert "s3cr3t" not in result.output
    assert "hunter2" not in result.output
    assert "postgresql://desk:" in result.output


def test_an_unknown_setting_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "closeline.toml").write_text('databse_url = "sqlite:///x.db"\n')
    code, line = fault("status")

    assert code == 2
    assert "did you mean database_url?" in line


def test_the_rules_are_listed_in_their_order(record: str) -> None:
    found = answer("gates", "list", "--league", "nba", "--db", record)

    assert [item["name"] for item in found["gates"]] == [
        *(rule.__name__ for rule in (*GATES, *PLAYER_GATES)),
        "publish_thresholds",
    ]
    assert set(found["limits"]) == {"nba"}
    assert all(item["says"].endswith((".", ")")) for item in found["gates"])


def test_a_league_without_a_policy_picks_nothing(record: str) -> None:
    assert answer("policy", "show", "nfl", "--db", record)["policy_version"] is None
    assert "nothing is picked" in closeline("policy", "show", "nfl", "--db", record).stdout


def test_a_policy_shows_its_evidence(played: str) -> None:
    found = answer("policy", "show", "nba", "--db", played)

    assert {item["market_key"] for item in found["markets"]} >= {"SPREAD:FULL_GAME", "TOTAL:FULL_GAME"}
    assert all(item["beta_n"] > 0 for item in found["markets"])


def test_every_judgement_on_a_calibration_is_listed(played: str) -> None:
    found = answer("calibrate", "list", "--db", played)["judgements"]

    assert {"nba/SPREAD:FULL_GAME", "nba/TOTAL:FULL_GAME"} <= {item["scope"] for item in found}


def test_a_spelling_that_no_alias_reads_waits_for_a_person(record: str, tmp_path: Path) -> None:
    made = rows(days=1, games=1)
    made[0]["home_team"] = "Bostn Celtics"
    path = tmp_path / "typo.csv"
    path.write_bytes(table(made))
    imported = answer("import", path, "--db", record)
    found = answer("mapping", "review", "--db", record)["questions"]

    assert imported["quarantined"] == {"UNKNOWN_TEAM": 12}
    assert [(item["spelling"], item["file_name"], item["place"]) for item in found] == [
        ("Bostn Celtics", "typo.csv", "row 1")
    ]
    assert found[0]["suggested_ids"][0] == "nba_celtics"
    assert "= nba_celtics" in closeline("mapping", "review", "--db", record).stdout
    assert "1 spelling waits for a person" in closeline("status", "--db", record).stdout
    words = ("--team", "Boston Celtics", "--why", "a slip", "--actor", "me", "--db", record)
    assert "did you mean nba_celtics?" in fault("mapping", "accept", found[0]["review_id"], *words)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("gates", "list"),
        ("calibrate", "list"),
        ("mapping", "review"),
        ("picks", "list"),
        ("verify", "log"),
    ],
)
def test_a_person_gets_text(played: str, words: tuple[str, ...]) -> None:
    result = closeline(*words, "--db", played)

    assert result.exit_code == 0
    assert result.stdout.strip()
    assert not result.stdout.lstrip().startswith("{")


def test_a_report_is_written(played: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    found = answer("report", "--db", played, "--out", out)

    assert found["size"] == out.stat().st_size > 1000
