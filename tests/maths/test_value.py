"""Value: expected value and edge, with pushes, for floats and arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.value import breakeven, edge_prob, expected_value, push_free, win_probability

chances = st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 1.0), st.floats(0.0, 1.0))
decimals = st.floats(1.01, 100.0)


def shares(raw):
    return [part / sum(raw) for part in raw]


@given(chances, decimals)
def test_value_is_the_mean_of_what_comes_back(raw, decimal):
    p_win, p_loss, p_push = shares(raw)

    brute = p_win * decimal + p_push * 1 + p_loss * 0 - 1

    assert expected_value(p_win, p_loss, decimal) == pytest.approx(brute, abs=1e-12)


@given(chances, decimals)
def test_value_and_edge_change_sign_together_at_breakeven(raw, decimal):
    p_win, p_loss, _ = shares(raw)
    q = push_free(p_win, p_loss)

    value, edge = expected_value(p_win, p_loss, decimal), edge_prob(q, decimal)

    assert value == pytest.approx((p_win + p_loss) * decimal * edge, abs=1e-12)
    assert edge == q - breakeven(decimal)


@given(chances)
def test_a_push_free_chance_goes_back_to_a_win_chance(raw):
    p_win, p_loss, p_push = shares(raw)

    assert win_probability(push_free(p_win, p_loss), p_push) == pytest.approx(p_win, abs=1e-12)


def test_value_is_not_edge():
    assert edge_prob(0.62, 21 / 11) == pytest.approx(0.0962, abs=5e-5)
    assert expected_value(0.62, 0.38, 21 / 11) == pytest.approx(0.18364, abs=5e-6)


def test_arrays_give_what_floats_give():
    p, decimal = np.array([0.5, 0.62]), np.array([2.0, 21 / 11])

    assert expected_value(p, 1 - p, decimal).tolist() == [
        expected_value(0.5, 0.5, 2.0),
        expected_value(0.62, 0.38, 21 / 11),
    ]
