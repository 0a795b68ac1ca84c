"""No market, no pick."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.market import no_market_no_pick
from tests.builders.candidates import a_candidate, limits


@pytest.mark.parametrize("fair", [nan, inf, -inf, 0.0, 1.0, -0.1])
def test_a_quote_without_a_fair_price_is_no_market(fair):
    assert no_market_no_pick(a_candidate(q_market=fair), limits()).reason == "NO_MARKET_NO_PICK"


@given(st.booleans(), st.floats(0.01, 0.99))
def test_only_a_quote_of_that_very_market_can_carry_a_pick(quoted, p):
    finding = no_market_no_pick(a_candidate(quoted=quoted, p_calibrated=p), limits())

    assert (finding.action, finding.reason) == ((Action.PASS, "") if quoted else (Action.BLOCK, "NO_MARKET_NO_PICK"))
