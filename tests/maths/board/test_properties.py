"""What holds of every board: a book never judges itself, order says nothing, and arbitrage is a sum below one."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.board import OpportunityKind
from closeline.domain.board.market import MarketState
from closeline.domain.markets import MONEYLINE
from closeline.maths.board.columns import method_of
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from closeline.maths.consensus import BookKind, BookPrices, consensus
from tests.builders.boards import BOOKS, NOW, a_card, a_state, american, two_way
from tests.strategies import american as prices

SHARP = {"pinnacle", "circa", "lowvig"}


@st.composite
def near_prices(draw):
    """Draw both prices of a market that is near even and holds a little."""
    first = draw(st.integers(100, 160))
    return f"-{first}", f"+{max(100, first - draw(st.integers(1, 14)))}"


@st.composite
def moneylines(draw):
    books = draw(st.lists(st.sampled_from(BOOKS), min_size=1, max_size=9, unique=True))
    quotes = [quote for book in books for quote in two_way(book, *draw(near_prices()))]
    return a_state(quotes)


def rows_of(state: MarketState):
    found = market_worths([state], now=NOW, rules=DEFAULT_RULES)[0]
    return {(row.quote.book, row.quote.side): row for row in found.rows}, found.opportunities


@given(state=moneylines(), price=prices, data=st.data())
def test_a_books_own_price_never_reaches_its_own_fair_price(state, price, data):
    book = data.draw(st.sampled_from(sorted({quote.book for quote in state.quotes})))
    other = replace(state, quotes=tuple(
        replace(quote, price=american(price)) if quote.book == book and quote.side == "HOME" else quote
        for quote in state.quotes
    ))  # fmt: skip

    before, after = rows_of(state)[0], rows_of(other)[0]

    for side in MONEYLINE.sides:
        assert after[book, side].fair == before[book, side].fair
        assert after[book, side].fair_books == before[book, side].fair_books
        assert book not in before[book, side].fair_books


@given(state=moneylines(), data=st.data())
def test_the_order_in_which_quotes_come_says_nothing(state, data):
    shuffled = replace(state, quotes=tuple(data.draw(st.permutations(state.quotes))))

    assert rows_of(shuffled) == rows_of(state)


@given(states=st.lists(moneylines(), min_size=2, max_size=5))
def test_markets_do_not_reach_each_other(states):
    cards = [a_card(f"nfl_a{at}_b_2023_11_19") for at in range(len(states))]
    apart = [
        replace(state, card=card, quotes=tuple(replace(quote, event_id=card.event_id) for quote in state.quotes))
        for card, state in zip(cards, states, strict=True)
    ]

    together = market_worths(apart, now=NOW, rules=DEFAULT_RULES)

    assert together == [market_worths([state], now=NOW, rules=DEFAULT_RULES)[0] for state in apart]


@given(pairs=st.lists(st.tuples(prices, prices), min_size=1, max_size=6))
def test_there_is_arbitrage_exactly_where_the_best_implied_figures_of_sound_books_sum_to_less_than_one(pairs):
    state = a_state([quote for book, pair in zip(BOOKS, pairs, strict=False) for quote in two_way(book, *pair)])
    sound = [pair for pair in pairs if 1 <= sum(1 / american(price).exact for price in pair) <= Fraction("1.12")]
    best = [max((american(pair[side]).exact for pair in sound), default=Fraction(1)) for side in range(2)]
    expected = bool(sound) and sum((1 / price for price in best), Fraction(0)) < 1

    found = [item for item in rows_of(state)[1] if item.kind is OpportunityKind.ARBITRAGE]

    assert bool(found) == expected
    for item in found:
        payouts = [Fraction(leg.stake_share) * leg.quote.price.exact for leg in item.legs]
        assert max(payouts) - min(payouts) < Fraction(1, 10**12)
        assert min(payouts) > 1
        assert abs(sum(leg.stake_share for leg in item.legs) - 1) < 1e-12


@settings(max_examples=60)
@given(state=moneylines(), ages=st.lists(st.integers(0, 1800), min_size=9, max_size=9))
def test_one_book_at_a_time_it_is_the_consensus_of_the_record(state, ages):
    """The bulk form is the scalar one that closes are pooled by, book left out by name; none is far behind another."""
    books = list(dict.fromkeys(quote.book for quote in state.quotes))
    age = dict(zip(books, ages, strict=False))
    aged = tuple(replace(quote, seen_at=NOW - timedelta(seconds=age[quote.book])) for quote in state.quotes)
    found, _ = rows_of(replace(state, quotes=aged))
    asked = [
        BookPrices(
            book, BookKind.SHARP if book in SHARP else BookKind.RETAIL,
            tuple(quote.price.decimal for quote in state.quotes if quote.book == book), age[book],
        )
        for book in books
    ]  # fmt: skip
    for book in books:
        told = consensus(asked, method_of(state), stale_after_seconds=3600, leave_out={book})
        row = found[book, MONEYLINE.sides[0]]
        assert (row.fair is None) == (told.probabilities is None)
        if told.probabilities is not None and row.fair is not None:
            assert abs(row.fair - told.probabilities[0]) < 1e-12
            assert set(row.fair_books) == set(told.books)
