"""Weights give simulated scores the fitted margins and totals, within their cap, and say what is left of the worlds."""

import numpy as np
import pytest

from closeline.maths.simulate.weighing import Fitted, of_one_parity, on_support, weigh
from tests.builders.simulated import a_toy_game, plain_marginals

GAME = a_toy_game()
MOST = GAME.final.shape[0] - 1
HOME, AWAY = np.divmod(np.arange(GAME.final.size), MOST + 1)


def _fitted(bump: float, at: int = 3) -> Fitted:
    plain = plain_marginals(GAME)
    margin = plain.margin.copy()
    margin[[MOST - at, MOST + at]] *= bump
    return Fitted(margin / margin.sum(), plain.total)


def _margins(joint: np.ndarray) -> np.ndarray:
    return np.bincount(HOME - AWAY + MOST, joint.ravel(), 2 * MOST + 1)


def test_scores_that_already_fit_keep_the_weight_one() -> None:
    weights = weigh(GAME.final, _fitted(1.0), cap=3.0)
    assert np.abs(weights.by_score - 1.0)[GAME.final > 1e-9].max() < 1e-3
    assert weights.effective == pytest.approx(1.0, abs=1e-9)


def test_weighed_scores_have_the_fitted_margins_and_totals() -> None:
    fitted = of_one_parity(_fitted(1.3))
    joint = GAME.final * weigh(GAME.final, fitted, cap=3.0).by_score
    assert np.abs(_margins(joint) - fitted.margin).max() < 1e-6
    assert np.abs(np.bincount(HOME + AWAY, joint.ravel(), 2 * MOST + 1) - fitted.total).max() < 1e-6


def test_no_weight_is_beyond_the_cap_but_for_the_common_factor_that_keeps_their_mean_one() -> None:
    weights = weigh(GAME.final, _fitted(5.0), cap=1.5)
    reached = weights.by_score[GAME.final > 1e-12]
    assert reached.max() / reached.min() <= 1.5**2 + 1e-9
    assert float((GAME.final * weights.by_score).sum()) == pytest.approx(1.0, abs=1e-12)


def test_the_effective_share_is_one_over_the_mean_square_of_the_weights() -> None:
    weights = weigh(GAME.final, _fitted(2.0), cap=3.0)
    assert weights.effective == pytest.approx(1.0 / float((GAME.final * weights.by_score**2).sum()), rel=1e-9)
    assert weights.effective < 1.0


def test_a_tie_that_the_model_cannot_give_is_shared_among_what_it_can() -> None:
    plain = plain_marginals(GAME)
    wanted = plain.margin.copy()
    wanted[MOST] = 0.10
    joint = GAME.final * weigh(GAME.final, Fitted(wanted / wanted.sum(), plain.total), cap=3.0).by_score
    assert _margins(joint)[MOST] < 1e-12
    likely = plain.margin > 1e-4
    assert np.abs(_margins(joint)[likely] / plain.margin[likely] - 1.0).max() < 0.01


def test_mass_outside_the_support_is_dropped_and_the_rest_renormalised() -> None:
    laid = on_support(np.array([0.1, 0.2, 0.3, 0.4]), (-1, 2), 0, 5)
    assert laid == pytest.approx([0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9, 0, 0, 0])


def test_odd_margins_and_odd_totals_get_the_same_mass_because_one_game_has_both() -> None:
    one = of_one_parity(_fitted(1.5))
    odd_margin = one.margin[(np.arange(-MOST, MOST + 1) % 2) == 1].sum()
    assert odd_margin == pytest.approx(one.total[1::2].sum(), abs=1e-12)
    assert one.margin.sum() == pytest.approx(1.0)
    assert one.total.sum() == pytest.approx(1.0)
