"""Ratings that never saw a closing line are a LEAN at most."""

import pytest

from closeline.domain.gates import Action
from closeline.domain.gates.rated import market_rated
from closeline.domain.picks import Decision
from tests.builders.candidates import a_candidate, limits


@pytest.mark.parametrize("rated", [True, False])
def test_ratings_on_results_alone_are_capped_at_lean(rated):
    finding = market_rated(a_candidate(market_rated=rated), limits())

    expected = (Action.PASS, Decision.PICK) if rated else (Action.CAP, Decision.LEAN)
    assert (finding.action, finding.highest_state) == expected
