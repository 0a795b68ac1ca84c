"""Distributions of a player's number: against scipy.stats, brute-force mixtures, and what must add up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from closeline.domain.markets import Side
from closeline.maths.props.distributions import PropForecast, mixed, mixed_chances
from closeline.maths.props.families import (
    ON_INTEGERS,
    Family,
    above,
    fit_gamma,
    fit_negative_binomial,
    mass_at,
    negative_binomial_or_poisson,
    no_push_over,
    outcomes,
)

families = st.sampled_from(list(Family))
on_integers = st.sampled_from(ON_INTEGERS)
means = st.floats(0.05, 80.0)
ratios = st.floats(0.05, 40.0)  # variance over mean: from far narrower than Poisson to far wider
lines = st.integers(-8, 480)


def gamma_of(mean, variance):
    return stats.gamma(mean**2 / variance, scale=variance / mean)


def counts_of(mean, variance):
    r = mean**2 / (variance - mean)
    return stats.nbinom(r, r / (r + mean))


def test_beta_is_a_rate_and_the_scale_its_inverse():
    fitted = fit_gamma(30.0, 64.0)

    own = stats.gamma(fitted.alpha, scale=fitted.scale)
    assert (own.mean(), own.var()) == pytest.approx((30.0, 64.0))
    assert fitted.beta == pytest.approx(30.0 / 64.0)
    # The twin that takes the rate for a scale has another mean, and would be seen.
    assert stats.gamma(fitted.alpha, scale=fitted.beta).mean() != pytest.approx(30.0, rel=0.5)


@pytest.mark.parametrize(
    ("mean", "variance"), [(0, 4), (-3, 4), (20, 0), (20, -1), (math.nan, 4), (4, math.inf), (1e-200, 1.0)]
)
def test_a_forecast_refuses_moments_that_no_family_has(mean, variance):
    with pytest.raises(ValueError, match="mean and variance must be"):
        fit_gamma(mean, variance)
    with pytest.raises(ValueError, match="mean and variance must be"):
        PropForecast(mean, variance)
    with pytest.raises(ValueError, match="mean and variance must be"):
        outcomes(Family.GAMMA, mean, variance, 4)


@pytest.mark.parametrize("plays", [-0.1, 1.1, math.nan])
def test_a_forecast_refuses_what_is_no_chance_to_play(plays):
    with pytest.raises(ValueError, match="plays must be a chance"):
        PropForecast(20.0, 30.0, plays=plays)


@pytest.mark.parametrize("variance", [8.0, 10.0])
def test_a_negative_binomial_needs_more_variance_than_mean(variance):
    with pytest.raises(ValueError, match="variance must be above the mean"):
        fit_negative_binomial(10.0, variance)


def test_the_explicit_rule_makes_it_poisson_there():
    assert negative_binomial_or_poisson([10.0, 10.0], [8.0, 40.0]).tolist() == [math.inf, pytest.approx(10 / 3)]

    counts = PropForecast(10.0, 8.0, Family.NEGATIVE_BINOMIAL)
    assert counts.chances(Side.OVER, 38).win == pytest.approx(stats.poisson(10).sf(9), abs=1e-13)
    assert counts.pmf()[:30] == pytest.approx(stats.poisson(10).pmf(np.arange(30)), abs=1e-13)
    assert counts.cv == pytest.approx(math.sqrt(10) / 10)


@given(families, means, ratios, lines.map(lambda quarters: 2 * (quarters // 2)))
def test_over_push_and_under_sum_to_one_at_every_half_and_whole_line(family, mean, ratio, line):
    over = PropForecast(mean, mean * ratio, family).chances(Side.OVER, line)

    assert over.win + over.push + over.loss == pytest.approx(1.0, abs=1e-12)
    assert min(over.win, over.push, over.loss) >= 0.0
    if line % 4 or family is Family.GAMMA:
        assert over.push == 0.0


@given(families, means, ratios, lines)
def test_under_is_the_mirror_of_over(family, mean, ratio, line):
    forecast = PropForecast(mean, mean * ratio, family)
    over, under = (forecast.chances(side, line) for side in (Side.OVER, Side.UNDER))

    assert (under.win, under.push, under.loss) == (over.loss, over.push, over.win)


@given(families, means, ratios, lines)
def test_a_quarter_line_is_two_half_stakes(family, mean, ratio, line):
    forecast = PropForecast(mean, mean * ratio, family)
    quarter, low, high = (forecast.chances(Side.OVER, 2 * line + step) for step in (1, 0, 2))

    assert quarter.win == pytest.approx((low.win + high.win) / 2, abs=1e-15)
    assert quarter.push == pytest.approx((low.push + high.push) / 2, abs=1e-15)


@given(on_integers, means, ratios, st.integers(0, 120))
def test_chances_are_sums_of_the_mass(family, mean, ratio, number):
    forecast = PropForecast(mean, mean * ratio, family)
    mass = forecast.pmf()
    chances = forecast.chances(Side.OVER, 4 * number)

    assert mass.sum() == pytest.approx(1.0, abs=1e-12)
    assert mass.min() >= 0.0
    assert chances.loss == pytest.approx(mass[:number].sum(), abs=1e-12)
    assert chances.push == pytest.approx(mass[number] if number < mass.size else 0.0, abs=1e-12)
    assert chances.win == pytest.approx(mass[number + 1 :].sum(), abs=1e-12)


@given(means, ratios, st.integers(0, 120))
def test_the_lattice_is_the_gamma_between_half_points(mean, ratio, k):
    variance = mean * ratio
    peer = gamma_of(mean, variance)
    chances = PropForecast(mean, variance).chances(Side.OVER, 4 * k)

    assert chances.win == pytest.approx(peer.sf(k + 0.5), abs=1e-12)
    assert chances.push == pytest.approx(peer.cdf(k + 0.5) - (peer.cdf(k - 0.5) if k else 0.0), abs=1e-12)


@given(means, ratios, st.integers(0, 240))
def test_at_half_points_the_lattice_is_the_continuous_gamma(mean, ratio, k):
    lattice, continuous = (PropForecast(mean, mean * ratio, family) for family in (Family.GAMMA_LATTICE, Family.GAMMA))

    assert lattice.chances(Side.OVER, 4 * k + 2) == continuous.chances(Side.OVER, 4 * k + 2)


@given(st.floats(0.1, 80.0), st.floats(1.01, 40.0), st.integers(0, 120))
def test_the_negative_binomial_agrees_with_a_peer(mean, ratio, k):
    peer = counts_of(mean, mean * ratio)

    [mass] = mass_at(Family.NEGATIVE_BINOMIAL, np.array([mean]), np.array([mean * ratio]), np.array([float(k)]))
    assert mass == pytest.approx(peer.pmf(k), abs=1e-11)
    assert outcomes(Family.NEGATIVE_BINOMIAL, mean, mean * ratio, 4 * k)[0] == pytest.approx(peer.sf(k), abs=1e-11)


@pytest.mark.parametrize("excess", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 0.0])
def test_the_negative_binomial_runs_into_poisson_without_losing_digits(excess):
    k = np.arange(80.0)
    beyond = above(Family.NEGATIVE_BINOMIAL, np.full(80, 30.0), np.full(80, 30.0 * (1.0 + excess)), k)

    assert beyond == pytest.approx(stats.poisson(30).sf(k), abs=max(0.2 * excess, 1e-13))


def test_ignoring_the_push_overstates_both_sides():
    lattice, continuous = (PropForecast(30.0, 64.0, family) for family in (Family.GAMMA_LATTICE, Family.GAMMA))
    push = lattice.chances(Side.OVER, 124).push

    assert push == pytest.approx(0.0476, abs=5e-5)
    for side in (Side.OVER, Side.UNDER):
        overstated = continuous.chances(side, 124).win - lattice.chances(side, 124).win
        assert overstated == pytest.approx(push / 2, rel=0.02)


@pytest.mark.parametrize("family", list(Family))
def test_lines_at_the_ends_of_the_world(family):
    forecast = PropForecast(30.0, 64.0, family)

    assert forecast.chances(Side.OVER, -2).win == 1.0
    assert forecast.chances(Side.OVER, -4).win == 1.0
    assert forecast.chances(Side.OVER, 4 * 100_000).win == 0.0
    assert forecast.chances(Side.UNDER, 4 * 100_000).win == 1.0
    assert forecast.chances(Side.UNDER, 0).win == 0.0


def test_at_a_line_of_zero_the_push_is_the_chance_of_none():
    scarce = PropForecast(0.4, 0.5)

    chances = scarce.chances(Side.OVER, 0)
    assert chances.push == pytest.approx(gamma_of(0.4, 0.5).cdf(0.5), abs=1e-14)
    assert chances.push == scarce.pmf()[0]


def test_a_number_that_is_all_but_certain_pushes_and_says_one_half():
    sure = PropForecast(31.0, 1e-8)

    assert sure.chances(Side.OVER, 124).push == 1.0
    assert sure.no_push(Side.OVER, 124) == 0.5
    assert sure.chances(Side.OVER, 122).win == 1.0
    assert no_push_over(Family.GAMMA_LATTICE, [31.0], [1e-8], [124])[0].tolist() == [0.5]


def test_a_huge_variance_keeps_its_mass_and_a_boundless_one_is_refused():
    assert PropForecast(5.0, 4000.0).pmf().sum() == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(ValueError, match="forecast must stay below"):
        PropForecast(30.0, 1e9).pmf()
    assert PropForecast(30.0, 1e9).chances(Side.OVER, 2).win == pytest.approx(gamma_of(30.0, 1e9).sf(0.5), rel=1e-9)


def test_the_continuous_gamma_has_no_mass():
    with pytest.raises(ValueError, match="to have mass"):
        PropForecast(30.0, 64.0, Family.GAMMA).pmf()
    with pytest.raises(ValueError, match="to have mass"):
        mass_at(Family.GAMMA, np.array([30.0]), np.array([64.0]), np.array([3.0]))


def test_a_side_of_a_team_is_refused():
    with pytest.raises(ValueError, match="OVER or UNDER"):
        PropForecast(30.0, 64.0).chances(Side.HOME, 120)
    with pytest.raises(ValueError, match="whole numbers of quarter points"):
        outcomes(Family.GAMMA, 30.0, 64.0, 120.5)


@pytest.mark.parametrize("family", list(Family))
def test_many_quotes_at_once_are_what_each_is_alone(family):
    generator = np.random.default_rng(1)
    mean, variance = generator.uniform(0.3, 50, 300), generator.uniform(0.2, 200, 300)
    line = generator.integers(-4, 240, 300)

    no_push, push = no_push_over(family, mean, variance, line)

    for at in range(300):
        chances = PropForecast(mean[at], variance[at], family).chances(Side.OVER, int(line[at]))
        assert (no_push[at], push[at]) == (chances.no_push, chances.push)


members = st.lists(st.tuples(st.floats(5.0, 40.0), st.floats(0.8, 3.0), st.floats(0.1, 1.0)), min_size=1, max_size=6)


@given(members)
def test_moments_of_an_ensemble_are_those_of_its_mixture(parts):
    mean, ratio, weight = (np.array(column) for column in zip(*parts, strict=True))
    found = mixed(mean, mean * ratio, weight)

    # Brute force: put the mixture's mass together number by number, and take its moments.
    masses = [PropForecast(m, m * r, Family.NEGATIVE_BINOMIAL).pmf() for m, r, _ in parts]
    mixture = np.zeros(max(map(len, masses)))
    for mass, share in zip(masses, weight / weight.sum(), strict=True):
        mixture[: mass.size] += share * mass
    k = np.arange(mixture.size)
    brute = (mixture @ k, mixture @ k**2 - (mixture @ k) ** 2)
    # A count that varies less than Poisson is forecast as Poisson: compare with the variances really used.
    used = mixed(mean, np.maximum(mean, mean * ratio), weight)
    assert found[0] == pytest.approx(brute[0], rel=1e-9)
    assert float(used[0]) == pytest.approx(brute[0], rel=1e-9)
    assert float(used[1]) == pytest.approx(brute[1], rel=1e-8)


def test_an_ensemble_that_disagrees_is_wider_than_any_member():
    mean, variance = mixed([20.0, 30.0], [40.0, 40.0])

    assert (float(mean), float(variance)) == (25.0, 65.0)
    # The twin that averages variances alone forgets the disagreement.
    assert variance != np.mean([40.0, 40.0])


@given(members, st.integers(0, 60), on_integers)
def test_averaged_chances_are_those_of_the_brute_force_mixture(parts, number, family):
    forecasts = [PropForecast(m, m * r, family) for m, r, _ in parts]
    weights = [weight for *_, weight in parts]
    found = mixed_chances(forecasts, Side.OVER, 4 * number, weights)

    over = sum(w * f.pmf()[number + 1 :].sum() for f, w in zip(forecasts, weights, strict=True)) / sum(weights)
    assert found.win == pytest.approx(over, abs=1e-12)
    assert found.win + found.push + found.loss == pytest.approx(1.0, abs=1e-12)


def test_ensembles_of_many_rows_are_mixed_row_by_row():
    means_, variances_ = np.array([[20.0, 8.0], [30.0, 9.0]]), np.array([[40.0, 9.0], [40.0, 9.0]])
    mean, variance = mixed(means_, variances_, [3.0, 1.0])

    assert mean.tolist() == [22.5, 8.25]
    assert variance.tolist() == [40.0 + 0.75 * 6.25 + 0.25 * 56.25, 9.0 + 0.75 * 0.0625 + 0.25 * 0.5625]


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [math.nan, 1.0]])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="weights must be"):
        mixed([1.0, 2.0], [1.0, 2.0], weights)
