"""What surrounds a result: when the game really was, who threw the first pitch, and where play had stopped."""

# mypy: disable-error-code="no-untyped-def"

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from closeline.domain.feeds.captures import Basis, GameFacts, ResultStatus
from closeline.domain.leagues import League, eastern
from closeline.domain.markets import Side
from closeline.flow.settle import Circumstances, game_record, grade_of
from closeline.store.references import EventVersion
from closeline.store.results import EventResult
from tests.builders.picks import a_pick

HOUR = timedelta(hours=1)
START = eastern(date(2024, 6, 5), time(19))
KNOWN = START - 72 * HOUR
PUBLISHED = START - 8 * HOUR
VERSION = EventVersion(
    "mlb_x", 2024, "2024-06-05", "h", "a", 1, START, Basis.QUOTED, neutral=False, home_pitcher="Ada", away_pitcher="Bo",
    received_at=KNOWN,
)  # fmt: skip
RESULT = EventResult("mlb_x", 1, ResultStatus.FINAL, 5, 3, (), False, False, START + 4 * HOUR)


def moved(starts_at: datetime, *, heard: datetime = PUBLISHED + HOUR, **other) -> EventVersion:
    return replace(VERSION, version=2, starts_at=starts_at, received_at=heard, **other)


def record(league=League.MLB, result=RESULT, versions=(VERSION,), *, before=(), at=START + 5 * HOUR):
    return game_record(league, result, Circumstances(versions, (*before, result), PUBLISHED, at))


def test_without_circumstances_a_result_is_only_its_score():
    found = game_record(League.MLB, RESULT)

    assert (found.hours_to_actual_start, found.hours_waited, found.same_local_date) == (None, None, None)


@pytest.mark.parametrize(
    ("league", "starts_at", "name", "expected"),
    [
        (League.MLB, START + 3 * HOUR, "same_local_date", True),
        (League.MLB, START + 24 * HOUR, "same_local_date", False),
        # An hour after midnight in New York is the same evening in Los Angeles.
        (League.MLB, START + 6 * HOUR, "same_local_date", True),
        # A Wednesday is the last day of an NFL week and the second of a college week.
        (League.NFL, START + 24 * HOUR, "same_game_week", False),
        (League.NCAAF, START + 24 * HOUR, "same_game_week", True),
        (League.NCAAF, START + 6 * 24 * HOUR, "same_game_week", False),
        (League.NBA, START + 24 * HOUR, "same_game_week", None),
        (League.NBA, START + 24 * HOUR, "same_local_date", None),
    ],
)
def test_a_game_that_moved_is_held_against_its_date_or_its_week(league, starts_at, name, expected):
    found = record(league, versions=(VERSION, moved(starts_at)))

    assert getattr(found, name) is expected
    assert found.hours_to_actual_start == (starts_at - START) / HOUR


def test_a_pick_is_held_to_the_schedule_that_it_was_published_on():
    later = moved(START + 48 * HOUR, heard=PUBLISHED - HOUR)

    assert record(versions=(VERSION, later)).hours_to_actual_start is None
    assert record(versions=(VERSION, replace(later, received_at=PUBLISHED + HOUR))).hours_to_actual_start == 48


def test_a_listing_that_changes_after_the_end_neither_voids_nor_revives():
    after, again = moved(START + 48 * HOUR, heard=START + 5 * HOUR), moved(START + 72 * HOUR, heard=START + 6 * HOUR)

    for versions in ((VERSION, after), (VERSION, after, again)):
        assert record(versions=versions, at=START + 99 * HOUR).hours_to_actual_start is None
    before = moved(START + 3 * HOUR)
    assert record(versions=(VERSION, before, again), at=START + 99 * HOUR).hours_to_actual_start == 3


def test_of_a_game_that_was_put_off_the_first_date_listed_counts_even_after_the_end():
    put_off = replace(RESULT, status=ResultStatus.POSTPONED, home_score=None, away_score=None, received_at=START)
    over = replace(RESULT, result_version=2, received_at=START + 30 * HOUR)
    first, again = moved(START + 24 * HOUR, heard=START + 31 * HOUR), moved(START, heard=START + 32 * HOUR)
    unlisted = record(result=over, before=(put_off,))
    found = record(result=over, before=(put_off,), versions=(VERSION, first, again), at=START + 40 * HOUR)

    assert (unlisted.put_off, unlisted.hours_to_actual_start, unlisted.hours_to_completion) == (True, None, 30)
    assert (found.put_off, found.hours_to_actual_start, found.hours_to_completion) == (True, 24, None)


def test_a_start_that_was_only_assumed_moves_nothing():
    later = moved(START + 48 * HOUR, start_basis=Basis.ASSUMED)

    assert record(versions=(VERSION, later)).hours_to_actual_start is None


def test_the_start_that_a_feed_tells_comes_before_the_schedule():
    told = replace(RESULT, facts=GameFacts(started_at=START + 2 * HOUR, ended_at=START + 5 * HOUR))
    found = record(result=told, versions=(VERSION, moved(START + 24 * HOUR)))

    assert (found.hours_to_actual_start, found.hours_to_completion, found.same_local_date) == (2, 5, True)


@pytest.mark.parametrize("status", [ResultStatus.POSTPONED, ResultStatus.SUSPENDED])
def test_a_game_that_is_not_over_waits_from_its_schedule_on(status):
    found = record(result=replace(RESULT, status=status), at=START + 30 * HOUR)

    assert (found.hours_waited, found.hours_to_completion) == (30, None)


def test_a_new_date_that_is_only_announced_is_no_start_yet():
    put_off = replace(RESULT, status=ResultStatus.POSTPONED, home_score=None, away_score=None)
    found = record(result=put_off, versions=(VERSION, moved(START + 24 * HOUR)))

    assert (found.hours_to_actual_start, found.same_local_date) == (None, False)


@pytest.mark.parametrize(
    ("heard", "pitchers", "expected"),
    [
        (START - HOUR, ("Cy", "Bo"), (Side.HOME,)),
        (START - HOUR, ("Cy", "Di"), (Side.AWAY, Side.HOME)),
        (START - HOUR, (None, "Bo"), ()),
        # Who relieves him after the first pitch changes no premise.
        (START + HOUR, ("Cy", "Di"), ()),
    ],
)
def test_the_starters_are_those_last_named_before_the_first_pitch(heard, pitchers, expected):
    later = moved(START, heard=heard, home_pitcher=pitchers[0], away_pitcher=pitchers[1])

    assert record(versions=(VERSION, later)).starters_changed == expected
    assert record(League.NBA, versions=(VERSION, later)).starters_changed == ()


def test_a_feed_that_names_the_change_itself_is_believed():
    told = replace(RESULT, facts=GameFacts(starters_changed=(Side.AWAY,)))

    assert record(result=told).starters_changed == (Side.AWAY,)


def test_a_changed_starter_is_written_on_the_grade_and_costs_nothing():
    later = moved(START, home_pitcher="Cy")
    around = Circumstances((VERSION, later), (RESULT,), PUBLISHED, START + 5 * HOUR)
    item = a_pick(league="mlb")
    plain = grade_of(item, RESULT, None, at=START + 5 * HOUR)
    tagged = grade_of(item, RESULT, None, at=START + 5 * HOUR, around=around)

    assert tagged is not None
    assert plain is not None
    assert (tagged.reason, plain.reason) == ("PREMISE_CHANGED", None)
    assert (tagged.result, tagged.units_micros) == (plain.result, plain.units_micros)


def test_where_play_had_stopped_is_remembered_from_the_earlier_result():
    stopped = replace(
        RESULT, status=ResultStatus.SUSPENDED, home_score=2, away_score=1, facts=GameFacts(innings_completed=5.5)
    )
    over = replace(RESULT, result_version=2, received_at=START + 26 * HOUR)
    found = record(result=over, before=(stopped,))

    assert found.score_at_suspension == (2, 1)
    assert (found.innings_at_suspension, found.hours_to_completion) == (5.5, 26)


def test_the_play_offs_have_their_own_window():
    assert record(versions=(replace(VERSION, playoff=True),)).postseason
    assert not record(versions=(replace(VERSION, playoff=None),)).postseason
