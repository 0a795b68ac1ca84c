"""Closing line value: signs, the push-aware bridge between lines, and what a missing close does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import DevigError, ImpossiblePrice
from closeline.domain.odds import DevigMethod
from closeline.maths.clv import (
    beat_close,
    clv_across_lines,
    clv_across_pmf,
    clv_aggregate,
    clv_band,
    clv_points,
    clv_price,
    clv_prob,
    tilt_to_close,
)
from closeline.maths.devig import devig
from closeline.maths.distributions import Quantity, ScoreDistribution, Shape, Side

# nfl-key-v1 of clv-v1, 2011-2021.
KEY_NUMBERS = (
    0.106, 0.741, 0.771, 2.458, 0.842, 0.718, 1.279, 1.761, 0.822, 0.366, 1.172, 0.608, 0.476,
    0.608, 1.416, 0.570, 0.841, 0.990, 0.902, 0.446, 0.977, 1.226, 0.566, 0.634, 1.266,
)  # fmt: skip
NFL = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 13.5, (-80, 80), KEY_NUMBERS)
NBA = ScoreDistribution(Quantity.MARGIN, Shape.NORMAL, 13.3, (-80, 80))
NBA_TOTAL = ScoreDistribution(Quantity.TOTAL, Shape.NORMAL, 18.5, (120, 330))
AT_MINUS_110 = 1 + 10 / 11

LINES = st.integers(-28, 28).map(lambda halves: halves / 2)
CHANCES = st.floats(0.2, 0.8)
DECIMALS = st.floats(1.2, 6.0)


@pytest.mark.parametrize(
    ("side", "bet", "close", "expected"),
    [
        (Side.HOME, -3.5, -5, 1.5),
        (Side.AWAY, 7, 6, 1),
        (Side.OVER, 220.5, 224, 3.5),
        (Side.UNDER, 220.5, 224, -3.5),
    ],
)
def test_points_are_positive_when_the_number_moved_our_way(side, bet, close, expected):
    assert clv_points(side, bet, close) == expected


@given(bet=LINES, close=LINES)
def test_what_one_side_gained_in_points_the_other_lost(bet, close):
    assert clv_points(Side.HOME, bet, close) == -clv_points(Side.AWAY, -bet, -close)
    assert clv_points(Side.OVER, bet, close) == -clv_points(Side.UNDER, bet, close)


def test_the_line_decides_who_beat_the_close_and_the_price_only_where_it_did_not_move():
    beaten = beat_close([1.5, -0.5, 0, 0, 0], [1.5, 3.0, 2.0, 1.8, 1.9], [2.0, 1.5, 1.9, 1.9, 1.9])

    assert beaten.tolist() == [1, -1, 1, -1, 0]


def test_a_bet_at_the_closing_price_beats_nothing_and_pays_the_margin():
    found = clv_price(AT_MINUS_110, AT_MINUS_110, AT_MINUS_110)

    assert found.clv_prob_raw == found.clv_price_ratio == 0
    assert found.clv_ev == pytest.approx(-1 / 22, abs=1e-15)
    assert found.close_fair_prob == 0.5


@given(
    bet=DECIMALS,
    close=st.floats(1.2, 4.0),
    opposite=st.floats(1.05, 1.9),
    method=st.sampled_from(DevigMethod),
)
def test_price_value_is_the_return_at_the_closing_fair_odds(bet, close, opposite, method):
    try:
        fair = devig((close, opposite), method).probabilities[0]
    except DevigError:
        return
    found = clv_price(bet, close, opposite, method=method)

    assert found.clv_ev == pytest.approx(fair * (bet - 1) - (1 - fair), abs=1e-12)
    assert found.clv_prob_devig * bet == pytest.approx(found.clv_ev, abs=1e-12)


@pytest.mark.parametrize("bad", [1.0, 0.0, float("nan"), -110])
def test_a_price_that_cannot_be_is_refused(bad):
    with pytest.raises(ImpossiblePrice):
        clv_price(bad, 1.9, 1.9)
    with pytest.raises(ImpossiblePrice):
        clv_across_lines(NFL, Side.HOME, -3, bad, -3.5, 0.5)


@given(line=LINES, fair=CHANCES, price=DECIMALS)
def test_without_a_move_the_bridge_returns_the_closing_probability(line, fair, price):
    found = clv_across_lines(NFL, Side.HOME, line, price, line, fair)

    assert found.fair[0] == pytest.approx(fair, abs=1e-10)
    assert found.ev[0] == pytest.approx((1 - found.push[0]) * (fair * price - 1), abs=1e-9)


@given(bet=LINES, close=LINES, fair=CHANCES, shape=st.sampled_from([NFL, NBA]))
def test_both_sides_of_a_spread_see_one_distribution(bet, close, fair, shape):
    home = clv_across_lines(shape, Side.HOME, bet, 2.0, close, fair)
    away = clv_across_lines(shape, Side.AWAY, -bet, 2.0, -close, 1 - fair)

    assert home.location[0] == pytest.approx(away.location[0], abs=1e-8)
    assert home.win[0] == pytest.approx(away.lose[0], abs=1e-10)
    assert home.ev[0] == pytest.approx(-away.ev[0], abs=1e-10)
    assert home.win[0] + home.push[0] + home.lose[0] == pytest.approx(1.0, abs=1e-12)


@given(bet=LINES, close=LINES, fair=CHANCES)
def test_a_better_line_is_worth_more(bet, close, fair):
    found = clv_across_lines(NFL, Side.HOME, [bet, bet + 0.5], 1.9, close, fair)

    assert found.ev[0] < found.ev[1]


def by_brute_force(weights, sigma, support, bet_line, close_line, fair):
    """Solve for mu by bisection on the definition, one margin after another."""

    def outcomes(mu, line):
        mass = {
            k: (weights[abs(k)] if abs(k) < len(weights) else 1.0) * np.exp(-((k - mu) ** 2) / (2 * sigma**2))
            for k in range(support[0], support[1] + 1)
        }
        total = sum(mass.values())
        win = sum(value for k, value in mass.items() if k + line > 0) / total
        push = sum(value for k, value in mass.items() if k + line == 0) / total
        return win, push, 1 - win - push

    low, high = -100.0, 100.0
    for _ in range(80):
        mu = (low + high) / 2
        win, _, lose = outcomes(mu, close_line)
        low, high = (mu, high) if win / (win + lose) < fair else (low, mu)
    return outcomes(mu, bet_line)


@pytest.mark.parametrize(
    ("bet", "close", "fair"),
    [(-2.5, -3.5, 0.5), (-3, -3.5, 0.509), (7, 6.5, 0.48), (0, -10, 0.55), (-9.5, 3, 0.4)],
)
def test_the_bridge_is_the_definition(bet, close, fair):
    expected = by_brute_force(KEY_NUMBERS, 13.5, (-80, 80), bet, close, fair)

    found = clv_across_lines(NFL, Side.HOME, bet, 1.9, close, fair)

    assert [found.win[0], found.push[0], found.lose[0]] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("shape", "bet", "close", "expected"),
    [(NFL, -2.5, -3.5, 0.0998), (NBA, -4.5, -6, 0.0403), (NFL, -9.5, -10.5, 0.0242)],
)
def test_half_points_are_worth_what_the_rules_say(shape, bet, close, expected):
    found = clv_across_lines(shape, Side.HOME, bet, AT_MINUS_110, close, 0.5)

    assert found.ev[0] == pytest.approx(expected, abs=5e-5)


def test_a_quarter_line_is_worth_the_mean_of_its_halves():
    whole, low, high = clv_across_lines(NFL, Side.HOME, [-3.25, -3.5, -3], 1.95, -4.5, 0.52).ev

    assert whole == pytest.approx((low + high) / 2, abs=1e-12)


def test_totals_are_read_over_and_under():
    found = clv_across_lines(NBA_TOTAL, [Side.OVER, Side.UNDER], 224.5, 1.9, 227, [0.5, 0.5])

    assert found.win[0] == pytest.approx(found.lose[1], abs=1e-10)
    assert found.ev[0] > 0 > found.ev[1]


def test_a_missing_close_gives_no_value_and_spoils_no_other():
    found = clv_across_lines(NFL, Side.HOME, [-3, -3, np.nan], 1.9, [-3.5, np.nan, -3.5], [0.5, 0.5, 0.5])

    assert np.isfinite(found.ev).tolist() == [True, False, False]
    assert np.isnan(found.fair[1])
    summary = clv_aggregate(found.ev)
    assert (summary.n, summary.n_missing) == (1, 2)


def test_no_closes_at_all_give_an_empty_answer_not_a_zero():
    found = clv_across_lines(NFL, Side.HOME, [-3.0], 1.9, [np.nan], [np.nan])

    assert np.isnan(found.ev).all()


@given(bet=LINES, close=LINES, fair=CHANCES, side=st.sampled_from([Side.HOME, Side.AWAY]))
def test_tilting_the_smooth_shape_moves_its_location(bet, close, fair, side):
    # exp(theta k) times the Normal kernel is the Normal kernel at mu + theta sigma^2: two ways to one answer.
    from closeline.maths.distributions import pmf_at

    mass = pmf_at(NFL, np.array([0.0]))[0]

    tilted = clv_across_pmf(mass, NFL.support, side, bet_line=bet, bet_decimal=1.9, close_line=close, close_fair=fair)
    solved = clv_across_lines(NFL, side, bet, 1.9, close, fair)

    assert tilted.location[0] * 13.5**2 == pytest.approx(solved.location[0], abs=1e-6)
    assert tilted.ev[0] == pytest.approx(solved.ev[0], abs=1e-9)


def test_a_simulated_distribution_keeps_its_one_run_mass():
    mass = np.array([3.0, 6.0, 14.0, 0.0, 15.0, 7.0, 4.0])

    found = clv_across_pmf(mass, (-3, 3), Side.HOME, bet_line=-1.5, bet_decimal=2.4, close_line=0, close_fair=0.58)

    theta = found.location[0]
    tilted = mass * np.exp(theta * np.arange(-3, 4))
    tilted /= tilted.sum()
    assert tilted[4:].sum() / (1 - tilted[3]) == pytest.approx(0.58, abs=1e-12)
    assert found.win[0] == pytest.approx(tilted[5:].sum(), abs=1e-12)
    assert found.push[0] == 0


@pytest.mark.parametrize(("line", "fair"), [(-8.5, 0.5), (0.0, 0.0), (0.0, 1.0)])
def test_a_close_that_no_tilt_reaches_is_refused(line, fair):
    with pytest.raises(ValueError, match="must"):
        tilt_to_close(np.ones(7), (-3, 3), Side.HOME, close_line=line, close_fair=fair)


def test_fair_to_fair_value_is_the_difference_at_the_tickets_line():
    assert clv_prob([0.55, np.nan], [0.52, 0.5]).tolist()[0] == pytest.approx(0.03)
    assert np.isnan(clv_prob([0.55, np.nan], [0.52, 0.5])[1])


@given(bet=DECIMALS, close=st.floats(1.3, 3.5), opposite=st.floats(1.3, 3.5))
def test_the_band_is_brute_force_over_the_methods(bet, close, opposite):
    found = {}
    for method in DevigMethod:
        try:
            found[method] = clv_price(bet, close, opposite, method=method).clv_ev
        except DevigError:
            continue

    band = clv_band(bet, close, opposite)

    assert dict(band.by_method) == pytest.approx(found, abs=1e-12)
    assert band.low == pytest.approx(min(found.values()), abs=1e-12)
    assert band.high == pytest.approx(max(found.values()), abs=1e-12)


def test_the_band_follows_the_line():
    band = clv_band(1.9, 1.8, 2.05, distribution=NFL, bet_line=-2.5, close_line=-3.5)

    for method, value in band.by_method.items():
        fair = devig((1.8, 2.05), method).probabilities[0]
        assert value == pytest.approx(clv_across_lines(NFL, Side.HOME, -2.5, 1.9, -3.5, fair).ev[0], abs=1e-12)


def test_a_moved_line_cannot_be_valued_without_a_distribution():
    with pytest.raises(ValueError, match="distribution must be given"):
        clv_band(1.9, 1.8, 2.05, bet_line=-2.5, close_line=-3.5)


def test_a_method_that_has_no_answer_is_missing_from_the_band():
    # Twice 1.001 asks for an exponent of 693, and the search for it ends at 60.
    band = clv_band(1.5, 1.001, 1.001)

    assert DevigMethod.POWER not in band.by_method
    assert DevigMethod.MULTIPLICATIVE in band.by_method
    with pytest.raises(DevigError, match="some method"):
        clv_band(1.5, 1.001, 1.001, methods=[DevigMethod.POWER])


def test_an_aggregate_counts_ties_apart():
    found = clv_aggregate([0.02, 0.0, -0.01, 0.03], missing=4)

    assert (found.n, found.n_missing, found.coverage) == (4, 4, 0.5)
    assert found.beat_rate == 0.5
    assert found.beat_rate_excl_zero == pytest.approx(2 / 3)
    assert (found.share_zero, found.share_negative) == (0.25, 0.25)
    assert found.median == pytest.approx(0.01)


@pytest.mark.parametrize("values", [[], [np.nan], [0.01], [0.0, 0.0]])
def test_ratios_without_a_base_are_nan(values):
    assert np.isnan(clv_aggregate(values).t_stat)


@given(values=st.lists(st.floats(-1, 1), min_size=1, max_size=50))
def test_shares_of_an_aggregate_sum_to_one(values):
    found = clv_aggregate(values)

    assert found.beat_rate + found.share_zero + found.share_negative == pytest.approx(1.0)
