"""Time as an argument: nobody but `wiring` makes a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

# The clocks of two machines may be so far apart. A time that is further ahead of ours counts for nothing: it was
# written by a clock that was wrong.
CLOCKS_APART = timedelta(minutes=1)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; raises ValueError when it has no zone."""
    if moment.tzinfo is None:
        message = f"time must carry a zone, was {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(UTC)


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970 in UTC, exactly; raises ValueError when `moment` has no zone."""
    return (aware(moment) - EPOCH) // _MICROSECOND


def instant(stored: int) -> datetime:
    """Return the aware UTC time of whole microseconds since 1970: the inverse of `micros`."""
    return EPOCH + timedelta(microseconds=stored)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was set: for backtests, replay and tests."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self.now
