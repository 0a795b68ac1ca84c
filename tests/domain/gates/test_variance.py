"""What is much wider than the league is trusted less, then not played."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates import Action
from closeline.domain.gates.variance import high_variance, trust
from closeline.domain.picks import Decision
from tests.builders.candidates import A_TOTAL, NUMBER, a_candidate, limits


def wide(ratio):
    return high_variance(replace(A_TOTAL, projection=replace(NUMBER, sd=ratio * 18.5)), limits())


@pytest.mark.parametrize(
    ("ratio", "state", "left"),
    [
        (1.0, Decision.PICK, 1.0), (1.25, Decision.PICK, 1.0), (1.26, Decision.LEAN, 1 - 0.5 - 0.25 * 0.01 / 0.35),
        (1.599, Decision.LEAN, 1 - 0.5 - 0.25 * 0.349 / 0.35), (1.61, Decision.NO_PLAY, 0.25), (3.0, Decision.NO_PLAY, 0.25),
        (inf, Decision.NO_PLAY, 0.25), (nan, Decision.NO_PLAY, 0.25),
    ],
)  # fmt: skip
def test_a_wide_outcome_costs_half_then_three_quarters_then_the_play(ratio, state, left):
    finding = wide(ratio)

    assert finding.highest_state is state
    assert finding.multiplier == pytest.approx(left)


@given(st.floats(0, 5), st.floats(0, 5))
def test_trust_never_rises_with_width(one, other):
    narrow, broad = sorted((one, other))

    assert trust(narrow, 1.25, 1.6) >= trust(broad, 1.25, 1.6)


def test_a_margin_is_measured_by_the_margins_of_its_league():
    assert high_variance(a_candidate(), limits(reference_margin_sd=8.0)).highest_state is Decision.NO_PLAY


def test_what_was_not_simulated_has_no_width():
    assert high_variance(a_candidate(projection=None), limits()).action is Action.INACTIVE
