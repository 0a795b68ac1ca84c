"""Reports come back as they went in, once each, and only from the moment on at which they were received."""

# mypy: disable-error-code="no-untyped-def"

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from closeline.domain.errors import AppendOnlyViolation, NotFound
from closeline.domain.feeds.captures import NO_FACTS, GameFacts, ResultStatus
from closeline.domain.markets import Side
from closeline.domain.settlement.quorum import DecidedBy, Report
from closeline.store import results
from closeline.store.results import EventResult, reports
from closeline.store.results.facts import facts_of, facts_text
from closeline.store.session import unit_of_work
from tests.builders.moments import ENDS, HOUR, START
from tests.builders.payloads import GAME, a_payload, a_quote
from tests.builders.records import number, take_in

FACTS = GameFacts(
    started_at=START, ended_at=ENDS, regulation=(100, 100), minutes_played=53.0, innings_completed=8.5,
    scheduled_innings=9, at_suspension=(2, 1), minutes_at_suspension=30.5, innings_at_suspension=5.0,
    home_away_swapped=True, starters_changed=(Side.HOME, Side.AWAY),
)  # fmt: skip


@pytest.fixture
def known(seeded):
    with unit_of_work(seeded) as session:
        take_in(session, a_payload(a_quote()))
    return seeded


def a_report(session, **other):
    sha = session.scalar(text("SELECT payload_sha FROM raw_payload LIMIT 1"))
    made = Report(
        GAME,
        "a",
        ResultStatus.FINAL,
        110,
        104,
        ENDS,
        sha,
        "games[0]",
        ((60, 54), (50, 50)),
        True,
        False,
        FACTS,
        "Final/OT",
    )
    return reports.renamed(replace(made, **other))


def test_a_report_comes_back_whole(known):
    with unit_of_work(known) as session:
        told = a_report(session)
        assert reports.add_reports(session, [told]) == 1
        assert reports.reports_of(session, [GAME], as_of=ENDS) == {GAME: [told]}
        assert reports.report_named(session, told.report_id) == told


def test_the_same_words_of_the_same_bytes_are_one_report_whenever_they_come(known):
    with unit_of_work(known) as session:
        told = a_report(session)
        reports.add_reports(session, [told])
        assert reports.add_reports(session, [replace(told, received_at=ENDS + HOUR)]) == 0
        assert number(session, "SELECT count(*) FROM result_report") == 1


def test_bytes_that_come_back_after_others_are_kept_again_and_read_again_they_are_not(known):
    with unit_of_work(known) as session:
        told = a_report(session)
        other = replace(told, home_score=90, received_at=ENDS + HOUR)
        back = replace(told, received_at=ENDS + 2 * HOUR)
        assert [reports.add_reports(session, [each]) for each in (told, other, back)] == [1, 1, 1]
        assert reports.add_reports(session, [told, other, back]) == 0
        assert reports.add_reports(session, [replace(back, received_at=ENDS + 3 * HOUR)]) == 0
        heard = reports.reports_of(session, [GAME], as_of=ENDS + 9 * HOUR)[GAME]

    assert [(each.home_score, each.received_at) for each in heard] == [
        (110, ENDS), (90, ENDS + HOUR), (110, ENDS + 2 * HOUR),
    ]  # fmt: skip
    assert len({each.report_id for each in heard}) == 3


def test_what_another_feed_says_in_between_does_not_make_the_same_bytes_news(known):
    with unit_of_work(known) as session:
        told = a_report(session)
        reports.add_reports(session, [told, replace(told, feed="b", home_score=90, received_at=ENDS + HOUR)])
        assert reports.add_reports(session, [replace(told, received_at=ENDS + 2 * HOUR)]) == 0


def test_nothing_is_known_before_it_was_received(known):
    with unit_of_work(known) as session:
        reports.add_reports(session, [a_report(session)])
        assert reports.reports_of(session, [GAME], as_of=ENDS - HOUR) == {}
        assert reports.reported_since(session, league="nba", after=ENDS, as_of=ENDS + HOUR) == []
        assert reports.reported_since(session, league="nba", after=ENDS - HOUR, as_of=ENDS) == [GAME]
        assert reports.reported_since(session, league="nfl", after=ENDS - HOUR, as_of=ENDS) == []


def test_no_report_has_no_name(known):
    with unit_of_work(known, write=False) as session, pytest.raises(NotFound, match="report must be in the record"):
        reports.report_named(session, "nothing")


def test_the_start_is_the_earliest_that_feeds_last_told(known):
    with unit_of_work(known) as session:
        first = a_report(session, facts=GameFacts(started_at=START - HOUR))
        later = a_report(session, received_at=ENDS + HOUR, words="again", facts=GameFacts(started_at=START))
        other = a_report(session, feed="b", facts=GameFacts(started_at=START + HOUR))
        silent = a_report(session, feed="c", facts=NO_FACTS)
        reports.add_reports(session, [first, later, other, silent])
        assert results.started_at(session, [GAME], as_of=ENDS) == {GAME: START - HOUR}
        assert results.started_at(session, [GAME], as_of=ENDS + HOUR) == {GAME: START}
        assert results.started_at(session, [], as_of=ENDS) == {}


def test_a_decided_result_keeps_what_it_rests_on_and_is_never_changed(known):
    with unit_of_work(known) as session:
        told = a_report(session)
        result = EventResult(
            GAME,
            1,
            told.status,
            110,
            104,
            told.periods,
            True,
            False,
            ENDS,
            "games[0]",
            FACTS,
            DecidedBy.QUORUM,
            ("r1", "r2"),
        )
        results.decide(session, result, feed="a", payload_sha=told.payload_sha)
        assert results.of_events(session, [GAME], as_of=ENDS) == {GAME: result}
        assert results.started_at(session, [GAME], as_of=ENDS) == {GAME: START}
    with pytest.raises(AppendOnlyViolation), unit_of_work(known) as session:
        results.decide(session, result, feed="a", payload_sha=told.payload_sha)


def test_only_later_versions_count_as_corrected(known):
    with unit_of_work(known) as session:
        sha = a_report(session).payload_sha
        for version, at in ((1, ENDS), (2, ENDS + HOUR)):
            made = EventResult(GAME, version, ResultStatus.FINAL, 110 + version, 104, (), False, False, at)
            results.decide(session, made, feed="a", payload_sha=sha)
        assert results.corrected_since(session, league="nba", after=ENDS - HOUR, as_of=ENDS) == []
        assert results.corrected_since(session, league="nba", after=ENDS - HOUR, as_of=ENDS + HOUR) == [GAME]
        assert results.corrected_since(session, league="nfl", after=ENDS - HOUR, as_of=ENDS + HOUR) == []
        assert [item.home_score for item in results.histories(session, [GAME], as_of=ENDS + HOUR)[GAME]] == [111, 112]


PAIR = st.tuples(st.integers(0, 200), st.integers(0, 200))
TIMES = st.datetimes(timezones=st.just(ENDS.tzinfo))


@given(st.builds(
    GameFacts, started_at=st.none() | TIMES, ended_at=st.none() | TIMES, regulation=st.none() | PAIR,
    minutes_played=st.none() | st.floats(0, 100), innings_completed=st.none() | st.floats(0, 20),
    scheduled_innings=st.none() | st.sampled_from([7, 9]), at_suspension=st.none() | PAIR,
    home_away_swapped=st.booleans(), starters_changed=st.sampled_from([(), (Side.HOME,), (Side.HOME, Side.AWAY)]),
))  # fmt: skip
def test_facts_are_one_text_and_come_back(facts):
    assert facts_of(facts_text(facts)) == facts
    assert (facts_text(facts) is None) == (facts == NO_FACTS)
