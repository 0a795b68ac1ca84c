"""The live demonstration's recorded days and its clock: synthetic by name, the same every time, and never twice a moment."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from threading import Thread

import polars as pl
import pytest

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League, league_day, team_id
from closeline.jobs.demo.live.clock import SteppedClock
from closeline.jobs.demo.live.script import SCRIPT
from closeline.jobs.demo.recorded import BEGINS, BOOKS, ENDS, FIRST_DAY, LIVE, recorded_days
from closeline.providers.simulator.answering import dumped
from closeline.providers.simulator.faults import script_of
from closeline.providers.simulator.series import KEYS, Series
from closeline.providers.the_odds_api.feed import TheOddsApi
from closeline.store.packaged import read_artefact
from tests.builders.recordings import board_of

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@cache
def days():
    return recorded_days(1)


def changes(league):
    return pl.read_parquet(io.BytesIO(days().changes[LIVE.index(league)].content))


def events(league):
    return pl.read_parquet(io.BytesIO(days().events[LIVE.index(league)].content))


def test_the_same_seed_gives_the_same_days_and_another_seed_others():
    assert recorded_days(1) == days()
    assert recorded_days(2) != days()


def test_every_name_says_that_it_is_synthetic():
    payloads = (*days().archives, *days().changes, *days().events)

    assert all(payload.name.startswith("synthetic_") for payload in payloads)
    assert {book.key.partition("_")[0] for book in BOOKS} == {"synthetic"}
    recording = Series(days().changes, days().events, synthetic=True)
    shown = [event for sport in recording.sports() for event in board_of(recording, sport, BEGINS)]
    assert all("SYNTHETIC" in event["sport_title"] for event in shown)


@pytest.mark.parametrize("league", LIVE)
def test_every_team_is_known_to_the_packaged_aliases(league):
    content = json.loads(read_artefact(f"teams_{league}.json"))
    table = AliasTable([
        (league, provider, spelling, team_id(league, slug))
        for provider, spellings in content["aliases"].items()
        for spelling, slug in spellings.items()
    ])  # fmt: skip
    teams = {*events(league)["home_team"], *events(league)["away_team"]}

    assert all(table.resolve(league, "the_odds_api", team) for team in teams)


def test_the_seasons_to_warm_up_with_end_before_the_first_day():
    rows = list(csv.DictReader(io.StringIO(days().archives[0].content.decode())))

    assert len(rows) > 500
    assert max(row["game_date"] for row in rows) < FIRST_DAY.isoformat()


@pytest.mark.parametrize("league", LIVE)
def test_games_are_of_the_two_days_and_end_before_the_demonstration_does(league):
    starts = events(league)["commence_time"].to_list()

    assert {league_day(start) for start in starts} <= {FIRST_DAY, FIRST_DAY + timedelta(days=1)}
    assert all(BEGINS < start < ENDS - timedelta(hours=3) for start in starts)
    assert events(league)["home_score"].null_count() == 0


@pytest.mark.parametrize("league", LIVE)
def test_every_book_quotes_every_game_before_its_start_and_goes_on_in_play(league):
    frame = changes(league)
    before = frame.filter(~pl.col("in_play"))

    assert before.select("event_id", "bookmaker", "market").unique().height == events(league).height * len(BOOKS) * 3
    assert frame.filter(pl.col("in_play") != (pl.col("snapshot_time") >= pl.col("commence_time"))).is_empty()
    assert frame.filter(pl.col("in_play")).height > 0


@pytest.mark.parametrize("league", LIVE)
def test_a_row_is_a_change(league):
    keys = ["event_id", "bookmaker", "market"]
    said = ["point", "price_home_or_over", "price_away_or_under"]
    for rows in changes(league).partition_by(keys):
        told = [tuple(row[name] for name in said) for row in rows.sort("snapshot_time").iter_rows(named=True)]
        assert all(sooner != later for sooner, later in pairwise(told))


def test_every_board_of_the_days_reads_without_a_rejection():
    recording = Series(days().changes, days().events, synthetic=True)
    for hours in range(0, 36, 5):
        at = BEGINS + timedelta(hours=hours)
        for league in (League.NFL, League.NBA):
            shown = board_of(recording, KEYS[league], at)
            parsed = TheOddsApi().parse(RawPayload("odds.json", dumped(shown), at))
            assert parsed.rejected == ()
            assert len(parsed.events) == len(shown)


def test_the_script_can_happen_and_leaves_the_minutes_before_each_start_in_peace():
    script = script_of(SCRIPT, BEGINS)
    starts = {start for league in LIVE for start in events(league)["commence_time"].to_list()}

    assert len({window.fault for window in script.windows}) == len(script.windows) >= 15
    for start in starts:
        lead = start - BEGINS - timedelta(minutes=10), start - BEGINS
        assert not [window.fault for window in script.windows if window.since < lead[1] and window.until > lead[0]]


def test_the_clock_never_says_the_same_moment_twice_not_even_to_two_threads():
    clock = SteppedClock(NOON)
    read: list[datetime] = []
    threads = [Thread(target=lambda: read.extend(clock() for _ in range(500))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(read)) == 2000


def test_a_step_leads_to_the_next_whole_minute_and_a_jump_never_back():
    clock = SteppedClock(NOON)
    clock()

    assert clock.step(timedelta(minutes=1)) == NOON + timedelta(minutes=1)
    assert clock.step(timedelta(minutes=1)) == NOON + timedelta(minutes=2)
    assert clock.jump(NOON) == NOON + timedelta(minutes=2)
    assert clock.jump(NOON + timedelta(hours=1)) == NOON + timedelta(hours=1)
