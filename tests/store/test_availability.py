"""Three states stored by change: at every poll the record answers as a full recording would, whatever order it came in."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.board import Availability
from closeline.domain.markets import SPREAD, TOTAL, Side
from closeline.store import quotes
from closeline.store.quotes import keeping
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, HOUR, MINUTE, OPENS, START
from tests.builders.payloads import GAME, a_payload, an_event
from tests.builders.polled import SUSPENDED, Key, Polled, Shown, answered, keep_poll, recorded
from tests.builders.records import number, rolled_back, rows_of, take_in

OTHER = "nba_heat_celtics_2023_11_17"
OWN_IDS = {GAME: "g1", OTHER: "g2"}
KEYS = [
    (event, book, market, side)
    for event in (GAME, OTHER)
    for book in ("pinnacle", "circa")
    for market, side in ((SPREAD, Side.HOME), (TOTAL, Side.OVER))
]
BOTH = (SPREAD, TOTAL)
FIRST = KEYS[0]
PRICES = st.tuples(st.sampled_from([-14, -16]), st.sampled_from(["-110", "-105"]))


@pytest.fixture
def games(seeded):
    """Give a record that knows two games, the first of which begins at START."""
    later = an_event("g2", day=DAY + timedelta(days=2), starts_at=START + timedelta(days=2))
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(an_event(), later, archive=False))
    return seeded


@st.composite
def polls(draw):
    """Draw polls at moments of their own, some of them over the start, each with what it was asked for."""
    moments = draw(st.lists(st.integers(0, 40), min_size=1, max_size=7, unique=True))
    made = []
    for step in moments:
        asked = {
            "markets": draw(st.sampled_from([BOTH, BOTH, (SPREAD,)])),
            "books": draw(st.sampled_from([None, None, ("pinnacle",)])),
            "own_ids": draw(st.sampled_from([None, None, ("g1",)])),
        }
        empty = Polled(START - 20 * MINUTE + step * MINUTE, {}, **asked)
        shown = {}
        for key in KEYS:
            covered = empty.covers(key, OWN_IDS)
            choices = [st.none(), PRICES, PRICES, *([st.just(SUSPENDED)] if covered else [])]
            found = draw(draw(st.sampled_from(choices)))
            if found is not None:
                shown[key] = found
        made.append(Polled(empty.at, shown, **asked))
    return made


def off(found):
    """Tell absent and suspended alike: of a series that nobody knew yet, only that it was off can be told later."""
    return {
        key: (seen.availability is Availability.PRICED, seen.line, seen.price, seen.seen_at)
        for key, seen in found.items()
    }


@settings(max_examples=40, deadline=None)
@given(polls())
def test_polls_in_their_order_are_answered_as_a_full_recording_at_every_one_of_them(games, made):
    with rolled_back(games) as session:
        in_order = sorted(made, key=lambda poll: poll.at)
        for poll in in_order:
            keep_poll(session, poll)
            assert keep_poll(session, poll) == quotes.Kept(0, sum(shown != SUSPENDED for shown in poll.shown.values()))
        for poll in in_order:
            for moment in (poll.at, poll.at + timedelta(seconds=30)):
                assert answered(session, OWN_IDS, moment) == recorded(made, OWN_IDS, moment)


@settings(max_examples=60, deadline=None)
@given(polls(), st.randoms(use_true_random=False))
def test_polls_that_arrive_late_or_twice_are_answered_as_a_full_recording_too(games, made, random):
    arrivals = [*made, *random.choices(made, k=2)]
    random.shuffle(arrivals)
    with rolled_back(games) as session:
        for poll in arrivals:
            keep_poll(session, poll)
        for poll in made:
            found = answered(session, OWN_IDS, poll.at)
            assert off(found) == off(recorded(made, OWN_IDS, poll.at))
            _the_same_by_every_reader(session, poll.at, found)


def _the_same_by_every_reader(session, at, found):
    """Check the readers of game quotes against the states: standing prices, and when each was last seen."""
    priced = {
        (event, book, market.key, side): seen
        for (event, book, market, side), seen in found.items()
        if seen.availability is Availability.PRICED
    }
    events = sorted(OWN_IDS)
    for stands in (
        quotes.latest(quotes.of_events(session, events, as_of=at)), quotes.standing(session, events, as_of=at),
    ):  # fmt: skip
        assert {series: (item.line_quarters, item.price.text) for series, item in stands.items()} == {
            series: (seen.line, seen.price) for series, seen in priced.items()
        }
    seen_by = quotes.seen_by(session, events, as_of=at)
    assert {series: seen_by[series] for series in priced} == {series: seen.seen_at for series, seen in priced.items()}


def test_the_same_fails_where_late_answers_are_not_put_between(games, monkeypatch):
    """The planted twin: without its restoring rows the record answers wrongly, and the oracle sees it."""
    monkeypatch.setattr(keeping._Writer, "_restore", lambda *_: None)
    first, last = (Polled(OPENS + step * MINUTE, {FIRST: (-14, "-110")}, BOTH) for step in (0, 2))
    late = Polled(OPENS + MINUTE, {}, BOTH)
    with rolled_back(games) as session:
        for poll in (first, last, late):
            keep_poll(session, poll)
        assert answered(session, OWN_IDS, last.at) != recorded([first, last, late], OWN_IDS, last.at)


def test_going_and_coming_back_is_one_row_each_and_no_row_off_offer_holds_a_price(games):
    there: dict[Key, Shown] = {FIRST: (-14, "-110")}
    away: dict[Key, Shown] = {}
    shows: list[dict[Key, Shown]] = [there, there, away, away, {FIRST: SUSPENDED}, {FIRST: SUSPENDED}, there]
    with rolled_back(games) as session:
        for step, shown in enumerate(shows):
            keep_poll(session, Polled(OPENS + step * MINUTE, shown, BOTH))
        rows = rows_of(
            session, "SELECT availability, price_text, price_exact, line_quarters FROM quote ORDER BY quote_id"
        )

    assert [row["availability"] for row in rows] == ["PRICED", "ABSENT", "SUSPENDED", "PRICED"]
    assert all(row["price_text"] == "NONE" and row["price_exact"] == "" for row in rows[1:3])
    assert all(row["line_quarters"] is None for row in rows[1:3])


def test_an_answer_that_was_not_asked_for_a_book_says_nothing_of_it(games):
    with rolled_back(games) as session:
        keep_poll(session, Polled(OPENS, {FIRST: (-14, "-110")}, BOTH))
        kept = keep_poll(session, Polled(OPENS + MINUTE, {}, BOTH, books=("circa",)))
        assert (kept.gone, len(quotes.standing(session, [GAME], as_of=OPENS + MINUTE))) == (0, 1)


def test_an_answer_without_coverage_takes_nothing_off_offer(games):
    with rolled_back(games) as session:
        keep_poll(session, Polled(OPENS, {FIRST: (-14, "-110")}, BOTH))
        keep_poll(session, Polled(OPENS + MINUTE, {KEYS[1]: (900, "-110")}, BOTH), covered=False)
        assert len(quotes.standing(session, [GAME], as_of=OPENS + MINUTE)) == 2


def test_the_silence_of_one_feed_takes_nothing_away_from_another(games):
    with rolled_back(games) as session:
        keep_poll(session, Polled(OPENS, {FIRST: (-14, "-110")}, BOTH), feed="another")
        keep_poll(session, Polled(OPENS + MINUTE, {}, BOTH))
        assert len(quotes.standing(session, [GAME], as_of=OPENS + MINUTE)) == 1


def test_a_game_that_vanishes_whole_is_absent_and_is_looked_for_no_longer(games):
    with rolled_back(games) as session:
        keep_poll(session, Polled(OPENS, dict.fromkeys(KEYS[:4], (-14, "-110")), BOTH))
        assert number(session, "SELECT count(*) FROM offered_event") == 1
        assert keep_poll(session, Polled(OPENS + MINUTE, {}, BOTH)).gone == 4
        assert number(session, "SELECT count(*) FROM offered_event") == 0
        assert keep_poll(session, Polled(OPENS + 2 * MINUTE, {}, BOTH)).gone == 0


def test_what_was_off_offer_is_no_quote_and_the_one_before_it_says_when_it_was_gone(games):
    with rolled_back(games) as session:
        for step, shown in enumerate([{FIRST: (-14, "-110")}, {}, {FIRST: (-16, "-110")}]):
            keep_poll(session, Polled(OPENS + step * HOUR, shown, BOTH))
        found = quotes.of_events(session, [GAME], as_of=START)

    assert [(item.line_quarters, item.gone_at) for item in found] == [(-14, OPENS + HOUR), (-16, None)]
    assert found[1].previous_seen_at == OPENS


def test_a_snapshot_that_will_be_read_again_says_nothing_by_its_silence_till_then(games):
    late, after = Polled(OPENS, {FIRST: (-14, "-110")}, BOTH), Polled(OPENS + MINUTE, {}, BOTH)
    with rolled_back(games) as session:
        keep_poll(session, after)
        (row,) = rows_of(session, "SELECT snapshot_id FROM snapshot_coverage")
        keep_poll(session, late, pending=[row["snapshot_id"]])
        assert [row["availability"] for row in rows_of(session, "SELECT availability FROM quote")] == ["PRICED"]
