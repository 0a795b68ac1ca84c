"""`closeline demo --live`: a desk lives through recorded days that never were, while you watch its board."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from closeline.cli.printing import progress, say

if TYPE_CHECKING:
    from collections import Counter

    from closeline.jobs.demo.live.clock import SteppedClock
    from closeline.jobs.demo.live.happenings import Answered, Happenings
    from closeline.jobs.demo.live.running import LiveRun
    from closeline.jobs.desk import Desk
    from closeline.wiring import Settings


HOST = "127.0.0.1"


def live_demo(db: str, *, port: int, speed: float, minutes: int | None, warm: bool) -> None:
    """Run the live demonstration until its recorded days are over, `minutes` of them have passed, or Ctrl-C.

    Raises what opening a record and an address raise, and what a step of the demonstration raised.
    """
    from closeline.jobs.demo import SEED
    from closeline.jobs.demo.live.clock import SteppedClock
    from closeline.jobs.demo.live.happenings import Happenings
    from closeline.jobs.demo.live.running import LiveRun, Pace
    from closeline.jobs.demo.live.script import SCRIPT
    from closeline.jobs.demo.recorded import BEGINS, ENDS, recorded_days
    from closeline.serve import must_be_free
    from closeline.wiring import demo_desk, demo_settings, vendors

    must_be_free(HOST, port)
    _tell("SYNTHETIC games that never were: this shows how a live desk works, and is evidence of nothing else.")
    days, clock, heard = recorded_days(SEED), SteppedClock(BEGINS), _Heard()
    simulator = vendors(days, SCRIPT, clock, BEGINS, heard)
    settings = demo_settings(db, simulator.start())
    try:
        desk = demo_desk(settings, days, BEGINS.date(), clock, warm=warm)
        try:
            begins = _made_ready(desk, clock)
            until = ENDS if minutes is None else min(ENDS, begins + timedelta(minutes=minutes))
            heard.happenings = Happenings(desk, begins)
            running = LiveRun(desk, clock, heard.happenings, Pace(speed, until), _tell)
            _serve(desk, running, settings, port, (begins, until))
            _summary(heard.happenings, running)
        finally:
            desk.engine.dispose()
    finally:
        simulator.stop()


class _Heard:
    """Hands on what the simulated vendors answer, once somebody listens."""

    def __init__(self) -> None:
        self.happenings: Happenings | None = None

    def __call__(self, call: "Answered") -> None:
        if self.happenings is not None:
            self.happenings.answered(call)


def _tell(line: str) -> None:
    # Whoever reads this at the end of a pipe shall see it now.
    typer.echo(line)


def _made_ready(desk: "Desk", clock: "SteppedClock") -> datetime:
    """Warm up, or go on where an earlier run of the same record stopped; returns the moment."""
    from closeline.jobs.demo.live.running import resumed_at, warm_up
    from closeline.jobs.demo.recorded import BEGINS

    if desk.shelf.archives:
        _tell(
            "warming up on three synthetic seasons, so that there are ratings and a policy; a minute or two, but once"
        )
        with progress("warm-up") as told:
            warm_up(desk, BEGINS, told)
    return clock.jump(resumed_at(desk, BEGINS))


def _serve(desk: "Desk", running: "LiveRun", settings: "Settings", port: int, span: tuple[datetime, datetime]) -> None:
    from closeline.serve import serve
    from closeline.wiring import retention_policy

    def ready(address: str, keys: int) -> None:
        del keys
        first, last = span
        _tell(f"board    {address}/   simulated time {first:%d %b %H:%M} to {last:%d %b %H:%M} UTC; stop with Ctrl-C")

    @contextmanager
    def beside(end: Callable[[], None]) -> Iterator[None]:
        running.start(end)
        try:
            yield
        finally:
            running.stop()

    serve(
        desk, HOST, port, jobs=False, kept=retention_policy(settings), ready=ready, beside=beside,
        open_board=True,
    )  # fmt: skip
    if running.fault is not None:
        raise running.fault


def _summary(happenings: "Happenings", running: "LiveRun") -> None:
    sums = happenings.sums
    ended = happenings.ended()
    official = [item for item in ended if item.pick.decision == "PICK"]
    valued = [item.track.clv_prob for item in ended if item.track is not None and item.track.clv_prob is not None]
    seen = sums.changed + sums.same
    say("")
    say(f"simulated  {running.steps} minutes, {running.failed} jobs failed")
    say(f"polls      {sums.polls}, {sums.credits} credits; {_counted(sums.refused) or 'none refused'}")
    share = f" ({sums.changed / seen:.1%} of a full recording)" if seen else ""
    say(f"quotes     {sums.changed} kept by change of {seen} seen{share}, {sums.quarantined} set aside")
    say(f"faults     {_counted(sums.faults) or 'none met'}")
    say(f"alerts     {_counted(sums.alerts) or 'none'}")
    say(f"board      {sums.boards} versions")
    say(f"picks      {len(official)} published, {len(ended) - len(official)} leans, {sums.results} results")
    mean = f", mean {100 * sum(valued) / len(valued):+.2f} points of probability" if valued else ""
    say(f"CLV        of {len(valued)} of {len(ended)}{mean}: SYNTHETIC, evidence of nothing else")


def _counted(counts: "Counter[str]") -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
