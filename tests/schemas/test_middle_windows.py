"""The window of a middle, said as results: a handicap has the other sign, and would be read as one."""

from dataclasses import replace

import pytest

from closeline.domain.markets import SPREAD, TOTAL
from closeline.schemas.board.writing import window_label
from tests.builders.shown_boards import a_card, a_middle

CARD = replace(a_card(), home="Boston", away="New York")


@pytest.mark.parametrize(
    ("market", "window", "said"),
    [
        (SPREAD, (-14, -10), "New York wins by 3"), (SPREAD, (10, 14), "Boston wins by 3"),
        (SPREAD, (10, 26), "Boston wins by 3 to 6"), (SPREAD, (-26, -10), "New York wins by 3 to 6"),
        (SPREAD, (12, 20), "Boston wins by 4"), (SPREAD, (-2, 2), "a tie"), (SPREAD, (-2, 6), "anything from a tie to Boston wins by 1"),
        (SPREAD, (-6, 6), "anything from New York wins by 1 to Boston wins by 1"),
        (TOTAL, (178, 182), "a total of 45"), (TOTAL, (178, 190), "a total of 45 to 47"), (TOTAL, None, ""), (TOTAL, (4, 8), ""),
    ],
)  # fmt: skip
def test_a_window_is_said_as_the_results_that_lie_in_it(market, window, said):
    found = replace(a_middle(CARD), market=market, window_quarters=window)

    assert window_label(found, CARD) == said
