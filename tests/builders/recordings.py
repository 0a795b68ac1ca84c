"""Small recordings for the simulator: two football games and two books whose every change is written here."""

import io
from datetime import UTC, datetime, timedelta

import polars as pl

from closeline.domain.feeds.captures import RawPayload
from closeline.providers.simulator.series import Series
from closeline.providers.strict_json import loads

NFL = "americanfootball_nfl"
FIRST = datetime(2023, 12, 17, 12, 0, tzinfo=UTC)
START = datetime(2023, 12, 17, 18, 0, tzinfo=UTC)
BROWNS = "b" * 32
BEARS = "c" * 32
TEAMS = {BROWNS: ("Cleveland Browns", "Chicago Bears"), BEARS: ("Miami Dolphins", "New York Jets")}


def a_change(
    minutes, event=BROWNS, book="synthetic_harbour", market="spreads", point=-3.0, prices=(-110.0, -110.0), start=START,
    final=START,
):  # fmt: skip
    home, away = TEAMS[event]
    return {
        "event_id": event, "commence_time_final": final, "commence_time": start, "home_team": home, "away_team": away,
        "bookmaker": book, "market": market, "snapshot_time": FIRST + timedelta(minutes=minutes),
        "last_update": FIRST + timedelta(minutes=minutes), "point": point, "price_home_or_over": prices[0],
        "price_away_or_under": prices[1], "in_play": False,
    }  # fmt: skip


CHANGES = (
    a_change(0),
    a_change(0, market="h2h", point=None, prices=(-150.0, 130.0)),
    a_change(0, market="totals", point=41.5, prices=(-105.0, -115.0)),
    a_change(0, book="synthetic_delta", point=-2.5, prices=(-115.0, -105.0)),
    a_change(30, point=-3.5, prices=(-108.0, -112.0)),
    a_change(60, book="synthetic_delta", point=-3.0),
    a_change(370, point=-9.5),  # in play: ten minutes after the start
    a_change(10, event=BEARS, market="h2h", point=None, prices=(-200.0, 170.0)),
)


def a_score(event=BROWNS, points=(20.0, 17.0), start=START):
    home, away = TEAMS[event]
    return {
        "event_id": event, "commence_time": start, "home_team": home, "away_team": away, "home_score": points[0],
        "away_score": points[1],
    }  # fmt: skip


def a_table(rows, name):
    held = io.BytesIO()
    pl.DataFrame(list(rows), infer_schema_length=None).write_parquet(held)
    return RawPayload(name, held.getvalue(), FIRST)


SCORES = (a_score(), a_score(BEARS, (10.0, 24.0)))


def a_recording(changes=CHANGES, scores=SCORES, *, synthetic=True):
    return Series(
        [a_table(changes, "synthetic_nfl_changes.parquet")],
        [a_table(scores, "synthetic_nfl_events.parquet")],
        synthetic=synthetic,
    )  # fmt: skip


def read(answer):
    """Return what an answer says, read as strictly as the desk would."""
    return loads(answer.body, "answer")


def board_of(recording, sport, at):
    return recording.board(sport, at)
