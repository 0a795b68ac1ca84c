"""Small files of every format, made by hand: each builder has sound defaults and takes what a test is about."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from closeline.domain.feeds.captures import RawPayload

RECEIVED_AT = datetime(2026, 2, 1, 12, tzinfo=UTC)

Cells = Sequence[object]

BASKETBALL = ("Date", "Rot", "VH", "Team", "1st", "2nd", "3rd", "4th", "Final", "Open", "Close", "ML", "2H")
COLLEGE_BASKETBALL = ("Date", "Rot", "VH", "Team", "1st", "2nd", "Final", "Open", "Close", "ML", "2H")
HOCKEY = (
    "Date",
    "Rot",
    "VH",
    "Team",
    "1st",
    "2nd",
    "3rd",
    "Final",
    "Open",
    "Close",
    "PuckLine",
    "",
    "OpenOU",
    "",
    "CloseOU",
    "",
)
HOCKEY_TEXT = (
    "Date",
    "Rot",
    "VH",
    "Team",
    "1st",
    "2nd",
    "3rd",
    "Final",
    "Open",
    "Close",
    "PL",
    "Open OU",
    "",
    "Close OU",
    "",
)
INNINGS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th")
BASEBALL = (
    "Date", "Rot", "VH", "Team", "Pitcher", *INNINGS, "Final", "Open", "Close", "Run Line", "", "Open OU", "", "Close OU", "",
)  # fmt: skip


def payload(content: bytes | str, name: str = "file") -> RawPayload:
    return RawPayload(name, content.encode() if isinstance(content, str) else content, RECEIVED_AT)


def a_game(**changes: object) -> dict[str, object]:
    game: dict[str, object] = {
        "league": "NBA", "game_date": "2019-01-11", "home_team": "SanAntonio", "away_team": "LALakers",
        "home_score": 110, "away_score": 105,
        "home_p1": 30, "home_p2": 25, "home_p3": 25, "home_p4": 30, "away_p1": 25, "away_p2": 25, "away_p3": 25, "away_p4": 30,
        "open_spread_home": -3.5, "close_spread_home": -4, "open_total": 220, "close_total": 221.5,
        "close_ml_home": -170, "close_ml_away": 150,
    }  # fmt: skip
    return game | changes


def games_csv(*games: Mapping[str, object]) -> RawPayload:
    names = list(dict.fromkeys(name for game in games for name in game))
    text = io.StringIO()
    table = csv.DictWriter(text, names)
    table.writeheader()
    table.writerows([{name: "" if value is None else value for name, value in game.items()} for game in games])
    return payload(text.getvalue(), "games.csv")


def games_parquet(*games: Mapping[str, object]) -> RawPayload:
    import polars as pl

    content = io.BytesIO()
    pl.DataFrame(list(games)).write_parquet(content)
    return payload(content.getvalue(), "games.parquet")


def workbook(header: Cells, *rows: Cells, name: str = "nba odds 2018-19.xlsx") -> RawPayload:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return payload(content.getvalue(), name)


def basketball_rows(
    *, day: int = 1016, rot: int = 501, venues: str = "VH", **cells: Cells
) -> tuple[list[object], list[object]]:
    """Two rows: Philadelphia at Boston, 87 to 105, Boston favoured by 5, then 4.5."""
    away = {"opening": 208.5, "closing": 211.5, "ml": 170, "half": 106, **_side(cells, 0)}
    home = {"opening": 5, "closing": 4.5, "ml": -200, "half": 1, **_side(cells, 1)}
    return (
        [day, rot, venues[0], "Philadelphia", 21, 21, 24, 21, 87, *away.values()],
        [day, rot + 1, venues[1], "Boston", 21, 26, 30, 28, 105, *home.values()],
    )


def _side(cells: Mapping[str, Cells], position: int) -> dict[str, object]:
    return {name: pair[position] for name, pair in cells.items()}


def archive_record(**changes: object) -> dict[str, object]:
    record: dict[str, object] = {
        "season": 2011, "date": 20110908.0, "home_team": "Packers", "away_team": "Saints",
        "home_1stQtr": "21", "away_1stQtr": "7", "home_2ndQtr": "7", "away_2ndQtr": "10",
        "home_3rdQtr": "7", "away_3rdQtr": "10", "home_4thQtr": "7", "away_4thQtr": "7", "home_final": "42", "away_final": "34",
        "home_close_ml": -250, "away_close_ml": 210, "home_open_spread": -4.5, "away_open_spread": 4.5,
        "home_close_spread": -5.0, "away_close_spread": 5.0, "home_2H_spread": -1.5, "away_2H_spread": 1.5,
        "2H_total": 23.5, "open_over_under": 46.0, "close_over_under": 48.0,
    }  # fmt: skip
    return record | changes


def football_archive(*records: object) -> RawPayload:
    return payload(json.dumps(records), "football.json")


def weekly_rows(**changes: tuple[object, object]) -> list[dict[str, object]]:
    """Two rows: the Jets at Detroit, with the site's opener and the numbered book 8. Changes are (away, home)."""
    cells: dict[str, tuple[object, object]] = {
        "game_id": (7, 7), "team_id": (1, 2), "season": (2018, 2018), "week": (1, 1), "team": ("N.Y. Jets", "Detroit"),
        "date": ("Mon 9/10", "Mon 9/10"), "time": ("7:10 PM", "7:10 PM"), "score": (48, 17), "outcome": ("FINAL", "FINAL"),
        "rotation": (479, 480), "opening_moneyline": (250.0, -300.0), "opening_spread": (6.5, -6.5),
        "opening_spread_odds": (-110.0, -110.0), "opening_total": (43.5, 43.5), "opening_total_odds": (-110.0, -110.0),
        "8_moneyline": (285.0, -340.0), "8_spread": (7.0, -7.0), "8_spread_odds": (-103.0, -117.0),
        "8_total": (44.0, 44.0), "8_total_odds": (-105.0, -115.0),
    }  # fmt: skip
    cells |= changes
    return [{name: pair[side] for name, pair in cells.items()} for side in (0, 1)]


def weekly(*rows: Mapping[str, object]) -> RawPayload:
    made = games_csv(*rows)
    return payload(made.content, "week.csv")


def college_record(**changes: object) -> dict[str, object]:
    line = {
        "provider": "William Hill (New Jersey)", "spread": 24.5, "spreadOpen": 21, "overUnder": 51.5, "overUnderOpen": 51,
        "homeMoneyline": 950, "awayMoneyline": -2000, "formattedSpread": "Clemson -24.5",
    }  # fmt: skip
    record: dict[str, object] = {
        "id": 1, "season": 2022, "startDate": "2022-09-06 00:00:00+00:00", "homeTeam": "Georgia Tech", "awayTeam": "Clemson",
        "homeScore": 10, "awayScore": 41, "lines": [line],
    }  # fmt: skip
    return record | changes


def college_lines(*records: object) -> RawPayload:
    return payload(json.dumps(records), "lines.json")


def college_games(**changes: object) -> RawPayload:
    record: dict[str, object] = {
        "id": 1, "season": 2016, "startDate": "2016-08-27T02:00:00.000Z", "startTimeTBD": False, "neutralSite": True,
        "completed": True, "homeTeam": "California", "awayTeam": "Hawai'i", "homePoints": 51, "awayPoints": 31,
        "homeLineScores": [17, 17, 7, 10], "awayLineScores": [14, 0, 10, 7],
    }  # fmt: skip
    return payload(json.dumps([record | changes]), "results.json")


HOME, AWAY = "Detroit Pistons", "Los Angeles Lakers"


def outcome(name: str, price: object, point: object = None, **more: object) -> dict[str, object]:
    return {"name": name, "price": price, **({} if point is None else {"point": point}), **more}


def h2h(home: object = -120, away: object = 100) -> dict[str, object]:
    return {"key": "h2h", "outcomes": [outcome(AWAY, away), outcome(HOME, home)]}


def spreads(line: float = -5.5, home: object = -110, away: object = -110) -> dict[str, object]:
    return {"key": "spreads", "outcomes": [outcome(AWAY, away, -line), outcome(HOME, home, line)]}


def totals(line: float = 226.5, over: object = -105, under: object = -115) -> dict[str, object]:
    return {"key": "totals", "outcomes": [outcome("Under", under, line), outcome("Over", over, line)]}


def odds_event(*markets: object, **changes: object) -> dict[str, object]:
    book = {"key": "draftkings", "title": "DraftKings", "last_update": "2026-01-19T22:40:09Z", "markets": list(markets)}
    event: dict[str, object] = {
        "id": "e1", "sport_key": "basketball_nba", "commence_time": "2026-01-20T00:10:00Z",
        "home_team": HOME, "away_team": AWAY, "bookmakers": [book],
    }  # fmt: skip
    return event | changes


def odds_response(*events: object, name: str = "odds_basketball_nba_2026-01-19T224500Z.json") -> RawPayload:
    return payload(json.dumps(events), name)
