"""`closeline backtest`: one object, every figure with its n, and refusals in one line."""

import json
from pathlib import Path

import pytest

from closeline.domain.leagues import League
from tests.builders.archives import rows, table
from tests.builders.records import make_trusting
from tests.cli.running import answer, closeline, fault
from tests.databases import SqliteDatabases, dropped_after

DAYS, GAMES = 8, 3
FROM = "2023-11-05"
ASKED = {
    "league", "games", "warmup_games", "decisions", "published", "graded", "quarantined", "markets", "home_win_log_loss",
    "ece", "seconds", "games_per_second", "record_hash",
}  # fmt: skip
ASKED_OF_A_MARKET = {
    "picks", "clv_prob_mean", "clv_prob_low", "clv_prob_high", "clv_ev_mean", "predicted_clv_mean", "clv_slope", "wins",
    "losses", "pushes", "units",
}  # fmt: skip


def an_archive_file(folder: Path, league: League = League.NBA, name: str = "") -> Path:
    path = folder / (name or f"{league}.csv")
    path.write_bytes(table(rows(league, days=DAYS, games=GAMES)))
    return path


@pytest.fixture
def trusting(sqlite: SqliteDatabases) -> object:
    with dropped_after(sqlite, sqlite.copy_of("trusting", make_trusting)) as url:
        yield url


def test_a_backtest_prints_one_object_with_every_figure(trusting: str, tmp_path: Path) -> None:
    picks = tmp_path / "picks"
    found = answer(
        "backtest", an_archive_file(tmp_path), "--publish-from", FROM, "--db", trusting, "--publish-dir", picks
    )

    assert set(found) >= ASKED
    assert found["league"] == "nba"
    assert found["games"] == DAYS * GAMES
    assert set(found["decisions"]) == {"PICK", "LEAN", "NO_PLAY"}
    assert set(found["graded"]) == {"WIN", "LOSS", "PUSH", "VOID"}
    assert found["published"] > 0
    assert sum(found["graded"].values()) + found["open"] == found["published"]
    assert sum(market["picks"] for market in found["markets"].values()) == found["published"]
    assert all(set(market) >= ASKED_OF_A_MARKET for market in found["markets"].values())
    assert set(found["home_win_log_loss"]) >= {"open", "rating", "published", "close", "n", "open_source"}
    assert set(found["ece"]) == {"value", "noise_floor", "n"}
    assert len(found["record_hash"]) == 64
    assert len(list(picks.glob("*.json"))) == found["published"] + found["leans"]


def test_a_backtest_again_changes_nothing(record: str, tmp_path: Path) -> None:
    words = ("backtest", an_archive_file(tmp_path), "--publish-from", FROM, "--db", record)
    timing = ("seconds", "games_per_second")
    first, again = ({k: v for k, v in answer(*words).items() if k not in timing} for _ in range(2))

    assert first == again


def test_nothing_that_is_not_a_number_is_printed(record: str, tmp_path: Path) -> None:
    said = closeline("backtest", an_archive_file(tmp_path), "--publish-from", "2024-01-01", "--db", record, "--json")

    assert json.loads(said.stdout, parse_constant=pytest.fail)["published"] == 0


def test_two_archives_of_one_league_are_one_history(record: str, tmp_path: Path) -> None:
    made = rows(days=DAYS, games=GAMES)
    for name, part in (("early", made[: len(made) // 2]), ("late", made[len(made) // 2 :])):
        (tmp_path / f"{name}.csv").write_bytes(table(part))
    found = answer("backtest", tmp_path / "early.csv", tmp_path / "late.csv", "--publish-from", FROM, "--db", record)

    assert found["games"] == DAYS * GAMES


def test_two_leagues_are_refused_by_name(record: str, tmp_path: Path) -> None:
    files = [an_archive_file(tmp_path, league) for league in (League.NBA, League.NFL)]
    code, line = fault("backtest", *files, "--publish-from", FROM, "--db", record)

    assert code == 2
    assert "nba (" in line
    assert "nfl (" in line


def test_another_first_day_on_one_record_is_refused(record: str, tmp_path: Path) -> None:
    path = an_archive_file(tmp_path)
    answer("backtest", path, "--publish-from", FROM, "--db", record)
    code, line = fault("backtest", path, "--publish-from", "2023-11-06", "--db", record)

    assert code == 3
    assert FROM in line


def test_an_archive_without_games_is_refused(record: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("league,game_date,home_team,away_team\n")

    assert fault("backtest", empty, "--publish-from", FROM, "--db", record)[0] == 2


def test_a_person_sees_tables_with_n_and_intervals(played: str, tmp_path: Path) -> None:
    from tests.builders.desks import SEASON_DAYS

    path = tmp_path / "nba.csv"
    path.write_bytes(table(rows(days=SEASON_DAYS)))
    said = closeline("backtest", path, "--publish-from", "2023-11-01", "--db", played).stdout

    for words in (
        "Closing line value",
        "95 %",
        "± se",
        "Units",
        "Log-loss of the home win",
        "calibration error",
        "record ",
    ):
        assert words in said


def test_leagues_that_are_spread_over_processes_leave_the_records_of_one_process(
    sqlite: SqliteDatabases, tmp_path: Path
) -> None:
    files = [an_archive_file(tmp_path, league) for league in (League.NBA, League.NFL)]
    words = ("backtest", *files, "--publish-from", FROM)
    alone = [answer("backtest", file, "--publish-from", FROM, "--db", f"sqlite:///{tmp_path}/one.db") for file in files]
    spread = answer(*words, "--processes", "2", "--db", f"sqlite:///{tmp_path}/{{league}}.db")["backtests"]

    assert [each["record_hash"] for each in spread] == [each["record_hash"] for each in alone]
    timed = ("seconds", "games_per_second")
    assert [{**each, **dict.fromkeys(timed)} for each in spread] == [{**each, **dict.fromkeys(timed)} for each in alone]
    assert "a record for each league" in fault(*words, "--processes", "2", "--db", f"sqlite:///{tmp_path}/all.db")[1]
