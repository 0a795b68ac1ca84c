"""The further a mean lies from the market's, the less of the distance is believed; both ways alike."""

# mypy: disable-error-code="arg-type"

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.deviation import market_deviation, trust
from closeline.domain.leagues import League
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, NUMBER, a_candidate, limits


def off(points, league=League.NBA):
    projection = replace(NUMBER, mean=200.0 + points, market_mean=200.0)
    return market_deviation(replace(A_TOTAL, projection=projection), limits(league))


@pytest.mark.parametrize(
    ("points", "state", "left", "capped"),
    [
        (5.0, Decision.PICK, 1.0, False), (5.01, Decision.PICK, 1 - 0.5 * 0.01 / 3, True),
        (7.99, Decision.PICK, 1 - 0.5 * 2.99 / 3, True), (8.0, Decision.LEAN, 0.5, True),
        (12.99, Decision.LEAN, 4 / 12.99, True), (13.0, Decision.NO_PLAY, 4 / 13, True),
    ],
)  # fmt: skip
def test_points_off_the_market_cost_trust_then_the_state(points, state, left, capped):
    for sign in (1, -1):
        finding = off(sign * points)

        assert finding.highest_state is state
        assert finding.multiplier == pytest.approx(left, abs=1e-9)
        assert finding.cap == (60 if capped else None)


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0, 1000), st.floats(0, 1000))
def test_trust_never_rises_with_distance_and_trusted_points_never_pass_the_hard_limit(soft, wide, one, other):
    hard = soft + wide
    near, far = sorted((one, other))

    assert trust(near, soft, hard) >= trust(far, soft, hard) - 1e-12
    assert trust(far, soft, hard) * far <= max(soft, hard) + 1e-9


def test_a_margin_is_judged_by_the_numbers_of_margins():
    finding = market_deviation(a_candidate(), limits(margin_soft=1.0, margin_hard=1.2, margin_block=1.4))

    assert finding.highest_state is Decision.NO_PLAY


def test_a_distance_that_is_no_number_is_not_played():
    finding = off(nan)

    assert (finding.action, finding.highest_state, finding.multiplier) == (Action.BLOCK, Decision.NO_PLAY, 0.0)


@pytest.mark.parametrize("unknown", [None, replace(NUMBER, market_mean=None)])
def test_without_a_market_there_is_no_distance(unknown):
    assert market_deviation(replace(A_TOTAL, projection=unknown), limits()).action is Action.INACTIVE
