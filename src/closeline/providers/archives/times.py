"""The times of archives, which say on which day a price stood but not when (design, settled point 1).

Every instant made here is an assumption, and the same for everybody who reads the same file.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from closeline.domain.leagues import EASTERN, NEXT_DAY, League, eastern

_START = time(19)
_OPEN = time(10)
_RESULT = time(4)

_OPEN_BEFORE_FIRST_START = timedelta(minutes=60)
_CLOSE_BEFORE_START = timedelta(minutes=5)
_HALF_TIME_AFTER_START = timedelta(hours=1)
_RESULT_AFTER_START = timedelta(hours=4)
# A start this far from its day's noon is another day's: midnight of Hawaii's latest game is 12 hours away.
_START_FROM_NOON_MAX = timedelta(hours=20)


def assumed_start(day: date) -> datetime:
    """Return 19:00 in New York of a league day, for sources without starts."""
    return eastern(day, _START)


def is_start_of(day: date, starts_at: datetime) -> bool:
    """Say whether a start can belong to a league day."""
    return abs(starts_at - eastern(day, time(12))) <= _START_FROM_NOON_MAX


def opens(starts: Iterable[tuple[League, date, datetime]]) -> dict[tuple[League, date], datetime]:
    """Return when each league day's opens are received: at 10:00, or an hour before its first start."""
    first: dict[tuple[League, date], datetime] = {}
    for league, day, starts_at in starts:
        first[league, day] = min(starts_at, first.get((league, day), starts_at))
    return {key: min(eastern(key[1], _OPEN), start - _OPEN_BEFORE_FIRST_START) for key, start in first.items()}


def close(starts_at: datetime) -> datetime:
    """Return when a closing price counts as received: five minutes before the start."""
    return starts_at - _CLOSE_BEFORE_START


def half_time(starts_at: datetime) -> datetime:
    """Return when a second-half line counts as received: an hour after the start, in play."""
    return starts_at + _HALF_TIME_AFTER_START


def result(day: date, starts_at: datetime) -> datetime:
    """Return when a result counts as received: at 04:00 of the next day, or four hours after a late start."""
    return max(eastern(day + NEXT_DAY, _RESULT), starts_at + _RESULT_AFTER_START)


def day_of(starts_at: datetime) -> date:
    """Return the day in New York on which a start falls."""
    return starts_at.astimezone(EASTERN).date()
