"""The verdict follows from the findings alone: the strictest state governs, and the stricter trust."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from closeline.domain.gates import Action, Finding, compress, verdict
from closeline.domain.picks import Decision, Tier
from tests.builders.candidates import a_candidate
from tests.strategies import probabilities

RANK = [Decision.NO_PLAY, Decision.LEAN, Decision.PICK]
states = st.lists(st.sampled_from(RANK), min_size=1, max_size=8)


def a_finding(state=Decision.PICK, **other):
    return Finding("g", Action.PASS, state, **other)


@given(states)
def test_the_strictest_finding_governs(found):
    final = verdict(a_candidate(), [a_finding(state) for state in found])

    assert final.decision == min(found, key=RANK.index)


@given(probabilities, probabilities, st.floats(0, 1), st.lists(st.floats(0.1, 1), max_size=3))
def test_the_published_probability_is_the_market_moved_by_the_stricter_trust(q, p, beta, multipliers):
    findings = [a_finding(multiplier=each) for each in multipliers] or [a_finding()]
    final = verdict(a_candidate(q_market=q, p_calibrated=p, beta=beta), findings)

    trust = min(beta, math.prod(multipliers))
    odds = (q / (1 - q)) ** (1 - trust) * (p / (1 - p)) ** trust
    assert final.p_final == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert min(p, q) - 1e-12 <= final.p_final <= max(p, q) + 1e-12


@given(probabilities, probabilities)
def test_trust_one_keeps_the_model_and_trust_nought_returns_the_market(q, p):
    assert compress(q, p, 1.0) == pytest.approx(p, rel=1e-12)
    assert compress(q, p, 0.0) == pytest.approx(q, rel=1e-12)


@given(probabilities, probabilities, st.floats(0, 1))
def test_compressing_both_sides_keeps_their_sum(q, p, trust):
    assert compress(q, p, trust) + compress(1 - q, 1 - p, trust) == pytest.approx(1, abs=1e-12)


def test_without_a_policy_the_rules_alone_say_how_far_the_model_is_trusted():
    candidate = a_candidate(beta=None, predicted_clv=None, q_market=0.5, p_calibrated=0.58)

    assert verdict(candidate, [a_finding()]).p_final == pytest.approx(0.58)
    assert verdict(candidate, [a_finding(multiplier=0.8)]).p_final == pytest.approx(0.5642, abs=5e-5)


@pytest.mark.parametrize(("edge", "tier"), [(0.061, Tier.A), (0.0599, Tier.B), (0.046, Tier.B), (0.031, Tier.C)])
def test_without_a_policy_a_tier_is_of_the_edge_itself(edge, tier):
    candidate = a_candidate(beta=None, threshold=None, predicted_clv=None, decimal=2.0, p_calibrated=0.5 + edge)

    assert verdict(candidate, [a_finding()]).tier is tier


@given(probabilities, st.floats(0.001, 0.2))
def test_the_confidence_in_an_edge_is_the_normal_chance_that_it_is_one(p, sd):
    final = verdict(a_candidate(q_market=0.5, p_calibrated=p, beta=1.0, decimal=2.0, p_sd=sd), [a_finding()])

    assert final.edge_confidence == pytest.approx(norm.cdf(final.edge_probability / sd), abs=5.1e-5)
    assert final.edge_confidence is not None
    assert (final.edge_confidence > 0.5) == (final.edge_probability > 0) or abs(final.edge_probability) < 1e-3


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf, -1.0, 0.0])
def test_a_probability_that_is_none_leaves_no_edge(broken):
    final = verdict(a_candidate(p_calibrated=broken, beta=1.0), [a_finding()])

    assert math.isfinite(final.p_final)
    assert final.edge_probability < 0 or broken == math.inf


@pytest.mark.parametrize(
    ("surplus", "tier"),
    [(0.0, Tier.C), (0.0099, Tier.C), (0.0101, Tier.B), (0.0199, Tier.B), (0.0201, Tier.A), (0.05, Tier.A)],
)
def test_a_tier_says_how_far_the_edge_lies_above_its_threshold(surplus, tier):
    candidate = a_candidate(q_market=0.5, decimal=2.0, threshold=0.02, predicted_clv=0.02 + surplus)

    assert verdict(candidate, [a_finding()]).tier is tier


@given(states.filter(lambda found: min(found, key=RANK.index) is not Decision.PICK))
def test_only_a_pick_has_a_tier_or_goes_into_a_parlay(found):
    final = verdict(a_candidate(), [a_finding(state) for state in found])

    assert final.tier is Tier.NONE
    assert not final.parlay_eligible


def test_a_cap_on_confidence_binds_and_keeps_the_pick_out_of_parlays():
    final = verdict(a_candidate(q_market=0.6, p_calibrated=0.8, beta=1.0), [a_finding(cap=55.0), a_finding(cap=70.0)])

    assert final.confidence == 55.0
    assert not final.parlay_eligible


@given(probabilities, probabilities, st.floats(1.01, 5), st.floats(0, 0.3))
def test_the_expected_value_counts_the_stake_back_for_a_push(q, p, decimal, push):
    final = verdict(a_candidate(q_market=q, p_calibrated=p, decimal=decimal, p_push=push, beta=1.0), [a_finding()])

    win, lose = (1 - push) * final.p_final, (1 - push) * (1 - final.p_final)
    assert final.ev_per_unit == pytest.approx(win * (decimal - 1) - lose, abs=1e-9)
    assert final.edge_probability == pytest.approx(final.p_final - 1 / decimal)


def test_every_reason_is_kept_in_the_order_of_the_rules():
    findings = [a_finding(reason="B"), a_finding(), a_finding(reason="A")]

    assert verdict(a_candidate(), findings).reasons == ("B", "A")
