"""Arbitrages and middles, settled at every result: where stakes come back, and what a window holds."""

from fractions import Fraction

import pytest

from closeline.domain.board import OpportunityKind
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period
from closeline.domain.settlement import settle_number
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from tests.builders.boards import NOW, a_card, a_state, two_way


def found(*quotes, league=League.NFL, kind=OpportunityKind.MIDDLE):
    state = a_state(quotes, a_card(f"{league}_a_b_2023_11_19", league=league))
    worth = market_worths([state], now=NOW, rules=DEFAULT_RULES)[0]
    return [item for item in worth.opportunities if item.kind is kind]


def between(first, second, *, market=TOTAL, league=League.NFL):
    """Give the windows of even prices at two lines, the first book's on the canonical side."""
    quotes = (
        *two_way("fanduel", -105, -115, market=market, line=first),
        *two_way("draftkings", -115, -105, market=market, line=second),
    )
    return [item.window_quarters for item in found(*quotes, league=league)]


def an_arbitrage(line, *, market=TOTAL, league=League.NFL):
    quotes = (
        *two_way("fanduel", 105, -130, market=market, line=line),
        *two_way("draftkings", -130, 105, market=market, line=line),
    )
    return found(*quotes, league=league, kind=OpportunityKind.ARBITRAGE)[0]


def left_of(item, result):
    return sum(
        leg.stake_share
        * float(settle_number(leg.quote.side, leg.quote.line_quarters, leg.quote.price.exact, result).units)
        for leg in item.legs
    )


@pytest.mark.parametrize(("line", "flags", "left_at_44"), [
    (176, ("PUSH_POSSIBLE",), 0.0), (177, ("SPLIT_LINE",), 0.0125), (178, (), 0.025),
])  # fmt: skip
def test_an_arbitrage_says_where_stakes_come_back_and_less_than_its_margin_is_left(line, flags, left_at_44):
    item = an_arbitrage(line)

    assert item.flags == flags
    assert item.margin == pytest.approx(float(Fraction(205, 200) - 1))
    assert left_of(item, 44) == pytest.approx(left_at_44, abs=1e-12)
    assert left_of(item, 40) == left_of(item, 50) == pytest.approx(item.margin)


@pytest.mark.parametrize(("market", "league", "flags"), [
    (MONEYLINE, League.NFL, ("PUSH_POSSIBLE",)), (MONEYLINE, League.NBA, ()),
    (Market(MarketType.MONEYLINE, Period.FIRST_HALF), League.NBA, ("PUSH_POSSIBLE",)),
])  # fmt: skip
def test_an_arbitrage_of_winners_says_that_a_tie_gives_stakes_back(market, league, flags):
    assert an_arbitrage(None, market=market, league=league).flags == flags


def test_a_middle_names_the_stakes_of_either_leg_that_may_come_back():
    quotes = (
        *two_way("fanduel", -105, -115, market=TOTAL, line=176), *two_way("draftkings", -115, -105, market=TOTAL, line=185),
    )  # fmt: skip

    assert found(*quotes)[0].flags == ("PUSH_POSSIBLE", "SPLIT_LINE")


@pytest.mark.parametrize(("over", "under", "window"), [
    (23, 25, []), (23, 27, []), (22, 25, []), (23, 29, []), (22, 26, [(22, 26)]), (21, 27, [(22, 26)]), (23, 31, [(24, 30)]),
])  # fmt: skip
def test_half_wins_of_quarter_lines_are_no_middle(over, under, window):
    assert between(over, under) == window


def test_quarter_lines_of_a_spread_win_in_full_beyond_their_outer_halves():
    assert between(-3, -6, market=SPREAD) == []
    assert between(-9, -15, market=SPREAD) == [(10, 14)]


@pytest.mark.parametrize("league", [League.NBA, League.NCAAB, League.NCAAF, League.MLB, League.NHL])
def test_a_window_that_holds_only_a_tie_is_no_middle_where_games_do_not_tie(league):
    assert between(2, -2, market=SPREAD, league=league) == []
    assert between(6, -2, market=SPREAD, league=league) == [(-6, 2)]


def test_a_tie_is_a_result_of_the_nfl_and_of_parts_of_games():
    half = Market(MarketType.SPREAD, Period.FIRST_HALF)

    assert between(2, -2, market=SPREAD, league=League.NFL) == [(-2, 2)]
    assert between(2, -2, market=half, league=League.NBA) == [(-2, 2)]
