"""A game is solved to its means; what is uncertain about them is spread over nights."""

import numpy as np
import pytest

from closeline.maths.simulate.aim import Aim, aimed, means, solve
from tests.builders.simulated import RULES, ToySport, a_toy_game


def _sd(joint: np.ndarray, sign: int) -> float:
    home, away = np.divmod(np.arange(joint.size), joint.shape[0])
    values, mass = home + sign * away, joint.ravel()
    return float(np.sqrt(mass @ values**2 - (mass @ values) ** 2))


@pytest.mark.parametrize(("margin", "total"), [(0.0, 18.0), (3.5, 14.0), (-6.0, 21.5), (1.25, 26.0)])
def test_the_solved_game_has_the_wanted_means(margin: float, total: float) -> None:
    found = means(solve(ToySport(), RULES, margin, total).final)
    assert found == pytest.approx((margin, total), abs=0.02)


def test_equal_teams_get_equal_levels_and_exchanging_teams_exchanges_them() -> None:
    level = solve(ToySport(), RULES, 0.0, 18.0).levels
    assert level.home == pytest.approx(level.away, abs=1e-3)
    ahead, behind = solve(ToySport(), RULES, 4.0, 18.0).levels, solve(ToySport(), RULES, -4.0, 18.0).levels
    assert (ahead.home, ahead.away) == pytest.approx((behind.away, behind.home), abs=1e-3)


def test_means_that_no_teams_could_have_are_refused() -> None:
    with pytest.raises(ValueError, match="must be means that the model can reach"):
        solve(ToySport(), RULES, 0.0, 4_000.0)


def test_an_uncertain_margin_widens_the_margin_by_its_variance_and_moves_neither_mean() -> None:
    sure, unsure = a_toy_game(1.0, 18.0), a_toy_game(1.0, 18.0, margin_sd=2.0)
    assert means(unsure.final) == pytest.approx(means(sure.final), abs=0.01)
    assert _sd(unsure.final, -1) ** 2 - _sd(sure.final, -1) ** 2 == pytest.approx(4.0, abs=0.4)
    assert sum(night.weight for night in unsure.game) == pytest.approx(1.0)


def test_both_effects_together_give_four_nights() -> None:
    game = aimed(ToySport(), RULES, Aim(0.5, 18.0, 1.0, 1.5))
    assert len(game.game) == 4
    assert means(game.final) == pytest.approx((0.5, 18.0), abs=0.01)
