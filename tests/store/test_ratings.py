"""Ratings are what was known at a moment: a warm book and a cold one say the same, whatever came in between."""

# mypy: disable-error-code="var-annotated"

from datetime import time, timedelta

import pytest

from closeline.domain.feeds.captures import Phase
from closeline.domain.leagues import League, eastern
from closeline.maths.ratings import RatingFilter
from closeline.store.past.ratings import RatingBook
from closeline.store.session import unit_of_work
from tests.builders.archives import FIRST
from tests.builders.moments import DAY, ENDS, HOUR, START
from tests.builders.payloads import a_payload, a_result, an_event
from tests.builders.records import rows_of, take_in
from tests.builders.stories import finished_game

NBA = League.NBA
MOMENTS = [eastern(FIRST + timedelta(days=offset), time(5)) for offset in (0, 2, 5, 5, 9, 20)]


def state(session, book, at):
    known = book.at(session, NBA, as_of=at)
    return known.games, known.filter.state_hash(), known.filter.closes_seen


def cold(session, at):
    return state(session, RatingBook(), at)


def test_a_book_that_learns_day_by_day_knows_what_a_cold_one_rebuilds(played):
    warm = RatingBook()
    with unit_of_work(played, write=False) as session:
        for at in MOMENTS:
            assert state(session, warm, at) == cold(session, at)


def test_a_book_asked_for_an_earlier_moment_forgets_what_came_later(played):
    warm = RatingBook()
    with unit_of_work(played, write=False) as session:
        for at in [MOMENTS[5], MOMENTS[1], MOMENTS[4], MOMENTS[0]]:
            assert state(session, warm, at) == cold(session, at)


def test_a_result_of_the_future_teaches_nothing_yet(seeded):
    with unit_of_work(seeded) as session:
        finished_game(session, "p", DAY - timedelta(days=2), (120, 100), home="Boston Celtics", away="Miami Heat")
        before = cold(session, ENDS)
        finished_game(session, "trap", DAY + timedelta(days=3), (200, 50), home="Boston Celtics", away="Miami Heat")
        assert cold(session, ENDS) == before
        assert cold(session, ENDS + timedelta(days=9))[0] == before[0] + 1


def test_a_league_learns_nothing_from_another(played):
    with unit_of_work(played, write=False) as session:
        assert RatingBook().at(session, League.NFL, as_of=MOMENTS[-1]).games == 0


def test_a_corrected_result_gives_a_warm_book_and_a_cold_one_the_same_state(seeded):
    warm = RatingBook()
    with unit_of_work(seeded) as session:
        finished_game(session, "p", DAY, (120, 100), home="Boston Celtics", away="Miami Heat")
        state(session, warm, ENDS)
        event = an_event("p")
        take_in(
            session, a_payload(event, a_result("p", (121, 100), at=ENDS + HOUR)), at=ENDS + HOUR, phase=Phase.RESULT
        )
        assert state(session, warm, ENDS + 2 * HOUR) == cold(session, ENDS + 2 * HOUR)


def test_an_event_version_received_after_the_result_gives_a_warm_book_and_a_cold_one_the_same_state(seeded):
    warm = RatingBook()
    with unit_of_work(seeded) as session:
        finished_game(session, "p", DAY, (120, 100), home="Boston Celtics", away="Miami Heat")
        state(session, warm, ENDS)
        neutral = an_event("p", neutral=True)
        take_in(
            session, a_payload(neutral, a_result("p", (120, 100), at=ENDS + HOUR)), at=ENDS + HOUR, phase=Phase.RESULT
        )
        assert state(session, warm, ENDS + 2 * HOUR) == cold(session, ENDS + 2 * HOUR)


def test_a_fault_while_learning_leaves_no_game_learned_twice(seeded, monkeypatch):
    warm, learn, calls = RatingBook(), RatingFilter.learn, []

    def dies_once(self, *arguments, **keywords):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return learn(self, *arguments, **keywords)

    with unit_of_work(seeded) as session:
        for back in (3, 2, 1):
            finished_game(
                session, f"p{back}", DAY - timedelta(days=back), (120, 100), home="Boston Celtics", away="Miami Heat"
            )
        monkeypatch.setattr(RatingFilter, "learn", dies_once)
        with pytest.raises(MemoryError):
            state(session, warm, START)
        monkeypatch.setattr(RatingFilter, "learn", learn)
        assert state(session, warm, START) == cold(session, START)


def test_every_stored_rating_state_is_the_one_that_is_rebuilt(played):
    from closeline.domain.clock import instant

    with unit_of_work(played, write=False) as session:
        rows = rows_of(session, "SELECT as_of, games_learned, state_hash FROM rating_state ORDER BY as_of")
        book = RatingBook()
        for row in rows:
            assert state(session, book, instant(row["as_of"]))[:2] == (row["games_learned"], row["state_hash"])
    assert len(rows) > 10
