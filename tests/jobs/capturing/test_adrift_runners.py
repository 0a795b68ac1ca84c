"""Who goes on without the record: the embedded runner that planned last, and the worker that makes the board."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from closeline.domain.errors import StoreUnavailable
from closeline.jobs.duty.leading import Leadership
from closeline.jobs.duty.run_embedded import EmbeddedRunner, wake
from closeline.jobs.live.follower import Follower
from closeline.jobs.live.memory import SILENT_FOR, Memory
from closeline.providers.spool import FolderSpool
from closeline.store.session import unit_of_work
from tests.builders.polling import (
    BIG_PLAN,
    KICKOFF,
    NFL_EVENTS,
    NFL_ODDS,
    a_live_desk,
    clock_of,
    events_answer,
    odds_answer,
    told,
)  # fmt: skip
from tests.jobs.capturing.outages import refused
from tests.jobs.capturing.polled import MINUTE, poll, polls

BEGIN = KICKOFF - 40 * MINUTE
WAIT_SECONDS_MAX = 20


def a_desk(engine, folder):
    answers = [odds_answer(BEGIN, price=-110 - n, allowance=told(BIG_PLAN.credits - 3 * (n + 1), 3)) for n in range(60)]
    desk = a_live_desk(engine, {NFL_EVENTS: events_answer(), NFL_ODDS: answers}, now=BEGIN, spool=FolderSpool(folder))
    poll(desk, "capture.schedule")
    return replace(desk, follower=Follower(), adrift=Memory(lambda: desk.clock().timestamp()))


def an_embedded_one(desk, holder):
    runner = EmbeddedRunner(desk, holder=holder)
    runner._leader = Leadership(desk.engine, desk.clock, holder, steady=lambda: desk.clock().timestamp())
    return runner


def minute(desk, *runners):
    clock_of(desk).pass_(minutes=1)
    for runner in runners:
        wake(runner._desk, runner._leader)
        runner._drift()


def test_of_two_embedded_runners_the_one_that_led_goes_on(seeded, tmp_path):
    desk = a_desk(seeded, tmp_path / "a")
    leads = an_embedded_one(desk, "leads")
    other = replace(desk, adrift=Memory(desk.adrift.now), follower=Follower(), spool=FolderSpool(tmp_path / "b"))
    stands_by = an_embedded_one(other, "stands by")
    for _ in range(2):
        minute(desk, leads, stands_by)
    before = len(polls(desk))
    with refused(seeded):
        for _ in range(6):
            minute(desk, leads, stands_by)
    assert leads._leader.fence() is None
    assert (desk.spool.state().waiting, desk.spool.state().in_memory) == (5, 0)
    assert other.spool.state().waiting == 0
    for _ in range(2):
        minute(desk, leads, stands_by)

    assert desk.spool.state().waiting == 0
    assert len(polls(desk)) == before + 7


def test_a_runner_looks_for_it_every_few_seconds_and_gives_its_right_back_when_it_ends(seeded, tmp_path):
    desk = a_desk(seeded, tmp_path)
    runner = EmbeddedRunner(desk, timedelta(hours=1), holder="first")
    assert runner._drift in [job.func for job in runner._scheduler.get_jobs()]
    clock_of(desk).pass_(minutes=1)
    poll(desk)
    assert desk.adrift.found is not None
    runner.start()
    runner.stop()

    assert desk.adrift.found is None


def test_a_worker_goes_on_in_a_thread_that_no_fault_ends(seeded, tmp_path, monkeypatch):
    worker = pytest.importorskip("closeline.worker")
    desk = worker._armed(a_desk(seeded, tmp_path))
    clock_of(desk).pass_(minutes=1)
    poll(desk)
    clock_of(desk).pass_(seconds=SILENT_FOR.total_seconds())
    went, failed, stopping = worker.adrift.go_on, Event(), Event()

    def fails_first(desk):
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        made = went(desk)
        if made:
            stopping.set()
        return made

    monkeypatch.setattr(worker, "TICK", timedelta(milliseconds=5))
    monkeypatch.setattr(worker.adrift, "go_on", fails_first)

    class Desks:
        def made(self):
            return desk

    with refused(seeded):
        thread = Thread(target=worker.drift, args=(Desks(), stopping), daemon=True)
        thread.start()
        thread.join(WAIT_SECONDS_MAX)

    assert failed.is_set()
    assert not thread.is_alive()
    assert desk.spool.state().waiting == 1


def test_a_lease_that_ran_out_while_the_record_was_away_is_nobody_elses(seeded):
    seconds = [0.0]
    clock = a_live_desk(seeded, {}).clock
    leader = Leadership(seeded, clock, "first", steady=lambda: seconds[0])
    leader.hold()
    with refused(seeded):
        seconds[0] = 60.0
        with pytest.raises(StoreUnavailable), unit_of_work(seeded):
            pass
        assert leader.hold() is None
        assert leader.held_within(timedelta(hours=1))
        assert not leader.held_within(timedelta(seconds=60))


def test_a_lease_that_another_took_is_not_held_any_more(seeded):
    seconds = [0.0]
    clock = clock_of(a_live_desk(seeded, {}))
    first, second = (Leadership(seeded, clock, name, steady=lambda: seconds[0]) for name in ("first", "second"))
    first.hold()
    second.hold()
    seconds[0] = 60.0
    clock.pass_(minutes=1)
    assert second.hold() is not None
    first.hold()

    assert not first.held_within(timedelta(hours=1))
