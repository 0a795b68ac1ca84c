"""The embedded runner: a thread beside the program that wakes the desk and runs what is due.

The thread's timer says only "look again"; which slot a job is due for is said by `schedule`, from the desk's clock. Two
runners on one record are harmless: the row in `job_run` lets a slot run once, and who comes second finds it done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from closeline.domain.errors import CloselineError
from closeline.domain.leagues import League
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.jobs.registry import Arguments
from closeline.jobs.run_inline import react, run, unfinished

WAKE_EVERY = timedelta(seconds=30)
_WEEK = timedelta(days=7)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """A job that is due now, for a slot."""

    job: str
    slot: str
    arguments: Arguments


def due(now: datetime, leagues: tuple[League, ...]) -> Iterator[Call]:
    """Yield what is due at a moment: each cadence's present slot, the last week's learning, and this morning's."""
    for cadence in schedule.EMBEDDED:
        if cadence.every is not None:
            yield Call(cadence.job, schedule.slot_of(now, cadence.every), {})
    today: date = now.date()
    for item in schedule.weekly(today - _WEEK, today, leagues):
        if now - _WEEK < item.at <= now:
            yield Call(item.job, item.slot, {"league": item.league, "first": item.first})
    # A morning that was missed is not made up for: the next one says more.
    every_day = (schedule.reconciling, schedule.nightly, schedule.daily)
    for item in (item for days in every_day for item in days((today,), leagues)):
        if item.at <= now:
            yield Call(item.job, item.slot, {"league": item.league})


def wake(desk: Desk) -> int:
    """Take up what an interruption left, then run what is due; returns how many calls failed.

    A call that fails is logged and stays due: the next waking tries it again, and finds it done when another runner
    was quicker.
    """
    failed = 0 if _attempt("reactions", lambda: react(desk, unfinished(desk))) else 1
    for call in due(desk.clock(), desk.shelf.leagues or tuple(League)):
        if not _attempt(call.job, partial(run, desk, call.job, call.slot, call.arguments)):
            failed += 1
    return failed


def _attempt(name: str, work: Callable[[], object]) -> bool:
    try:
        work()
    except CloselineError as fault:
        log.warning("job_failed", job=name, fault=type(fault).__name__, message=str(fault))
        return False
    return True


class EmbeddedRunner:
    """Wakes a desk at once and then every half minute, in a thread of its own, until it is stopped."""

    def __init__(self, desk: Desk, every: timedelta = WAKE_EVERY) -> None:
        """Stand ready; nothing runs before `start`."""
        self._scheduler = BackgroundScheduler(timezone="UTC")
        # Late wakings are one waking: what is due is read from the clock, not counted in rings.
        self._scheduler.add_job(
            wake, "interval", args=(desk,), seconds=every.total_seconds(), coalesce=True, max_instances=1,
            misfire_grace_time=None, next_run_time=desk.clock(),
        )  # fmt: skip

    def start(self) -> None:
        """Begin to wake the desk."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for what is running, and wake the desk no more."""
        self._scheduler.shutdown(wait=True)
