"""Score distributions against brute force, closed forms and the worked examples of closing line value."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths.distributions import (
    LineReader,
    Quantity,
    ScoreDistribution,
    Shape,
    Side,
    fit_report,
    fit_score_distribution,
    home_win_probability,
    location_for,
    log_scores,
    mean_at,
    mean_for,
    no_push,
    pmf,
    pmf_at,
    price_across,
    read_pair,
    win_push_loss,
)

NFL_KEY_V1 = (
    0.106, 0.741, 0.771, 2.458, 0.842, 0.718, 1.279, 1.761, 0.822, 0.366, 1.172, 0.608, 0.476,
    0.608, 1.416, 0.570, 0.841, 0.990, 0.902, 0.446, 0.977, 1.226, 0.566, 0.634, 1.266,
)  # fmt: skip
NFL = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 13.5, (-80, 80), NFL_KEY_V1)
NBA = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 13.3, (-80, 80))
NHL = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 2.44, (-20, 20), (0.0,))
RUNS = ScoreDistribution(Quantity.TOTAL, Shape.NEGATIVE_BINOMIAL, 8.0, (0, 60))
GOALS = ScoreDistribution(Quantity.TOTAL, Shape.NEGATIVE_BINOMIAL, 1e6, (0, 40))
MINUS_110 = 10.0 / 11.0


def brute_mass(distribution, location, rating_sd=0.0):
    """One game's mass by plain loops and the standard library."""
    lo, hi = distribution.support
    mass = {}
    for k in range(lo, hi + 1):
        place = (abs(k) if distribution.quantity is Quantity.MARGIN else k) - distribution.first
        weight = distribution.multipliers[place] if 0 <= place < len(distribution.multipliers) else 1.0
        if distribution.shape is Shape.NORMAL:
            shape = math.exp(-((k - location) ** 2) / (2 * (distribution.scale**2 + rating_sd**2)))
        else:
            variance = location + location**2 / distribution.scale + rating_sd**2
            r = location**2 / (variance - location)
            log = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1)
            shape = math.exp(log + k * math.log(location / (location + r)) + r * math.log(r / (location + r)))
        mass[k] = weight * shape
    whole = sum(mass.values())
    return {k: value / whole for k, value in mass.items()}


def brute_read(mass, line, side):
    win = push = loss = 0.0
    for k, p in mass.items():
        score = {Side.HOME: k + line, Side.AWAY: -k + line, Side.OVER: k - line, Side.UNDER: line - k}[side]
        win, push, loss = win + p * (score > 0), push + p * (score == 0), loss + p * (score < 0)
    return win, push, loss


@pytest.mark.parametrize("distribution", [NFL, NBA, NHL, RUNS])
@pytest.mark.parametrize("rating_sd", [0.0, 1.7])
def test_the_mass_at_a_location_is_the_brute_force_mass(distribution, rating_sd):
    location = 6.25
    expected = brute_mass(distribution, location, rating_sd)
    ours = pmf_at(distribution, [location], rating_sd)[0]
    np.testing.assert_allclose(ours, list(expected.values()), atol=1e-13)


@pytest.mark.parametrize("distribution", [NFL, NHL, RUNS, GOALS, replace(RUNS, multipliers=(0.4,) * 9 + (1.8,))])
def test_the_mass_has_the_mean_that_was_asked_for_whatever_the_key_numbers(distribution):
    means = np.array([1.1, 4.0, 7.5])
    mass = pmf(distribution, means, [0.0, 0.8, 2.0])
    np.testing.assert_allclose(mass.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(mass @ distribution.values(), means, atol=1e-9)


def test_an_uncertain_rating_widens_the_distribution_by_its_variance():
    values = NBA.values()
    plain, wide = (pmf(NBA, [3.0], sd)[0] for sd in (0.0, 4.0))
    assert wide @ (values - 3.0) ** 2 - plain @ (values - 3.0) ** 2 == pytest.approx(16.0, rel=1e-3)
    total = pmf(RUNS, [9.0], 1.5)[0]
    assert total @ (RUNS.values() - 9.0) ** 2 == pytest.approx(9.0 + 81.0 / 8.0 + 2.25, rel=1e-3)


def test_without_overdispersion_goals_are_poisson():
    mass = pmf_at(GOALS, [5.8])[0]
    poisson = [math.exp(-5.8) * 5.8**k / math.factorial(k) for k in range(41)]
    np.testing.assert_allclose(mass, poisson, atol=1e-5)


@given(
    line=st.integers(-80, 80).map(lambda n: n / 4),
    side=st.sampled_from([Side.HOME, Side.AWAY]),
    mean=st.floats(-20, 20),
)
@settings(max_examples=60, deadline=None)
def test_a_line_reads_as_brute_force_and_a_quarter_line_as_the_mean_of_its_neighbours(line, side, mean):
    mass = pmf_at(NFL, [mean])
    as_dict = dict(zip(NFL.values().tolist(), mass[0], strict=True))
    parts = [line] if (2 * line) % 1 == 0 else [line - 0.25, line + 0.25]
    expected = np.mean([brute_read(as_dict, part, side) for part in parts], axis=0)
    np.testing.assert_allclose(win_push_loss(mass, NFL.support, [0], [line], [side])[0], expected, atol=1e-12)


def test_many_lines_of_many_games_are_read_at_once_in_the_order_asked():
    mass = pmf(RUNS, [8.0, 9.5])
    reader = LineReader(mass, RUNS.support)
    games, lines, sides = (
        [1, 0, 1, 0],
        [8.5, 9.0, 9.75, 200.0],
        [Side.OVER, Side.UNDER, Side.OVER, Side.UNDER],
    )
    together = reader.read(games, lines, sides)
    apart = [reader.read([g], [line], [side])[0] for g, line, side in zip(games, lines, sides, strict=True)]
    np.testing.assert_array_equal(together, apart)
    np.testing.assert_allclose(together.sum(axis=1), 1.0, atol=1e-12)
    assert together[3, 0] == pytest.approx(1.0, abs=1e-12)  # no total reaches a line beyond the support


@given(
    line=st.integers(-60, 60).map(lambda n: n / 4),
    fair=st.floats(0.03, 0.97),
    side=st.sampled_from([Side.HOME, Side.AWAY]),
    sd=st.sampled_from([0.0, 3.0]),
)
@settings(max_examples=60, deadline=None)
def test_the_location_gives_back_the_fair_probability_push_aware(line, fair, side, sd):
    location = location_for(NFL, [line], [fair], side, sd)
    outcome = win_push_loss(pmf_at(NFL, location, sd), NFL.support, [0], [line], [side])
    assert no_push(outcome)[0] == pytest.approx(fair, abs=1e-10)


@given(line=st.integers(10, 60).map(lambda n: n / 4), fair=st.floats(0.05, 0.95), sd=st.sampled_from([0.0, 1.2]))
@settings(max_examples=40, deadline=None)
def test_the_location_of_a_negative_binomial_gives_back_the_fair_probability(line, fair, sd):
    location = location_for(RUNS, [line], [fair], Side.OVER, sd)
    outcome = win_push_loss(pmf_at(RUNS, location, sd), RUNS.support, [0], [line], [Side.OVER])
    assert no_push(outcome)[0] == pytest.approx(fair, abs=1e-10)


def test_both_sides_of_a_market_imply_one_mean():
    home = mean_for(NFL, [-3.0, 6.5], [0.52, 0.47], Side.HOME)
    away = mean_for(NFL, [3.0, -6.5], [0.48, 0.53], Side.AWAY)
    np.testing.assert_allclose(home, away, atol=1e-9)


def test_a_missing_line_or_price_gives_no_mean():
    means = mean_for(NBA, [np.nan, -4.5, -4.5], [0.5, np.nan, 0.5], Side.HOME)
    np.testing.assert_array_equal(np.isnan(means), [True, True, False])


@pytest.mark.parametrize("fair", [0.0, 1.0, -0.2])
def test_a_certain_outcome_has_no_location(fair):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        location_for(NBA, [-3.5], [fair], Side.HOME)


def test_a_line_outside_the_support_is_refused():
    with pytest.raises(ValueError, match="inside the support"):
        location_for(NBA, [-81.0], [0.5], Side.HOME)


@pytest.mark.parametrize(
    ("distribution", "bet", "close", "side", "clv_ev"),
    [
        (NFL, -2.5, -3.5, Side.HOME, 0.0998),
        (NFL, -9.5, -10.5, Side.HOME, 0.0242),
        (NBA, -4.5, -6.0, Side.HOME, 0.0403),
    ],
)
def test_half_points_are_worth_what_the_number_under_them_is_worth(distribution, bet, close, side, clv_ev):
    # The worked examples of clv-v1, both prices -110.
    win, push, loss = price_across(distribution, [close], [0.5], [bet], [side])[0]
    assert win * MINUS_110 - loss == pytest.approx(clv_ev, abs=6e-5)
    assert win + push + loss == pytest.approx(1.0)


def test_key_numbers_hold_the_push_mass_of_the_record():
    at_three = price_across(NFL, [-3.0], [0.5], [-3.0], [Side.HOME])[0, 1]
    at_seven = price_across(NFL, [-7.0], [0.5], [-7.0], [Side.HOME])[0, 1]
    assert at_three == pytest.approx(0.076, abs=5e-4)
    assert at_seven == pytest.approx(0.055, abs=5e-4)


def test_an_nfl_tie_is_a_push_and_a_hockey_tie_cannot_be():
    assert win_push_loss(pmf(NFL, [0.0]), NFL.support, [0], [0.0], [Side.HOME])[0, 1] > 0.0
    assert win_push_loss(pmf(NHL, [0.3]), NHL.support, [0], [0.0], [Side.HOME])[0, 1] == 0.0
    assert home_win_probability(NFL, [0.0])[0] == pytest.approx(0.5)
    outcome = home_win_probability(NHL, [0.3, np.nan])
    assert outcome[0] > 0.5
    assert np.isnan(outcome[1])


def test_a_home_win_probability_of_totals_is_refused():
    with pytest.raises(ValueError, match="must be of margins"):
        home_win_probability(RUNS, [9.0])


def test_the_fit_finds_the_scale_and_the_key_numbers_that_made_the_record():
    generator = np.random.default_rng(11)
    truth = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 12.0, (-70, 70), (0.0, 0.7, 0.8, 2.4, 0.9, 0.8, 1.2, 1.8))
    means = generator.normal(2.0, 6.0, 6000)
    cumulative = np.cumsum(pmf(truth, means), axis=1)
    outcomes = truth.values()[(generator.random(6000)[:, None] > cumulative).sum(axis=1)]
    fitted = fit_score_distribution(
        Quantity.MARGIN, Shape.NORMAL, outcomes, means, (-70, 70), can_tie=False, source="made up"
    )
    assert fitted.scale == pytest.approx(12.0, rel=0.03)
    assert fitted.multipliers[0] == 0.0
    assert fitted.multipliers[3] / fitted.multipliers[2] == pytest.approx(3.0, rel=0.15)
    report = fit_report(fitted, outcomes, means)
    assert report.games == 6000
    assert report.log_score < report.plain_log_score - 0.03
    assert report.log_score < log_scores(truth, means, outcomes).mean() + 0.001


def test_shrinkage_holds_a_short_record_near_the_plain_shape():
    outcomes, means = np.array([3, 3, 3, -3, 7]), np.zeros(5)
    shrunk = fit_score_distribution(Quantity.MARGIN, Shape.NORMAL, outcomes, means, (-40, 40))
    plain = fit_score_distribution(Quantity.MARGIN, Shape.NORMAL, outcomes, means, (-40, 40), shrinkage=math.inf)
    assert plain.multipliers == ()
    assert all(0.75 < value < 1.35 for value in shrunk.multipliers)


def test_the_text_of_a_distribution_is_exact():
    text = NFL.to_json()
    assert ScoreDistribution.from_json(text) == NFL
    assert ScoreDistribution.from_json(text).to_json() == text


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", NBA.to_json().replace('"normal"', '"cauchy"'), NBA.to_json().replace("13.3", '"13.3"')],
)
def test_a_text_that_is_no_distribution_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        ScoreDistribution.from_json(text)


@pytest.mark.parametrize(
    "change",
    [{"scale": 0.0}, {"scale": math.nan}, {"support": (3, 3)}, {"multipliers": (-1.0,)}, {"first": 2}],
)
def test_parameters_that_give_no_distribution_are_refused(change):
    with pytest.raises(ValueError, match="must"):
        replace(NBA, **change)


def test_a_pair_must_hold_margin_and_total_in_their_places():
    good = f'{{"league":"mlb","margin":{NHL.to_json()},"total":{RUNS.to_json()},"obtained":"x"}}'
    assert read_pair(good) == (NHL, RUNS)
    with pytest.raises(ValueError, match="margin"):
        read_pair(f'{{"margin":{RUNS.to_json()},"total":{NHL.to_json()}}}')


def test_the_mean_at_a_location_passes_missing_games_through():
    means = mean_at(NFL, [4.4, np.nan])
    assert means[0] == pytest.approx(sum(k * p for k, p in brute_mass(NFL, 4.4).items()))
    assert np.isnan(means[1])
