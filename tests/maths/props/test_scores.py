"""Scores of prop forecasts: against numerical integrals, sums by hand, scipy.stats and forecasts that are right."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from closeline.maths.props import scores
from closeline.maths.props.distributions import PropForecast
from closeline.maths.props.families import ON_INTEGERS, Family

on_integers = st.sampled_from(ON_INTEGERS)
means = st.floats(0.3, 60.0)
ratios = st.floats(0.3, 20.0)


def right_forecasts(family, rows=20_000, seed=3):
    """SYNTHETIC: moments as models give them, and numbers drawn from just those forecasts by inversion."""
    generator = np.random.default_rng(seed)
    mean = generator.uniform(2.0, 40.0, 40)
    variance = np.maximum(mean * generator.uniform(1.0, 3.0, 40), 1.2)
    drawn = []
    for m, v in zip(mean, variance, strict=True):
        if family is Family.GAMMA:
            drawn.append(generator.gamma(m**2 / v, v / m, rows // 40))
        else:
            below = PropForecast(m, v, family).below()
            drawn.append(np.searchsorted(below, generator.random(rows // 40)).astype(float))
    return np.repeat(mean, rows // 40), np.repeat(variance, rows // 40), np.concatenate(drawn), generator


@settings(deadline=None, max_examples=40)
@given(st.floats(1.0, 50.0), st.floats(0.05, 0.8), st.floats(0.0, 120.0))
def test_crps_of_the_gamma_is_the_integral_that_defines_it(mean, cv, y):
    variance = (cv * mean) ** 2
    peer = stats.gamma(mean**2 / variance, scale=variance / mean)
    below, _ = quad(lambda x: peer.cdf(x) ** 2, 0, y, limit=200)
    above, _ = quad(lambda x: peer.sf(x) ** 2, y, y + mean + 40 * math.sqrt(variance), limit=200)

    [score] = scores.crps(Family.GAMMA, mean, variance, y)
    assert score == pytest.approx(below + above, abs=1e-6)


def test_crps_of_a_number_below_zero_is_that_at_zero_plus_the_way():
    at_zero, below = scores.crps_gamma([30.0, 30.0], [64.0, 64.0], [0.0, -5.0])

    assert below == pytest.approx(at_zero + 5.0)


@settings(deadline=None)
@given(on_integers, means, ratios, st.integers(0, 150))
def test_crps_on_the_integers_is_the_sum_that_defines_it(family, mean, ratio, y):
    mass = PropForecast(mean, mean * ratio, family).pmf()
    upto = np.concatenate([np.cumsum(mass), np.ones(200)])
    brute = sum((p - (k >= y)) ** 2 for k, p in enumerate(upto.tolist()))
    apart = (
        np.abs(np.arange(mass.size) - y) @ mass
        - 0.5 * mass @ np.abs(np.subtract.outer(np.arange(mass.size), np.arange(mass.size))) @ mass
        if mass.size < 600
        else brute
    )

    [score] = scores.crps(family, mean, mean * ratio, y)
    assert score == pytest.approx(brute, abs=1e-7)
    assert score == pytest.approx(apart, abs=1e-7)


@pytest.mark.parametrize("family", list(Family))
def test_many_rows_score_as_each_does_alone(family):
    mean, variance, y, generator = right_forecasts(family, rows=400)
    draws = generator.random(400)
    wild = np.where(np.arange(400) % 50 == 0, 200.0 * variance, variance)  # a few very wide rows among the rest

    together = scores.crps(family, mean, wild, y)
    assert together == pytest.approx(
        [float(scores.crps(family, m, v, x)[0]) for m, v, x in zip(mean, wild, y, strict=True)], abs=1e-7
    )
    assert (
        scores.pit(family, mean, variance, y, draws)[7] == scores.pit(family, mean[7], variance[7], y[7], draws[7])[0]
    )


@given(on_integers, means, ratios, st.integers(0, 150))
def test_the_log_score_is_that_of_the_mass_with_a_floor(family, mean, ratio, y):
    mass = PropForecast(mean, mean * ratio, family).pmf()
    p = mass[y] if y < mass.size else 0.0

    [score] = scores.log_scores(family, mean, mean * ratio, y)
    assert score == pytest.approx(-math.log(max(p, 1e-6)), abs=1e-6)


def test_a_surprise_costs_no_more_than_the_floor():
    assert scores.log_scores(Family.GAMMA_LATTICE, 10.0, 9.0, 400) == pytest.approx(-math.log(1e-6))
    assert scores.log_scores(Family.GAMMA, 10.0, 9.0, [0.0, 400.0]) == pytest.approx(-math.log(1e-6))


@given(st.floats(1.0, 50.0), st.floats(0.1, 0.8), st.floats(0.5, 120.0))
def test_the_log_score_of_the_gamma_is_its_density(mean, cv, y):
    variance = (cv * mean) ** 2
    density = stats.gamma(mean**2 / variance, scale=variance / mean).logpdf(y)

    assert scores.log_scores(Family.GAMMA, mean, variance, y) == pytest.approx(-max(density, math.log(1e-6)), abs=1e-8)


@pytest.mark.parametrize("family", list(Family))
def test_right_forecasts_have_a_uniform_pit(family):
    mean, variance, y, generator = right_forecasts(family)
    found = scores.kolmogorov_smirnov(scores.pit(family, mean, variance, y, generator.random(y.size)))

    assert found.n == 20_000
    assert found.gap < 0.0115  # a gap that right forecasts have once in a hundred
    # Twin: the same numbers under forecasts that are too narrow.
    narrow = scores.kolmogorov_smirnov(scores.pit(family, mean, 0.6 * variance, y, generator.random(y.size)))
    assert narrow.p_value < 1e-6


@pytest.mark.parametrize("family", ON_INTEGERS)
def test_without_its_lot_a_pit_on_the_integers_is_not_uniform(family):
    mean, variance, y, _ = right_forecasts(family)
    upper = scores.kolmogorov_smirnov(scores.pit(family, mean, variance, y, np.ones(y.size)))

    assert upper.p_value < 1e-6


@pytest.mark.parametrize("bend", [0.98, 1.0, 1.02])
def test_kolmogorov_smirnov_agrees_with_a_peer(bend):
    u = np.random.default_rng(7).random(2_000) ** bend
    found, peer = scores.kolmogorov_smirnov(u), stats.kstest(u, "uniform")

    assert 0.05 < peer.pvalue < 0.95  # where a wrong law would show
    assert found.gap == pytest.approx(peer.statistic, abs=1e-15)
    assert found.p_value == pytest.approx(peer.pvalue, abs=0.004)


@pytest.mark.parametrize(("u", "gap"), [([0.3, 0.4], 0.6), ([0.6, 0.7], 0.6), ([0.5], 0.5)])
def test_the_gap_is_the_largest_on_either_side(u, gap):
    assert scores.kolmogorov_smirnov(u).gap == pytest.approx(gap)


@pytest.mark.parametrize("pits", [[], [0.5, 1.5], [0.2, math.nan]])
def test_kolmogorov_smirnov_refuses_what_is_no_pit(pits):
    with pytest.raises(ValueError, match="PITs must be numbers"):
        scores.kolmogorov_smirnov(pits)


@pytest.mark.parametrize("level", scores.LEVELS)
@pytest.mark.parametrize("family", list(Family))
def test_right_forecasts_cover_what_they_say(family, level):
    mean, variance, y, _ = right_forecasts(family)

    error = math.sqrt(level * (1 - level) / y.size)
    assert scores.coverage(family, mean, variance, y, level).mean() == pytest.approx(level, abs=4 * error)
    assert scores.coverage(family, mean, 0.5 * variance, y, level).mean() < level - 10 * error


@settings(deadline=None)
@given(on_integers, means, ratios, st.sampled_from(scores.LEVELS))
def test_coverage_weighed_by_the_mass_is_the_level_exactly(family, mean, ratio, level):
    mass = PropForecast(mean, mean * ratio, family).pmf()
    inside = scores.coverage(
        family, np.full(mass.size, mean), np.full(mass.size, mean * ratio), np.arange(mass.size), level
    )

    assert inside @ mass == pytest.approx(level, abs=1e-9)


@given(on_integers, means, ratios, st.sampled_from(scores.LEVELS))
def test_the_ends_of_an_interval_are_the_first_numbers_that_reach_the_quantiles(family, mean, ratio, level):
    below = PropForecast(mean, mean * ratio, family).below()
    low, high = scores.interval(family, mean, mean * ratio, level)

    assert low[0] == np.searchsorted(below, (1 - level) / 2)
    assert high[0] == np.searchsorted(below, (1 + level) / 2)


def test_the_interval_of_the_gamma_is_that_of_a_peer():
    low, high = scores.interval(Family.GAMMA, [30.0], [64.0], 0.8)

    assert (low[0], high[0]) == pytest.approx(stats.gamma(30**2 / 64, scale=64 / 30).interval(0.8))


@pytest.mark.parametrize("family", ON_INTEGERS)
def test_the_family_that_made_the_numbers_is_chosen(family):
    generator = np.random.default_rng(8)
    mean, variance = np.full(30_000, 1.6), np.full(30_000, 2.4)
    y = np.searchsorted(PropForecast(1.6, 2.4, family).below(), generator.random(30_000))

    assert scores.choose_family(mean, variance, y) is family
    assert [score.family for score in scores.family_scores(mean, variance, y)] == list(ON_INTEGERS)


def test_scores_refuse_what_was_never_counted():
    for y in (-1.0, 3.5, math.nan):
        with pytest.raises(ValueError, match=r"y must be counts|y finite"):
            scores.crps(Family.GAMMA_LATTICE, 30.0, 64.0, y)
    with pytest.raises(ValueError, match="positive"):
        scores.crps(Family.GAMMA, 30.0, 0.0, 3.0)
    with pytest.raises(ValueError, match="level must lie"):
        scores.coverage(Family.GAMMA, 30.0, 64.0, 3.0, 1.0)
