"""Tables of price changes, made by hand: rows as a poller writes them, and the parquet file that holds them."""

import io
from datetime import UTC, datetime, timedelta

import polars as pl

from closeline.domain.feeds.captures import RawPayload

START = datetime(2025, 10, 12, 17, tzinfo=UTC)
NOW = START + timedelta(days=30)
HOME, AWAY = "Chicago Bears", "Green Bay Packers"
Row = dict[str, object]


def a_change(minutes_before: float = 60.0, **other: object) -> Row:
    """Give one row, seen so long before the start; `other` replaces cells."""
    row: Row = {
        "event_id": "e1", "commence_time_final": START, "commence_time": START, "home_team": HOME, "away_team": AWAY,
        "bookmaker": "draftkings", "market": "spreads", "snapshot_time": START - timedelta(minutes=minutes_before),
        "last_update": START - timedelta(minutes=minutes_before + 1), "point": -3.5, "price_home_or_over": -110.0,
        "price_away_or_under": -110.0, "in_play": minutes_before <= 0,
    }  # fmt: skip
    return row | other


def an_event_row(**other: object) -> Row:
    row: Row = {
        "event_id": "e1", "commence_time": START, "home_team": HOME, "away_team": AWAY,
        "first_snapshot": START - timedelta(days=6), "last_pregame_snapshot": START - timedelta(minutes=5), "n_books": 9,
        "n_changes": 100, "home_score": 24.0, "away_score": 20.0,
    }  # fmt: skip
    return row | other


def a_table(*rows: Row, name: str = "nfl_2025.parquet") -> RawPayload:
    held = io.BytesIO()
    pl.DataFrame(list(rows)).write_parquet(held)
    return RawPayload(name, held.getvalue(), NOW)
