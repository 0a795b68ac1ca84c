"""No feature of a game knows the game, its day, what comes later, or what was told after its cut-off; traps are noticed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths.props.features.declared import FEATURES, NAMES, column
from closeline.maths.props.features.feature import Family
from closeline.maths.props.features.table import compute
from closeline.maths.props.logs import BOX, Reports
from tests.maths.props.features.invented import DAY_US, box_of, invented_logs


def features(logs):
    return compute(logs).matrix


def with_box(logs, rows, rng):
    """Change every number of the rows."""
    box = logs.box.copy()
    for row in np.flatnonzero(rows):
        box[:, row] = box_of(rng) + 1
    return replace(logs, box=box)


def the_game_itself(logs, row, rng):
    return with_box(logs, logs.game == logs.game[row], rng)


def other_games_of_the_day(logs, row, rng):
    return with_box(logs, (logs.day == logs.day[row]) & (logs.game != logs.game[row]), rng)


def later_games(logs, row, rng):
    return with_box(logs, logs.day > logs.day[row], rng)


def what_is_not_played_yet(logs, row, rng):
    return replace(logs, box=np.where(logs.day >= logs.day[row], np.float32(np.nan), logs.box))


def what_is_not_scheduled_yet(logs, row, rng):
    kept = logs.day <= logs.day[row]
    names = ("season", "day", "game", "player", "team", "opponent", "home")
    return replace(logs, **{name: getattr(logs, name)[kept] for name in names}, box=logs.box[:, kept])


def reports_told_at_the_cutoff_and_later(logs, row, rng):
    reports, cutoff = logs.reports, logs.context.cutoff[logs.game[row]]
    late = np.concatenate([np.full(20, cutoff), cutoff + rng.integers(0, 9 * DAY_US, 60)])
    kept = reports.told_at < cutoff
    told_at = np.concatenate([reports.told_at[kept], late])
    player = np.concatenate([reports.player[kept], rng.integers(0, len(logs.players), 80).astype(np.int32)])
    plays = np.concatenate([reports.plays[kept], rng.choice([0.0, 1.0], 80).astype(np.float32)])
    order = np.argsort(told_at, kind="stable")
    return replace(logs, reports=Reports(player[order], told_at[order], plays[order]))


def prices_of_games_without_cutoff_and_of_others(logs, row, rng):
    context, game = logs.context, logs.game[row]
    others = (np.arange(len(logs.games)) != game) | (context.cutoff == 0)
    total, spread = (np.where(others, np.float32(rng.normal(100)), v) for v in (context.total, context.spread))
    return replace(logs, context=replace(context, total=total, spread=spread))


CHANGES = (
    the_game_itself, other_games_of_the_day, later_games, what_is_not_played_yet, what_is_not_scheduled_yet,
    reports_told_at_the_cutoff_and_later, prices_of_games_without_cutoff_and_of_others,
)  # fmt: skip


def leaks(how, logs, row, change, seed=0):
    """Return the features of the row's game that the change moves, to the last bit."""
    rng = np.random.default_rng(seed)
    changed = change(logs, row, rng)
    before, after = (how(each)[each.game == logs.game[row]] for each in (logs, changed))
    assert before.shape == after.shape
    moved = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    return {NAMES[k] for k in np.flatnonzero(moved.any(axis=0))}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 5), place=st.floats(0, 0.999))
def test_nothing_that_is_not_known_before_moves_any_of_the_features(change, seed, place):
    logs = invented_logs(seed, seasons=2, days=24)

    assert leaks(features, logs, int(place * len(logs)), change, seed) == set()


def planted(name, values):
    """Return a way of computing in which one column is made of what must not be known."""

    def how(logs):
        matrix = features(logs)
        matrix[:, column(name)] = values(logs, matrix)
        return matrix

    return how


def number(logs, name):
    return np.nan_to_num(logs.box[BOX.index(name)])


def unshifted_ewma(logs, matrix):
    own, fade = number(logs, "pts"), 0.5 ** (1 / 3)
    return own * (1 - fade) + fade * np.nan_to_num(matrix[:, column("ewma3_pts")])


def spread_with_tonight(logs, matrix):
    return np.nan_to_num(matrix[:, column("range10_pra")]) + number(logs, "pts")


def of_the_same_day(logs, matrix):
    return np.array([number(logs, "pts")[logs.day == day].mean() for day in logs.day])


def counted_with_tonight(logs, matrix):
    return matrix[:, column("games_played")] + logs.played


def usage_of_tonight(logs, matrix):
    return number(logs, "fga") + number(logs, "tov")


def standing_among_tonights(logs, matrix):
    pts = number(logs, "pts")
    return np.array([(pts[logs.day == day] < own).mean() for day, own in zip(logs.day, pts, strict=True)])


def who_did_play(logs, matrix):
    return logs.played.astype(np.float32)


TRAPS = {
    Family.ROLLING: ("ewma3_pts", unshifted_ewma),
    Family.TREND: ("range10_pra", spread_with_tonight),
    Family.MATCHUP: ("opponent_defence_season", of_the_same_day),
    Family.CONTEXT: ("games_played", counted_with_tonight),
    Family.ADVANCED: ("usage_ewma7", usage_of_tonight),
    Family.POSITION: ("position_percentile_pra", standing_among_tonights),
    Family.INJURY: ("play_probability", who_did_play),
}


def some_row(logs):
    """Return a row late in the season of a game with a cut-off, on a day with other games."""
    for row in np.flatnonzero(logs.played)[len(logs) // 2 :]:
        if logs.context.cutoff[logs.game[row]] and len(set(logs.game[logs.day == logs.day[row]])) > 1:
            return int(row)
    raise AssertionError


@pytest.mark.parametrize("family", Family)
def test_a_feature_that_leaks_is_noticed_in_every_family(family):
    name, values = TRAPS[family]
    logs = invented_logs(3, seasons=2, days=24)
    found = set().union(*(leaks(planted(name, values), logs, some_row(logs), change) for change in CHANGES[:4]))

    assert {feature.family for feature in FEATURES if feature.name == name} == {family}
    assert found == {name}


def test_learning_each_game_as_soon_as_it_is_over_is_noticed_in_what_players_and_teams_did_before():
    def game_by_game(logs):
        return features(replace(logs, day=logs.day + logs.game))

    logs, found = invented_logs(3, seasons=2, days=24), set()
    for row in np.flatnonzero(logs.played)[len(logs) // 2 :: 5]:
        found |= leaks(game_by_game, logs, row, other_games_of_the_day)

    assert {"projected_pace", "opponent_fouls"} < found


def test_a_report_without_regard_to_the_cutoff_is_noticed():
    def until_midnight(logs):
        cutoff = np.full(len(logs.games), (int(logs.day.max()) + 1) * DAY_US)
        return features(replace(logs, context=replace(logs.context, cutoff=cutoff)))

    logs = invented_logs(3, seasons=1, days=24)
    found = leaks(until_midnight, logs, some_row(logs), reports_told_at_the_cutoff_and_later)

    assert found == {"vacated_usage", "play_probability"}


def test_a_price_without_a_cutoff_is_not_used_and_using_it_is_noticed():
    logs = invented_logs(3, seasons=1, days=24)
    games = logs.context.cutoff * 0
    row, without = some_row(logs), replace(logs, context=replace(logs.context, cutoff=games))

    def trusting(logs):
        return features(replace(logs, context=replace(logs.context, cutoff=games + 1)))

    assert leaks(features, without, row, prices_of_games_without_cutoff_and_of_others) == set()
    assert "market_total" in leaks(trusting, without, row, prices_of_games_without_cutoff_and_of_others)


def test_what_is_known_before_does_move_the_features():
    logs = invented_logs(3, seasons=2, days=24)
    row = some_row(logs)

    def earlier_games(logs, row, rng):
        return with_box(logs, logs.played & (logs.day < logs.day[row]), rng)

    moved = leaks(features, logs, row, earlier_games)
    families = {feature.family for feature in FEATURES if feature.name in moved}

    assert families == {Family.ROLLING, Family.TREND, Family.MATCHUP, Family.ADVANCED, Family.INJURY}
