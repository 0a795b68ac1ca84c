"""Age by content: a book that is stuck and a feed that repeats one body are old, however often the answer comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from closeline.domain.board.market import Sighting
from closeline.domain.feeds.captures import RawPayload
from closeline.maths.board import columns
from closeline.maths.board.rules import CONTENT_AGES, DEFAULT_RULES
from closeline.maths.board.worth import market_worths
from closeline.providers.the_odds_api.feed import TheOddsApi
from tests.builders.boards import NOW, STARTS, a_card, a_market, two_way
from tests.shared_data import shared_data

MINUTE = timedelta(minutes=1)
CARD = a_card(starts_at=NOW + 20 * MINUTE)
BOOKS = ("pinnacle", "circa", "draftkings")


def rows_at(now, told):
    """Give the rows of a board that polls every minute. told: book to its own time; one of them pays too much."""
    market = a_market()
    at = NOW
    while at <= now:
        quotes = [
            replace(quote, updated_at=told[book](at))
            for book in told
            for quote in two_way(book, *((130, -155) if book == "fanduel" else (-110, -110)), card=CARD, seen_at=at)
        ]
        market.apply(Sighting(at, (CARD,), tuple(quotes)))
        at += MINUTE
    return market_worths(market.states(market.markets()), now=now, rules=DEFAULT_RULES)[0].rows


def fresh(at):
    return at


def stuck(at):
    return NOW


def untold(at):
    return None


def test_a_stale_body_makes_every_row_old_though_it_is_answered_every_minute():
    told = {**dict.fromkeys(BOOKS, stuck), "fanduel": untold}
    before, after = rows_at(NOW + 9 * MINUTE, told), rows_at(NOW + 10 * MINUTE, told)

    assert {flag for row in before for flag in row.flags} & {"STALE", "OLD_CONTENT"} == set()
    assert {"OLD_CONTENT" in row.flags for row in after} == {True}
    assert {(row.best, row.ev) for row in after} == {(False, None)}
    assert "STALE" not in {flag for row in after for flag in row.flags}


def test_a_book_that_is_stuck_is_neither_the_best_nor_asked():
    rows = rows_at(NOW + 10 * MINUTE, {**dict.fromkeys(BOOKS, fresh), "fanduel": stuck})
    old = {row.quote.book for row in rows if "OLD_CONTENT" in row.flags}

    assert old == {"fanduel"}
    assert {row.quote.book for row in rows if row.best} == set(BOOKS)
    assert not any("fanduel" in row.fair_books for row in rows)
    assert {row.ev for row in rows if row.quote.book == "fanduel"} == {None}


def test_without_the_guard_a_stuck_price_would_look_like_money(monkeypatch):
    monkeypatch.setattr(columns, "CONTENT_AGES", 1e9)
    rows = rows_at(NOW + 10 * MINUTE, {**dict.fromkeys(BOOKS, fresh), "fanduel": stuck})

    assert max(row.ev for row in rows if row.quote.book == "fanduel" and row.best) > 0.1


@pytest.mark.parametrize("told", [fresh, untold, lambda at: at + 60 * MINUTE])
def test_books_that_tell_no_time_or_one_to_come_are_as_old_as_their_answer(told):
    rows = rows_at(NOW + 10 * MINUTE, dict.fromkeys(BOOKS, told))

    assert {flag for row in rows for flag in row.flags} == {"PUSH_POSSIBLE"}


def test_a_quiet_market_far_from_its_start_is_honest():
    quotes = [replace(quote, updated_at=NOW - 175 * MINUTE) for quote in two_way("pinnacle", -110, -110)]
    market = a_market(Sighting(NOW, (a_card(),), tuple(quotes)))
    rows = market_worths(market.states(market.markets()), now=NOW, rules=DEFAULT_RULES)[0].rows

    assert timedelta(hours=4) == STARTS - NOW
    assert not any("OLD_CONTENT" in row.flags for row in rows)


def honest_rows():
    """Count quotes before their start in the recorded answers, and those that would be old by their book's own time."""
    total = old = 0
    for path in shared_data("theoddsapi/odds_*.json"):
        parsed = TheOddsApi().parse(RawPayload(path.name, path.read_bytes(), NOW))
        starts = {event.provider_event_id: (event.starts_at, event.league) for event in parsed.events}
        for quote in parsed.quotes:
            starts_at, league = starts[quote.provider_event_id]
            minutes = (starts_at - quote.received_at).total_seconds() / 60
            if minutes <= 0 or quote.source_updated_at is None:
                continue
            limit = CONTENT_AGES * DEFAULT_RULES[league].age_max_seconds(quote.market, minutes)
            total += 1
            old += (quote.received_at - quote.source_updated_at).total_seconds() > limit
    return total, old


def test_hardly_any_recorded_price_is_old_by_its_own_book():
    total, old = honest_rows()

    assert total > 10_000
    assert old / total < 0.001
