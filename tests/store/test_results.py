"""Results are versions: what changed is added, what did not is not."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from closeline.domain.feeds.captures import ResultStatus
from closeline.store import results
from closeline.store.results import EventResult
from closeline.store.session import unit_of_work
from tests.builders.moments import ENDS, HOUR
from tests.builders.payloads import GAME, a_payload, a_quote
from tests.builders.records import number, rolled_back, take_in


@pytest.fixture
def known(seeded):
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(a_quote()))
    return seeded


def an_ending(home=110, away=104, at=ENDS, status=ResultStatus.FINAL, **other):
    return EventResult(GAME, 1, status, home, away, other.pop("periods", ()), False, False, at, "row 1")


def keep(session, *endings):
    sha = session.scalar(text("SELECT payload_sha FROM raw_payload LIMIT 1"))
    return results.add(session, endings, feed="f", payload_sha=sha, finality="LIVE")


def test_a_result_is_known_from_the_moment_of_its_receipt_on(known):
    with unit_of_work(known) as session:
        keep(session, an_ending())
        assert results.of_events(session, [GAME], as_of=ENDS - timedelta(microseconds=1)) == {}
        assert results.of_events(session, [GAME], as_of=ENDS)[GAME] == an_ending()


def test_the_same_ending_told_twice_is_one_version(known):
    with unit_of_work(known) as session:
        assert [keep(session, an_ending()), keep(session, an_ending(at=ENDS + HOUR))] == [1, 0]
        assert number(session, "SELECT count(*) FROM event_result") == 1


def test_a_correction_is_a_new_version_and_the_old_one_stays_for_its_time(known):
    with unit_of_work(known) as session:
        keep(session, an_ending())
        keep(session, an_ending(home=111, at=ENDS + HOUR))
        before, after = (results.of_events(session, [GAME], as_of=ENDS + each)[GAME] for each in (timedelta(0), HOUR))

    assert (before.home_score, before.result_version) == (110, 1)
    assert (after.home_score, after.result_version) == (111, 2)


def test_periods_come_back_as_they_went_in(known):
    with unit_of_work(known) as session:
        keep(session, an_ending(periods=((30, 20), (80, 84))))
        assert results.of_events(session, [GAME], as_of=ENDS)[GAME].periods == ((30, 20), (80, 84))


def test_no_events_have_no_results(known):
    with unit_of_work(known) as session:
        assert results.of_events(session, [], as_of=ENDS) == {}
        assert keep(session) == 0


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(100, 102), st.sampled_from([ResultStatus.FINAL, ResultStatus.LIVE])), max_size=8))
def test_at_every_moment_the_last_told_ending_is_the_one_that_is_known(known, told):
    with rolled_back(known) as session:
        for hour, (home, status) in enumerate(told):
            keep(session, an_ending(home, status=status, at=ENDS + hour * HOUR))
        for hour, (home, status) in enumerate(told):
            found = results.of_events(session, [GAME], as_of=ENDS + hour * HOUR)[GAME]
            assert (found.home_score, found.status) == (home, status)
        changes = [each for place, each in enumerate(told) if place == 0 or told[place - 1] != each]
        assert number(session, "SELECT count(*) FROM event_result") == len(changes)
