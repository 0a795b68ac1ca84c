"""What became of the last writes of the record: how many, how fast, and what went wrong.

Kept in memory and bounded, because it must be told even while the record itself cannot be written. It starts empty with
the process, and says since when it has watched.
"""

import math
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.clock import Clock
from closeline.domain.ports import Unmetered
from closeline.jobs.monitoring.meters import OK
from closeline.store.database.watching import UNDONE

KEPT_PER_OPERATION = 1000
FAULTS_KEPT = 200
_QUANTILES = (0.50, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Performance:
    """One operation's figures: all since `since`, the times over the last `KEPT_PER_OPERATION` that went well.

    Times are milliseconds, None before the first; `rows_last` is the size of the last batch.
    """

    operation: str
    done: int
    failed: int
    rows: int
    rows_last: int | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class PersistenceFault:
    """A write that failed: when, what it was, and the class of the fault. Its text is in the log."""

    at: datetime
    operation: str
    fault: str
    rows: int


class _Tally:
    def __init__(self) -> None:
        self.done = self.failed = self.rows = 0
        self.rows_last: int | None = None
        self.seconds: deque[float] = deque(maxlen=KEPT_PER_OPERATION)


class PersistenceLog(Unmetered):
    """A meter that remembers writes: transactions as a whole, and batches by what they hold."""

    def __init__(self, clock: Clock) -> None:
        """Watch from now on."""
        self._clock = clock
        self.since = clock()
        self._tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._faults: deque[PersistenceFault] = deque(maxlen=FAULTS_KEPT)
        self._written_at: datetime | None = None
        self._failing_since: datetime | None = None
        self._lock = threading.Lock()

    def transaction(self, kind: str, outcome: str, seconds: float) -> None:
        """Remember a transaction; one that only read says nothing of writing, one that was let go nothing at all."""
        if outcome == UNDONE:
            return
        self._remember(f"transaction.{kind}", 0, outcome, seconds)
        if kind == "write":
            with self._lock:
                if outcome == OK:
                    self._written_at, self._failing_since = self._clock(), None
                elif self._failing_since is None:
                    self._failing_since = self._clock()

    def batch(self, what: str, rows: int, outcome: str, seconds: float) -> None:
        """Remember rows that were written together, or were not."""
        self._remember(f"batch.{what}", rows, outcome, seconds)

    def _remember(self, operation: str, rows: int, outcome: str, seconds: float) -> None:
        with self._lock:
            tally = self._tallies[operation]
            if outcome != OK:
                tally.failed += 1
                self._faults.append(PersistenceFault(self._clock(), operation, outcome, rows))
                return
            tally.done += 1
            tally.rows += rows
            tally.rows_last = rows or tally.rows_last
            tally.seconds.append(seconds)

    @property
    def written_at(self) -> datetime | None:
        """Return when a write last went well."""
        return self._written_at

    @property
    def failing_since(self) -> datetime | None:
        """Return since when no write has gone well; None while writes go well."""
        return self._failing_since

    def performance(self) -> list[Performance]:
        """Return the figures of every operation, by its name."""
        with self._lock:
            return [_performance(name, tally) for name, tally in sorted(self._tallies.items())]

    def faults(self) -> list[PersistenceFault]:
        """Return the last faults, the newest first."""
        with self._lock:
            return list(reversed(self._faults))


def _performance(name: str, tally: _Tally) -> Performance:
    p50, p95, p99 = (_quantile(sorted(tally.seconds), share) for share in _QUANTILES)
    return Performance(name, tally.done, tally.failed, tally.rows, tally.rows_last, p50, p95, p99)


def _quantile(ranked: Sequence[float], share: float) -> float | None:
    """Return the smallest time, in milliseconds, that a share of all does not exceed: the nearest-rank quantile."""
    if not ranked:
        return None
    # .95 of 20 is 19 and not a hair more, whatever its binary form says.
    rank = max(0, math.ceil(share * len(ranked) - 1e-9) - 1)
    return round(1000 * ranked[rank], 3)
