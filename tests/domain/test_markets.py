"""Markets, lines and selections: named once, exact everywhere, each with one opposite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.markets import (
    GAME_MARKETS,
    MONEYLINE,
    SPREAD,
    TOTAL,
    Market,
    MarketType,
    Period,
    Selection,
    Side,
    kind_of,
    line_quarters,
    line_text,
    market,
    opposite,
    opposite_line,
)
from tests.strategies import selections


@given(st.sampled_from(MarketType), st.sampled_from(Period))
def test_a_market_is_read_back_from_its_key(kind, period):
    assert market(Market(kind, period).key) == Market(kind, period)


@pytest.mark.parametrize("key", ["", "SPREAD", "SPREAD:", "spread:FULL_GAME", "TOTAL:5Q"])
def test_nothing_else_is_a_market_key(key):
    with pytest.raises(ValueError, match="not a valid"):
        market(key)


def test_the_canonical_side_is_home_or_over():
    assert [each.sides[0] for each in GAME_MARKETS] == [Side.HOME, Side.HOME, Side.OVER]


@given(selections())
def test_the_opposite_of_the_opposite_is_the_selection(selection):
    assert selection.opposite().opposite() == selection
    assert selection.opposite() != selection


@given(selections(), selections())
def test_two_selections_share_a_name_only_when_they_are_the_same(first, second):
    assert (first.selection_id == second.selection_id) == (first == second)


def test_the_other_side_of_a_spread_has_the_mirrored_line_and_of_a_total_the_same():
    assert opposite_line(MarketType.SPREAD, -14) == 14
    assert opposite_line(MarketType.TOTAL, 900) == 900
    assert opposite_line(MarketType.MONEYLINE, None) is None


def test_a_draw_has_no_opposite():
    with pytest.raises(ValueError, match="two-way"):
        opposite(Side.DRAW)


@pytest.mark.parametrize(
    ("of", "side", "line"),
    [(MONEYLINE, Side.HOME, -14), (SPREAD, Side.HOME, None), (TOTAL, Side.HOME, 900), (SPREAD, Side.OVER, -14)],
)
def test_a_selection_refuses_a_side_or_a_line_that_its_market_lacks(of, side, line):
    with pytest.raises(ValueError, match="must be"):
        Selection("e", of, side, line)


@given(st.integers(-4000, 4000))
def test_a_line_is_read_back_from_its_text(quarters):
    assert line_quarters(line_text(quarters)) == quarters
    assert float(line_text(quarters, signed=True)) * 4 == quarters


@pytest.mark.parametrize("points", [3.1, "0.3", 1001, -1000.25, "nan", "inf"])
def test_a_line_off_the_quarters_or_out_of_this_world_is_refused(points):
    with pytest.raises((ValueError, OverflowError)):
        line_quarters(points)


@pytest.mark.parametrize(
    ("quarters", "text"), [(-14, "-3.5"), (900, "225"), (0, "0"), (-1, "-0.25"), (4, "1"), (-40, "-10"), (None, "")]
)
def test_a_line_is_written_the_shortest_way(quarters, text):
    assert line_text(quarters) == text


def test_only_lines_in_a_signed_text_carry_a_plus():
    assert [line_text(line, signed=True) for line in (14, 0, -14)] == ["+3.5", "0", "-3.5"]


def test_a_players_line_is_a_market_of_its_own_and_of_the_kind_of_all_of_them():
    his = Market(MarketType.PLAYER_PRA, player_id="nba_203999")

    assert his.key == "PLAYER_PRA:FULL_GAME:nba_203999"
    assert his == market(his.key)
    assert his.kind == kind_of(his.key) == "PLAYER_PRA:FULL_GAME"
    assert Selection("e", his, Side.OVER, 122).selection_id == "e/PLAYER_PRA:FULL_GAME/nba_203999/OVER/30.5"
    assert Selection("e", his, Side.OVER, 122).opposite() == Selection("e", his, Side.UNDER, 122)


@pytest.mark.parametrize(("kind", "player"), [(MarketType.TOTAL, "nba_1"), (MarketType.PLAYER_PRA, "nba:1")])
def test_a_player_has_no_place_in_a_game_market_and_a_mark_none_in_his_name(kind, player):
    with pytest.raises(ValueError, match="player must be left out"):
        Market(kind, player_id=player)
