"""The production runner: what a broker may do to messages, and what a beat sends."""

# mypy: disable-error-code="arg-type, attr-defined, var-annotated, func-returns-value, redundant-expr"

import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from closeline.domain.clock import FixedClock
from closeline.jobs import schedule
from closeline.jobs.duty import run_celery
from closeline.jobs.duty.calls import Call
from closeline.jobs.duty.desks import Desks
from closeline.jobs.duty.leading import TTL, Leadership
from closeline.jobs.duty.run_celery import CAPTURES, Beat, make_app, queue_of, send
from closeline.jobs.errands import Errand, Job
from closeline.jobs.registry import JOBS
from closeline.jobs.replaying.backtest import timetable
from closeline.jobs.run_inline import run, unfinished
from closeline.jobs.schedule import Cadence
from closeline.store.scheduling import job_runs
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.archives import an_archive
from tests.builders.brokers import a_working_app
from tests.builders.desks import a_desk, until
from tests.builders.records import TENANT, make_trusting, opened, rows_of

JOB = "test.job"
NOW = datetime(2026, 3, 11, 12, 2, 30, tzinfo=UTC)


@contextmanager
def workers(desk):
    """Give an application on a real queue, with a worker that runs two calls at once in this process."""
    with a_working_app(Desks(lambda: desk), pool="threads", concurrency=2) as app:
        yield app


def wait_for(found, seconds=30.0):
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def counted(monkeypatch):
    """Register a job that counts how often it went out, and is out for a while."""
    ran, lock = Counter(), threading.Lock()

    def go_out(desk, planned):
        with lock:
            ran[planned] += 1
        time.sleep(0.3)
        return planned

    monkeypatch.setitem(JOBS, JOB, Errand(lambda session, desk, arguments: arguments["slot"], go_out, lambda *given: ()))  # fmt: skip
    return ran


CALL = Call(JOB, "a slot", {"slot": "a slot"})


def test_a_call_that_is_delivered_again_and_again_goes_out_once(seeded, counted):
    with workers(a_desk(seeded)) as app:
        assert send(app, [CALL] * 6) == 6
        send(app, [Call(JOB, "last", {"slot": "last"})])
        wait_for(lambda: counted["last"])

    assert counted == {"a slot": 1, "last": 1}


def test_without_the_claim_a_call_that_is_delivered_again_goes_out_again(seeded, counted, monkeypatch):
    monkeypatch.setattr(job_runs, "_taken", lambda *given, **named: 1)
    monkeypatch.setattr("closeline.jobs.duty.attempt._closed", lambda *given, **named: None)
    with workers(a_desk(seeded)) as app:
        send(app, [CALL] * 6)
        wait_for(lambda: counted["a slot"] > 1)

    assert counted["a slot"] > 1


@pytest.mark.campaign
def test_a_message_that_is_out_longer_than_its_time_is_carried_twice_and_done_once(seeded, monkeypatch):
    ran = Counter()

    def slow(desk, planned):
        ran["out"] += 1
        time.sleep(15)
        return []

    monkeypatch.setitem(JOBS, JOB, Errand(lambda *given: [], slow, lambda *given: ()))
    monkeypatch.setattr(run_celery, "VISIBLE_SECONDS", 1)
    received = Counter()
    attempt = run_celery.attempt
    monkeypatch.setattr(run_celery, "attempt", lambda *given: received.update(["message"]) or attempt(*given))
    with workers(a_desk(seeded)) as app:
        send(app, [CALL])
        wait_for(lambda: received["message"] > 1, 60)
        time.sleep(15)

    assert ran["out"] == 1


def test_what_events_set_going_goes_to_the_queue_and_the_record_is_that_of_one_thread(trusting, new_databases):
    archive = an_archive(days=2)
    with (
        databases.dropped_after(new_databases, new_databases.copy_of("trusting", make_trusting)) as url,
        opened(url) as other,
    ):
        by_workers(a_desk(other, [archive]))
        inline = a_desk(trusting, [archive])
        for step in list(timetable(inline))[:2]:
            run(replace(inline, clock=FixedClock(step.at)), step.job, step.slot, step.arguments)

        assert slots(other) == slots(trusting)


def by_workers(desk):
    """Let workers run the first two steps of a desk's timetable, and all that these set going."""
    first, second, *_ = timetable(desk)
    clock = FixedClock(first.at)
    standing = replace(desk, clock=clock)
    with workers(standing) as app:
        send(app, [Call(first.job, first.slot, first.arguments)])
        wait_for(lambda: done(desk.engine, first.job))
        clock.now = second.at
        send(app, [Call(second.job, second.slot, second.arguments)])
        wait_for(lambda: done(desk.engine, "pick.propose"))
        wait_for(lambda: not unfinished(standing))


def done(engine, job):
    with unit_of_work(engine, write=False) as session:
        return rows_of(session, f"SELECT slot FROM job_run WHERE job = '{job}' AND state = 'DONE'")


def slots(engine):
    with unit_of_work(engine, write=False) as session:
        return sorted((row["job"], row["slot"], row["state"]) for row in rows_of(session, "SELECT * FROM job_run"))


# ------------------------------------------------------------------------------------------------- the beat


class Sent(list):
    """An application that keeps what it was sent."""

    class conf:  # noqa: N801 -- as Celery spells it
        task_default_queue = "q"

    broken = False

    def send_task(self, name, *, kwargs, **more):
        if self.broken:
            raise OSError
        self.append((kwargs["job"], kwargs["slot"], kwargs["token"]))


class Steady:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def beat(seeded, monkeypatch):
    for each in ("WEEKLY", "RECONCILING", "NIGHTLY", "DAILY"):
        monkeypatch.setattr(schedule, each, ())
    monkeypatch.setattr(schedule, "EMBEDDED", (Cadence(JOB, timedelta(minutes=5)),))
    monkeypatch.setitem(JOBS, JOB, Job(lambda *given: ()))
    steady, sent = Steady(), Sent()
    desk = replace(a_desk(seeded), clock=FixedClock(NOW))
    leader = Leadership(desk.engine, lambda: datetime.now(UTC), "a", steady=steady)
    return Beat(sent, desk, leader, steady=steady), sent, steady, desk


SLOT = "2026-03-11T12:00:00+00:00"


def test_what_is_due_is_sent_once_and_again_only_when_nobody_did_it_for_a_while(beat):
    each, sent, steady, desk = beat
    for seconds in (0, 5, 60, 89):
        steady.now = float(seconds)
        each.tick()
    assert sent == [(JOB, SLOT, 1)]

    steady.now = 95.0
    each.tick()
    assert sent == [(JOB, SLOT, 1)] * 2

    run(desk, JOB, SLOT, {})
    steady.now = 300.0
    each.tick()
    assert len(sent) == 2


def test_what_a_broker_refused_is_sent_at_the_next_look(beat):
    each, sent, steady, _ = beat
    sent.broken = True
    assert each.tick() == 0
    sent.broken = False
    steady.now = 5.0
    assert each.tick() == 1


def test_a_broker_that_is_away_is_told_once_each_time_it_goes(beat, monkeypatch):
    each, sent, steady, _ = beat
    heard = []
    monkeypatch.setattr(each, "_told", heard.append)
    sent.broken = True
    for steady.now in (0.0, 5.0):
        each.tick()
    assert len(heard) == 1
    assert "CLOSELINE_BROKER_URL" in heard[0]

    sent.broken = False
    steady.now = 10.0
    assert each.tick() == 1
    sent.broken = True
    steady.now = 200.0
    each.tick()
    assert len(heard) == 2


def test_a_beat_that_does_not_lead_sends_nothing(beat, seeded):
    each, sent, steady, _ = beat
    other = Leadership(seeded, lambda: datetime.now(UTC), "b", steady=steady)
    assert other.hold()
    assert each.tick() == 0
    steady.now += TTL.total_seconds()

    assert each.tick() == 1
    assert sent == [(JOB, SLOT, 2)]


def test_a_poke_that_was_lost_is_made_up_for_after_a_while(beat, seeded):
    each, sent, steady, _ = beat
    played = a_desk(seeded, [an_archive(days=2)])
    until(played, "OPEN")
    with unit_of_work(seeded) as session:  # as if its worker had died between commit and poke
        session.connection.exec_driver_sql("DELETE FROM job_run WHERE job = 'evaluate.snapshot'")
    each.tick()
    assert [job for job, _, _ in sent] == [JOB]
    steady.now = 21.0
    each.tick()

    assert [job for job, _, _ in sent] == [JOB, "evaluate.snapshot"]


def test_what_asks_for_prices_has_a_queue_of_its_own():
    assert queue_of(Sent(), "capture.poll") == f"q{CAPTURES}"
    assert queue_of(Sent(), "publish.deliver") == "q"


def test_a_message_holds_a_call_and_a_token_and_nothing_else():
    app = make_app("memory://", Desks(lambda: None))  # type: ignore[return-value]
    seen = {}
    app.send_task = lambda name, **named: seen.update(named)
    send(app, [Call(JOB, "s", {"league": "nba"})])

    assert seen["kwargs"] == {"job": JOB, "slot": "s", "arguments": {"league": "nba"}, "token": None}
    assert "eta" not in seen
    assert "countdown" not in seen
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert TENANT not in repr(seen)
