"""The declared table, what of it cannot be had, and what the logs must be like."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.props.features.arenas import ARENAS, arena_of, miles_between, start_hour
from closeline.maths.props.features.declared import FEATURES, NAMES, column, missing, unavailable
from closeline.maths.props.features.feature import Family
from closeline.maths.props.features.table import compute
from closeline.maths.props.logs import BOX, Reports
from tests.maths.props.features.invented import invented_logs


def test_there_are_134_features_by_family_as_the_domain_notes_count_them():
    counts = Counter(feature.family for feature in FEATURES)

    assert list(counts.items()) == list(zip(Family, (45, 20, 22, 16, 19, 6, 6), strict=True))
    assert len(set(NAMES)) == len(FEATURES) == 134
    assert [column(name) for name in NAMES] == list(range(134))


def test_every_feature_says_what_it_is_and_since_when_or_why_not():
    for feature in FEATURES:
        assert feature.definition
        assert feature.inputs
        assert (feature.since is None) == bool(missing(feature))
        assert feature.since is None or 1946 <= feature.since <= 2015


def test_what_needs_threes_begins_with_them_and_what_needs_a_season_before_one_later():
    since = {feature.name: feature.since for feature in FEATURES}

    assert (since["three_rate"], since["last_season_pra"], since["usage_season"]) == (1979, 1951, 1977)
    assert (since["on_court_net_rating"], since["touches"]) == (1996, None)


def test_what_is_null_by_declaration_is_null_in_every_row_and_nothing_else_is():
    null = {absence.feature.name for absence in unavailable()}
    matrix = compute(invented_logs(1)).matrix

    assert len(null) == 20
    assert {NAMES[k] for k in np.flatnonzero(np.isnan(matrix).all(axis=0))} == null


def test_logs_without_prices_reports_or_times_say_so_feature_by_feature():
    logs = invented_logs(1, days=12)
    nothing = Reports(*(values[:0] for values in (logs.reports.player, logs.reports.told_at, logs.reports.plays)))
    none = logs.context.total * np.nan
    bare = replace(
        logs,
        reports=nothing,
        context=replace(logs.context, total=none, spread=none, starts_at=logs.context.starts_at * 0),
    )
    null = {absence.feature.name: absence.reason for absence in unavailable(bare)}
    matrix = compute(bare).matrix

    assert len(null) == 20 + 4 + 2 + 1
    assert null["market_total"] == "no price of the game was received by its cut-off"
    assert null["vacated_usage"] == "no report of an injury is on file"
    assert null["local_start_hour"] == "no start time is on file"
    assert np.isnan(matrix[:, [column(name) for name in null]]).all()


def test_logs_without_cutoffs_say_that_prices_and_reports_are_not_used():
    logs = invented_logs(1, days=12)
    logs = replace(logs, context=replace(logs.context, cutoff=logs.context.cutoff * 0))
    null = {absence.feature.name: absence.reason for absence in unavailable(logs)}

    assert len(null) == 20 + 4 + 2
    assert null["market_total"] == "no game has a cut-off, so that no price is known to be before it"
    assert np.isnan(compute(logs).matrix[:, [column(name) for name in null]]).all()


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="must be one of the 134 declared, was height"):
        column("height")


def test_rows_out_of_order_are_refused():
    logs = invented_logs(1, days=12)

    with pytest.raises(ValueError, match="rows must be in order of day, game, team and player"):
        compute(replace(logs, player=logs.player[::-1].copy()))


def test_reports_out_of_order_and_scores_without_points_are_refused():
    logs = invented_logs(1, days=12)
    reports = replace(logs.reports, told_at=logs.reports.told_at[::-1].copy())
    box = logs.box.copy()
    box[BOX.index("pts"), 0] = np.nan

    with pytest.raises(ValueError, match="reports must be in order"):
        compute(replace(logs, reports=reports))
    with pytest.raises(ValueError, match="a row with minutes must have pts"):
        compute(replace(logs, box=box))


def test_no_rows_give_no_rows():
    logs = invented_logs(1, days=12)
    names = ("season", "day", "game", "player", "team", "opponent", "home")
    empty = replace(logs, **{name: getattr(logs, name)[:0] for name in names}, box=logs.box[:, :0])

    assert compute(empty).matrix.shape == (0, 134)


def test_the_same_logs_give_the_same_bytes_and_a_window_of_rows_is_a_view():
    logs = invented_logs(1, days=12)
    table = compute(logs)

    assert table.matrix.tobytes() == compute(logs).matrix.tobytes()
    assert table.matrix.dtype == np.float32
    assert table.matrix[5:20].flags.c_contiguous
    assert np.shares_memory(table.column("home"), table.matrix)


def test_a_player_who_is_traded_keeps_his_history_and_gets_his_new_team_s():
    logs = invented_logs(2)
    matrix = compute(logs).matrix
    own_rows = [np.flatnonzero(logs.player == player) for player in range(len(logs.players))]
    moved = [
        (before, after)
        for rows in own_rows
        for before, after in pairwise(rows)
        if logs.team[before] != logs.team[after] and logs.day[before] < logs.day[after] and logs.played[before]
    ]

    assert moved
    for before, after in moved:
        assert matrix[after, column("lag1_pts")] == logs.box[BOX.index("pts"), before]
        assert np.isnan(matrix[after, column("games_since_return")])
        mates = np.flatnonzero((logs.game == logs.game[after]) & (logs.team == logs.team[after]))
        pace = matrix[mates, column("team_pace_10")]
        assert np.array_equal(pace, np.broadcast_to(pace[0], pace.shape), equal_nan=True)


def test_every_team_of_the_league_has_an_arena_under_the_name_of_the_record():
    teams = json.loads(files("closeline.store").joinpath("artefacts/teams_nba.json").read_text())["teams"]

    assert [team["slug"] for team in teams if arena_of(team["slug"], 2024) < 0] == []


def test_a_franchise_that_moved_played_elsewhere_before():
    cities = {
        (team, season): ARENAS[arena_of(team, season)].city
        for team, season in [("thunder", 2007), ("thunder", 2008), ("NJN", 2011), ("raptors", 2020), ("TOR", 2021)]
    }

    assert list(cities.values()) == ["Seattle", "Oklahoma City", "Newark", "Tampa", "Toronto"]
    assert arena_of("XXX", 2024) == arena_of("NJN", 2012) == -1


def test_distances_are_those_of_an_atlas():
    cities = {arena.city: place for place, arena in enumerate(ARENAS)}
    between = miles_between()

    # Great-circle distances between the cities' centres as atlases give them, to the nearest ten.
    for a, b, miles in [("Boston", "Los Angeles", 2590), ("Miami", "Seattle", 2730), ("Denver", "Chicago", 920)]:
        assert between[cities[a], cities[b]] == between[cities[b], cities[a]] == pytest.approx(miles, abs=15)


ZONES = {
    "Denver": "America/Denver",
    "Phoenix": "America/Phoenix",
    "Boston": "America/New_York",
    "Toronto": "America/Toronto",
}


@given(moment=st.integers(540_000_000, 1_900_000_000), city=st.sampled_from(sorted(ZONES)))
def test_the_hour_at_the_arena_is_the_time_zone_database_s_but_on_the_days_of_change(moment, city):
    zone = ZoneInfo(ZONES[city])
    moment -= moment % 900
    local = datetime.fromtimestamp(moment, UTC).astimezone(zone)
    noon, midnight = local.replace(hour=12, minute=0), local.replace(hour=0, minute=0)
    place = [arena.city for arena in ARENAS].index(city)
    found = start_hour(np.array([moment * 1_000_000]), np.array([place]))[0]

    if noon.utcoffset() == midnight.utcoffset() and local.hour < 23:
        assert found == local.hour + local.minute / 60
