"""Guards of the board, each beside a twin without it: the danger that they keep out comes through there."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from closeline.domain.board import OpportunityKind
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.maths.board import pool
from closeline.maths.board.rules import DEFAULT_RULES, BoardRules
from closeline.maths.board.worth import market_worths
from tests.builders.boards import NOW, a_state, american, two_way


def value_of(book, quotes):
    rows = market_worths([a_state(quotes)], now=NOW, rules=DEFAULT_RULES)[0].rows
    return next(row for row in rows if row.quote.book == book and row.quote.side is Side.HOME)


def fair_after_own_move():
    """Give a book's fair price of home before and after its own price of home moves."""
    quotes = [*two_way("pinnacle", -104, -106), *two_way("circa", -104, -106)]
    moved = [
        replace(quote, price=american(-120)) if (quote.book, quote.side) == ("circa", Side.HOME) else quote
        for quote in quotes
    ]
    return value_of("circa", quotes).fair, value_of("circa", moved).fair


def test_a_book_does_not_judge_itself():
    before, after = fair_after_own_move()

    assert before == after


def test_without_leaving_it_out_a_book_would_judge_itself(monkeypatch):
    monkeypatch.setattr(np, "eye", lambda size, dtype: np.zeros((size, size), dtype=dtype))
    before, after = fair_after_own_move()

    assert after > before + 0.005


def arbitrages(rules, old=NOW - timedelta(hours=3)):
    quotes = [*two_way("pinnacle", 110, -120), *two_way("betmgm", -130, 115, seen_at=old)]
    found = market_worths([a_state(quotes)], now=NOW, rules=rules)[0].opportunities
    return [item for item in found if item.kind is OpportunityKind.ARBITRAGE]


def test_a_stale_leg_makes_no_arbitrage():
    assert arbitrages(DEFAULT_RULES) == []


def test_without_the_limit_of_age_a_dead_price_would_look_like_money():
    forever = {league: BoardRules(quote_age_minutes=((0.0, 1e6),)) for league in League}
    found = arbitrages(forever)

    assert found[0].margin > 0.05
    assert max(leg.age_seconds for leg in found[0].legs) == pytest.approx(3 * 3600)


def test_a_wrong_price_of_one_book_moves_no_consensus(monkeypatch):
    quotes = [quote for book in ("betmgm", "caesars", "fanduel", "espnbet") for quote in two_way(book, -110, -110)]
    quotes += two_way("bovada", 900, -1400)
    guarded = value_of("betmgm", quotes).fair

    monkeypatch.setattr(pool, "OUTLIER_LOGIT", 1e9)
    assert guarded == pytest.approx(0.5, abs=1e-12)
    assert value_of("betmgm", quotes).fair < 0.4
