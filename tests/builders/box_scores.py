"""SYNTHETIC box scores and lines on players, as files write them: made here, of games that were never played."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from closeline.domain.feeds.captures import RawPayload
from closeline.jobs.shelf import Archive
from closeline.providers.catalog import recognise

DAY = date(2025, 11, 10)
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
SEEN_AT = datetime(2025, 11, 10, 17, tzinfo=UTC)
STARTS_AT = datetime(2025, 11, 11, 0, 30, tzinfo=UTC)
CODES = {"BOS": "Boston Celtics", "MIA": "Miami Heat"}
# Each team has five men who play all 48 minutes; the numbers are theirs at the source.
SQUADS = {
    "BOS": {1: "Jayson Tatum", 2: "Jaylen Brown", 3: "Derrick White", 4: "Kristaps Porziņģis", 5: "Sam Hauser"},
    "MIA": {11: "Bam Adebayo", 12: "Tyler Herro", 13: "Jaime Jaquez Jr.", 14: "Nikola Jović", 15: "Norman Powell"},
    "NYK": {21: "OG Anunoby", 22: "Karl-Anthony Towns", 23: "Josh Hart", 24: "Mikal Bridges", 25: "Miles McBride"},
}
Row = dict[str, Any]


def a_line(number: int, name: str, team: str, opponent: str, **changes: Any) -> Row:
    """Give one player's row; his points and rebounds add up unless a test says otherwise."""
    row: Row = {
        "season": 2025, "season_type": "regular", "game_date": DAY.isoformat(), "game_id": "0022500200",
        "player_id": number, "player_name": name, "team": team, "opponent": opponent, "home": team == "BOS",
        "won": team == "BOS", "minutes": 48.0, "pts": 21 if team == "BOS" else 20, "reb": 7, "ast": 5, "stl": 1,
        "blk": 0, "tov": 2, "fgm": 8, "fga": 17, "fg3m": 3, "fg3a": 7, "ftm": 2 if team == "BOS" else 1, "fta": 2,
        "oreb": 2, "dreb": 5, "pf": 3, "plus_minus": 5 if team == "BOS" else -5,
    }  # fmt: skip
    return row | changes


def a_game(host: str = "BOS", guest: str = "MIA", **changes: Any) -> list[Row]:
    """Give every row of a game; the home team wins 105 to 100."""
    rows = []
    for team, opponent in ((host, guest), (guest, host)):
        won = team == host
        told = {
            "home": won, "won": won, "pts": 21 if won else 20, "ftm": 2 if won else 1, "plus_minus": 5 if won else -5,
        }  # fmt: skip
        rows += [a_line(*who, team, opponent, **told | changes) for who in SQUADS[team].items()]
    return rows


def a_price_row(player: str = "Jayson Tatum", **changes: Any) -> Row:
    row: Row = {
        "event_id": "vendor1", "commence_time": STARTS_AT, "home_team": CODES["BOS"], "away_team": CODES["MIA"],
        "player": player, "player_id": None, "market": "player_points", "bookmaker": "betmgm", "snapshot_time": SEEN_AT,
        "line": 25.5, "over_odds": -110.0, "under_odds": -110.0, "actual": None, "actual_minutes": None,
        "game_id": None,
    }  # fmt: skip
    return row | changes


def as_csv(rows: Iterable[Mapping[str, Any]], name: str = "table.csv") -> RawPayload:
    held = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(held[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return RawPayload(name, text.getvalue().encode(), NOW)


def as_parquet(rows: Iterable[Mapping[str, Any]], name: str = "table.parquet") -> RawPayload:
    import polars as pl

    held = io.BytesIO()
    pl.DataFrame(list(rows), infer_schema_length=None).write_parquet(held)
    return RawPayload(name, held.getvalue(), NOW)


def archived(payload: RawPayload) -> Archive:
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


def games(*rows: list[Row], name: str = "player_games.csv") -> Archive:
    return archived(as_csv([row for held in rows for row in held], name))


def lines(*rows: Row, name: str = "player_props.parquet") -> Archive:
    return archived(as_parquet(rows, name))
