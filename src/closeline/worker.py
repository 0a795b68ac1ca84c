"""The production worker and its beat: the same jobs as in one process, run by as many as there is work for.

`closeline worker` and `closeline beat` come in here; `celery -A closeline.worker` finds the same application as `app`.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import structlog
from celery import Celery, signals

from closeline.domain.errors import BadSetting
from closeline.domain.ports import Executor
from closeline.jobs.capturing import adrift
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import told_of
from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.leading import RENEW_EVERY, Leadership
from closeline.jobs.duty.run_celery import CAPTURES, Beat, CeleryGroup, make_app
from closeline.jobs.live.garbage import settle_memory
from closeline.jobs.live.memory import ADRIFT_FOR
from closeline.jobs.live.rehearsing import rehearse
from closeline.wiring import (
    Settings,
    asks_for_prices,
    clock,
    live_desk,
    new_name,
    open_desk,
    opener,
    read_settings,
    tell_metrics,
    watched,
)

TICK = timedelta(seconds=5)
# The lease of the one process that asks for prices and makes the board.
BOARD = "board"

log = structlog.get_logger()


def app_of(settings: Settings, desks: Desks | None = None) -> Celery:
    """Return the Celery application that the settings describe; raises BadSetting where they name no broker.

    desks: where a process takes its desk from, if not from the settings alone.
    """
    if settings.broker_url is None:
        raise BadSetting(
            "setting broker_url must name a broker, was not set; "
            "set CLOSELINE_BROKER_URL=redis://127.0.0.1:6379/0 or amqp://user:password@127.0.0.1:5672//"
        )
    own = desks or Desks(lambda: _desk(settings), opener(settings))
    return make_app(settings.broker_url, own, settings.broker_queue)


def work(settings: Settings, processes: int) -> None:
    """Run calls from the queue until SIGTERM or SIGINT; what runs then is finished, and the rest goes to others."""
    app = app_of(settings)
    # A record that cannot be used is said now, not by each job that finds out.
    open_desk(settings).engine.dispose()
    _consume(app, settings, settings.broker_queue, processes)


def capture(settings: Settings, standing_by: Callable[[], None]) -> None:
    """Run what asks for prices, as the one process that makes the board; until then stand by, and say so once.

    A process that loses its lease ends, as by SIGTERM: whoever supervises it starts it anew, to stand by.
    """
    desks = Desks(lambda: _armed(_desk(settings)), opener(settings))
    app, stopping = app_of(settings, desks), Event()
    desk = _desk(settings)
    leader = Leadership(desk.engine, clock, new_name(), name=BOARD)
    with _heeding(stopping):
        standing_by()
        while leader.hold() is None and not stopping.wait(RENEW_EVERY.total_seconds()):
            pass
    try:
        if not stopping.is_set():
            Thread(target=_keep, args=(leader, stopping), daemon=True).start()
            _drift_along(desks)
            _consume(app, settings, f"{settings.broker_queue}{CAPTURES}", 1)
    finally:
        stopping.set()
        leader.release()
        desk.engine.dispose()


def _keep(leader: Leadership, stopping: Event) -> None:
    while not stopping.wait(RENEW_EVERY.total_seconds()):
        leader.hold()
        # While the record is away nobody can take the lease there: the board is still this process's to make.
        if leader.fence() is None and not leader.held_within(ADRIFT_FOR):
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _armed(desk: Desk) -> Desk:
    desk.adrift.arm(new_name())
    return desk


def _drift_along(desks: Desks) -> None:
    """Let the process that runs the captures look every few seconds whether it must go on without its record."""
    going = Event()

    def begin(**told: object) -> None:
        del told
        Thread(target=drift, args=(desks, going), name="closeline-adrift", daemon=True).start()
        # Beside the start of the process, whose alive signal its parent awaits within seconds.
        Thread(target=_rehearsed, name="closeline-rehearsal", daemon=True).start()

    def end(**told: object) -> None:
        del told
        going.set()
        desk = desks.made()
        if desk is not None:
            adrift.give_up(desk)

    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end, weak=False)


def _rehearsed() -> None:
    rehearse(clock())
    settle_memory()


def drift(desks: Desks, stopping: Event) -> None:
    """Ask for prices while the record is away, until told to stop; a fault of ours is logged and ends nothing."""
    while not stopping.wait(TICK.total_seconds()):
        desk = desks.made()
        try:
            if desk is not None:
                adrift.go_on(desk)
        except Exception as fault:  # noqa: BLE001
            # Not its traceback: what a driver says may hold an address with its password.
            log.error("adrift_failed", fault=told_of(fault))  # noqa: TRY400


def _consume(app: Celery, settings: Settings, queue: str, processes: int) -> None:
    tell_metrics(settings)
    app.worker_main([
        "worker", "--queues", queue, "--concurrency", str(processes), "--loglevel", settings.log_level,
        "--hostname", f"{new_name()}@%h", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ])  # fmt: skip


def beat(settings: Settings, ready: Callable[[], None], told: Callable[[str], None]) -> None:
    """Put into the queue what is due, while this beat leads, until SIGTERM or SIGINT. `ready` is told first.

    `told` gets a line whenever the broker stops taking anything.
    """
    app, stopping = app_of(settings), Event()
    desk = _desk(settings)
    try:
        with _heeding(stopping):
            ready()
            Beat(app, desk, Leadership(desk.engine, clock, new_name()), every=TICK, told=told).run(stopping)
    finally:
        desk.engine.dispose()


@contextmanager
def _heeding(stopping: Event) -> Iterator[None]:
    """Let a signal say that it is time to stop, and nothing else."""
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _desk(settings: Settings) -> Desk:
    """Return the desk of a process: one that asks the outside world, free feeds too, where a key is set, as `serve`."""
    desk = live_desk(settings) if asks_for_prices(settings) else open_desk(settings)
    return watched(desk, settings)[0]


def executor(settings: Settings) -> Executor:
    """Return what does the parts of a fan-out on the workers of the settings' broker."""
    return CeleryGroup(app_of(settings))


def __getattr__(name: str) -> Celery:
    """Return the application for `celery -A closeline.worker`; settings are read only when somebody asks."""
    if name == "app":
        return app_of(read_settings())
    raise AttributeError(name)
