"""A pick's life: every pair of states tried against the one table of transitions."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import IllegalTransition
from closeline.domain.picks import TRANSITIONS, PickState, advance

# Written out again, from invariant P1 and not from the code.
LEGAL = {
    (None, "PROPOSED"),
    ("PROPOSED", "PUBLISHED"),
    ("PROPOSED", "REJECTED"),
    ("PROPOSED", "EXPIRED"),
    ("PUBLISHED", "GRADED"),
    ("PUBLISHED", "SUPERSEDED"),
    ("PUBLISHED", "VOIDED"),
}


@pytest.mark.parametrize(("before", "after"), list(product([None, *PickState], PickState)))
def test_a_pick_moves_along_the_edges_of_its_life_and_no_others(before, after):
    if (before, after) in LEGAL:
        assert advance(before, after) is after
    else:
        with pytest.raises(IllegalTransition, match=f"asked to become {after}"):
            advance(before, after)


def test_every_state_has_its_row_and_can_be_reached():
    reached = {PickState.PROPOSED}
    for _ in PickState:
        reached |= set().union(*(TRANSITIONS[state] for state in reached))

    assert set(TRANSITIONS) == {None, *PickState}
    assert reached == set(PickState)


@given(st.lists(st.sampled_from(PickState), max_size=6))
def test_no_path_grades_a_pick_twice_or_leaves_a_final_state(path):
    state, lived = None, []
    for step in path:
        try:
            state = advance(state, step)
        except IllegalTransition:
            continue
        lived.append(state)

    assert len(lived) == len(set(lived))
    assert all(TRANSITIONS[before] for before in lived[:-1])
