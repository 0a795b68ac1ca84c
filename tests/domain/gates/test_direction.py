"""A sheet whose spreads run against the ratings is played by nobody."""

import pytest

from closeline.domain.gates import Action
from closeline.domain.gates.direction import direction
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL
from tests.builders.candidates import a_candidate, a_selection, limits


@pytest.mark.parametrize("market", [MONEYLINE, SPREAD])
@pytest.mark.parametrize(
    ("suspect", "disagreement", "reason"),
    [
        (True, None, "DIRECTION_MISMATCH"),
        (True, 0.5, "DIRECTION_MISMATCH"),
        (True, 9.0, ""),
        (False, None, ""),
        (False, 9.0, ""),
    ],
)
def test_a_margin_market_of_a_turned_sheet_is_blocked_unless_another_rule_has_said_why(
    market, suspect, disagreement, reason
):
    candidate = a_candidate(selection=a_selection(market), suspect=suspect, opener_disagreement=disagreement)
    finding = direction(candidate, limits(opener_disagreement_points_max=1.5))

    assert (finding.action, finding.reason) == (Action.BLOCK if reason else Action.PASS, reason)


def test_a_total_has_no_direction():
    assert direction(a_candidate(selection=a_selection(TOTAL), suspect=True), limits()).action is Action.INACTIVE
