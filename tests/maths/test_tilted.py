"""A simulated mass is tilted to the close, and a tilt is what a smooth shape's own mean is, too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.clv import clv_across_lines, clv_across_pmf
from closeline.maths.clv.tilted import IntegerMass, tilts, value_across
from closeline.maths.distributions import Quantity, ScoreDistribution, Shape, Side, pmf_at

# One-run games: no smooth shape has such a mass at one.
RUNS = np.array([2, 3, 5, 8, 18, 0, 18, 9, 6, 3, 2], dtype=np.float64)
MARGIN = IntegerMass(RUNS / RUNS.sum(), -5)
chances = st.floats(0.2, 0.8)
spreads = st.sampled_from([-2.5, -1.5, -1.0, 0.0, 1.5, 2.0, 2.25])


@given(chances, spreads, spreads, st.sampled_from([Side.HOME, Side.AWAY]), st.floats(1.2, 5.0))
def test_many_at_once_equal_one_at_a_time(fair: float, bet: float, close: float, side: Side, price: float) -> None:
    one = clv_across_pmf(
        MARGIN.mass, MARGIN.support, side, bet_line=bet, bet_decimal=price, close_line=close, close_fair=fair
    )
    many = value_across(MARGIN, [int(side)] * 2, bet, price, close, [fair, 0.5])

    assert many.ev[0] == pytest.approx(one.ev[0], abs=1e-9)
    assert many.fair[0] == pytest.approx(one.fair[0], abs=1e-9)


@given(chances, spreads, st.sampled_from([Side.HOME, Side.AWAY]))
def test_the_tilted_mass_agrees_with_the_close(fair: float, line: float, side: Side) -> None:
    found = value_across(MARGIN, int(side), line, 2.0, line, fair)

    assert found.fair[0] == pytest.approx(fair, abs=1e-9)


@given(chances, spreads, spreads)
def test_both_sides_mirror_each_other(fair: float, bet: float, close: float) -> None:
    home = value_across(MARGIN, int(Side.HOME), bet, 2.0, close, fair)
    away = value_across(MARGIN, int(Side.AWAY), -bet, 2.0, -close, 1.0 - fair)

    assert home.win[0] == pytest.approx(away.lose[0], abs=1e-9)
    assert home.push[0] == pytest.approx(away.push[0], abs=1e-9)


@given(chances, st.sampled_from([7.5, 8.0, 8.5, 9.0]), st.sampled_from([8.0, 8.5, 9.5]), st.floats(5.0, 12.0))
def test_a_tilt_forgets_the_mean_that_it_began_at(fair: float, bet: float, close: float, mean: float) -> None:
    # So the shapes of the other leagues, exponential families in the score, are carried by the same rule.
    totals = ScoreDistribution(Quantity.TOTAL, Shape.NEGATIVE_BINOMIAL, 8.0, (0, 60))
    tilted = IntegerMass(pmf_at(totals, [mean])[0], 0)
    smooth = clv_across_lines(totals, int(Side.OVER), bet, 1.9, close, fair)

    assert value_across(tilted, int(Side.OVER), bet, 1.9, close, fair).ev[0] == pytest.approx(smooth.ev[0], abs=1e-7)


def test_what_is_not_known_and_what_no_support_holds_is_nan() -> None:
    found = value_across(MARGIN, int(Side.HOME), 0.0, 2.0, [0.0, 0.0, 9.5], [0.5, np.nan, 0.5])

    assert np.isfinite(found.ev).tolist() == [True, False, False]
    assert np.isnan(tilts(MARGIN, [0], [0.0], [np.nan])).all()


def test_one_run_games_make_the_run_line_worth_more_than_a_smooth_shape_says() -> None:
    smooth = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 2.3, (-5, 5), (0.0,))
    real = value_across(MARGIN, int(Side.HOME), -1.5, 2.0, 0.0, 0.55).fair[0]
    plain = value_across(smooth, int(Side.HOME), -1.5, 2.0, 0.0, 0.55).fair[0]

    assert real < plain - 0.02
