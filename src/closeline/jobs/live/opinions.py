"""Keeping opinions: what waits goes into the record in batches, each in a transaction of its own.

The size of a batch follows how long the last ones took. A record that cannot be written stops nothing: what waits goes
on waiting, merged where it becomes too much, and the fault is counted.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from closeline.domain.board.opinions import Opinion
from closeline.domain.clock import Clock
from closeline.domain.errors import CloselineError, StoreFault
from closeline.domain.ports import Meter
from closeline.jobs.live.follower import Follower
from closeline.store.database.engine import Engine
from closeline.store.quotes import opinions
from closeline.store.session import unit_of_work

WHAT = "opinions"
# One call writes for no longer than this, so that whoever makes it is not kept from the next capture.
BUDGET = timedelta(seconds=2)


class WritingDesk(Protocol):
    """What of a desk the writing of opinions needs."""

    @property
    def engine(self) -> Engine:
        """Return the record."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the desk's clock."""
        ...

    @property
    def meter(self) -> Meter:
        """Return what counts and times."""
        ...

    @property
    def follower(self) -> Follower | None:
        """Return the writer of the board."""
        ...


def any_waiting(desk: WritingDesk) -> bool:
    """Say whether any opinion waits for the record."""
    return desk.follower is not None and bool(desk.follower.waiting())


def keep_opinions(desk: WritingDesk, *, budget: timedelta = BUDGET) -> int:
    """Write what waits until none does or time is up; return how many were new; a failing record raises nothing."""
    follower = desk.follower
    began, kept = desk.clock(), 0
    while follower is not None and (batch := follower.waiting()) and desk.clock() - began <= budget:
        started = desk.clock()
        try:
            kept += _write(desk, batch)
        except StoreFault as fault:
            follower.not_written(type(fault).__name__, at=desk.clock())
            desk.meter.batch(WHAT, len(batch), type(fault).__name__, (desk.clock() - started).total_seconds())
            break
        except CloselineError:
            kept += _one_by_one(desk, follower, batch)
            continue
        took = desk.clock() - started
        follower.written(batch, took)
        desk.meter.batch(WHAT, len(batch), "ok", took.total_seconds())
    return kept


def _write(desk: WritingDesk, batch: Sequence[Opinion]) -> int:
    with unit_of_work(desk.engine) as session:
        return opinions.add(session, batch)


def _one_by_one(desk: WritingDesk, follower: Follower, batch: Sequence[Opinion]) -> int:
    """Write what can be written of a batch in which something is refused for good, and give that up."""
    kept = 0
    for opinion in batch:
        try:
            kept += _write(desk, [opinion])
        except StoreFault:
            break
        except CloselineError as fault:
            follower.refused(opinion, type(fault).__name__)
            desk.meter.batch(WHAT, 1, type(fault).__name__, 0.0)
        else:
            follower.written([opinion], timedelta(0))
    return kept
