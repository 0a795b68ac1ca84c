"""Who is asked and how many witnesses that makes: books left behind, books of one source, and those that are no books."""

from datetime import timedelta

import pytest

from closeline.domain.board.books import is_exchange, is_fantasy, price_source
from closeline.domain.board.market import Sighting
from closeline.domain.markets import TOTAL, Side
from closeline.maths.board.rules import DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from tests.builders.boards import NOW, a_card, a_market, a_state, two_way

DAYS_OFF = a_card(starts_at=NOW + timedelta(hours=30))
KAMBI = ("betparx", "betrivers", "unibet_us")


def row_of(book, seen):
    """Give a book's row where each book was seen so many minutes ago, a day and more before the start."""
    quotes = [
        quote for name, minutes in seen.items()
        for quote in two_way(name, -110, -110, card=DAYS_OFF, seen_at=NOW - timedelta(minutes=minutes))
    ]  # fmt: skip
    rows = market_worths([a_state(quotes, DAYS_OFF)], now=NOW, rules=DEFAULT_RULES)[0].rows
    return next(row for row in rows if row.quote.book == book)


def test_a_sharp_book_of_no_weight_is_no_quorum():
    row = row_of("fanduel", {"pinnacle": 350, "draftkings": 0, "fanduel": 0})

    assert (row.fair, row.fair_books) == (None, ())
    assert "NO_CONSENSUS" in row.flags


@pytest.mark.parametrize(("behind", "asked"), [(30, ("pinnacle",)), (31, ())])
def test_a_book_counts_until_it_is_half_an_hour_behind_the_newest_price(behind, asked):
    assert row_of("fanduel", {"pinnacle": 60 + behind, "fanduel": 60}).fair_books == asked


def test_three_books_of_which_two_are_left_behind_are_one():
    assert row_of("fanduel", {"betmgm": 0, "bovada": 200, "espnbet": 200, "fanduel": 0}).fair is None


def test_an_answer_that_has_to_last_for_hours_keeps_its_quorum():
    assert row_of("fanduel", {"pinnacle": 240, "fanduel": 240}).fair == pytest.approx(0.5)


def test_books_of_one_source_are_one_witness_of_the_three_that_are_needed():
    alike = dict.fromkeys((*KAMBI, "fanduel", "betmgm"), 0)

    assert row_of("betmgm", alike).fair is None
    assert row_of("betmgm", alike | {"draftkings": 0}).fair_books == ("betparx", "betrivers", "draftkings", "fanduel", "unibet_us")  # fmt: skip


def test_a_source_counts_by_whichever_of_its_books_is_not_left_behind():
    assert (
        row_of("betmgm", {"betparx": 200, "betrivers": 0, "fanduel": 0, "draftkings": 0, "betmgm": 0}).fair is not None
    )


@pytest.mark.parametrize(("moving", "steam"), [
    (KAMBI, False), (("betonlineag", "lowvig", "fanduel"), False), ((*KAMBI, "fanduel", "draftkings"), True),
])  # fmt: skip
def test_books_of_one_source_that_move_together_are_no_steam(moving, steam):
    def at(moment, books, prices):
        return Sighting(moment, (a_card(),), tuple(
            quote for book in books for quote in two_way(book, *prices, market=TOTAL, line=180, seen_at=moment)
        ))  # fmt: skip

    still, before = ("pinnacle", "circa"), NOW - timedelta(minutes=15)
    market = a_market(
        at(before, (*moving, *still), (-110, -110)), at(NOW, moving, (-120, 100)), at(NOW, still, (-110, -110))
    )
    rows = market_worths(market.states(market.markets()), now=NOW, rules=DEFAULT_RULES)[0].rows

    assert {row.movement.steam for row in rows if row.movement and row.quote.side is Side.OVER} == {steam}


def test_only_books_known_to_share_their_prices_are_of_one_source():
    assert {price_source(book) for book in (*KAMBI, "ballybet", "unibet_uk")} == {"kambi"}
    assert {price_source(book) for book in ("betonlineag", "betonline", "lowvig")} == {"betonline"}
    assert all(price_source(book) == book for book in ("draftkings", "fanduel", "williamhill_us", "pinnacle", "betmgm"))


@pytest.mark.parametrize("book", [
    "betdaq", "betfair_ex_au", "betfair_ex_eu", "betfair_ex_uk", "betopenly", "kalshi", "matchbook", "novig",
    "polymarket", "prophetx", "smarkets", "sporttrade", "betr_us_dfs", "pick6", "prizepicks", "underdog",
])  # fmt: skip
def test_what_exchanges_and_fantasy_operators_show_is_no_price_of_a_book(book):
    quotes = [*two_way("pinnacle", -110, -110), *two_way(book, 130, 130), *two_way("fanduel", -110, -110)]
    found = market_worths([a_state(quotes)], now=NOW, rules=DEFAULT_RULES)[0]
    shown = [row for row in found.rows if row.quote.book == book]

    assert len(shown) == 2
    assert {(row.ev, row.kelly, row.best) for row in shown} == {(None, None, False)}
    assert all("EXCHANGE" in row.flags for row in shown)
    assert all(book not in row.fair_books for row in found.rows)
    assert found.opportunities == ()


def test_sportsbooks_beside_them_are_none():
    assert not any(map(is_exchange, ("betfair_sb_uk", "betr_au", "dabble_au", "fliff", "rebet", "unibet_uk")))
    assert is_fantasy("prizepicks")
    assert not is_fantasy("betfair_ex_uk")
