"""The goodness table compares what games showed with what the model gives: on the model's own games they agree."""

import numpy as np
import pytest

from closeline.domain.leagues import League
from closeline.maths.distributions import Quantity, ScoreDistribution, Shape
from closeline.maths.simulate import worlds
from closeline.maths.simulate.catalogue import Artefact
from closeline.maths.simulate.fitting.played import Played
from closeline.maths.simulate.goodness import Goodness, goodness
from closeline.maths.simulate.simulation import Model
from tests.builders.simulated import MOST, ToySport, a_toy_game

GAMES = 3_000
MARGIN = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 4.6, (-MOST, MOST), (0.0,))
TOTAL = ScoreDistribution(Quantity.TOTAL, Shape.NORMAL, 4.7, (0, 2 * MOST))


def _played(*, shift: int = 0) -> Played:
    drawn = worlds.simulate(a_toy_game(1.0, 18.0).game, GAMES, seed=11).scores.astype(np.int64)
    drawn[:, 0, 0] += shift
    regulation = drawn[:, :4].sum(axis=1)
    return Played(
        np.full(GAMES, 2020), np.full(GAMES, 1.0), np.full(GAMES, 18.0), drawn[:, :4], drawn[:, 4],
        np.zeros(GAMES, dtype=bool), regulation[:, 0] == regulation[:, 1],
    )  # fmt: skip


def _table(played: Played) -> Goodness:
    model = Model(League.NBA, ToySport(), 0.0, 0.0, 3.0, 2.0, fitted_on="toy")
    return goodness(Artefact(model, MARGIN, TOTAL, "closeline models fit"), played, most=40)


def test_games_of_the_model_itself_show_what_the_model_gives() -> None:
    found = _table(_played())
    assert (found.games, found.simulated) == (GAMES, 40)
    for row in found.comparisons:
        in_points = row.name.startswith(("sd", "mean")) or " sd " in row.name
        error = 0.35 if in_points else 4.5 * np.sqrt(max(row.scripted * (1 - row.scripted), 0.01) / GAMES)
        assert row.seen == pytest.approx(row.scripted, abs=error), row.name


def test_games_that_the_model_does_not_describe_stand_out() -> None:
    rows = {row.name: row for row in _table(_played(shift=4)).comparisons}
    assert rows["mean margin less the close"].seen > 3.5
    assert rows["share of points, period 1"].seen > rows["share of points, period 1"].scripted + 0.05
    assert rows["1H tied"].seen < rows["1H tied"].scripted - 0.03


def test_weighing_gives_every_margin_what_the_fitted_distribution_gives_it() -> None:
    margin, total = _table(_played()).log_scores
    assert margin.weighed == pytest.approx(margin.key_numbers, abs=0.02)
    assert margin.weighed != margin.scripted
    assert total.name == "exact total"


def test_every_simulated_game_is_in_one_bin_of_each_reliability_table() -> None:
    bins = _table(_played()).reliability
    assert sum(item.games for item in bins if item.name == "1H over") == 40
    assert all(0.0 <= item.given <= 1.0 and 0.0 <= item.seen <= 1.0 for item in bins)


def test_games_without_period_scores_cannot_be_compared() -> None:
    unknown = _played()
    unknown.periods[:] = -1
    with pytest.raises(ValueError, match="must have their period scores"):
        _table(unknown)
