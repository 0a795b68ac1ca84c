"""Scoreboards as the result feeds write them, game by game."""

import json
from datetime import UTC, datetime
from typing import Any

from closeline.domain.feeds.captures import RawPayload

# After every game that these boards list.
RECEIVED_AT = datetime(2026, 12, 1, 12, tzinfo=UTC)

Game = dict[str, Any]


def espn_game(
    *, name: str = "401", home: str = "Boston Celtics", away: str = "Miami Heat", score: tuple[object, object] = ("101", "99"),
    status: str = "STATUS_FINAL", completed: object = True, state: str = "post", date: str = "2026-11-20T00:10Z",
    lines: tuple[list[int], list[int]] = ([20, 30, 25, 26], [25, 25, 25, 24]), period: int = 4, away_first: bool = False,
) -> Game:  # fmt: skip
    sides = [
        {
            "homeAway": side, "score": points, "team": {"displayName": team},
            "linescores": [{"value": value} for value in values],
        }
        for side, team, points, values in (("home", home, score[0], lines[0]), ("away", away, score[1], lines[1]))
    ]  # fmt: skip
    kind = {"name": status, "state": state, "completed": completed, "detail": "Final"}
    return {
        "id": name, "date": date, "status": {"period": period, "type": kind},
        "competitions": [{"neutralSite": False, "competitors": sides[::-1] if away_first else sides}],
    }  # fmt: skip


def espn(*games: Game, league: str | None = "nba", name: str = "scoreboard.json") -> RawPayload:
    board: Game = {"events": list(games)}
    if league is not None:
        board["leagues"] = [{"slug": league}]
    return RawPayload(name, json.dumps(board).encode(), RECEIVED_AT)


def mlb_game(
    *, number: int = 745, state: str = "Final", abstract: str = "Final", score: tuple[int, int] | None = (5, 3),
    innings: list[tuple[int | None, int]] | None = None, start: str = "2026-07-20T23:05:00Z", day: str = "2026-07-20",
    game_no: int = 1, double: str = "N", **more: object,
) -> Game:  # fmt: skip
    """Innings are (home, away) runs; None where the home team did not bat."""
    runs = [(1, 0), (0, 0), (2, 1), (0, 0), (0, 0), (2, 1), (0, 0), (0, 1), (None, 0)] if innings is None else innings
    points = {} if score is None else {"home": {"score": score[0]}, "away": {"score": score[1]}}
    return {
        "gamePk": number, "gameDate": start, "officialDate": day, "gameNumber": game_no, "doubleHeader": double,
        "status": {"abstractGameState": abstract, "detailedState": state},
        "teams": {
            "home": {"team": {"name": "Boston Red Sox"}, **points.get("home", {})},
            "away": {"team": {"name": "New York Yankees"}, **points.get("away", {})},
        },
        "linescore": {"innings": [
            {"home": {} if home is None else {"runs": home}, "away": {"runs": away}} for home, away in runs
        ]},
        **more,
    }  # fmt: skip


def mlb(*games: Game, name: str = "schedule.json") -> RawPayload:
    days: dict[str, list[Game]] = {}
    for game in games:
        days.setdefault(str(game["gameDate"])[:10], []).append(game)
    content = {"dates": [{"date": day, "games": found} for day, found in days.items()]}
    return RawPayload(name, json.dumps(content).encode(), RECEIVED_AT)


def nhl_game(
    *, state: str = "OFF", schedule: str = "OK", score: tuple[int, int] = (3, 2), last: str = "REG",
    goals: tuple[tuple[int, str], ...] = ((1, "BOS"), (1, "MTL"), (2, "BOS"), (3, "MTL"), (3, "BOS")), **more: object,
) -> Game:  # fmt: skip
    """Goals are (period, team)."""
    return {
        "id": 2026020345, "startTimeUTC": "2026-11-21T00:00:00Z", "gameDate": "2026-11-20", "gameState": state,
        "gameScheduleState": schedule, "homeTeam": {"abbrev": "BOS", "score": score[0]},
        "awayTeam": {"abbrev": "MTL", "score": score[1]}, "periodDescriptor": {"number": 3, "periodType": last},
        "goals": [{"period": period, "teamAbbrev": {"default": team}} for period, team in goals], **more,
    }  # fmt: skip


def nhl(*games: Game, name: str = "score.json") -> RawPayload:
    return RawPayload(name, json.dumps({"games": list(games)}).encode(), RECEIVED_AT)
