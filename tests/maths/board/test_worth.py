"""What a row says, case by case: flags, value, best prices, movement, opportunities."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.board import Availability, OpportunityKind
from closeline.domain.board.market import Sighting
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Market, MarketType, Period, Side
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from tests.builders.boards import NOW, STARTS, THREE_WAY, a_card, a_market, a_quote, a_state, american, two_way

RETAIL = ("betmgm", "caesars", "fanduel", "draftkings")


def worth_of(*quotes, card=None, now=NOW):
    return market_worths([a_state(quotes, card)], now=now, rules=DEFAULT_RULES)[0]


def rows_of(*quotes, card=None, now=NOW):
    return {(row.quote.book, row.quote.side, row.quote.line_quarters): row for row in worth_of(*quotes, card=card, now=now).rows}  # fmt: skip


def even(*books, market=TOTAL, line=180, **options):
    return [quote for book in books for quote in two_way(book, -110, -110, market=market, line=line, **options)]


def test_a_price_is_worth_what_the_others_say_less_what_it_costs():
    rows = rows_of(*even("pinnacle"), *two_way("betmgm", -105, -115, market=TOTAL, line=180))
    row = rows["betmgm", Side.OVER, 180]

    assert row.fair == pytest.approx(0.5, abs=1e-15)
    assert row.ev == pytest.approx(0.5 * (205 / 105) - 1, abs=1e-15)
    assert row.own_fair == pytest.approx((105 / 205) / (105 / 205 + 115 / 215), abs=1e-15)
    assert row.hold == pytest.approx(1 - 1 / (105 / 205 + 115 / 215), abs=1e-15)
    assert row.overround == pytest.approx(105 / 205 + 115 / 215 - 1, abs=1e-15)
    assert row.fair_books == ("pinnacle",)
    assert row.kelly == 0


def test_kelly_is_the_full_share_at_the_others_fair_price():
    row = rows_of(*even("pinnacle"), a_quote("betmgm", Side.OVER, +110, market=TOTAL, line=180))[
        "betmgm", Side.OVER, 180
    ]

    assert row.ev == pytest.approx(0.05)
    assert row.kelly == pytest.approx(0.05 / 1.1)


def test_a_book_alone_has_no_consensus_and_no_value():
    row = rows_of(*even("pinnacle"))["pinnacle", Side.OVER, 180]

    assert (row.fair, row.ev, row.kelly, row.fair_books) == (None, None, None, ())
    assert "NO_CONSENSUS" in row.flags
    assert row.own_fair == 0.5


def test_only_prices_at_one_line_are_compared():
    rows = rows_of(*even("pinnacle", line=178), *even("betmgm", line=180))

    assert {row.fair for row in rows.values()} == {None}
    assert all(row.best for row in rows.values())


def test_a_spread_is_one_line_from_both_its_sides():
    rows = rows_of(*even("pinnacle", "betmgm", market=SPREAD, line=-14))

    assert rows["betmgm", Side.HOME, -14].fair == rows["betmgm", Side.AWAY, 14].fair == pytest.approx(0.5)


@pytest.mark.parametrize(("ahead", "oldest"), [(30 * 60, 360), (5 * 60, 60), (60, 10), (20, 3)])
def test_a_price_is_stale_by_the_time_to_the_start(ahead, oldest):
    card = a_card(starts_at=NOW + timedelta(minutes=ahead))
    at, after = (NOW - timedelta(minutes=oldest, seconds=more) for more in (0, 1))
    fresh = rows_of(*even("pinnacle"), *even("betmgm", seen_at=at), card=card)["betmgm", Side.OVER, 180]
    stale = rows_of(*even("pinnacle"), *even("betmgm", seen_at=after), card=card)["betmgm", Side.OVER, 180]

    assert "STALE" not in fresh.flags
    assert "STALE" in stale.flags
    assert fresh.ev is not None
    assert (stale.ev, stale.best) == (None, False)


def test_a_stale_book_has_no_say_in_what_others_are_worth():
    old = NOW - timedelta(hours=2)
    rows = rows_of(*even("pinnacle", seen_at=old), *even("betmgm"))

    assert rows["betmgm", Side.OVER, 180].fair is None


def test_props_go_stale_in_half_the_time():
    points = Market(MarketType.PLAYER_POINTS)
    quotes = even("pinnacle", market=points, line=98, seen_at=NOW - timedelta(minutes=31))

    assert "STALE" in rows_of(*quotes)["pinnacle", Side.OVER, 98].flags
    assert (
        "STALE" not in rows_of(*even("pinnacle", seen_at=NOW - timedelta(minutes=31)))["pinnacle", Side.OVER, 180].flags
    )


def test_an_event_that_has_begun_is_shown_and_not_judged():
    found = worth_of(
        *even("pinnacle"), *two_way("betmgm", 120, 120, market=TOTAL, line=180), card=a_card(starts_at=NOW)
    )

    assert {(row.fair, row.ev, row.best) for row in found.rows} == {(None, None, False)}
    assert all("IN_PLAY" in row.flags and "NO_CONSENSUS" not in row.flags for row in found.rows)
    assert found.opportunities == ()


@pytest.mark.parametrize("availability", [Availability.SUSPENDED, Availability.ABSENT])
def test_what_nobody_can_bet_on_is_no_price(availability):
    over, under = even("betmgm")
    rows = rows_of(*even("pinnacle"), replace(over, availability=availability), under)

    assert rows["betmgm", Side.OVER, 180].flags[0] == availability
    assert (rows["betmgm", Side.OVER, 180].ev, rows["betmgm", Side.OVER, 180].best) == (None, False)
    assert "ONE_SIDED" in rows["betmgm", Side.UNDER, 180].flags
    assert rows["betmgm", Side.UNDER, 180].ev is not None
    assert rows["pinnacle", Side.UNDER, 180].fair is None


def test_an_exchange_is_shown_beside_the_books_and_judged_by_none_of_their_rules():
    rows = rows_of(*even("pinnacle"), *two_way("betfair_ex_eu", 130, 130, market=TOTAL, line=180))
    exchange = rows["betfair_ex_eu", Side.OVER, 180]

    assert (exchange.ev, exchange.best, exchange.fair) == (None, False, 0.5)
    assert "EXCHANGE" in exchange.flags
    assert rows["pinnacle", Side.OVER, 180].fair is None


def test_an_assumed_price_is_nobodys_opinion_and_no_bet():
    assumed = [replace(quote, price=american(-110, assumed=True)) for quote in even("pinnacle")]
    rows = rows_of(*assumed, *even("betmgm"))

    assert rows["betmgm", Side.OVER, 180].fair is None
    assert (rows["pinnacle", Side.OVER, 180].ev, rows["pinnacle", Side.OVER, 180].best) == (None, False)
    assert "ASSUMED" in rows["pinnacle", Side.OVER, 180].flags


@pytest.mark.parametrize(("prices", "flag"), [((105, 105), "UNDERROUND"), ((-140, -140), "BOOKSUM")])
def test_a_market_that_contradicts_itself_is_no_opinion_and_never_best(prices, flag):
    rows = rows_of(*two_way("pinnacle", *prices, market=TOTAL, line=180), *even("betmgm"))

    assert flag in rows["pinnacle", Side.OVER, 180].flags
    assert not rows["pinnacle", Side.OVER, 180].best
    assert rows["betmgm", Side.OVER, 180].fair is None
    assert rows["betmgm", Side.OVER, 180].best


def test_a_book_far_from_the_others_is_flagged_and_has_no_say():
    quotes = [quote for book in RETAIL for quote in two_way(book, -110, -110)]
    rows = rows_of(*quotes, *two_way("pinnacle", -105, -105), *two_way("bovada", 170, -200))

    assert "OUTLIER" in rows["bovada", Side.HOME, None].flags
    assert rows["bovada", Side.HOME, None].ev == pytest.approx(0.35, abs=0.001)
    assert "OUTLIER_DROPPED" in rows["betmgm", Side.HOME, None].flags
    assert "bovada" not in rows["betmgm", Side.HOME, None].fair_books


@pytest.mark.parametrize(("market", "line", "league", "flags"), [
    (TOTAL, 180, League.NFL, ("PUSH_POSSIBLE",)),
    (TOTAL, 182, League.NFL, ()),
    (TOTAL, 181, League.NFL, ("SPLIT_LINE",)),
    (MONEYLINE, None, League.NFL, ("PUSH_POSSIBLE",)),
    (MONEYLINE, None, League.NBA, ()),
    (Market(MarketType.MONEYLINE, Period.FIRST_HALF), None, League.NBA, ("PUSH_POSSIBLE",)),
])  # fmt: skip
def test_a_stake_that_may_come_back_is_flagged(market, line, league, flags):
    card = a_card(f"{league}_a_b_2023_11_19", league=league)
    quotes = [
        q for book in ("pinnacle", "circa") for q in two_way(book, -110, -110, market=market, line=line, card=card)
    ]
    found = worth_of(*quotes, card=card)

    assert {row.flags for row in found.rows} == {flags}
    assert all((row.kelly is None) == (flags == ("SPLIT_LINE",)) for row in found.rows)


def test_three_ways_are_pooled_over_all_three():
    def three(book, *prices):
        return [
            a_quote(book, side, price, market=THREE_WAY) for side, price in zip(THREE_WAY.sides, prices, strict=True)
        ]

    rows = rows_of(*three("pinnacle", 120, 240, 230), *three("betmgm", 125, 250, 200))
    fair = [rows["betmgm", side, None].fair for side in THREE_WAY.sides]

    assert sum(fair) == pytest.approx(1, abs=1e-12)
    assert fair == pytest.approx([rows["pinnacle", side, None].own_fair for side in THREE_WAY.sides], abs=1e-12)


def test_every_book_that_ties_has_the_best_price():
    rows = rows_of(*even("pinnacle", "betmgm"), *two_way("caesars", -112, -108, market=TOTAL, line=180))

    assert {key[0] for key, row in rows.items() if row.best and row.quote.side is Side.OVER} == {"pinnacle", "betmgm"}
    assert {key[0] for key, row in rows.items() if row.best and row.quote.side is Side.UNDER} == {"caesars"}


def test_an_arbitrage_names_its_stakes_and_the_age_of_each_leg():
    old = NOW - timedelta(seconds=90)
    found = worth_of(*two_way("pinnacle", 110, -120), *two_way("betmgm", -130, 115, seen_at=old)).opportunities

    assert [item.kind for item in found] == [OpportunityKind.ARBITRAGE]
    assert [(leg.quote.book, leg.quote.side, leg.age_seconds) for leg in found[0].legs] == [
        ("pinnacle", Side.HOME, 0.0), ("betmgm", Side.AWAY, 90.0),
    ]  # fmt: skip
    assert found[0].margin == pytest.approx(1 / (1 / 2.1 + 1 / 2.15) - 1)


def test_even_money_on_both_sides_is_no_arbitrage():
    assert worth_of(*two_way("pinnacle", 100, -120), *two_way("betmgm", -120, 100)).opportunities == ()


def test_a_middle_names_the_results_between_which_both_bets_win():
    over, under = (
        two_way("pinnacle", -105, -115, market=TOTAL, line=178),
        two_way("betmgm", -115, -105, market=TOTAL, line=190),
    )
    found = worth_of(*over, *under).opportunities

    assert [(item.kind, item.window_quarters) for item in found] == [(OpportunityKind.MIDDLE, (178, 190))]
    assert [(leg.quote.side, leg.quote.line_quarters) for leg in found[0].legs] == [(Side.OVER, 178), (Side.UNDER, 190)]
    assert found[0].margin == pytest.approx(1 / (2 * 105 / 205) - 1)


def test_a_spread_middle_is_told_in_the_home_sides_margin():
    home, away = (
        two_way("pinnacle", -105, -115, market=SPREAD, line=-10),
        two_way("betmgm", -115, -105, market=SPREAD, line=-14),
    )
    found = worth_of(*home, *away).opportunities

    assert [item.window_quarters for item in found] == [(10, 14)]
    assert {(leg.quote.side, leg.quote.line_quarters) for leg in found[0].legs} == {(Side.HOME, -10), (Side.AWAY, 14)}


def test_lines_with_no_whole_result_between_them_are_no_middle():
    over, under = (
        two_way("pinnacle", -105, -115, market=TOTAL, line=178),
        two_way("betmgm", -115, -105, market=TOTAL, line=180),
    )

    assert worth_of(*over, *under).opportunities == ()


def moved(minutes, *, books=("pinnacle",), line=180, later_line=180, first=(-110, -110), then=(-120, 100), now=60):
    """Give rows of books that changed their prices so many minutes ago, an hour after they opened."""

    def at(moment, prices, line):
        quotes = [quote for book in books for quote in two_way(book, *prices, market=TOTAL, line=line, seen_at=moment)]
        return Sighting(moment, (a_card(),), tuple(quotes))

    changed = NOW + timedelta(minutes=now - minutes)
    market = a_market(at(NOW, first, line), at(changed, then, later_line))
    found = market_worths(market.states(market.markets()), now=NOW + timedelta(minutes=now), rules=DEFAULT_RULES)[0]
    return {(row.quote.book, row.quote.side): row.movement for row in found.rows}


def test_movement_is_in_points_of_fair_probability_since_the_first_price():
    movement = moved(30)["pinnacle", Side.OVER]
    points = 100 * ((120 / 220) / (120 / 220 + 0.5) - 0.5)

    assert (movement.opened_text, movement.opened_line_quarters, movement.opened_at) == ("-110", 180, NOW)
    assert movement.probability_points == pytest.approx(points)
    assert movement.points_per_hour == pytest.approx(points)
    assert moved(30)["pinnacle", Side.UNDER].probability_points == pytest.approx(-points)


def test_a_velocity_looks_back_one_hour():
    assert moved(70, now=140)["pinnacle", Side.OVER].points_per_hour == pytest.approx(0)
    assert moved(30, now=140)["pinnacle", Side.OVER].points_per_hour > 2


def test_a_price_of_the_last_minutes_has_no_velocity():
    movement = moved(1, now=4)["pinnacle", Side.OVER]

    assert movement.points_per_hour is None
    assert movement.probability_points > 0


def test_across_lines_there_is_no_figure():
    movement = moved(30, later_line=184)["pinnacle", Side.OVER]

    assert (movement.opened_line_quarters, movement.probability_points, movement.points_per_hour) == (180, None, None)


@pytest.mark.parametrize(("books", "minutes", "steam"), [(3, 5, True), (2, 5, False), (3, 11, False)])
def test_steam_is_several_books_the_same_way_within_minutes(books, minutes, steam):
    found = moved(minutes, books=("pinnacle", "circa", "lowvig")[:books])

    assert found["pinnacle", Side.OVER].steam is steam
    assert found["pinnacle", Side.UNDER].steam is False


def test_lines_that_move_together_are_steam_too():
    found = moved(5, books=("pinnacle", "circa", "lowvig"), later_line=184, then=(-110, -110))

    assert found["circa", Side.OVER].steam
    assert not found["circa", Side.UNDER].steam


def looked_at(since, *marks, card=None):
    """Give when a market is looked at again, in minutes from NOW; marks: (minutes ago, price of over)."""
    market = a_market(*(
        Sighting(at, (card or a_card(),), tuple(two_way("pinnacle", price, -110, market=TOTAL, line=180, seen_at=at)))
        for at, price in ((NOW - timedelta(minutes=ago), price) for ago, price in marks)
    ))  # fmt: skip
    now = NOW + timedelta(minutes=since)
    due = market_worths(market.states(market.markets()), now=now, rules=DEFAULT_RULES)[0].due_at
    return (due - now) / timedelta(minutes=1)


@pytest.mark.parametrize(("since", "again"), [(0, 5), (11, 5), (54, 5), (57, 3), (60, 300)])
def test_points_per_hour_are_looked_at_again_until_a_move_is_an_hour_old(since, again):
    card = a_card(starts_at=NOW + timedelta(hours=40))

    assert looked_at(since, (20, -110), (0, -150), card=card) == again


def test_a_book_that_never_moved_is_looked_at_when_it_has_a_velocity_and_then_no_more():
    assert looked_at(0, (0, -110)) == 5
    assert looked_at(5, (0, -110)) == 55


def test_a_market_is_due_when_time_alone_changes_it():
    assert worth_of(*even("pinnacle")).due_at == NOW + timedelta(hours=1)
    assert worth_of(*even("pinnacle"), card=a_card(starts_at=NOW + timedelta(minutes=2))).due_at == NOW + timedelta(
        minutes=2
    )
    assert worth_of(*even("pinnacle", seen_at=NOW - timedelta(minutes=50))).due_at == NOW + timedelta(minutes=10)
    assert timedelta(hours=4) == STARTS - NOW
