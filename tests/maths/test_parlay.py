"""Parlays: exact settlement, value of legs together, and the Gaussian copula."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from closeline.maths.parlays.copula import joint_probability, lift
from closeline.maths.parlays.parlay import (
    FACTORS,
    Leg,
    LegResult,
    leg_factors,
    price,
    settle,
    settle_same_game,
    value_independent,
    value_joint,
    value_on_paths,
)

WIN, LOSS, PUSH, VOID, HALF_WIN, HALF_LOSS = LegResult
decimals = st.fractions(Fraction(101, 100), 20, max_denominator=100)
legs = st.lists(st.builds(Leg, st.sampled_from(LegResult), decimals), min_size=1, max_size=6)


@given(legs)
def test_a_ticket_returns_the_product_of_its_factors(ticket_legs):
    ticket = settle(ticket_legs)

    product = math.prod(FACTORS[leg.result](leg.decimal) for leg in ticket_legs)
    assert ticket.return_multiple == product
    assert ticket.units == product - 1
    sign = {WIN: 1, LOSS: -1, PUSH: 0, VOID: 0}[ticket.result]
    assert (ticket.units > 0) - (ticket.units < 0) == sign
    assert (ticket.result is VOID) == all(leg.result is VOID for leg in ticket_legs)


@given(legs, st.sampled_from([PUSH, VOID]), decimals)
def test_a_leg_without_action_reduces_the_ticket(ticket_legs, result, decimal):
    assert settle([*ticket_legs, Leg(result, decimal)]).return_multiple == settle(ticket_legs).return_multiple


def test_a_half_loss_beside_even_money_is_exactly_a_push():
    assert settle([Leg(HALF_LOSS, Fraction(21, 11)), Leg(WIN, Fraction(2))]).result is PUSH
    # Thirds have no exact float: the product would miss 1.
    thirds = [Leg(HALF_LOSS, Fraction(2)), Leg(WIN, Fraction(10, 7)), Leg(WIN, Fraction(7, 5))]
    assert settle(thirds).result is PUSH


def test_two_half_losses_lose_three_quarters():
    ticket = settle([Leg(HALF_LOSS, Fraction(2))] * 2)

    assert (ticket.result, ticket.units) == (LOSS, Fraction(-3, 4))


@given(st.lists(decimals, min_size=1, max_size=6))
def test_a_won_ticket_pays_its_price(prices):
    assert settle([Leg(WIN, decimal) for decimal in prices]).return_multiple == price(prices)


@pytest.mark.parametrize("call", [settle, price])
def test_a_parlay_without_legs_is_none(call):
    with pytest.raises(ValueError, match="at least one leg"):
        call([])


@pytest.mark.parametrize(
    ("results", "surviving", "result", "units"),
    [
        ([WIN, WIN], None, WIN, Fraction(9, 2)),
        ([WIN, VOID, WIN], None, VOID, 0),
        ([WIN, PUSH, WIN], None, VOID, 0),
        ([WIN, VOID, WIN], Fraction(18, 5), WIN, Fraction(13, 5)),
        ([WIN, PUSH, WIN], Fraction(18, 5), WIN, Fraction(13, 5)),
        ([LOSS, VOID], Fraction(18, 5), LOSS, -1),
        ([VOID, PUSH], Fraction(18, 5), VOID, 0),
    ],
)
def test_a_same_game_ticket_follows_its_stored_prices(results, surviving, result, units):
    ticket = settle_same_game(results, Fraction(11, 2), surviving)

    assert (ticket.result, ticket.units) == (result, units)


@pytest.mark.parametrize("results", [[], [WIN, HALF_WIN], [LOSS, HALF_LOSS]])
def test_a_same_game_ticket_without_a_rule_is_refused(results):
    with pytest.raises(ValueError, match="must win, lose, push or be void"):
        settle_same_game(results, Fraction(5))


# ------------------------------------------------------------------------------------------ value

chance_triples = st.tuples(st.floats(0.05, 1), st.floats(0, 0.3), st.floats(0.05, 1))


@given(st.lists(st.tuples(chance_triples, decimals), min_size=1, max_size=3))
def test_independent_value_is_the_joint_value_of_the_product_measure(bets):
    triples = [[part / sum(raw) for part in raw] for raw, _ in bets]
    prices = [float(decimal) for _, decimal in bets]
    keys = itertools.product(range(3), repeat=len(bets))
    results = (WIN, PUSH, LOSS)
    joint = {
        tuple(results[at] for at in key): math.prod(triple[at] for triple, at in zip(triples, key, strict=True))
        for key in keys
    }

    found = value_joint(joint, prices)

    assert found.value == pytest.approx(
        value_independent([t[0] for t in triples], [t[1] for t in triples], prices), rel=1e-9
    )
    assert found.lift == pytest.approx(1, rel=1e-9)
    assert found.p_win_legs == pytest.approx([t[0] for t in triples], rel=1e-9)


def test_joint_chances_must_be_a_distribution():
    with pytest.raises(ValueError, match="sum to 1"):
        value_joint({(WIN, WIN): 0.5}, [2.0, 2.0])


def test_a_leg_that_never_wins_has_no_lift():
    assert math.isnan(value_joint({(LOSS, WIN): 1.0}, [2.0, 2.0]).lift)


def test_nested_legs_win_together_as_often_as_the_harder_one():
    margins = np.random.default_rng(7).integers(-20, 20, 5000).astype(float)
    moneyline, laying = leg_factors(margins, 1.5), leg_factors(margins - 3.5, 2.2)

    found = value_on_paths(np.column_stack((moneyline, laying)), [1.5, 2.2])

    assert found.joint.p_all_win == found.joint.p_win_legs[1] == (margins > 3.5).mean()
    assert found.joint.value == pytest.approx((moneyline * laying).mean() - 1)
    assert not found.enough  # five thousand worlds are too few to publish a lift


def test_the_standard_error_is_that_of_a_share():
    worlds = np.tile([[2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]], (10_000, 1))

    found = value_on_paths(worlds, [2.0, 2.0])

    assert found.joint.value == pytest.approx(0, abs=1e-12)
    assert found.joint.lift == pytest.approx(1)
    assert found.p_all_win_se == pytest.approx(math.sqrt(0.25 * 0.75 / 40_000))
    assert found.lift_se == pytest.approx(4 * found.p_all_win_se)
    assert found.enough


def test_a_leg_is_graded_by_how_far_it_beats_its_line():
    assert leg_factors(np.array([0.5, 0.0, -0.5]), 1.9).tolist() == [1.9, 1.0, 0.0]
    # Line -3.25: half on -3, half on -3.5; a win by 3 loses half.
    assert leg_factors(np.array([4.0, 3.0, 2.0]) - 3.25, 2.0, quarter_line=True).tolist() == [2.0, 0.5, 0.0]


# ----------------------------------------------------------------------------------------- copula

inside = st.floats(0.01, 0.99)


@given(inside, inside, st.floats(-0.95, 0.95))
def test_the_copula_agrees_with_the_bivariate_normal(p, q, rho):
    x = [float(v) for v in multivariate_normal_quantiles(p, q)]

    peer = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(x)

    assert joint_probability(p, q, rho) == pytest.approx(peer, abs=1e-8)


def multivariate_normal_quantiles(*chances):
    from scipy.special import ndtri

    return [ndtri(chance) for chance in chances]


@pytest.mark.parametrize("rho", [-0.9, -0.5, 0.0, 0.3, 0.5, 0.99])
def test_two_coins_follow_sheppard(rho):
    assert joint_probability(0.5, 0.5, rho) == pytest.approx(0.25 + math.asin(rho) / (2 * math.pi), abs=1e-14)


@given(inside, inside)
def test_the_copula_joins_its_limits(p, q):
    assert joint_probability(p, q, 0.0) == pytest.approx(p * q, abs=1e-12)
    assert joint_probability(p, q, 1.0) == min(p, q)
    assert joint_probability(p, q, -1.0) == max(0.0, p + q - 1)
    assert joint_probability(p, q, 0.999999) == pytest.approx(min(p, q), abs=1e-3)
    assert lift(p, q, 0.0) == pytest.approx(1, abs=1e-9)


@given(inside, inside, st.floats(-0.99, 0.99))
def test_the_copula_is_symmetric_and_keeps_the_margins(p, q, rho):
    both = joint_probability(p, q, rho)

    assert both == pytest.approx(joint_probability(q, p, rho), abs=1e-12)
    assert p - both == pytest.approx(joint_probability(p, 1 - q, -rho), abs=1e-10)


@pytest.mark.parametrize(("p", "q", "rho"), [(0, 0.5, 0), (0.5, 1, 0), (0.5, 0.5, 1.1), (math.nan, 0.5, 0)])
def test_what_is_no_chance_or_correlation_is_refused(p, q, rho):
    with pytest.raises(ValueError, match="must lie in"):
        joint_probability(p, q, rho)
