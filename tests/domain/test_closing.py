"""Which quote is the close: never one from after the start, never one made up, and always with a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.markets import Side
from closeline.domain.odds import OddsFormat, Price
from closeline.domain.picks.closing import (
    CLV_V1,
    BookQuote,
    CloseQuality,
    MissingClose,
    open_best_close,
    select_close,
)

START = datetime(2026, 1, 11, 18, tzinfo=UTC)


def a_price(american):
    return Price.quoted(str(american), OddsFormat.AMERICAN)


def a_quote(minutes_before, line=-14, price=-110, opposite=-110, *, book="pinnacle", **facts):
    other = None if opposite is None else a_price(opposite)
    captured = START - timedelta(minutes=minutes_before)
    return BookQuote(book, captured, line, a_price(price), other, **facts)


def close_of(*quotes, **options):
    return select_close(quotes, starts_at=START, **{"ticket_book": "draftkings", **options})


def test_the_last_quote_before_the_start_is_the_close():
    quotes = [a_quote(2, -18), a_quote(25, -14), a_quote(-1, -26)]

    close = close_of(*quotes)

    assert (close.quality, close.quote, close.reason) == (CloseQuality.REFERENCE, quotes[0], None)


def test_a_better_reference_wins_over_a_later_quote():
    circa, pinnacle = a_quote(1, book="circa"), a_quote(29)

    assert close_of(circa, pinnacle).quote is pinnacle


def test_books_of_equal_rank_are_told_apart_by_time():
    older, newer = a_quote(9, book="bookmaker"), a_quote(3, book="betonlineag")

    assert close_of(older, newer).quote is newer


def test_of_books_of_equal_rank_the_one_seen_last_wins_over_the_one_that_changed_last():
    standing = a_quote(90, book="bookmaker", seen_until=START - timedelta(minutes=1))
    changed = a_quote(29, book="betonlineag")

    assert close_of(standing, changed).quote is standing
    assert close_of(changed, standing).quote is standing


def test_of_one_book_the_later_price_is_the_close_however_long_the_earlier_one_was_seen():
    earlier, later = a_quote(90, -14, seen_until=START - timedelta(minutes=1)), a_quote(3, -18)

    assert close_of(earlier, later).quote is later


@pytest.mark.parametrize("minutes_after", [0, 60])
def test_a_sighting_at_or_after_the_start_does_not_prove_a_price_fresh(minutes_after):
    quote = a_quote(180, seen_until=START + timedelta(minutes=minutes_after))

    assert close_of(quote).reason is MissingClose.STALE
    assert quote.seen_before(START) == quote.captured_at


def test_consensus_and_ticket_book_are_named_as_such():
    consensus, ticket = a_quote(9, book="consensus"), a_quote(3, book="draftkings")

    assert close_of(ticket, consensus).quality is CloseQuality.CONSENSUS
    assert close_of(ticket).quality is CloseQuality.TICKET_BOOK


def test_a_ticket_at_a_reference_book_has_a_reference_close():
    assert close_of(a_quote(3), ticket_book="pinnacle").quality is CloseQuality.REFERENCE


@pytest.mark.parametrize(
    ("quotes", "reason"),
    [
        ([], MissingClose.NO_QUOTE),
        ([a_quote(5, book="somebody")], MissingClose.NO_QUOTE),
        ([a_quote(0)], MissingClose.AFTER_START),
        ([a_quote(-5)], MissingClose.AFTER_START),
        ([a_quote(5, in_play=True)], MissingClose.NOT_OFFERED),
        ([a_quote(5, suspended=True)], MissingClose.NOT_OFFERED),
        ([a_quote(5, opposite=None)], MissingClose.ONE_SIDED),
        ([a_quote(5, price=105, opposite=105)], MissingClose.UNDERROUND),
        ([a_quote(30.1)], MissingClose.STALE),
        ([a_quote(-5), a_quote(5, opposite=None), a_quote(90)], MissingClose.STALE),
    ],
)
def test_a_missing_close_says_why_and_is_never_imputed(quotes, reason):
    close = close_of(*quotes)

    assert (close.quality, close.quote, close.reason) == (CloseQuality.MISSING, None, reason)


def test_a_quote_exactly_thirty_minutes_old_is_still_fresh():
    assert close_of(a_quote(30)).quality is CloseQuality.REFERENCE


def test_even_money_both_ways_is_a_market_without_margin_and_may_close():
    assert close_of(a_quote(5, price=100, opposite=100)).quality is CloseQuality.REFERENCE


def test_a_price_that_stood_unchanged_until_the_start_is_not_stale():
    standing = a_quote(300, seen_until=START - timedelta(minutes=2))

    assert close_of(standing).quote is standing
    assert close_of(replace(standing, seen_until=START - timedelta(minutes=31))).reason is MissingClose.STALE


def test_an_early_start_moves_the_close():
    early = START - timedelta(minutes=20)
    quotes = [a_quote(10, -18), a_quote(25, -14)]

    assert select_close(quotes, starts_at=early).quote is quotes[1]


def test_a_scheduled_start_is_tagged():
    assert close_of(a_quote(5), start_confirmed=False).flags == ("START_NOT_CONFIRMED",)
    assert close_of(a_quote(5)).flags == ()


QUOTES = st.lists(
    st.builds(
        a_quote,
        st.integers(-60, 120),
        st.integers(-40, 40),
        st.sampled_from([-120, -110, 100, 105]),
        st.sampled_from([None, -110, 100, 105]),
        book=st.sampled_from(["pinnacle", "circa", "consensus", "draftkings", "somebody"]),
        in_play=st.booleans(),
    ),
    max_size=12,
)


@given(quotes=QUOTES, order=st.randoms(use_true_random=False))
def test_no_close_is_from_after_the_start_one_sided_stale_or_a_matter_of_order(quotes, order):
    close = close_of(*quotes)
    shuffled = list(quotes)
    order.shuffle(shuffled)
    again = close_of(*shuffled)

    assert (close.quote is None) == (close.reason is not None) == (close.quality is CloseQuality.MISSING)
    assert again.quality is close.quality
    assert again.reason is close.reason
    if close.quote is not None:
        assert START - CLV_V1.max_age <= close.quote.captured_at < START
        assert close.quote.opposite is not None
        assert close.quote.book != "somebody"


def track(*quotes, side=Side.HOME, published=120, **options):
    at = START - timedelta(minutes=published)
    return open_best_close(quotes, side=side, published_at=at, starts_at=START, book="pinnacle", **options)


def test_the_open_is_the_first_quote_and_the_best_comes_after_publishing():
    first, better, last = a_quote(600, -8), a_quote(60, -10), a_quote(1, -16)

    found = track(last, first, better, a_quote(-1, 0))

    assert (found.open, found.best_after_publish, found.close) == (first, better, last)


@pytest.mark.parametrize(("side", "best"), [(Side.HOME, 4), (Side.AWAY, 4), (Side.OVER, -4), (Side.UNDER, 4)])
def test_the_best_line_is_the_one_that_favours_the_side(side, best):
    quotes = [a_quote(60, -4), a_quote(50, 4), a_quote(40, 0)]

    found = track(*quotes, side=side).best_after_publish

    assert found is not None
    assert found.line_quarters == best


def test_at_one_line_the_best_price_is_the_longest():
    quotes = [a_quote(60, price=-110), a_quote(50, price=-104), a_quote(40, price=-120)]

    assert track(*quotes).best_after_publish is quotes[1]


def test_a_quote_that_still_stood_when_the_pick_was_published_could_be_had():
    standing = a_quote(300, 8, seen_until=START - timedelta(minutes=100))

    assert track(standing, a_quote(5)).best_after_publish is standing


def test_other_books_and_quotes_from_after_the_start_leave_no_track():
    found = track(a_quote(60, book="circa"), a_quote(-3))

    assert (found.open, found.best_after_publish, found.close) == (None, None, None)


def test_the_age_of_the_close_counts_when_asked():
    old = a_quote(45)

    assert track(old).close is old
    assert track(old, max_age=CLV_V1.max_age).close is None
