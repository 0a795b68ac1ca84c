"""Turning round what a source says of a game on a neutral site: sides, team totals and scores, all or nothing."""

from dataclasses import replace

import pytest

from closeline.domain.feeds.captures import GameFacts, ParsedSuspension
from closeline.domain.identity.turning import turned, turned_event
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Side
from tests.builders.moments import OPENS
from tests.builders.payloads import a_payload, a_quote, a_result, an_event, three_markets

HOME_TOTAL, AWAY_TOTAL = Market(MarketType.TEAM_TOTAL_HOME), Market(MarketType.TEAM_TOTAL_AWAY)
ALL = replace(
    a_payload(
        an_event(), *three_markets(), a_quote(market=HOME_TOTAL, side=Side.OVER, line=440),
        replace(a_result(), periods=((30, 20), (80, 84)), facts=GameFacts(
            regulation=(100, 100), at_suspension=(50, 40), starters_changed=(Side.HOME,)
        )),
    ),
    suspended=(
        ParsedSuspension("g1", "b", HOME_TOTAL, Side.UNDER, OPENS), ParsedSuspension("g1", "b", SPREAD, Side.HOME, OPENS),
        ParsedSuspension("g1", "b", None, None, OPENS),
    ),
)  # fmt: skip


@pytest.mark.parametrize(("market", "side", "line", "other_market", "other_side"), [
    (SPREAD, Side.HOME, -14, SPREAD, Side.AWAY), (MONEYLINE, Side.AWAY, None, MONEYLINE, Side.HOME),
    (TOTAL, Side.OVER, 900, TOTAL, Side.OVER), (HOME_TOTAL, Side.UNDER, 440, AWAY_TOTAL, Side.UNDER),
    (Market(MarketType.MONEYLINE_3WAY), Side.DRAW, None, Market(MarketType.MONEYLINE_3WAY), Side.DRAW),
])  # fmt: skip
def test_a_price_goes_to_the_other_side_and_its_line_keeps_its_sign(market, side, line, other_market, other_side):
    (found,) = turned(a_payload(an_event(), a_quote(market=market, side=side, line=line)), {"g1"}).quotes
    assert (found.market, found.side, found.line_quarters) == (other_market, other_side, line)


def test_a_score_and_all_that_is_told_beside_it_change_sides():
    (found,) = turned(ALL, {"g1"}).results

    assert (found.home_score, found.away_score, found.periods) == (104, 110, ((20, 30), (84, 80)))
    assert (found.facts.at_suspension, found.facts.starters_changed) == ((40, 50), (Side.AWAY,))


def test_what_is_suspended_changes_sides():
    assert [(item.market, item.side) for item in turned(ALL, {"g1"}).suspended] == [
        (AWAY_TOTAL, Side.UNDER), (SPREAD, Side.AWAY), (None, None)
    ]  # fmt: skip


def test_twice_turned_is_as_it_was_and_other_games_are_left_alone():
    assert turned(turned(ALL, {"g1"}), {"g1"}) == ALL
    assert turned(ALL, {"g2"}) == turned(ALL, ()) == ALL
    event = an_event(home_pitcher="Cole", away_pitcher="Sale")
    assert turned_event(turned_event(event)) == event
    assert turned_event(event).away_pitcher == "Cole"
