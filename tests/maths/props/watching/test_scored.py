"""Figures by month: the sums of brute force, right forecasts within their noise, and planted faults seen."""

from datetime import date

import numpy as np
import pytest

from closeline.maths.props.families import Family
from closeline.maths.props.watching.scored import by_month, joined, months_of, scored, standing

EPOCH = date(1970, 1, 1)
FIRST = (date(2025, 1, 1) - EPOCH).days


def rows(n=4000, days=90, *, mean_off=0.0, widen=1.0, seed=3):
    """SYNTHETIC numbers of negative binomials, foretold with a fault that a test plants."""
    generator = np.random.default_rng(seed)
    mean = generator.uniform(12, 40, n)
    y = generator.negative_binomial(mean / 2, 1 / 3).astype(np.float64)
    when = (FIRST + np.sort(generator.integers(0, days, n))).astype(np.int32)
    draws = generator.random(n)
    return scored(Family.NEGATIVE_BINOMIAL, mean + mean_off, 3 * mean * widen**2, y, when, draws)


def test_right_forecasts_cover_what_they_say_and_have_no_bias():
    found = standing("SYNTHETIC", rows())

    assert (found.n, found.days) == (4000, 90)
    assert found.inside == pytest.approx((0.5, 0.8, 0.95), abs=0.025)
    assert found.pit_p > 0.01
    assert found.bias == pytest.approx(0.0, abs=0.05)
    assert found.spread == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("fault", "figure"), [({"mean_off": 3.0}, "bias"), ({"widen": 1.4}, "spread")])
def test_a_planted_fault_shows_in_its_own_figure_and_in_the_gap(fault, figure):
    right, wrong = standing("right", rows()), standing("wrong", rows(**fault))

    assert getattr(wrong, figure) < getattr(right, figure) - 0.3
    assert wrong.pit_p < 1e-6
    assert wrong.crps > right.crps


def test_months_are_the_rows_of_each_month_and_no_others():
    all_rows = rows()
    found = by_month(all_rows)
    month_of = np.array([(date.fromordinal(EPOCH.toordinal() + int(day))).month for day in all_rows.days])

    assert [item.name for item in found] == ["2025-01", "2025-02", "2025-03"]
    assert [item.n for item in found] == [int((month_of == number).sum()) for number in (1, 2, 3)]
    assert found[1].crps == pytest.approx(all_rows.crps[month_of == 2].mean())
    assert found[1].mae == pytest.approx(np.abs(all_rows.error[month_of == 2]).mean())
    assert sum(item.n * item.log_score for item in found) / 4000 == pytest.approx(all_rows.log_score.mean())


def test_rows_of_two_models_add_up_to_one():
    one, other = rows(n=300, seed=1), rows(n=200, seed=2)
    both = joined([one, other])

    assert len(both) == 500
    assert both.covered.shape == (3, 500)
    assert standing("", both).crps == pytest.approx((300 * one.crps.mean() + 200 * other.crps.mean()) / 500)


def test_nothing_has_no_months_and_no_figures():
    none = rows(n=10).where(np.zeros(10, dtype=bool))

    assert by_month(none) == ()
    assert months_of(none.days).size == 0
    with pytest.raises(ValueError, match="must have rows"):
        standing("nothing", none)
    with pytest.raises(ValueError, match="at least one"):
        joined([])
