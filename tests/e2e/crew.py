"""Runners in processes of their own, with jobs that leave traces: rows in the record, and marks outside it.

python -m tests.e2e.crew worker|beat|embedded URL BROKER QUEUE [--unguarded]
"""

# mypy: disable-error-code="arg-type, assignment"

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event

from closeline.jobs import registry, schedule
from closeline.jobs.desk import Desk
from closeline.jobs.duty import attempt, looking
from closeline.jobs.duty.calls import Call, due
from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.leading import Leadership
from closeline.jobs.duty.run_celery import Beat, make_app
from closeline.jobs.duty.run_embedded import EmbeddedRunner
from closeline.jobs.errands import Errand, Job
from closeline.jobs.schedule import Cadence
from closeline.jobs.shelf import Shelf
from closeline.store.database.engine import open_engine
from closeline.store.scheduling import job_runs
from tests.builders.records import TENANT

INSIDE, OUTSIDE = "test.inside", "test.outside"
EVERY = timedelta(seconds=1)
TTL = timedelta(seconds=2)
TICK = timedelta(seconds=0.2)
OUT_SECONDS = 0.15
MARKS = """
CREATE TABLE marks (job TEXT NOT NULL, slot TEXT NOT NULL, process INTEGER NOT NULL, at TEXT NOT NULL)
"""


def now() -> datetime:
    return datetime.now(UTC)


def desk_on(url: str) -> Desk:
    return Desk(open_engine(url), now, TENANT, Shelf())


def mark(session, job: str, slot: object) -> None:
    session.connection.exec_driver_sql(
        f"INSERT INTO marks VALUES ('{job}', '{slot}', {os.getpid()}, '{now().isoformat()}')"
    )


def keep_inside(session, desk, arguments):
    mark(session, INSIDE, arguments["slot"])
    time.sleep(arguments.get("seconds", 0.02))
    return ()


def go_out(desk, planned):
    """Leave a mark that no rollback takes back: what the world saw."""
    with desk.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"INSERT INTO marks VALUES ('world', '{planned}', {os.getpid()}, '')")
    time.sleep(OUT_SECONDS)
    return planned


def keep_outside(session, desk, arguments, carried):
    mark(session, OUTSIDE, carried)
    return ()


def plant(*, guarded: bool) -> None:
    """Register jobs that leave marks, in a schedule of their own; unguarded, nobody's claim keeps anybody out."""
    registry.JOBS[INSIDE] = Job(keep_inside, deadline=timedelta(seconds=20))
    registry.JOBS[OUTSIDE] = Errand(lambda s, d, a: a["slot"], go_out, keep_outside, deadline=timedelta(seconds=2))
    schedule.EMBEDDED = (Cadence(INSIDE, EVERY, timedelta(seconds=3)), Cadence(OUTSIDE, EVERY, timedelta(seconds=3)))
    for each in ("WEEKLY", "RECONCILING", "NIGHTLY", "DAILY"):
        setattr(schedule, each, ())

    def telling(*given, **named):
        # A job is told its arguments and not its slot; these want to say which one they ran for.
        return (Call(call.job, call.slot, {"slot": call.slot}) for call in due(*given, **named))

    vars(looking)["due"] = telling
    attempt._MARGIN = timedelta(seconds=1)
    if not guarded:
        job_runs._taken = lambda *given, **named: 1
        job_runs.finish = lambda *given, **named: True
        attempt._closed = lambda *given, **named: None


def embedded(url: str, stopping: Event) -> None:
    desk = desk_on(url)
    runner = EmbeddedRunner(desk, TICK, holder=f"embedded-{os.getpid()}")
    runner._leader = Leadership(desk.engine, now, f"embedded-{os.getpid()}", ttl=TTL)
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    runner.start()
    stopping.wait()
    runner.stop()


def main() -> None:
    kind, url, broker, queue, *rest = sys.argv[1:]
    plant(guarded="--unguarded" not in rest)
    stopping = Event()
    if kind == "embedded":
        embedded(url, stopping)
        return
    app = make_app(broker, Desks(lambda: desk_on(url)), queue)
    if kind == "worker":
        app.worker_main([
            "worker", "--concurrency", "1", "--loglevel", os.environ.get("CREW_LOG", "warning"), "--hostname", f"{os.getpid()}@%h",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ])  # fmt: skip
        return
    desk = desk_on(url)
    leader = Leadership(desk.engine, now, f"beat-{os.getpid()}", ttl=TTL)
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    Beat(app, desk, leader, every=TICK, again_after=timedelta(seconds=1)).run(stopping)


if __name__ == "__main__":
    main()
