"""Time as an argument: nobody but `wiring` makes a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; raises ValueError when it has no zone."""
    if moment.tzinfo is None:
        message = f"time must carry a zone, was {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was set: for backtests, replay and tests."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self.now
