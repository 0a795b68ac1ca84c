"""Without an active calibration there is no PICK."""

import pytest

from closeline.domain.gates import Action
from closeline.domain.gates.calibrated import calibration_active
from closeline.domain.picks import Decision
from tests.builders.candidates import a_candidate, limits


@pytest.mark.parametrize("active", [True, False])
def test_a_probability_that_nothing_stands_behind_is_a_lean_at_most(active):
    finding = calibration_active(a_candidate(calibration_active=active), limits())

    expected = (Action.PASS, Decision.PICK, "") if active else (Action.CAP, Decision.LEAN, "CALIBRATION_BOOTSTRAP")
    assert (finding.action, finding.highest_state, finding.reason) == expected
    assert finding.multiplier == (1.0 if active else limits().bootstrap_trust)
