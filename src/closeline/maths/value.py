"""What a bet is worth: expected value per unit risked, and edge in probability points (odds-v1).

The two are different numbers and never mixed: .62 at -110 is an edge of .0962 and an expected value of .1836.
Every function takes floats or arrays of one shape, and returns the same.
"""

from typing import TypeVar

from closeline.maths.prices import FloatArray

Real = TypeVar("Real", float, FloatArray)


def push_free(p_win: Real, p_loss: Real) -> Real:
    """Return q = p_w / (p_w + p_l), the chance of a win given no push: what a book's price refers to."""
    return p_win / (p_win + p_loss)


def win_probability(q: Real, p_push: Real) -> Real:
    """Return p_w = q (1 - p_x) from a push-free probability and the chance of a push."""
    return q * (1.0 - p_push)


def expected_value(p_win: Real, p_loss: Real, decimal: Real) -> Real:
    """Return p_w (d - 1) - p_l per unit risked; what is neither won nor lost is pushed and comes back."""
    return p_win * (decimal - 1.0) - p_loss


def breakeven(decimal: Real) -> Real:
    """Return 1/d, the push-free probability at which the expected value is 0, with pushes or without."""
    return 1.0 / decimal


def edge_prob(q: Real, decimal: Real) -> Real:
    """Return q - 1/d in probability points, q push-free."""
    return q - 1.0 / decimal
