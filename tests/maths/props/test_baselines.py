"""Averages before a game, against pandas' own definition written out, and never with the game itself."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.props.training.baselines import ewma_before, games_before

logs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), min_size=1, max_size=60)


def columns(rows):
    players, numbers = zip(*rows, strict=True)
    return np.array(players, dtype=np.int32), np.array(numbers, dtype=np.float64)


@given(logs, st.sampled_from([3, 7, 15]))
def test_an_average_is_polars_own_of_the_games_before(rows, half_life):
    players, y = columns(rows)
    frame = pl.DataFrame({"player": players, "y": y})
    peer = frame.select(pl.col("y").ewm_mean(half_life=half_life).shift(1).over("player"))["y"].to_numpy()

    assert ewma_before(players, y, half_life) == pytest.approx(peer, nan_ok=True)


@given(logs, st.data())
def test_an_average_knows_nothing_of_its_own_game_or_later(rows, data):
    players, y = columns(rows)
    place = data.draw(st.integers(0, len(y) - 1))
    changed = y.copy()
    changed[place:] = 1e6

    assert np.array_equal(
        ewma_before(players, y, 7)[: place + 1], ewma_before(players, changed, 7)[: place + 1], equal_nan=True
    )


@given(logs)
def test_games_before_are_counted_one_by_one(rows):
    players, _ = columns(rows)

    assert games_before(players).tolist() == [players[:place].tolist().count(who) for place, who in enumerate(players)]


def test_a_game_about_to_be_played_has_an_average_and_adds_nothing():
    players, y = np.zeros(4, dtype=np.int32), np.array([10.0, np.nan, np.nan, 20.0])

    assert ewma_before(players, y, 3)[1:].tolist() == pytest.approx([10.0, 10.0, 10.0])
