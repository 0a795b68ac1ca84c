"""Lanes: one after the other, in one thread. A lane whose job hangs is left behind, and another goes on without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic

from closeline.jobs.duty.calls import Call
from closeline.jobs.registry import JOBS

_UNKNOWN_SECONDS = 600.0


class Lane:
    """What one thread runs now, and whether it should run anything more."""

    def __init__(self, stopping: Event | None = None, stuck: frozenset[tuple[str, str]] = frozenset()) -> None:
        """Stand empty. stuck: calls that hang in lanes before this one, and are not asked for again here."""
        self._stopping = stopping or Event()
        self._current: tuple[Call, float] | None = None
        self.stuck = stuck
        self.lost = False

    @property
    def going(self) -> bool:
        """Say whether another job may begin."""
        return not self.lost and not self._stopping.is_set()

    @contextmanager
    def running(self, call: Call) -> Iterator[None]:
        """Note which job runs, and since when."""
        self._current = (call, monotonic())
        try:
            yield
        finally:
            self._current = None

    def overdue(self, now: float) -> Call | None:
        """Return the call that runs past its job's deadline, null where none does; `now` in seconds, steady."""
        current = self._current
        if current is None:
            return None
        call, since = current
        task = JOBS.get(call.job)
        longest = task.deadline.total_seconds() if task else _UNKNOWN_SECONDS
        return call if now - since > longest else None

    def lose(self, call: Call) -> None:
        """Leave the lane to its hanging call: should that ever end, nothing follows it here."""
        self.stuck |= {call.key}
        self.lost = True
