"""Double counting: each of the five tests fires on its planted fault alone, and caps at LEAN."""

# mypy: disable-error-code="arg-type"

from dataclasses import replace
from math import nan

import pytest

from closeline.domain.gates import Action
from closeline.domain.gates.double_counting import double_counting
from closeline.domain.picks import Decision
from tests.builders.candidates import MADE, a_candidate, limits

FAULTS = {
    "unexplained": {"mean": 100.0, "moved": 2.5, "adjusted": 4.51},
    "product": {"pace_z": 1.1, "efficiency_z": 1.1, "pace_alone": 3.0, "efficiency_alone": -2.0, "together": 1.26},
    "shared_source": {"shared_sources": ("ratings/team",)},
    "stale_news": {"stale_news": ("INJURIES",)},
    "too_much": {"moved": 10.1, "adjusted": 10.1},
}


@pytest.mark.parametrize("test", FAULTS)
def test_a_planted_fault_caps_at_lean_and_is_named(test):
    finding = double_counting(a_candidate(parts=replace(MADE, **FAULTS[test])), limits())

    assert (finding.action, finding.reason) == (Action.CAP, "DOUBLE_COUNTING_LIKELY")
    assert finding.highest_state is Decision.LEAN
    assert dict(finding.inputs)["tests"] == test


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": 100.0, "moved": 2.5, "adjusted": 4.5},
        {"pace_z": 1.0, "efficiency_z": 3.0, "pace_alone": 1.0, "efficiency_alone": 1.0, "together": 9.0},
        {"pace_z": 2.0, "efficiency_z": 2.0, "pace_alone": 3.0, "efficiency_alone": 4.0, "together": 8.75},
        {"pace_z": 6.8, "efficiency_z": -6.8, "pace_alone": 3.0, "efficiency_alone": -2.0, "together": -0.4},
        {"moved": -10.0, "adjusted": -10.0},
    ],
)
def test_at_its_limit_nothing_is_said(changes):
    assert double_counting(a_candidate(parts=replace(MADE, **changes)), limits()).action is Action.PASS


@pytest.mark.parametrize("name", ["moved", "adjusted", "together", "pace_z", "efficiency_z"])
def test_a_part_that_is_no_number_is_a_fault(name):
    unusual = replace(MADE, pace_z=2.0, efficiency_z=2.0, together=9.0)

    assert double_counting(a_candidate(parts=replace(unusual, **{name: nan})), limits()).action is Action.CAP


def test_what_has_no_parts_is_not_judged_by_them():
    assert double_counting(a_candidate(parts=None), limits()).action is Action.INACTIVE
