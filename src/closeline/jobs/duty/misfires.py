"""Misfires: slots that nobody ran when they were due. The last is caught up while it is worth it, the rest listed."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from closeline.jobs.desk import Desk
from closeline.jobs.duty.calls import leagues_of
from closeline.jobs.schedule import Series, series
from closeline.store.scheduling import job_runs, leases
from closeline.store.scheduling.runs import Fence
from closeline.store.session import Session, unit_of_work

# A desk that was away for long lists its last slots one by one, and those before them in one row.
LISTED_MAX = 2_000
TOO_LATE = "its time was over before anybody ran it"

Missed = tuple[str, str, str]


def list_missed(desk: Desk, fence: Fence | None = None, *, now: datetime | None = None) -> int:
    """Write down every slot that was missed since its job was last accounted for; returns how many rows are new.

    now: the moment of a look that asks for more than this.
    """
    now = now or desk.clock()
    all_series = list(series(leagues_of(desk), live=desk.is_live()))
    with unit_of_work(desk.engine, write=False) as session:
        missed = list(_missed(session, all_series, now))
    if not missed:
        return 0
    with unit_of_work(desk.engine) as session:
        if fence is not None:
            leases.require(session, fence)
        return job_runs.list_missed(session, missed, at=now)


def _missed(session: Session, all_series: Iterable[Series], now: datetime) -> Iterator[Missed]:
    for item in all_series:
        last = job_runs.last_slot(session, item.cadence.job, item.stem)
        known = item.instant(last) if last else None
        if known is not None:
            yield from missed_of(item, known, now)


def missed_of(item: Series, known: datetime, now: datetime) -> Iterator[Missed]:
    """Yield the slots of a series after the last known one that are over at a moment, and why none is made up for."""
    job, latest = item.cadence.job, item.latest(now)
    over = [at for at in _tail(item, known, now) if at != latest or now - at >= item.good_for]
    before = item.latest(over[0]) - item.every if over else known
    if before > known:
        first, n = item.slot(known + item.every), (before - known) // item.every
        yield job, first, f"{n} slots, up to {before.isoformat()}: {item.cadence.why}"
    for at in over:
        yield job, item.slot(at), TOO_LATE if at == latest else item.cadence.why


def _tail(item: Series, known: datetime, now: datetime) -> list[datetime]:
    begin = max(known, item.latest(now) - LISTED_MAX * item.every)
    return list(item.between(begin, now))
