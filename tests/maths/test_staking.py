"""Staking: Kelly in its forms against brute force, and the caps between Kelly and a ticket."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from closeline.domain.errors import ImpossiblePrice
from closeline.maths.staking import (
    Outcome,
    kelly,
    kelly_exclusive,
    kelly_outcomes,
    log_growth,
    outcomes_value,
    uncertainty_shrink,
)
from closeline.maths.staking.joint import kelly_simultaneous
from closeline.maths.staking.limits import (
    Exposure,
    Held,
    StakingPolicy,
    allocate,
    round_ticket,
    scale_exposure,
    stake,
    tier_stake,
)

POLICY = StakingPolicy()
MINUS_110 = 21 / 11
probabilities = st.floats(0.05, 0.95)
decimals = st.floats(1.05, 30.0)


def best_of(growth, high=1.0):
    return minimize_scalar(lambda f: -growth(f), bounds=(0, high), method="bounded", options={"xatol": 1e-12}).x


# ------------------------------------------------------------------------------------- one bet


@given(probabilities, st.floats(0, 0.5), decimals)
def test_kelly_grows_the_bankroll_fastest(q, p_push, decimal):
    p_win, p_loss = q * (1 - p_push), (1 - q) * (1 - p_push)

    best = kelly(p_win, p_loss, decimal)

    assert best == pytest.approx(best_of(lambda f: log_growth(p_win, p_loss, decimal, f), 0.999), abs=2e-5)
    assert best == pytest.approx(kelly(q, 1 - q, decimal), abs=1e-12)  # pushes do not change it


def test_a_bet_without_value_gets_nothing():
    assert kelly(0.5, 0.5, MINUS_110) == 0
    assert kelly(0.0, 0.0, 2.0) == 0


def test_twice_kelly_hardly_grows():
    full = kelly(0.55, 0.45, MINUS_110)
    best = log_growth(0.55, 0.45, MINUS_110, full)

    assert full == pytest.approx(0.055)
    assert log_growth(0.55, 0.45, MINUS_110, full / 2) == pytest.approx(0.75 * best, rel=0.01)
    assert abs(log_growth(0.55, 0.45, MINUS_110, 2 * full)) < 0.02 * best
    assert log_growth(0.55, 0.45, MINUS_110, 1.0) == -math.inf
    assert log_growth(1.0, 0.0, 2.0, 1.0) == math.log(2)


@pytest.mark.parametrize(("p_win", "p_loss"), [(0.6, 0.5), (-0.1, 0.5), (math.nan, 0.5)])
def test_chances_that_are_none_are_refused(p_win, p_loss):
    with pytest.raises(ValueError, match="chances"):
        kelly(p_win, p_loss, 2.0)


@pytest.mark.parametrize("decimal", [1.0, math.nan, math.inf])
def test_a_price_that_is_none_is_refused(decimal):
    with pytest.raises(ImpossiblePrice):
        kelly(0.5, 0.5, decimal)


@pytest.mark.parametrize("size", [-0.1, 1.1, math.nan])
def test_a_stake_that_is_no_share_is_refused(size):
    with pytest.raises(ValueError, match="stake must be"):
        log_growth(0.5, 0.5, 2.0, size)


@given(st.lists(st.tuples(st.floats(0.05, 1.0), st.floats(-1.0, 3.0)), min_size=1, max_size=5))
def test_kelly_of_many_endings_grows_fastest(ways):
    ways = [*ways, (0.5, -1.0)]
    total = sum(p for p, _ in ways)
    outcomes = [Outcome(p / total, net) for p, net in ways]

    best = kelly_outcomes(outcomes)

    growth = lambda f: sum(way.probability * math.log1p(f * way.net) for way in outcomes)  # noqa: E731
    assert growth(best) >= growth(best_of(growth, 0.9999)) - 1e-12
    assert (best > 0) == (outcomes_value(outcomes) > 0)


@given(probabilities, decimals)
def test_kelly_of_two_endings_is_plain_kelly(p, decimal):
    outcomes = [Outcome(p, decimal - 1), Outcome(1 - p, -1.0)]

    assert kelly_outcomes(outcomes) == pytest.approx(kelly(p, 1 - p, decimal), abs=1e-10)


@pytest.mark.parametrize("ways", [[], [(0.5, 1.0)], [(0.5, 1.0), (0.5, 0.0)], [(1.5, 1.0), (-0.5, -1.0)]])
def test_endings_that_are_no_bet_are_refused(ways):
    with pytest.raises(ValueError, match="must"):
        kelly_outcomes([Outcome(*way) for way in ways])


# ---------------------------------------------------------------------------------- several bets


def independent(*bets):
    keys = list(itertools.product([True, False], repeat=len(bets)))
    worlds = [[d - 1 if won else -1.0 for won, (_, d) in zip(key, bets, strict=True)] for key in keys]
    chances = [math.prod(p if won else 1 - p for won, (p, _) in zip(key, bets, strict=True)) for key in keys]
    return np.array(worlds), np.array(chances)


def peer(worlds, chances, most):
    found = minimize(
        lambda f: -(chances @ np.log1p(worlds @ f)),
        np.full(worlds.shape[1], 0.01),
        bounds=[(0, most)] * worlds.shape[1],
        constraints={"type": "ineq", "fun": lambda f: most - f.sum()},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    return found.x


def test_two_independent_bets_get_a_little_less_than_alone():
    found = kelly_simultaneous(*independent((0.55, MINUS_110), (0.55, MINUS_110)))

    assert found.stakes == pytest.approx([0.054848, 0.054848], abs=5e-7)


@pytest.mark.parametrize(
    ("bets", "most"),
    [
        ([(0.55, MINUS_110)], 1.0),
        ([(0.58, MINUS_110), (0.45, 2.4)], 1.0),
        ([(0.58, MINUS_110), (0.45, 2.4), (0.3, 3.0)], 1.0),
        ([(0.58, MINUS_110), (0.45, 2.4), (0.7, 1.6)], 0.1),
        ([(0.4, 2.0), (0.3, 3.0)], 0.5),
    ],
)
def test_simultaneous_bets_agree_with_a_general_optimiser(bets, most):
    worlds, chances = independent(*bets)

    found = kelly_simultaneous(worlds, chances, stakes_sum_max=most)

    reference = peer(worlds, chances, most)
    assert found.growth >= chances @ np.log1p(worlds @ reference) - 1e-12
    assert found.stakes == pytest.approx(reference, abs=2e-5)
    assert sum(found.stakes) <= most


def test_one_bet_among_simultaneous_ones_is_plain_kelly():
    found = kelly_simultaneous(*independent((0.6, 2.1)))

    assert found.stakes[0] == pytest.approx(kelly(0.6, 0.4, 2.1), abs=1e-10)


def test_equally_likely_worlds_need_no_chances():
    worlds = np.array([[1.0], [1.0], [-1.0]])

    assert kelly_simultaneous(worlds).stakes[0] == pytest.approx(1 / 3, abs=1e-10)


@pytest.mark.parametrize("chances", [[0.5, 0.6], [1.2, -0.2], [1.0]])
def test_worlds_without_a_distribution_are_refused(chances):
    with pytest.raises(ValueError, match="chances must be"):
        kelly_simultaneous(np.array([[1.0], [-1.0]]), np.array(chances))


@given(st.lists(st.tuples(st.floats(0.05, 1.0), st.floats(1.2, 12.0)), min_size=2, max_size=4))
def test_exclusive_stakes_agree_with_the_joint_optimum(outcomes):
    total = sum(weight for weight, _ in outcomes)
    chances = [weight / total for weight, _ in outcomes]
    prices = [price for _, price in outcomes]
    if sum(1 / price for price in prices) < 1.01:
        return  # an arbitrage has more than one optimum

    found = kelly_exclusive(chances, prices)

    worlds = np.full((len(prices), len(prices)), -1.0)
    np.fill_diagonal(worlds, [price - 1 for price in prices])
    joint = kelly_simultaneous(worlds, np.array(chances))
    growth = chances @ np.log1p(worlds @ np.array(found.stakes))
    assert growth == pytest.approx(joint.growth, abs=1e-9)


def test_hedging_with_a_losing_leg_is_optional():
    chances, prices = [0.6, 0.25, 0.15], [2.4, 3.9, 5.0]

    hedged, plain = (kelly_exclusive(chances, prices, hedge=hedge) for hedge in (True, False))

    assert hedged.stakes[1] > 0
    assert chances[1] * prices[1] < 1
    assert plain.stakes[1] == 0
    assert plain.stakes[0] == pytest.approx(kelly(0.6, 0.4, 2.4))


def test_an_arbitrage_is_covered_in_full():
    found = kelly_exclusive([0.5, 0.5], [2.2, 2.1])

    assert found == kelly_exclusive([0.5, 0.5], [2.2, 2.1], hedge=False)
    assert (found.stakes, found.reserve) == ((0.5, 0.5), 0.0)


def test_exclusive_chances_above_one_are_refused():
    with pytest.raises(ValueError, match="at most 1"):
        kelly_exclusive([0.7, 0.5], [2.0, 2.0])


def test_uncertainty_cuts_kelly():
    assert uncertainty_shrink(0.0, 0.03) == 1
    assert uncertainty_shrink(0.03, 0.03) == 0.5
    assert uncertainty_shrink(0.03, -0.01) == 0


# ---------------------------------------------------------------------------------------- limits


def test_a_stake_is_a_fraction_of_kelly_up_to_its_cap():
    sized = stake(0.56, 0.44, MINUS_110, kelly_fraction=0.25, stake_max=0.03, edge_min=0.03)
    capped = stake(0.80, 0.20, MINUS_110, kelly_fraction=0.25, stake_max=0.03, edge_min=0.03)

    assert sized.eligible
    assert sized.stake == pytest.approx(0.019)
    assert capped.stake == 0.03


def test_an_edge_of_exactly_the_minimum_qualifies():
    assert 0.58 - 0.55 < 0.03  # in floats
    assert stake(0.58, 0.42, 1 / 0.55, kelly_fraction=0.25, stake_max=0.02, edge_min=0.03).eligible
    assert not stake(0.5799, 0.4201, 1 / 0.55, kelly_fraction=0.25, stake_max=0.02, edge_min=0.03).eligible


@pytest.mark.parametrize(("tier", "size"), [("A", 0.02), ("B", 0.015), ("C", 0.01), ("LEAN", 0.0), ("", 0.0)])
def test_each_tier_has_its_cap_and_a_lean_gets_nothing(tier, size):
    assert tier_stake(0.5, tier, POLICY) == size
    assert tier_stake(0.02, "A", POLICY) == 0.005


@given(st.lists(st.floats(0, 0.05), max_size=12), st.floats(0.01, 0.3))
def test_scaling_keeps_proportions_and_the_total(stakes, most):
    scaled, scale = scale_exposure(stakes, most)

    assert sum(scaled) <= most + 1e-12
    assert scaled == tuple(size * scale for size in stakes)
    assert scale == 1 or sum(scaled) == pytest.approx(most)


exposures = st.builds(Exposure, st.floats(0, 0.02), st.sampled_from("abcd"), st.sampled_from(["", "x", "y"]))


@given(st.lists(exposures, max_size=20), st.floats(0, 0.12))
def test_no_cap_is_ever_broken(asked, day):
    given_out = allocate(asked, POLICY, Held({"a": 0.02}, {"x": 0.01}, day, day))

    assert sum(given_out) <= max(0.0, min(0.10 - day, 0.15 - day)) + 1e-9
    for event in "abcd":
        held = 0.02 if event == "a" else 0.0
        assert sum(s for s, e in zip(given_out, asked, strict=True) if e.event_id == event) <= 0.03 - held + 1e-9
    for cluster, held in (("x", 0.01), ("y", 0.0)):
        assert sum(s for s, e in zip(given_out, asked, strict=True) if e.cluster == cluster) <= 0.04 - held + 1e-9
    for size, exposure in zip(given_out, asked, strict=True):
        assert size <= exposure.stake + 1e-9
        assert size == 0 or (size >= 0.001 - 1e-12 and abs(size / 0.0005 - round(size / 0.0005)) < 1e-6)


@pytest.mark.parametrize(
    ("size", "ticket"),
    [(0.00099, 0.0), (0.001, 0.001), (0.00149, 0.001), (0.0015, 0.0015), (0.02, 0.02), (0.0, 0.0)],
)
def test_a_ticket_is_rounded_down_to_its_step(size, ticket):
    assert round_ticket(size, POLICY) == pytest.approx(ticket, abs=1e-15)
