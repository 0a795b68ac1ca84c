"""The embedded runner: threads beside the program that wake the desk and run what is due.

The timer says only "look again"; which slot a job is due for is said by `schedule`, from the desk's clock. Of several
runners on one record one leads and the others stand by; and where two should ever run at once, the row in `job_run`
lets a slot run once.
"""

from collections import deque
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from closeline.jobs.capturing import adrift
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import Outcome, attempt, overdue
from closeline.jobs.duty.calls import Call, due, reactions_to
from closeline.jobs.duty.lanes import Lane
from closeline.jobs.duty.leading import RENEW_EVERY, Leadership
from closeline.jobs.duty.looking import look
from closeline.store.scheduling.runs import Fence

__all__ = ["Call", "EmbeddedRunner", "due", "wake"]

WAKE_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(seconds=5)
STOP_SECONDS_MAX = 30
# A thread that hangs cannot be stopped. After so many the program must be started anew, and says so in its log.
LANES_LOST_MAX = 3

log = structlog.get_logger()


def wake(desk: Desk, leader: Leadership | None = None, lane: Lane | None = None) -> int:
    """Take up what an interruption left, then run what is due; returns how many calls failed. Nothing is raised.

    A call that fails is logged and tried again by a later waking, or by another runner. Who does not lead does nothing.
    """
    fence = (leader.fence() or leader.hold()) if leader else None
    if leader is not None and fence is None:
        return 0
    lane = lane or Lane()
    failed = 0
    for call in look(desk, fence):
        if not lane.going or (leader is not None and leader.fence() != fence):
            break
        if call.key in lane.stuck:
            continue
        failed += _chase(desk, call, fence, lane)
    return failed


def _chase(desk: Desk, first: Call, fence: Fence | None, lane: Lane) -> int:
    """Run a call and everything that its events set going, first come first served; returns how many failed."""
    waiting, failed = deque([first]), 0
    while waiting and lane.going:
        call = waiting.popleft()
        with lane.running(call):
            # What an event sets going stands in the record: it is nobody's act, and needs no lease.
            tried = attempt(desk, call, fence if call is first else None)
        failed += tried.outcome in (Outcome.FAILED, Outcome.DEAD)
        waiting.extend(reactions_to(tried.told))
    return failed


class EmbeddedRunner:
    """Wakes a desk at once and then every few seconds, in threads of its own, until it is stopped."""

    def __init__(self, desk: Desk, every: timedelta = WAKE_EVERY, *, holder: str = "embedded") -> None:
        """Stand ready; nothing runs before `start`. `holder` names this runner among all that share the record."""
        self._desk = desk
        self._leader = Leadership(desk.engine, desk.clock, holder)
        self._stopping = Event()
        self._lane: Lane | None = None
        self._thread: Thread | None = None
        self._lost = 0
        self._scheduler = BackgroundScheduler(timezone="UTC")
        desk.adrift.arm(holder)
        for work, period in (
            (self._begin, every), (self._leader.hold, RENEW_EVERY), (self._watch, WATCH_EVERY), (self._drift, every),
        ):  # fmt: skip
            # Late wakings are one waking: what is due is read from the clock, not counted in rings.
            self._scheduler.add_job(
                work, "interval", seconds=period.total_seconds(), coalesce=True, max_instances=1,
                misfire_grace_time=None, **({"next_run_time": desk.clock()} if work == self._begin else {}),
            )  # fmt: skip

    def start(self) -> None:
        """Begin to wake the desk."""
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more, wait for what is running, and let another lead."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        if self._thread is not None and self._lane is not None and not self._lane.lost:
            self._thread.join(STOP_SECONDS_MAX)
        self._leader.release()
        adrift.give_up(self._desk)

    def _drift(self) -> None:
        """Ask for prices while the record is away, if this process planned last."""
        if not self._stopping.is_set():
            adrift.go_on(self._desk)

    def _begin(self) -> None:
        if self._stopping.is_set() or (self._thread is not None and self._thread.is_alive() and not self._is_lost()):
            return
        stuck = self._lane.stuck if self._lane else frozenset()
        self._lane = Lane(self._stopping, stuck)
        # A daemon: a job that hangs must not keep the program from ending.
        self._thread = Thread(
            target=wake, args=(self._desk, self._leader, self._lane), name="closeline-jobs", daemon=True
        )
        self._thread.start()

    def _is_lost(self) -> bool:
        return self._lane is not None and self._lane.lost and self._lost <= LANES_LOST_MAX

    def _watch(self) -> None:
        """Give up a job that is past its deadline, and go on without it."""
        lane = self._lane
        call = lane.overdue(monotonic()) if lane else None
        if lane is None or call is None or lane.lost:
            return
        self._lost += 1
        log.error("job_overdue", job=call.job, slot=call.slot, threads_lost=self._lost)
        lane.lose(call)
        overdue(self._desk, call)
