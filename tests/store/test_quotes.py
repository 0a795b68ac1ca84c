"""Storage by change: what is left out can be put back, at every moment."""

from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from closeline.domain.markets import SPREAD, Side
from closeline.store import quotes
from closeline.store.quotes import NewQuote
from closeline.store.session import unit_of_work
from tests.builders.moments import HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, a_price, a_quote, an_event
from tests.builders.records import number, rolled_back, take_in
from tests.strategies import quote_paths

SERIES = (GAME, "pinnacle", SPREAD.key, Side.HOME)


@pytest.fixture
def snapshot(seeded):
    """Give a snapshot and an event that quotes can name."""
    with unit_of_work(seeded) as session:
        return take_in(session, a_payload(a_quote(book="other"))).events[0].snapshot_id


def a_new_quote(at=OPENS, line=-14, price="-110", side=Side.HOME):
    return NewQuote(GAME, "pinnacle", SPREAD, side, line, a_price(price), at, None, "row 1")


def keep(session, snapshot, *given):
    return quotes.keep(session, given, snapshot_id=snapshot)


def stands(session, at):
    """Give (line, price) of the series as the record answers at a moment."""
    found = quotes.latest(quotes.of_events(session, [GAME], as_of=at)).get(SERIES)
    return None if found is None else (found.line_quarters, found.price.text)


def test_a_quote_is_stored_when_it_changes_and_only_then(seeded, snapshot):
    with unit_of_work(seeded) as session:
        kept = [
            keep(session, snapshot, a_new_quote(OPENS + n * MINUTE, price=price))
            for n, price in enumerate(["-110", "-110", "-105", "-110"])
        ]

    assert [each.accepted for each in kept] == [1, 0, 1, 1]
    assert [each.unchanged for each in kept] == [0, 1, 0, 0]


@pytest.mark.parametrize("change", [{"line": -16}, {"price": "-105"}])
def test_a_change_of_the_line_or_of_the_price_is_a_change(seeded, snapshot, change):
    with unit_of_work(seeded) as session:
        keep(session, snapshot, a_new_quote())
        assert keep(session, snapshot, a_new_quote(OPENS + MINUTE, **change)).accepted == 1


@settings(max_examples=30)
@given(quote_paths(in_order=True))
def test_the_compressed_record_answers_as_a_full_recording_at_every_poll(seeded, snapshot, drawn):
    path, arrivals = drawn
    with rolled_back(seeded) as session:
        for at, line, price in arrivals:
            keep(session, snapshot, a_new_quote(at, line, price))
        for at, line, price in path:
            assert stands(session, at) == (line, price)
            assert stands(session, at + MINUTE) == (line, price)
        assert stands(session, OPENS - MINUTE) is None
        changes = sum(place == 0 or path[place - 1][1:] != each[1:] for place, each in enumerate(path))
        assert number(session, "SELECT count(*) FROM quote WHERE book = 'pinnacle'") == changes


@settings(max_examples=30, phases=[Phase.reuse, Phase.generate])
@given(quote_paths(in_order=False))
def test_bytes_that_arrive_late_are_answered_at_their_own_time(seeded, snapshot, drawn):
    # Receipts of one feed rise strictly; what another feed brings late is right at its own moment, and that is all
    # that storing changes can promise: how long the price before it was still shown is known of its last sighting only.
    _, arrivals = drawn
    with rolled_back(seeded) as session:
        for at, line, price in arrivals:
            keep(session, snapshot, a_new_quote(at, line, price))
            assert stands(session, at) == (line, price), f"arrived as {arrivals}"


@settings(max_examples=20)
@given(quote_paths(in_order=True), st.permutations(range(8)))
def test_one_payload_with_a_whole_path_is_kept_like_many_with_a_poll_each(seeded, snapshot, drawn, order):
    path, _ = drawn
    with rolled_back(seeded) as session:
        keep(session, snapshot, *(a_new_quote(*path[place]) for place in order if place < len(path)))
        for at, line, price in path:
            assert stands(session, at) == (line, price)


@settings(max_examples=20)
@given(quote_paths(in_order=True))
def test_the_same_quotes_a_second_time_accept_nothing(seeded, snapshot, drawn):
    path, _ = drawn
    with rolled_back(seeded) as session:
        for at, line, price in path:
            keep(session, snapshot, a_new_quote(at, line, price))
        again = [keep(session, snapshot, a_new_quote(at, line, price)) for at, line, price in path]

    assert sum(each.accepted for each in again) == 0
    assert sum(each.unchanged for each in again) == len(path)


def test_two_lines_of_one_book_at_one_moment_accept_nothing_the_second_time(seeded, snapshot):
    both = (a_new_quote(line=-14), a_new_quote(line=-16))
    with unit_of_work(seeded) as session:
        keep(session, snapshot, *both)
        assert keep(session, snapshot, *both).accepted == 0


@settings(max_examples=20)
@given(quote_paths(in_order=False))
def test_the_heartbeat_says_when_the_series_was_last_seen(seeded, snapshot, drawn):
    path, arrivals = drawn
    with rolled_back(seeded) as session:
        for at, line, price in arrivals:
            keep(session, snapshot, a_new_quote(at, line, price))
        assert quotes.last_seen(session, [GAME])[SERIES] == path[-1][0]


def until(session, at):
    """Give when the series was last seen, as it was known at a moment."""
    return quotes.seen_by(session, [GAME], as_of=at).get(SERIES)


def test_from_the_start_on_every_sighting_is_stored_so_that_the_last_one_before_it_stays_known(seeded, snapshot):
    last, first = START - 10 * MINUTE, START + HOUR
    with unit_of_work(seeded) as session:
        kept = [keep(session, snapshot, a_new_quote(at)).accepted for at in (OPENS, last, first, first + MINUTE, first)]
        found = [row for row in quotes.of_events(session, [GAME], as_of=first) if row.series == SERIES]

    assert kept == [1, 0, 1, 1, 0]
    assert [(row.received_at, row.previous_seen_at) for row in found] == [(OPENS, None), (first, last)]


def test_a_game_that_was_put_back_in_time_is_not_taken_to_have_begun(seeded, snapshot):
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(an_event(starts_at=START + 3 * HOUR), a_quote(at=OPENS + HOUR)), at=OPENS + HOUR)
        kept = [keep(session, snapshot, a_new_quote(at)).accepted for at in (OPENS + 2 * HOUR, START + HOUR)]

    assert kept == [1, 0]


def test_what_was_last_seen_at_a_moment_is_no_later_than_it_and_untold_by_what_came_after(seeded, snapshot):
    with unit_of_work(seeded) as session:
        for at, price in ((OPENS, "-110"), (OPENS + HOUR, "-110"), (OPENS + 3 * HOUR, "-105")):
            keep(session, snapshot, a_new_quote(at, price=price))
            live = {moment: until(session, moment) for moment in (OPENS + HOUR, OPENS + 2 * HOUR)}
        keep(session, snapshot, a_new_quote(OPENS + 4 * HOUR, price="-105"))

        assert {moment: until(session, moment) for moment in live} == live == dict.fromkeys(live, OPENS + HOUR)
        assert until(session, OPENS + 210 * MINUTE) == OPENS + 210 * MINUTE
        assert until(session, OPENS - MINUTE) is None


@settings(max_examples=20)
@given(quote_paths(in_order=True), st.integers(0, 8))
def test_from_the_start_on_the_record_says_at_every_moment_when_a_price_was_last_seen(seeded, snapshot, drawn, place):
    _, arrivals = drawn
    moved = [(at - OPENS + START, line, price) for at, line, price in arrivals]
    moment = moved[min(place, len(moved) - 1)][0] + MINUTE / 2
    with rolled_back(seeded) as session:
        for at, line, price in moved:
            if at <= moment:
                keep(session, snapshot, a_new_quote(at, line, price))
        live = until(session, moment)
        for at, line, price in moved:
            keep(session, snapshot, a_new_quote(at, line, price))
        assert until(session, moment) == live


def test_quotes_received_later_are_not_known_yet(seeded, snapshot):
    with unit_of_work(seeded) as session:
        keep(session, snapshot, a_new_quote(OPENS + HOUR))
        assert stands(session, OPENS + HOUR - timedelta(microseconds=1)) is None
        assert stands(session, OPENS + HOUR) == (-14, "-110")


def test_sides_and_books_are_series_of_their_own(seeded, snapshot):
    with unit_of_work(seeded) as session:
        keep(session, snapshot, a_new_quote(), a_new_quote(side=Side.AWAY, line=14))
        assert number(session, "SELECT count(*) FROM quote WHERE book = 'pinnacle'") == 2
        assert quotes.count(session, league="nba") == 3
        assert quotes.count(session, league="nfl") == 0
        assert quotes.events_seen_in(session, snapshot) == [GAME]
