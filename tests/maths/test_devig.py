"""Devig: the five methods, one by one and in bulk, against their definitions and against peers."""

import itertools
import math
import warnings
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from closeline.domain.errors import DevigError, ImpossiblePrice
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import DevigFlag, devig
from closeline.maths.devig_arrays import BLOCK, devig_markets, devig_two_way, underround
from closeline.maths.prices import booksum

ADDITIVE, MULTIPLICATIVE, ODDS_RATIO, POWER, SHIN = (
    DevigMethod.ADDITIVE,
    DevigMethod.MULTIPLICATIVE,
    DevigMethod.ODDS_RATIO,
    DevigMethod.POWER,
    DevigMethod.SHIN,
)
methods = st.sampled_from(DevigMethod)
TWO_TO_EIGHT = st.integers(2, 8)
UP_TO_A_FIFTH = st.floats(1.0, 1.2)


@st.composite
def markets(draw, outcomes=TWO_TO_EIGHT, margins=UP_TO_A_FIFTH):
    """Draw decimal odds of one market: chances that sum to 1, shaded by one margin."""
    weights = draw(st.lists(st.floats(0.05, 1.0), min_size=(count := draw(outcomes)), max_size=count))
    margin = draw(margins)
    return [max(1.001, sum(weights) / (weight * margin)) for weight in weights]


def seeded_markets(count, outcomes, *, margins=(1.0, 1.15)):
    rng = np.random.default_rng(20260101)
    chances = rng.dirichlet(np.full(outcomes, 3.0), count) * 0.98 + 0.02 / outcomes
    return np.maximum(1.002, 1 / (chances * rng.uniform(margins[0], margins[1], (count, 1))))


@given(markets(), methods)
def test_fair_probabilities_are_a_distribution_in_the_order_of_the_prices(prices, method):
    try:
        fair = devig(prices, method)
    except DevigError:
        assert method in (ADDITIVE, POWER)
        return

    assert abs(math.fsum(fair.probabilities) - 1) < 1e-12
    assert all(0 < p < 1 for p in fair.probabilities)
    ranked = sorted(range(len(prices)), key=prices.__getitem__)
    assert all(fair.probabilities[a] >= fair.probabilities[b] - 1e-12 for a, b in itertools.pairwise(ranked))


@given(markets(margins=st.floats(0.92, 1.2)))
def test_each_method_satisfies_its_own_definition(prices):
    implied = [1 / price for price in prices]
    total = sum(implied)
    power, ratio = devig(prices, POWER), devig(prices, ODDS_RATIO)

    assert devig(prices, MULTIPLICATIVE).probabilities == pytest.approx([pi / total for pi in implied], abs=1e-14)
    assert power.probabilities == pytest.approx([pi**power.parameter for pi in implied], abs=1e-12)
    assert ratio.probabilities == pytest.approx(
        [(pi / (1 - pi) / ratio.parameter) / (1 + pi / (1 - pi) / ratio.parameter) for pi in implied],
        abs=1e-12,
    )


@given(markets(margins=st.floats(1.001, 1.2)))
def test_shin_satisfies_its_own_definition(prices):
    fair = devig(prices, SHIN)
    z, total = fair.parameter or 0.0, fair.booksum
    assert fair.parameter is not None

    assert 0 <= z < 1
    assert fair.probabilities == pytest.approx(
        [(math.sqrt(z * z + 4 * (1 - z) / price**2 / total) - z) / (2 * (1 - z)) for price in prices],
        abs=1e-9,
    )


@given(markets(outcomes=st.just(2), margins=st.floats(1.0, 1.3)))
def test_shin_equals_additive_for_two_outcomes(prices):
    assert devig(prices, SHIN).probabilities == pytest.approx(devig(prices, ADDITIVE).probabilities, abs=1e-12)


@given(methods, st.permutations([2.0, 4.0, 4.0]))
def test_prices_without_margin_are_their_own_fair_odds(method, prices):
    fair = devig(prices, method)

    assert fair.probabilities == tuple(1 / price for price in prices)
    assert fair.parameter in (None, 0.0, 1.0)
    assert fair.flags == ()


@given(markets(margins=st.floats(0.85, 0.99)), methods)
def test_an_underround_market_is_flagged_and_shin_falls_back(prices, method):
    fair = devig(prices, method)

    if fair.booksum >= 1 - 1e-12:  # a price was held up at 1.001
        return
    assert fair.flags[0] is DevigFlag.UNDERROUND
    assert (DevigFlag.SHIN_FALLBACK_MULTIPLICATIVE in fair.flags) == (method is SHIN)
    if method is SHIN:
        assert (fair.probabilities, fair.parameter) == (devig(prices, MULTIPLICATIVE).probabilities, 0.0)
    if method in (POWER, ODDS_RATIO):
        assert fair.parameter is not None
        assert fair.parameter < 1


def test_an_additive_long_shot_is_refused_and_never_clipped():
    with pytest.raises(DevigError, match="above 0"):
        devig([1 / 0.87, 5.0, 10.0, 20.0, 50.0, 100.0], ADDITIVE)
    with pytest.raises(DevigError, match="above 0"):
        devig_markets([[1 / 0.87, 5.0, 10.0, 20.0, 50.0, 100.0]], ADDITIVE)


def test_a_power_out_of_reach_is_refused_and_never_returned_in_part():
    with pytest.raises(DevigError, match="sum to 1"):
        devig([1.001, 1.001], POWER)
    with pytest.raises(DevigError, match="sum to 1"):
        devig_two_way([2.0, 1.001], [1.9, 1.001], POWER)
    with pytest.raises(DevigError, match="sum to 1"):
        devig_markets([[3.0, 3.0, 3.0], [1.001, 1.001, 1.001]], POWER)


@pytest.mark.parametrize("method", DevigMethod)
@pytest.mark.parametrize("wrong", [1.0, 0.5, 0.0, -2.0, math.nan, math.inf])
def test_what_is_no_price_is_refused(method, wrong):
    with pytest.raises(ImpossiblePrice):
        devig([wrong, 2.0], method)
    with pytest.raises(ImpossiblePrice):
        devig_two_way([2.0, 2.0], [2.0, wrong], method)
    with pytest.raises(ImpossiblePrice):
        devig_markets([[2.0, wrong, 3.0]], method)


@pytest.mark.parametrize("method", DevigMethod)
def test_one_outcome_is_no_market(method):
    with pytest.raises(DevigError):
        devig([1.9], method)
    with pytest.raises(DevigError):
        devig_markets([[1.9]], method)


@pytest.mark.parametrize("method", DevigMethod)
def test_no_markets_give_no_probabilities(method):
    assert devig_two_way([], [], method).shape == (0,)
    assert devig_markets(np.empty((0, 3)), method).shape == (0, 3)


@pytest.mark.parametrize("method", DevigMethod)
@pytest.mark.parametrize("outcomes", [2, 3, 7])
def test_the_bulk_agrees_with_one_by_one_across_blocks(method, outcomes):
    prices = seeded_markets(BLOCK + 300, outcomes, margins=(1.0, 1.06) if method is ADDITIVE else (0.9, 1.15))

    fair = devig_markets(prices, method)

    rows = np.arange(0, len(prices), 7)
    np.testing.assert_allclose(
        fair[rows], [devig(prices[row].tolist(), method).probabilities for row in rows], atol=2e-12
    )
    np.testing.assert_allclose(fair.sum(axis=1), 1.0, atol=1e-12)


@example([(1.001, 1000.0)], POWER)
@example([(1.0001, 9000.0), (2.0, 2.0)], POWER)
@example([(1.000001, 9000.0), (9000.0, 1.000001)], POWER)
@given(st.lists(st.tuples(st.floats(1.01, 900.0), st.floats(1.01, 900.0)), min_size=1, max_size=20), methods)
def test_two_columns_give_what_one_market_gives_whatever_the_prices(pairs, method):
    a, b = np.array(pairs).T
    alone = []
    try:
        alone = [devig(pair, method).probabilities for pair in pairs]
    except DevigError:
        with pytest.raises(DevigError):
            devig_two_way(a, b, method)
        return

    fair = devig_two_way(a, b, method)

    np.testing.assert_allclose(fair, [p for p, _ in alone], atol=1e-11)
    np.testing.assert_allclose(1 - fair, devig_two_way(b, a, method), atol=1e-11)


def test_power_in_bulk_raises_both_prices_to_one_exponent_from_even_money_to_a_thousand_to_one():
    """The exponent that gives the long shot its probability gives the favourite the rest, in exact arithmetic."""
    chances = 1 / (1 + np.exp(-np.linspace(-6.9, 6.9, 47)))
    prices = [
        (1 / (p * s), 1 / ((1 - p) * s)) for p in chances for s in (0.93, 1.0, 1.02, 1.08) if max(p, 1 - p) * s < 1
    ]

    columns = np.array(prices)

    fair = devig_two_way(columns[:, 0], columns[:, 1], POWER)

    for (a, b), p in zip(prices, fair.tolist(), strict=True):
        rare, price, other = (p, a, b) if p < 0.5 else (1 - Decimal(p), b, a)
        exponent = -Decimal(rare).ln() / Decimal(price).ln()
        assert abs(Decimal(rare) + (-exponent * Decimal(other).ln()).exp() - 1) < Decimal("1e-14")


def test_underround_markets_are_found_in_bulk():
    assert underround([[2.1, 2.05], [2.0, 2.0], [1.9, 1.9]]).tolist() == [True, False, False]


# ---------------------------------------------------------------------------------------- peers


@pytest.mark.parametrize("outcomes", [2, 3, 6])
def test_shin_agrees_with_the_shin_package(outcomes):
    shin = pytest.importorskip("shin")
    for row in seeded_markets(40, outcomes, margins=(1.01, 1.12)).tolist():
        if sum(1 / price for price in row) < 1:
            continue
        peer = shin.calculate_implied_probabilities(row, full_output=True)
        fair = devig(row, SHIN)

        assert fair.probabilities == pytest.approx(peer.implied_probabilities, abs=1e-9)
        assert fair.parameter == pytest.approx(peer.z, abs=1e-9)


@pytest.mark.parametrize("method", DevigMethod)
@pytest.mark.parametrize("outcomes", [2, 3, 5])
def test_every_method_agrees_with_penaltyblog(method, outcomes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        implied = pytest.importorskip("penaltyblog.implied")
    prices = seeded_markets(15, outcomes, margins=(1.02, 1.06))
    for row in prices[booksum(prices) > 1.001].tolist():
        peer = implied.calculate_implied(row, method=method.value).probabilities

        assert devig(row, method).probabilities == pytest.approx(peer, abs=1e-6)
