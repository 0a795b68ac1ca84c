"""Lines beside the main one: they go off with their book, and answers that come late neither bring back nor take away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.board import Availability
from closeline.domain.board.availability import Answer, Covered, Suspension
from closeline.domain.board.market import LEAVES_AFTER, LiveMarket, Sighting
from closeline.domain.markets import MONEYLINE, TOTAL, Market, MarketType, Side
from tests.builders.boards import NOW, STARTS, a_card, a_market, a_quote, two_way

MINUTE = timedelta(minutes=1)
EVENT = a_card().event_id
POINTS = Market(MarketType.PLAYER_POINTS)
ASKED = Covered("nfl", frozenset({TOTAL.key, POINTS.key, MONEYLINE.key}))
MAIN = two_way("fanduel", -110, -110, market=TOTAL, line=178)
BESIDE = [
    replace(quote, alternate=True)
    for line, over, under in ((186, 150, -170), (194, 230, -280))
    for quote in two_way("fanduel", over, under, market=TOTAL, line=line)
]
LADDER = [
    a_quote("fanduel", Side.OVER, price, market=POINTS, line=line, player="p1", alternate=True)
    for line, price in ((98, -130), (118, 160))
]


def seen(*quotes, at=NOW, covered=None, suspended=(), teller="feed"):
    stamped = tuple(replace(quote, changed_at=at, seen_at=at) for quote in quotes)
    priced = frozenset(quote.series for quote in stamped if not quote.alternate)
    return Sighting(at, (a_card(),), stamped, Answer(priced, suspended, covered), teller)


def beside(market):
    """Give what is held beside main lines: by market and line, whether it can be bet on."""
    return {
        (quote.market.type, quote.line_quarters): quote.availability
        for quote in market.of_event(EVENT)
        if quote.alternate
    }


@pytest.mark.parametrize("suspension", [
    Suspension(EVENT, "fanduel"), Suspension(EVENT, "fanduel", TOTAL.key),
    *(Suspension(EVENT, "fanduel", TOTAL.key, "", side) for side in TOTAL.sides),
])  # fmt: skip
def test_a_suspended_books_other_lines_are_suspended_with_it(suspension):
    overs = [quote for quote in (*MAIN, *BESIDE) if suspension.side in (None, quote.side)]
    market = a_market(seen(*overs))
    change = market.apply(seen(at=NOW + MINUTE, suspended=(suspension,)))

    assert set(beside(market).values()) == {Availability.SUSPENDED}
    assert change.moved == len(overs)
    market.apply(seen(*overs, at=NOW + 2 * MINUTE))
    assert set(beside(market).values()) == {Availability.PRICED}


def test_an_absent_books_other_lines_and_player_ladders_are_absent_with_it():
    rival = [replace(quote, book="circa") for quote in (*MAIN, *BESIDE)]
    market = a_market(seen(*MAIN, *BESIDE, *LADDER, *rival))
    market.apply(seen(*rival, at=NOW + MINUTE, covered=ASKED))
    found = {(quote.book, quote.availability) for quote in market.of_event(EVENT)}

    assert found == {("fanduel", Availability.ABSENT), ("circa", Availability.PRICED)}


def test_other_lines_that_were_not_asked_for_stand_while_their_book_shows_its_main_one():
    market = a_market(seen(*MAIN, *BESIDE))
    market.apply(seen(*MAIN, at=NOW + MINUTE, covered=ASKED))

    assert set(beside(market).values()) == {Availability.PRICED}


def test_other_lines_that_were_asked_for_and_are_not_shown_are_absent():
    market = a_market(seen(*MAIN, *BESIDE))
    market.apply(seen(*MAIN, at=NOW + MINUTE, covered=replace(ASKED, alternates=True)))

    assert set(beside(market).values()) == {Availability.ABSENT}


def test_what_another_feed_told_beside_the_main_line_is_not_taken_away_by_silence():
    market = a_market(seen(*MAIN, *BESIDE))
    market.apply(seen(at=NOW + MINUTE, covered=replace(ASKED, alternates=True), teller="another"))

    assert set(beside(market).values()) == {Availability.PRICED}


@pytest.mark.parametrize("quotes", [MAIN, BESIDE, LADDER])
def test_an_answer_that_comes_late_does_not_bring_back_what_was_suspended_since(quotes):
    off = seen(at=NOW + 2 * MINUTE, suspended=(Suspension(EVENT, "fanduel"),))
    market = a_market(seen(*quotes), off)
    change = market.apply(seen(*quotes, at=NOW + MINUTE))

    assert {quote.availability for quote in market.of_event(EVENT)} == {Availability.SUSPENDED}
    assert (change.late, change.moved) == (len(quotes), 0)


def test_what_is_said_to_be_off_again_is_off_since_then_for_whoever_comes_late():
    suspended = (Suspension(EVENT, "fanduel"),)
    market = a_market(seen(*MAIN), *(seen(at=NOW + n * MINUTE, suspended=suspended) for n in (1, 3)))
    market.apply(seen(*MAIN, at=NOW + 2 * MINUTE))

    assert {quote.availability for quote in market.of_event(EVENT)} == {Availability.SUSPENDED}


def test_lines_of_an_answer_that_comes_late_neither_replace_newer_ones_nor_come_back():
    older, newer = BESIDE[:2], BESIDE[2:]
    market = a_market(seen(*newer, at=NOW + MINUTE))
    change = market.apply(seen(*older))

    assert set(beside(market)) == {(MarketType.TOTAL, 194)}
    assert (change.late, change.moved) == (2, 0)


def test_nothing_is_remembered_of_events_that_have_left():
    off = seen(at=NOW + MINUTE, suspended=(Suspension(EVENT, "fanduel"),))
    market = a_market(seen(*MAIN, *BESIDE), off)
    market.drop_ended(STARTS + LEAVES_AFTER + MINUTE)

    assert (market._off_at, market._ladders, market._tellers) == ({}, {}, {})


words = st.lists(st.sampled_from(["all", "fewer", "main", "off", "away"]), min_size=1, max_size=6)


def an_answer(word, at):
    quotes = {"all": [*MAIN, *BESIDE], "fewer": [*MAIN, *BESIDE[:2]], "main": MAIN}.get(word, ())
    suspended = (Suspension(EVENT, "fanduel"),) if word == "off" else ()
    return seen(*quotes, at=at, suspended=suspended, covered=replace(ASKED, alternates=True))


@given(said=words, data=st.data())
def test_whatever_the_order_of_answers_the_newest_says_what_can_be_bet_on(said, data):
    answers = [an_answer(word, NOW + n * MINUTE) for n, word in enumerate(said)]
    market = a_market(answers[0])
    late = data.draw(st.permutations(answers[1:]))
    for answer in (*late, answers[-1]):
        market.apply(answer)
    shown = {(quote.side, quote.line_quarters) for quote in answers[-1].quotes}
    found = market.of_event(EVENT)

    assert {(quote.side, quote.line_quarters) for quote in found if quote.availability == "PRICED"} == shown


def test_without_the_guard_a_late_answer_would_bring_a_dead_price_back(monkeypatch):
    monkeypatch.setattr(LiveMarket, "_is_late", lambda self, quote, held, key, place: False)
    market = a_market(seen(*MAIN), seen(at=NOW + 2 * MINUTE, suspended=(Suspension(EVENT, "fanduel"),)))
    market.apply(seen(*MAIN, at=NOW + MINUTE))

    assert {quote.availability for quote in market.of_event(EVENT)} == {Availability.PRICED}
