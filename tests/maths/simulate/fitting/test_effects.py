"""What a script lacks of the spread that games showed becomes a game-level effect; nothing is taken away."""

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.fitting.effects import Spread, spreads
from closeline.maths.simulate.fitting.played import Played
from tests.builders.simulated import ToySport, a_toy_game


def _played(game_margin_sd: float, games: int = 4_000) -> Played:
    drawn = worlds.simulate(a_toy_game(1.0, 18.0, game_margin_sd).game, games, seed=3).scores.astype(np.int64)
    return Played(
        np.full(games, 2020), np.full(games, 1.0), np.full(games, 18.0), drawn[:, :4], drawn[:, 4],
        np.zeros(games, dtype=bool), drawn[:, :4].sum(axis=1)[:, 0] == drawn[:, :4].sum(axis=1)[:, 1],
    )  # fmt: skip


def test_a_script_that_is_as_wide_as_its_games_gets_no_effect() -> None:
    margin, total = spreads(ToySport(), _played(0.0))
    assert margin.effect_sd == 0.0
    assert total.effect_sd == 0.0


def test_nights_that_differ_more_than_the_script_says_are_found_with_their_size() -> None:
    margin, total = spreads(ToySport(), _played(2.5))
    assert margin.effect_sd == pytest.approx(2.5, abs=0.35)
    assert total.effect_sd == 0.0


def test_what_chance_could_have_done_is_no_effect() -> None:
    assert Spread(seen=105.0, scripted=100.0, games=500).effect_sd == 0.0
    assert Spread(seen=105.0, scripted=100.0, games=50_000).effect_sd > 0.0


def test_a_script_that_is_too_wide_is_left_as_it_is() -> None:
    assert Spread(seen=100.0, scripted=120.0, games=5_000).effect_sd == 0.0
