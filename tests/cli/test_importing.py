"""`closeline import`: figures that add up, and a bad file that spoils no other."""

import json
from pathlib import Path

from tests.builders.archives import rows, table, without
from tests.cli.running import answer, closeline, fault

DAYS, GAMES = 4, 3
PRICES_PER_GAME = 12  # two phases, three markets, two sides


def a_file(folder: Path, name: str = "games.csv", *, seed: int = 1) -> Path:
    path = folder / name
    path.write_bytes(table(rows(days=DAYS, games=GAMES, seed=seed)))
    return path


def test_an_import_counts_every_price_once(record: str, tmp_path: Path) -> None:
    found = answer("import", a_file(tmp_path), "--db", record)

    assert set(found) == {"files", "received", "accepted", "unchanged", "quarantined", "unpriced", "by_file"}
    assert found["files"] == 1
    assert found["received"] == DAYS * GAMES * PRICES_PER_GAME
    assert found["accepted"] + found["unchanged"] + sum(found["quarantined"].values()) == found["received"]
    assert found["by_file"][0]["results"] == DAYS * GAMES


def test_the_same_bytes_again_are_unchanged(record: str, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    first = answer("import", path, "--db", record)
    again = answer("import", path, "--db", record)

    assert (again["accepted"], again["received"]) == (0, first["received"])
    assert again["unchanged"] == first["received"]


def test_a_file_without_lines_is_received_as_nothing(record: str, tmp_path: Path) -> None:
    made = rows(days=1)
    lines = [name for name in made[0] if name.startswith(("open_", "close_"))]
    path = tmp_path / "scores.csv"
    path.write_bytes(table(without(made, *lines)))

    assert answer("import", path, "--db", record)["received"] == 0


def test_a_bad_file_is_named_and_the_others_are_imported(record: str, tmp_path: Path) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("no odds here")
    result = closeline("import", tmp_path / "gone.csv", bad, a_file(tmp_path), "--db", record, "--json")
    found = json.loads(result.stdout)
    lines = result.stderr.splitlines()

    assert result.exit_code == 2
    assert found["files"] == 1
    assert found["accepted"] > 0
    assert [bool(item["error"]) for item in found["by_file"]] == [True, True, False]
    assert len(lines) == 2
    assert "gone.csv" in lines[0]
    assert "notes.txt must be a games table" in lines[1]


def test_a_person_sees_a_table(record: str, tmp_path: Path) -> None:
    said = closeline("import", a_file(tmp_path), "--db", record).stdout

    assert "games.csv" in said
    assert str(DAYS * GAMES * PRICES_PER_GAME) in said


def test_an_address_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    code, line = fault("import", a_file(tmp_path), "--db", "games.db")

    assert code == 4
    assert "sqlite:///path" in line
