"""Running: simulated time goes on by the minute, the desk is woken, and what happened is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol

from closeline.domain.clock import FixedClock
from closeline.jobs import schedule
from closeline.jobs.demo.live.clock import SteppedClock
from closeline.jobs.demo.live.happenings import Happenings
from closeline.jobs.desk import Desk
from closeline.jobs.duty.run_embedded import wake
from closeline.jobs.replaying.backtest import timetable
from closeline.jobs.run_inline import run
from closeline.jobs.shelf import Shelf
from closeline.store import events
from closeline.store.polls import calls
from closeline.store.session import unit_of_work

STEP = timedelta(minutes=1)
STOP_SECONDS_MAX = 60.0
Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


class Vendors(Protocol):
    """Whoever answers the desk's calls."""

    def start(self) -> str:
        """Begin to answer; returns the address."""
        ...

    def stop(self) -> None:
        """Answer no more."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast simulated time goes: so many simulated minutes a second, and until when; 0 minutes means at once."""

    minutes_per_second: float
    until: datetime

    @property
    def seconds(self) -> float:
        """Return the seconds that a simulated minute takes at least."""
        return 1.0 / self.minutes_per_second if self.minutes_per_second else 0.0


def warm_up(desk: Desk, until: datetime, progress: Progress) -> None:
    """Run the archives on the desk's shelf up to a moment, and the learning that ends warm-up; again it does nothing.

    desk: with `publish_from` the day of `until`, so that nothing of the archives is published.
    """
    assert desk.publish_from is not None, "a demonstration must know from when it publishes"
    clock = FixedClock(until)
    standing = replace(desk, clock=clock)
    steps = [(step.at, step.job, step.slot, step.arguments) for step in timetable(standing) if step.at < until]
    steps += [
        (due.at, due.job, due.slot, {"league": due.league, "first": True})
        for due in schedule.opening_night(desk.publish_from, desk.shelf.leagues)
    ]
    for done, (at, job, slot, arguments) in enumerate(steps, start=1):
        clock.now = at
        run(standing, job, slot, arguments)
        progress(done, len(steps))


def resumed_at(desk: Desk, begins: datetime) -> datetime:
    """Return when a record goes on: after the last that happened in it, and not before the recorded days begin."""
    with unit_of_work(desk.engine, write=False) as session:
        last = events.last_at(session, tenant_id=desk.tenant_id)
        polls = calls.since(session, begins, most=1)
    return max([begins, *([last] if last else []), *(poll.received_at for poll in polls)])


class LiveRun:
    """Steps a desk through simulated time in a thread of its own, until it is over or stopped."""

    def __init__(self, desk: Desk, clock: SteppedClock, happenings: Happenings, pace: Pace, tell: Tell) -> None:
        """Stand ready; the shelf's archives are behind us."""
        self.steps = 0
        self.failed = 0
        self._desk = replace(desk, shelf=Shelf())
        self._clock, self._happenings, self._pace, self._tell = clock, happenings, pace, tell
        self._stopping = Event()
        self._thread: Thread | None = None
        self.fault: BaseException | None = None

    def start(self, over: Callable[[], None]) -> None:
        """Begin; `over` is called when the recorded days are over, or when something went wrong."""
        self._thread = Thread(target=self._run, args=(over,), name="live-demo", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the minute that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS_MAX)

    def _run(self, over: Callable[[], None]) -> None:
        try:
            while not self._stopping.is_set() and self.step() < self._pace.until:
                self._stopping.wait(self._pace.seconds)
        except BaseException as fault:  # noqa: BLE001 -- told by the thread that waits
            self.fault = fault
        finally:
            over()

    def step(self) -> datetime:
        """Go on by a minute, wake the desk, and tell; returns the new moment."""
        now = self._clock.step(STEP)
        self.failed += wake(self._desk)
        for line in self._happenings.lines():
            self._tell(f"{now:%d %b %H:%M}  {line}")
        self.steps += 1
        return now
