"""Every feature that can be had, against a slow oracle in plain Python that shares no code with it."""

import numpy as np
import polars as pl
import pytest

from closeline.maths.props.features.declared import FEATURES, NAMES
from closeline.maths.props.features.table import compute
from closeline.maths.props.logs import BOX, GameContext, PlayerLogs, Reports
from tests.maths.props.features.invented import invented_logs
from tests.maths.props.features.oracle import Oracle
from tests.shared_data import shared_data

AVAILABLE = [feature.name for feature in FEATURES if feature.since is not None]


def differences(logs, matrix, places, left_out=frozenset()):
    """Return the features that differ, with the first place where they do."""
    oracle, found = Oracle(logs), dict[str, tuple]()
    for place in places:
        expected = oracle.answer(place)
        for column, name in enumerate(NAMES):
            wanted = expected.get(name, np.nan)
            if name not in left_out and not np.isclose(
                matrix[place, column], wanted, rtol=2e-5, atol=2e-5, equal_nan=True
            ):
                found.setdefault(name, (place, float(matrix[place, column]), wanted))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_every_feature_agrees_with_the_oracle_on_a_league_in_which_everything_goes_wrong(seed):
    logs = invented_logs(seed)
    places = [*range(0, len(logs), 7), *range(len(logs) - 20, len(logs))]

    assert differences(logs, compute(logs).matrix, places) == {}


def test_the_oracle_answers_every_feature_that_is_not_null_by_declaration():
    answers = Oracle(invented_logs(1, seasons=1, days=20)).answer(0)

    assert sorted(answers) == sorted(AVAILABLE)


def test_the_invented_league_gives_every_available_feature_values_and_nulls_to_compare():
    matrix = compute(invented_logs(1)).matrix

    assert [name for name in AVAILABLE if not np.isfinite(matrix[:, NAMES.index(name)]).any()] == []


def test_an_oracle_that_is_shifted_by_one_game_is_noticed():
    logs = invented_logs(1, seasons=1, days=30)
    matrix = compute(logs).matrix.copy()
    matrix[:, NAMES.index("lag1_pts")] = logs.box[BOX.index("pts")]

    assert "lag1_pts" in differences(logs, matrix, range(0, len(logs), 3))


def real_logs(seasons):
    """Read two seasons of real box scores."""
    (path,) = shared_data("nba/player_games.parquet")
    frame = pl.read_parquet(path).filter(pl.col("season").is_in(seasons))
    lists = {name: sorted(frame[name].unique().to_list()) for name in ("game_id", "player_id", "team")}
    lists["opponent"] = lists["team"]
    codes = [pl.col(n).replace_strict(values, range(len(values)), return_dtype=pl.Int32) for n, values in lists.items()]
    floor = (
        pl.when(pl.col("home").any().over("game_id")).then(pl.col("home").cast(pl.Int8)).otherwise(pl.lit(-1, pl.Int8))
    )
    frame = frame.with_columns(*codes, floor.alias("floor"), pl.col("game_date").cast(pl.Int32))
    frame = frame.sort("game_date", "game_id", "team", "player_id")

    def of(name, kind):
        return frame[name].to_numpy().astype(kind)

    games = len(lists["game_id"])
    unknown = np.full(games, np.nan, dtype=np.float32)
    return PlayerLogs(
        of("season", np.int16), of("game_date", np.int32), of("game_id", np.int32), of("player_id", np.int32),
        of("team", np.int16), of("opponent", np.int16), of("floor", np.int8), np.stack([of(n, np.float32) for n in BOX]),
        tuple(lists["game_id"]), tuple(map(str, lists["player_id"])), tuple(lists["team"]),
        GameContext(np.zeros(games, np.int64), np.zeros(games, np.int64), unknown, unknown),
        Reports(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float32)),
    )  # fmt: skip


def test_two_hundred_rows_of_real_seasons_agree_with_the_oracle():
    logs = real_logs([2022, 2023])
    places = np.random.default_rng(20261122).choice(len(logs), 200, replace=False).tolist()
    places_unknown_to_the_oracle = {"travel_miles_48h", "time_zone_shift", "altitude"}

    assert differences(logs, compute(logs).matrix, places, places_unknown_to_the_oracle) == {}
