"""What the policy asks of an edge: none proven, none played."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.thresholds import publish_thresholds
from tests.builders.candidates import a_candidate, limits


def with_edge(edge, threshold):
    return a_candidate(q_market=0.5, decimal=2.0, predicted_clv=edge, threshold=threshold)


@pytest.mark.parametrize(
    ("edge", "threshold", "action", "reason"),
    [
        (None, 0.01, Action.BLOCK, "NO_DECISION_POLICY"),
        (-0.001, 0.0, Action.BLOCK, "EDGE_BELOW_PRICE"),
        (0.0, 0.0, Action.PASS, ""),
        (0.02, None, Action.CAP, "EDGE_BELOW_THRESHOLD"),
        (0.02, 0.021, Action.CAP, "EDGE_BELOW_THRESHOLD"),
        (0.0625, 0.0625, Action.PASS, ""),
        (0.101, 0.01, Action.CAP, "EDGE_IMPLAUSIBLE"),
    ],
)
def test_an_edge_is_played_only_when_warm_up_proved_it(edge, threshold, action, reason):
    finding = publish_thresholds(with_edge(edge, threshold), limits())

    assert (finding.action, finding.reason) == (action, reason)


@given(st.floats(-0.3, 0.3), st.none() | st.floats(0, 0.1), st.floats(0.01, 0.2))
def test_the_rule_is_the_table_of_its_three_limits(edge, threshold, implausible):
    candidate = with_edge(edge, threshold)
    finding = publish_thresholds(candidate, limits(edge_implausible=implausible))

    passes = threshold is not None and max(threshold, 0.0) <= candidate.edge <= implausible
    assert (finding.action is Action.PASS) == passes


def test_the_edge_is_measured_at_the_predicted_close_against_the_real_price():
    assert a_candidate(q_market=0.5, predicted_clv=0.04, decimal=21 / 11).edge == pytest.approx(0.54 - 11 / 21)
    assert a_candidate(predicted_clv=None).edge is None
