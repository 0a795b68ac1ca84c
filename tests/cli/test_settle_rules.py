"""`closeline settle rules`: by which windows picks settle and by which books they close, and how that is changed."""

from pathlib import Path

import pytest

from tests.cli.running import answer, closeline, fault

RULES = """
[settlement]
completion_window_hours = 36

[closing]
reference_order = ["pinnacle", "consensus"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text)
    return path


def shown(record: str, league: str = "mlb") -> dict[str, object]:
    return dict(answer("settle", "rules", "--league", league, "--db", record))


def change(record: str, folder: Path, text: str = RULES, *more: object) -> dict[str, object]:
    return dict(answer(
        "settle", "rules", "--league", "mlb", "--set", written(folder, text), "--why", "a book's own", "--actor", "ann",
        "--db", record, *more,
    ))  # fmt: skip


def value_of(rules: dict[str, object], name: str) -> object:
    return next(item["value"] for item in rules["rules"] if item["name"] == name)  # type: ignore[attr-defined]


def test_a_record_begins_with_the_first_rule_sets(record: str) -> None:
    rules = shown(record)

    assert (rules["settlement_rules"], rules["clv_rules"]) == ("settlement-v1", "clv-v1")
    assert value_of(rules, "settlement.completion_window_hours") == 48


def test_a_change_is_in_force_for_its_league_alone(record: str, tmp_path: Path) -> None:
    changed = change(record, tmp_path)

    assert changed["changed"] is not None
    assert shown(record)["settlement_rules"] == changed["settlement_rules"]
    assert str(changed["settlement_rules"]).startswith("settlement-v1+")
    assert str(changed["clv_rules"]).startswith("clv-v1+")
    assert shown(record, "nhl")["settlement_rules"] == "settlement-v1"


def test_a_dry_run_writes_nothing(record: str, tmp_path: Path) -> None:
    change(record, tmp_path, RULES, "--dry-run")

    assert shown(record)["settlement_rules"] == "settlement-v1"


def test_going_back_is_a_version_of_its_own_with_the_first_name(record: str, tmp_path: Path) -> None:
    first = shown(record)
    change(record, tmp_path)
    back = change(record, tmp_path, "[settlement]\n[closing]\n")

    assert (back["settlement_rules"], back["clv_rules"]) == ("settlement-v1", "clv-v1")
    assert back["config_version"] != first["config_version"]


def test_what_is_in_force_already_writes_nothing(record: str, tmp_path: Path) -> None:
    before = change(record, tmp_path)

    assert change(record, tmp_path)["config_version"] == before["config_version"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[settlement]\ncompletion_window_hours = 3\n", "must be a number of hours from 12 to 744"),
        ("[settlement]\nhours = 3\n", "must hold only rules that may be changed"),
        ("[closing]\nreference_order = []\n", "must be a list of books"),
        ('[closing]\nreference_order = ["pinacle"]\n', "known are pinnacle"),
        ("[closing]\nmax_age_minutes = 0\n", "must be a number from 1 to 1440"),
        ("[other]\n", "must stand in [settlement] or [closing]"),
        ("settlement = 3\n", "must be a table of rules"),
        ("[settlement", "must be TOML"),
    ],
)
def test_what_no_rule_may_be_is_refused_with_nothing_written(record: str, tmp_path: Path, text: str, says: str) -> None:
    code, line = fault(
        "settle", "rules", "--league", "mlb", "--set", written(tmp_path, text), "--why", "x", "--db", record
    )

    assert (code, says in line) == (2, True)
    assert shown(record)["settlement_rules"] == "settlement-v1"


def test_a_change_says_why(record: str, tmp_path: Path) -> None:
    code, line = fault("settle", "rules", "--league", "mlb", "--set", written(tmp_path, RULES), "--db", record)

    assert (code, "--why must be given" in line) == (2, True)


def test_people_see_what_changed(record: str, tmp_path: Path) -> None:
    result = closeline(
        "settle", "rules", "--league", "mlb", "--set", written(tmp_path, RULES), "--why", "x", "--db", record
    )

    assert "settlement.completion_window_hours: 48 -> 36" in result.stdout
