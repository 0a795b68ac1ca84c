"""Fault 12: on days on which clocks change, moments are kept in UTC and stay as far apart as they were."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from closeline.domain.clock import instant, micros
from closeline.domain.leagues import EASTERN, eastern, league_day
from closeline.providers import fields

HALF = timedelta(minutes=30)
# Zone, the day of the change, how long that day is.
CHANGES = [
    ("America/New_York", date(2026, 3, 8), 23.0), ("America/New_York", date(2026, 11, 1), 25.0),
    ("Europe/Berlin", date(2026, 3, 29), 23.0), ("Europe/Berlin", date(2026, 10, 25), 25.0),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5), ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Pacific/Apia", date(2011, 12, 29), 24.0), ("Asia/Tokyo", date(2026, 3, 8), 24.0),
]  # fmt: skip
FIRST = datetime(2026, 11, 1, 1, 30, tzinfo=EASTERN)
SECOND = FIRST.replace(fold=1)


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES, ids=[f"{zone} {day}" for zone, day, _ in CHANGES])
def test_a_day_is_as_long_as_it_is_and_every_half_hour_of_it_is_a_moment_of_its_own(zone, day, hours):
    local = ZoneInfo(zone)
    begins = datetime.combine(day, time(), local).astimezone(UTC)
    moments = [begins + step * HALF for step in range(int(hours * 2))]
    told = [fields.instant(moment.astimezone(local).isoformat()) for moment in moments]

    # What a feed tells in its own zone, with its offset, is the moment that was meant, in UTC.
    assert told == moments
    assert [instant(micros(moment.astimezone(local))) for moment in moments] == moments
    assert all(later - before == HALF for before, later in pairwise(filter(None, told)))
    last = moments[-1] + HALF
    assert last.astimezone(local).time() == time()
    assert last.astimezone(local).date() > day


def test_samoa_had_no_thirtieth_of_december():
    local = ZoneInfo("Pacific/Apia")
    before = datetime(2011, 12, 29, 23, 59, tzinfo=local)
    after = datetime(2011, 12, 31, 0, 0, tzinfo=local)

    assert micros(after) - micros(before) == 60 * 1_000_000


def test_the_two_half_past_ones_of_a_night_are_an_hour_apart():
    assert micros(SECOND) - micros(FIRST) == 3600 * 1_000_000
    assert fields.instant(FIRST.isoformat()) != fields.instant(SECOND.isoformat())


def test_by_the_wall_clock_the_two_half_past_ones_are_one():
    """The twin: who compares or subtracts local times sees no hour between them."""
    assert FIRST == SECOND
    assert not (SECOND - FIRST)
    assert len({moment.replace(tzinfo=None) for moment in (FIRST, SECOND)}) == 1


def test_without_its_zone_a_moment_is_refused_and_never_guessed():
    assert fields.instant("2026-11-01T01:30:00") is None
    with pytest.raises(ValueError, match="must carry a zone"):
        micros(datetime(2026, 11, 1, 1, 30))  # noqa: DTZ001 -- that is the fault


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_game_belongs_to_its_day_in_new_york_whenever_the_clocks_change(day):
    last = eastern(day, time(23, 30))

    assert league_day(last) == day
    assert league_day(last + HALF) == day + timedelta(days=1)
    assert last - eastern(day, time(0, 0)) == timedelta(hours=22.5 if day.month == 3 else 24.5)
