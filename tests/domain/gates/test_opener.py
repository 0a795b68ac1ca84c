"""A spread and a moneyline of one book must tell one story."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.opener import opener_consistency
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from tests.builders.candidates import a_candidate, a_selection, limits


@given(st.floats(-5, 5), st.sampled_from([MONEYLINE, SPREAD]), st.floats(0, 3))
def test_a_quarrel_beyond_the_leagues_limit_blocks_both_markets(points, market, limit):
    candidate = a_candidate(opener_disagreement=points, selection=a_selection(market))
    finding = opener_consistency(candidate, limits(opener_disagreement_points_max=limit))

    blocked = abs(points) > limit
    assert (finding.action, finding.reason) == (
        (Action.BLOCK, "MARKET_LINE_INCONSISTENT") if blocked else (Action.PASS, "")
    )


@pytest.mark.parametrize(
    "candidate",
    [a_candidate(opener_disagreement=None), a_candidate(opener_disagreement=9.0, selection=a_selection(TOTAL))],
)
def test_the_rule_sleeps_where_there_is_nothing_to_compare(candidate):
    assert opener_consistency(candidate, limits()).action is Action.INACTIVE
