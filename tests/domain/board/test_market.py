"""The market in memory: the newest word of each series stands, and how it came to be is remembered for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.board import Availability
from closeline.domain.board.availability import Answer, Covered, Suspension
from closeline.domain.board.market import LEAVES_AFTER, REMEMBERED, LiveMarket, Sighting
from closeline.domain.markets import MONEYLINE, SPREAD, TOTAL, Side
from tests.builders.boards import NOW, STARTS, a_card, a_market, a_quote, american, two_way

MINUTE = timedelta(minutes=1)
COVERED = Covered("nfl", frozenset({"MONEYLINE:FULL_GAME"}))


def seen(*quotes, at=NOW, cards=None, covered=None, suspended=()):
    stamped = tuple(replace(quote, changed_at=at, seen_at=at) for quote in quotes)
    priced = frozenset(quote.series for quote in stamped)
    return Sighting(at, (a_card(),) if cards is None else cards, stamped, Answer(priced, suspended, covered))


def quotes_of(market):
    return {(quote.book, quote.side): quote for quote in market.of_event(a_card().event_id)}


def test_a_price_that_stays_keeps_since_when_it_stands():
    market = a_market(seen(*two_way("pinnacle", -110, -110)), seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE))
    quote = quotes_of(market)["pinnacle", Side.HOME]

    assert (quote.changed_at, quote.seen_at) == (NOW, NOW + MINUTE)


def test_a_price_that_moves_stands_since_it_was_seen():
    market = a_market(seen(*two_way("pinnacle", -110, -110)), seen(*two_way("pinnacle", -120, 100), at=NOW + MINUTE))
    quote = quotes_of(market)["pinnacle", Side.HOME]

    assert (quote.price.text, quote.changed_at) == ("-120", NOW + MINUTE)


def test_a_line_that_moves_replaces_the_old_one():
    market = a_market(
        seen(*two_way("pinnacle", -110, -110, market=SPREAD, line=-14)),
        seen(*two_way("pinnacle", -110, -110, market=SPREAD, line=-12), at=NOW + MINUTE),
    )

    assert {quote.line_quarters for quote in quotes_of(market).values()} == {-12, 12}


def test_a_sighting_says_what_it_touched_and_moved():
    market = LiveMarket()
    first = market.apply(
        seen(*two_way("pinnacle", -110, -110), *two_way("pinnacle", -110, -110, market=TOTAL, line=180))
    )
    again = market.apply(seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE))

    assert (first.moved, first.unchanged, len(first.touched)) == (4, 0, 2)
    assert (again.moved, again.unchanged) == (0, 2)
    assert again.touched == {(a_card().event_id, MONEYLINE, "")}


def test_bytes_that_come_late_change_nothing():
    market = a_market(seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE))
    change = market.apply(seen(*two_way("pinnacle", -150, 130)))

    assert (change.late, change.moved, change.touched) == (2, 0, frozenset())
    assert quotes_of(market)["pinnacle", Side.HOME].price.text == "-110"


def test_a_quote_of_an_event_that_nobody_knows_is_a_stranger():
    change = LiveMarket().apply(seen(*two_way("pinnacle", -110, -110), cards=()))

    assert (change.strangers, change.touched) == (2, frozenset())


def test_what_an_answer_covers_and_leaves_out_is_absent_with_its_last_price():
    market = a_market(seen(*two_way("pinnacle", -110, -110), *two_way("betmgm", -105, -115)))
    change = market.apply(seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE, covered=COVERED))
    quote = quotes_of(market)["betmgm", Side.HOME]

    assert (quote.availability, quote.price.text) == (Availability.ABSENT, "-105")
    assert (quote.seen_at, quote.changed_at) == (NOW, NOW + MINUTE)
    assert change.moved == 2


def test_what_an_answer_does_not_cover_is_left_as_it_was():
    market = a_market(seen(*two_way("betmgm", -110, -110, market=TOTAL, line=180)))
    market.apply(seen(*two_way("pinnacle", -110, -110), at=NOW + MINUTE, covered=COVERED))

    assert quotes_of(market)["betmgm", Side.OVER].availability is Availability.PRICED


def test_a_suspended_market_is_shown_as_that_and_comes_back():
    market = a_market(seen(*two_way("betmgm", -110, -110)))
    market.apply(seen(at=NOW + MINUTE, suspended=(Suspension(a_card().event_id, "betmgm"),)))
    assert {quote.availability for quote in quotes_of(market).values()} == {Availability.SUSPENDED}

    market.apply(seen(*two_way("betmgm", -110, -110), at=NOW + 2 * MINUTE))
    assert {quote.availability for quote in quotes_of(market).values()} == {Availability.PRICED}


def test_an_absence_that_comes_late_takes_nothing_off():
    market = a_market(seen(*two_way("betmgm", -110, -110), at=NOW + MINUTE))
    market.apply(seen(at=NOW, covered=COVERED))

    assert quotes_of(market)["betmgm", Side.HOME].availability is Availability.PRICED


def test_another_desks_older_board_brings_nothing_back():
    market = a_market(seen(*two_way("betmgm", -110, -110)), seen(at=NOW + MINUTE, covered=COVERED))
    market.apply(Sighting(NOW + 2 * MINUTE, (a_card(),), tuple(two_way("betmgm", -110, -110))))

    assert quotes_of(market)["betmgm", Side.HOME].availability is Availability.ABSENT


def test_alternate_lines_stand_beside_the_main_one_until_their_book_leaves_them_out():
    main = two_way("pinnacle", -110, -110, market=TOTAL, line=180)
    others = [a_quote("pinnacle", Side.OVER, 120, market=TOTAL, line=line, alternate=True) for line in (188, 196)]
    market = a_market(seen(*main, *others))
    assert len(market.of_event(a_card().event_id)) == 4

    market.apply(seen(*main, others[0], at=NOW + MINUTE))
    assert {quote.line_quarters for quote in market.of_event(a_card().event_id) if quote.alternate} == {188}


def test_a_start_that_moves_touches_every_market_of_its_event():
    market = a_market(seen(*two_way("pinnacle", -110, -110)))
    later = a_card(starts_at=STARTS + timedelta(hours=3), version=2)

    assert market.apply(Sighting(NOW + MINUTE, (later,))).touched == {(later.event_id, MONEYLINE, "")}
    assert market.apply(Sighting(NOW + MINUTE, (a_card(),))).touched == frozenset()
    assert market.cards[later.event_id] == later


def test_an_event_leaves_a_while_after_its_start():
    market = a_market(seen(*two_way("pinnacle", -110, -110)))

    assert market.drop_ended(STARTS + LEAVES_AFTER) == frozenset()
    assert market.drop_ended(STARTS + LEAVES_AFTER + MINUTE) == {(a_card().event_id, MONEYLINE, "")}
    assert (market.markets(), dict(market.cards)) == ([], {})


def test_marks_are_left_where_a_price_moves_and_not_where_it_stays():
    prices = [(-110, -110), (-110, -110), (-120, 100), (-120, 100)]
    market = a_market(*(seen(*two_way("pinnacle", *pair), at=NOW + n * MINUTE) for n, pair in enumerate(prices)))
    marks = market.states(market.markets())[0].marks["pinnacle"]

    assert [(mark.at, mark.prices[0]) for mark in marks] == [(NOW, american(-110)), (NOW + 2 * MINUTE, american(-120))]


def test_old_marks_are_forgotten_but_for_the_first_and_the_one_that_stood():
    moments = [NOW + step * timedelta(minutes=30) for step in range(9)]
    market = a_market(*(seen(*two_way("pinnacle", -110 - n, -110), at=at) for n, at in enumerate(moments)))
    marks = [mark.at for mark in market.states(market.markets())[0].marks["pinnacle"]]
    begins = moments[-1] - REMEMBERED

    assert marks == [moments[0], *[at for at in moments if at >= begins]]


def test_a_side_whose_line_does_not_answer_the_other_is_no_price_of_that_mark():
    market = a_market(seen(
        a_quote("pinnacle", Side.OVER, -110, market=TOTAL, line=180), a_quote("pinnacle", Side.UNDER, -110, market=TOTAL, line=182),
    ))  # fmt: skip
    mark = market.states(market.markets())[0].marks["pinnacle"][0]

    assert (mark.line_quarters, mark.prices) == (180, (american(-110), None))


polls = st.lists(st.tuples(st.sampled_from(["pinnacle", "betmgm"]), st.sampled_from([-110, -115, 100])), max_size=6)


@given(days=st.lists(polls, max_size=6), data=st.data())
def test_whatever_the_order_in_which_answers_come_the_newest_word_of_each_series_stands(days, data):
    sightings = [
        seen(
            *[quote for book, price in dict(poll).items() for quote in two_way(book, price, -110)], at=NOW + n * MINUTE
        )
        for n, poll in enumerate(days)
    ]
    shuffled = a_market(*data.draw(st.permutations(sightings)))

    found = {key: (quote.price, quote.seen_at) for key, quote in quotes_of(shuffled).items()}
    assert found == {key: (quote.price, quote.seen_at) for key, quote in quotes_of(a_market(*sightings)).items()}


@pytest.mark.parametrize("side", [Side.HOME, Side.AWAY])
def test_an_assumed_price_is_another_word_than_the_same_price_quoted(side):
    quote = a_quote("pinnacle", side, -110)
    market = a_market(seen(replace(quote, price=american(-110, assumed=True))))

    assert market.apply(seen(quote, at=NOW + MINUTE)).moved == 1
