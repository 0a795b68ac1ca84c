"""`closeline props import`: which kind a file is, what it came to, and a bad file that spoils no other."""

import json
from pathlib import Path

from tests.builders.archives import rows, table
from tests.builders.box_scores import Row, a_game, a_price_row, as_csv, as_parquet
from tests.cli.running import answer, closeline, fault


def games_file(folder: Path, *made: Row) -> Path:
    path = folder / "player_games.csv"
    path.write_bytes(as_csv(made or a_game()).content)
    return path


def lines_file(folder: Path) -> Path:
    path = folder / "player_props.parquet"
    path.write_bytes(as_parquet([a_price_row(), a_price_row(line=30.5, over_odds=250.0, under_odds=-330.0)]).content)
    return path


def test_games_and_lines_come_in_by_one_command(record: str, tmp_path: Path) -> None:
    found = answer("props", "import", games_file(tmp_path), lines_file(tmp_path), "--db", record)
    games, lines = found["by_file"]

    assert (found["files"], games["feed"], lines["feed"]) == (2, "player_games", "player_props")
    assert games["lines"] == {"received": 10, "accepted": 10, "unchanged": 0, "players": 10, "linked": 0}
    assert (games["games"], games["results"]) == (1, 1)
    assert (lines["received"], lines["accepted"], lines["quarantined"]) == (4, 2, {"ALTERNATE_LINE": 2})


def test_the_same_files_again_accept_nothing(record: str, tmp_path: Path) -> None:
    files = games_file(tmp_path), lines_file(tmp_path)
    answer("props", "import", *files, "--db", record)
    games, lines = answer("props", "import", *files, "--db", record)["by_file"]

    assert (games["lines"]["accepted"], games["lines"]["unchanged"]) == (0, 10)
    assert (lines["accepted"], lines["unchanged"], lines["quarantined"]) == (0, 2, {"ALTERNATE_LINE": 2})


def test_a_table_says_what_was_set_aside(record: str, tmp_path: Path) -> None:
    made = a_game()
    made[0]["pts"] = 90
    shown = closeline("props", "import", games_file(tmp_path, *made), "--db", record)

    assert shown.exit_code == 0
    assert "INCOMPLETE_BOX" in shown.stdout
    assert "BAD_RESULT" in shown.stdout


def test_a_file_that_lacks_columns_is_named_with_them_in_one_line(record: str, tmp_path: Path) -> None:
    bare = [{key: value for key, value in row.items() if key not in ("oreb", "fta")} for row in a_game()]
    path = games_file(tmp_path, *bare)
    result = closeline("props", "import", path, lines_file(tmp_path), "--db", record, "--json")

    assert json.loads(result.stdout)["files"] == 1
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "must have the columns of player games, lacked fta, oreb" in result.stderr


def test_a_file_of_another_kind_is_refused(record: str, tmp_path: Path) -> None:
    path = tmp_path / "games.csv"
    path.write_bytes(table(rows(days=1)))
    code, line = fault("props", "import", path, "--db", record)

    assert code == 2
    assert "must hold players' games or lines on players, was games_table" in line
