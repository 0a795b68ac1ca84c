"""A clock that is stepped from outside and still never says the same moment twice."""

from datetime import datetime, timedelta
from threading import Lock

_TICK = timedelta(microseconds=1)


class SteppedClock:
    """Stands where it was stepped to; each reading is a microsecond later than the last, for all threads."""

    def __init__(self, begins: datetime) -> None:
        """Begin at a moment."""
        self._now = begins
        self._lock = Lock()

    def __call__(self) -> datetime:
        """Return the moment, later than any that was returned before."""
        with self._lock:
            self._now += _TICK
            return self._now

    def jump(self, to: datetime) -> datetime:
        """Go on to a moment that is not before the present one, and return it."""
        with self._lock:
            self._now = max(self._now, to)
            return self._now

    def step(self, by: timedelta) -> datetime:
        """Go on by whole minutes of simulated time: to the next multiple of `by`, and return it."""
        with self._lock:
            into = self._now.timestamp() % by.total_seconds()
            self._now += by - timedelta(seconds=into)
            return self._now
