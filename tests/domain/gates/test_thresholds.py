"""What is asked of an edge: what the policy proved, or where it is silent the standard numbers."""

# mypy: disable-error-code="operator"

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.thresholds import publish_thresholds, standard
from tests.builders.candidates import a_candidate, limits


def with_edge(edge, threshold):
    """Give a candidate at even money that the policy believes whole, with this edge over it."""
    p = 0.5 + edge if -0.5 < edge < 0.5 else 0.6
    return a_candidate(q_market=0.5, decimal=2.0, p_calibrated=p, beta=1.0, predicted_clv=edge, threshold=threshold)


@pytest.mark.parametrize(
    ("edge", "threshold", "action", "reason"),
    [
        (-0.001, 0.0, Action.BLOCK, "EDGE_BELOW_PRICE"),
        (1e-9, 0.0, Action.PASS, ""),
        (0.02, None, Action.CAP, "EDGE_BELOW_THRESHOLD"),
        (0.02, 0.021, Action.CAP, "EDGE_BELOW_THRESHOLD"),
        (0.0625, 0.0624, Action.PASS, ""),
        (0.101, 0.01, Action.CAP, "EDGE_IMPLAUSIBLE"),
        (float("nan"), 0.01, Action.BLOCK, "EDGE_BELOW_PRICE"),
    ],
)
def test_an_edge_is_played_only_when_warm_up_proved_it(edge, threshold, action, reason):
    finding = publish_thresholds(with_edge(edge, threshold), limits(), 0.7)

    assert (finding.action, finding.reason) == (action, reason)


@given(st.floats(-0.3, 0.3), st.none() | st.floats(0, 0.1), st.floats(0.01, 0.2))
def test_the_rule_is_the_table_of_its_three_limits(edge, threshold, implausible):
    candidate = with_edge(edge, threshold)
    finding = publish_thresholds(candidate, limits(edge_implausible=implausible), 0.9)

    seen = dict(finding.inputs)["edge"]
    assert seen == pytest.approx(edge, abs=1e-9)
    assume(min(abs(seen - limit) for limit in (0.0, implausible, threshold or 0.0)) > 1e-9)
    assert (finding.action is Action.PASS) == (threshold is not None and max(threshold, 0.0) <= edge <= implausible)


def test_what_the_rules_leave_of_the_edge_counts_and_not_what_it_was_before():
    finding = publish_thresholds(with_edge(0.05, 0.02), limits(), 0.51)

    assert (finding.action, finding.reason) == (Action.CAP, "EDGE_BELOW_THRESHOLD")


@pytest.mark.parametrize(
    ("edge", "ev", "action", "reason"),
    [
        (0.0149, 0.05, Action.BLOCK, "EDGE_BELOW_LEAN"),
        (0.015, 0.0099, Action.BLOCK, "EV_BELOW_LEAN"),
        (0.015, 0.01, Action.CAP, "EDGE_BELOW_PICK"),
        (0.03, 0.0399, Action.CAP, "EV_BELOW_PICK"),
        (0.03, 0.04, Action.PASS, ""),
        (0.1, 0.2, Action.PASS, ""),
        (0.1001, 0.2, Action.CAP, "EDGE_IMPLAUSIBLE"),
        (float("nan"), 0.2, Action.BLOCK, "EDGE_BELOW_LEAN"),
        (0.05, float("nan"), Action.BLOCK, "EV_BELOW_LEAN"),
    ],
)
def test_where_the_policy_is_silent_the_standard_numbers_decide(edge, ev, action, reason):
    finding = standard(edge, ev, limits())

    assert (finding.action, finding.reason) == (action, reason)


@pytest.mark.parametrize("silent", [{"beta": None}, {"predicted_clv": None}])
def test_a_policy_is_silent_without_a_blend_or_a_market_to_blend_with(silent):
    finding = publish_thresholds(a_candidate(**silent), limits(), 0.6)

    assert dict(finding.inputs)["edge_pick"] == limits().edge_pick


def test_a_league_without_any_policy_plays_nothing_however_good_the_edge():
    finding = publish_thresholds(a_candidate(policed=False, beta=None), limits(), 0.6)

    assert (finding.action, finding.reason) == (Action.BLOCK, "NO_DECISION_POLICY")


@pytest.mark.parametrize("broken", [{"threshold": float("nan")}, {"p_push": float("nan")}])
def test_a_policy_or_a_push_that_is_no_number_makes_no_pick(broken):
    finding = publish_thresholds(replace(with_edge(0.05, 0.01), **broken), limits(), 0.55)

    assert finding.action is not Action.PASS


def test_the_edge_is_measured_at_the_predicted_close_against_the_real_price():
    assert a_candidate(q_market=0.5, predicted_clv=0.04, decimal=21 / 11).edge == pytest.approx(0.54 - 11 / 21)
    assert a_candidate(predicted_clv=None).edge is None
