"""`closeline import` of injuries and `closeline models values`: figures, and faults in one line each."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders.injuries import a_report, a_team, the_bytes
from tests.cli.running import answer, closeline, fault

THEN = datetime(2024, 1, 10, 12, tzinfo=UTC)
HEADER = "team,player,value_points\n"


def a_file(folder: Path) -> Path:
    path = folder / "injuries.json"
    path.write_bytes(the_bytes(a_team(a_report()), a_team(a_report("Far Away"), name="Atlanta Dream"), at=THEN))
    return path


def values_of(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "values.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return path


def test_injuries_are_imported_for_the_league_that_is_named(record: str, tmp_path: Path) -> None:
    found = answer("import", a_file(tmp_path), "--league", "nba", "--db", record)
    again = answer("import", a_file(tmp_path), "--league", "nba", "--db", record)

    assert (found["received"], found["accepted"], found["quarantined"]) == (2, 1, {"UNKNOWN_TEAM": 1})
    assert (found["by_file"][0]["feed"], found["by_file"][0]["leagues"]) == ("espn_injuries", ["nba"])
    assert (again["received"], again["accepted"], again["unchanged"]) == (2, 0, 1)


def test_injuries_without_their_league_are_refused_with_the_mend(record: str, tmp_path: Path) -> None:
    code, line = fault("import", a_file(tmp_path), "--db", record)

    assert code == 2
    assert "must come with --league LEAGUE" in line


def test_a_league_without_values_says_so(record: str) -> None:
    assert answer("models", "values", "nba", "--db", record) == {
        "league": "nba", "version": None, "source": None, "set_at": None, "values": [],
    }  # fmt: skip
    assert "nba: no player values" in closeline("models", "values", "nba", "--db", record).stdout


def test_values_are_set_shown_and_set_again_without_a_new_version(record: str, tmp_path: Path) -> None:
    path = values_of(tmp_path, "Boston Celtics,Jay Star,6", "", "miami heat,Ann Guard,2.5")
    words = ("models", "values", "nba", "--db", record)
    made = answer(*words, "--set", path, "--source", "my own table")
    again = answer(*words, "--set", path, "--source", "my own table")
    shown = closeline(*words).stdout

    assert made == again == answer(*words)
    assert made["source"] == "my own table"
    assert {(item["team"], item["player"], item["value_points"]) for item in made["values"]} == {
        ("Boston Celtics", "Jay Star", 6.0),
        ("Miami Heat", "Ann Guard", 2.5),
    }
    assert made["version"] in shown
    assert "Ann Guard" in shown


def test_values_that_return_after_others_are_in_force_again(record: str, tmp_path: Path) -> None:
    words = ("models", "values", "nba", "--db", record, "--source", "me", "--set")
    points = [
        answer(*words, values_of(tmp_path, f"Boston Celtics,Jay Star,{value}"))["values"][0]["value_points"]
        for value in (6, 3, 6)
    ]

    assert points == [6.0, 3.0, 6.0]


def test_a_file_with_faults_is_refused_whole_with_a_line_for_each(record: str, tmp_path: Path) -> None:
    path = values_of(
        tmp_path, "Boston Celtics,Jay Star,6", "Boston Celtics,JAY STAR,5", "Atlanta Dream,Ann Guard,1",
        "Miami Heat,Bo Big,9.5", "Miami Heat,Cy Less,-1", "Miami Heat,Di Nan,nan", "Miami Heat,,1", "Miami Heat,Ed",
    )  # fmt: skip
    result = closeline("models", "values", "nba", "--db", record, "--set", path, "--source", "me")
    lines = result.stderr.splitlines()

    assert result.exit_code == 2
    assert [line.partition("values.csv: ")[2].partition(":")[0] for line in lines] == [
        f"line {number}" for number in range(3, 10)
    ]
    assert "must stand in the file once, stood in line 2" in lines[0]
    assert "team must be one of nba, was 'Atlanta Dream'" in lines[1]
    assert "must be a number from 0 to 9, was '9.5'" in lines[2]
    assert answer("models", "values", "nba", "--db", record)["version"] is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"team,player\n", "must have the columns team, player, value_points, had team, player"),
        (b"", "had none"),
        (b"team,player,value_points\n", "must have a player, had none"),
        (b"\xff\xfe\x00", "must be CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_values_is_refused_in_one_line(
    record: str, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(content)
    code, line = fault("models", "values", "nba", "--db", record, "--set", path, "--source", "me")

    assert code == 2
    assert said in line


@pytest.mark.parametrize(
    "words", [("--source", "me"), ("--set", "values.csv"), ("--set", "values.csv", "--source", " ")]
)
def test_a_file_and_its_source_come_together(record: str, words: tuple[str, ...]) -> None:
    code, line = fault("models", "values", "nba", "--db", record, *words)

    assert code == 2
    assert "--set FILE and --source TEXT must come together" in line


def test_a_file_that_is_not_there_is_refused_in_one_line(record: str) -> None:
    code, line = fault("models", "values", "nba", "--db", record, "--set", "gone.csv", "--source", "me")

    assert code == 2
    assert "gone.csv must be a file that can be read" in line
