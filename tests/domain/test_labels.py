"""One template names every selection, and never the wrong team."""

import pytest
from hypothesis import given

from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Selection, Side
from closeline.domain.publishing.labels import label
from tests.strategies import selections


@pytest.mark.parametrize(
    ("market", "side", "line", "words"),
    [
        (SPREAD, Side.HOME, -14, "Spurs -3.5"),
        (SPREAD, Side.AWAY, 14, "Lakers +3.5"),
        (MONEYLINE, Side.AWAY, None, "Lakers to win"),
        (TOTAL, Side.UNDER, 912, "Under 228 (Lakers at Spurs)"),
        (Market(MarketType.TEAM_TOTAL_AWAY), Side.OVER, 450, "Over 112.5 (Lakers)"),
        (Market(MarketType.MONEYLINE_3WAY), Side.DRAW, None, "Draw in regulation (Lakers at Spurs)"),
        (Market(MarketType.SPREAD, Period.FIRST_HALF), Side.HOME, -6, "Spurs -1.5 1H"),
    ],
)
def test_a_selection_is_called_what_a_bettor_calls_it(market, side, line, words):
    assert label(Selection("e", market, side, line), home="Spurs", away="Lakers") == words


@given(selections())
def test_a_side_of_a_team_is_named_for_that_team_alone(selection):
    words = label(selection, home="Hhh", away="Aaa")
    named = {Side.HOME: ("Hhh", "Aaa"), Side.AWAY: ("Aaa", "Hhh")}.get(selection.side)

    if named:
        assert named[0] in words
        assert named[1] not in words


@given(selections())
def test_the_two_sides_of_a_market_never_share_a_label(selection):
    assert label(selection, home="Hhh", away="Aaa") != label(selection.opposite(), home="Hhh", away="Aaa")
