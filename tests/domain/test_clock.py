"""Time is an argument, and always has a zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from closeline.domain.clock import FixedClock, aware

NOON = datetime(2023, 11, 5, 12, tzinfo=UTC)


def test_a_moment_of_any_zone_becomes_the_same_moment_in_utc():
    there = NOON.astimezone(timezone(timedelta(hours=-5)))

    assert aware(there) == NOON
    assert aware(there).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        aware(datetime(2023, 11, 5, 12))  # noqa: DTZ001


def test_a_fixed_clock_stands_where_it_was_set():
    clock = FixedClock(NOON)
    clock.now += timedelta(hours=1)

    assert clock() == clock() == NOON + timedelta(hours=1)
