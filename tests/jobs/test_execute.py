"""One job for one slot, once, whoever asks; and an exception leaves no trace."""

# mypy: disable-error-code="call-arg, var-annotated"

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from closeline.domain.errors import CloselineError, StaleToken
from closeline.jobs import execute as module
from closeline.jobs.errands import Errand, Job
from closeline.jobs.execute import execute
from closeline.jobs.registry import JOBS
from closeline.jobs.run_inline import run
from closeline.store import events
from closeline.store.database.engine import open_engine
from closeline.store.scheduling import leases
from closeline.store.session import inside_transaction, unit_of_work
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk, later
from tests.builders.records import TENANT, number, rows_of
from tests.fakes import FakeChannel

ARCHIVE = an_archive(days=2)
PAYLOAD = {"payload_sha": ARCHIVE.payload_sha}
TABLES = (
    "raw_payload", "snapshot", "quote", "quote_heartbeat", "event", "event_version", "event_alias", "quarantine", "event_log",
    "job_run", "market_evaluation", "prediction", "sim_run", "candidate_finding", "pick", "pick_event", "publication", "delivery",
)  # fmt: skip


def counts(engine: Engine):
    with unit_of_work(engine, write=False) as session:
        return {table: number(session, f"SELECT count(*) FROM {table}") for table in TABLES}


def keep_payload(desk):
    return execute(desk, "capture.payload", ARCHIVE.payload_sha, PAYLOAD)


def test_a_slot_runs_once_and_says_nothing_the_second_time(seeded):
    desk = a_desk(seeded, [ARCHIVE])
    keep_payload(desk)
    first = counts(seeded)
    assert keep_payload(desk) == []
    assert counts(seeded) == first
    assert first["raw_payload"] == first["job_run"] == 1


def opening():
    from closeline.jobs.replaying.backtest import timetable

    return timetable


def capture(desk):
    step = next(step for step in opening()(desk) if step.job == "capture.archive")
    return execute(desk, step.job, step.slot, step.arguments)


def test_the_row_that_says_so_commits_with_the_effects_and_the_event(seeded):
    desk = a_desk(seeded, [ARCHIVE])
    keep_payload(desk)
    told = capture(desk)
    with unit_of_work(seeded, write=False) as session:
        (row,) = rows_of(session, "SELECT state, slot FROM job_run WHERE job = 'capture.archive'")
        logged = events.since(session, chain="SYSTEM", after=0)

    assert (row["state"], row["slot"]) == ("DONE", "nba:2023-11-01:OPEN")
    assert logged == told
    assert [event.name for event in told] == ["OddsCaptured"]


class Planted(Exception):
    """A fault that a test put there."""


@pytest.mark.parametrize("where", ["in the work", "in the events", "at the very end"])
def test_an_exception_leaves_no_trace_of_the_job(seeded, monkeypatch, where):
    desk = a_desk(seeded, [ARCHIVE])
    keep_payload(desk)
    before = counts(seeded)
    task, record = JOBS["capture.archive"], module._record

    def work_and_die(session, desk, arguments):
        task.keep(session, desk, arguments)
        raise Planted

    def record_and_die(*given):
        record(*given)
        raise Planted

    def die_first(*given):
        raise Planted

    with monkeypatch.context() as patch:
        if where == "in the work":
            patch.setitem(JOBS, "capture.archive", Job(work_and_die))
        else:
            patch.setattr(module, "_record", die_first if where == "in the events" else record_and_die)
        with pytest.raises(Planted):
            capture(desk)
    assert counts(seeded) == before
    assert not inside_transaction()
    assert capture(desk)
    assert counts(seeded)["quote"] > 0


@pytest.mark.parametrize("job", ["capture.payload", "publish.deliver"])
def test_of_two_threads_that_ask_for_one_slot_one_does_it(seeded, job):
    url = seeded.url.render_as_string(hide_password=False)
    engines = [open_engine(url) for _ in range(2)]
    barrier, found, faults = threading.Barrier(2), [], []

    def ask(engine):
        desk = a_desk(engine, [ARCHIVE], channels=[FakeChannel()])
        barrier.wait()
        try:
            found.append(execute(desk, job, "one slot", PAYLOAD))
        except CloselineError as error:
            faults.append(error)

    threads = [threading.Thread(target=ask, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()

    assert faults == []
    assert len(found) == 2
    assert counts(seeded)["job_run"] == 1


def test_two_threads_that_record_into_one_chain_leave_it_whole(seeded):
    from closeline.domain.events import PolicyFitted

    url = seeded.url.render_as_string(hide_password=False)
    engines = [open_engine(url) for _ in range(2)]
    barrier, faults = threading.Barrier(2), []

    def tell(place):
        desk = a_desk(engines[place])
        barrier.wait()
        for turn in range(10):
            try:
                with unit_of_work(desk.engine) as session:
                    events.record(
                        session, PolicyFitted("nba", f"{place}:{turn}"), tenant_id=TENANT, actor="t", at=desk.clock()
                    )
            except CloselineError as error:
                faults.append(error)

    threads = [threading.Thread(target=tell, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    with unit_of_work(seeded, write=False) as session:
        logged = events.since(session, chain=TENANT, after=0)
        broken = events.broken_links(session, chain=TENANT)

    # A writer that loses the race may be told so; what must never be is a gap, a fork or a lost event.
    assert broken == []
    assert len(logged) == 20 - len(faults)
    assert [event.seq for event in logged] == list(range(1, len(logged) + 1))


def test_an_errand_is_out_with_no_transaction_open_and_only_once(seeded, monkeypatch):
    seen = []

    def perform(desk, planned):
        seen.append(inside_transaction())
        return []

    monkeypatch.setitem(
        JOBS, "publish.deliver", Errand(lambda session, desk, arguments: [], perform, lambda *given: ())
    )
    desk = a_desk(seeded)
    for _ in range(2):
        execute(desk, "publish.deliver", "slot", {})

    assert seen == [False]


def test_an_errand_that_fails_outside_may_be_asked_again(seeded, monkeypatch):
    tries = []

    def perform(desk, planned):
        tries.append(1)
        if len(tries) == 1:
            raise Planted
        return []

    monkeypatch.setitem(
        JOBS, "publish.deliver", Errand(lambda session, desk, arguments: [], perform, lambda *given: ())
    )
    desk = a_desk(seeded)
    with pytest.raises(Planted):
        execute(desk, "publish.deliver", "slot", {})
    assert state(seeded) == ("FAILED", 1)
    run(desk, "publish.deliver", "slot", {})
    assert state(seeded) == ("DONE", 2)


def state(engine):
    with unit_of_work(engine, write=False) as session:
        (row,) = rows_of(session, "SELECT state, attempts FROM job_run WHERE job = 'publish.deliver'")
    return row["state"], row["attempts"]


def test_who_comes_while_another_is_out_stays_at_home(seeded, monkeypatch):
    desk = a_desk(seeded)
    out = []

    def perform(_, planned):
        if len(out) < 1:
            out.append("first")
            assert execute(desk, "publish.deliver", "slot", {}, out_for=timedelta(minutes=5)) == []
        else:
            out.append("second")
        return []

    monkeypatch.setitem(
        JOBS, "publish.deliver", Errand(lambda session, desk, arguments: [], perform, lambda *given: ())
    )
    execute(desk, "publish.deliver", "slot", {}, out_for=timedelta(minutes=5))

    assert out == ["first"]


def test_what_comes_home_after_its_slot_was_taken_over_is_refused(seeded, monkeypatch):
    slow, kept = a_desk(seeded), []
    quick = later(slow, slow.clock() + timedelta(minutes=6))

    def perform(desk, planned):
        if desk is slow:
            execute(quick, "publish.deliver", "slot", {}, out_for=timedelta(minutes=5))
        return "slow" if desk is slow else "quick"

    def keep(session, desk, arguments, carried):
        kept.append(carried)
        return ()

    monkeypatch.setitem(JOBS, "publish.deliver", Errand(lambda session, desk, arguments: [], perform, keep))
    assert execute(slow, "publish.deliver", "slot", {}, out_for=timedelta(minutes=5)) == []

    assert kept == ["quick"]
    assert state(seeded) == ("DONE", 2)


def test_a_job_fired_under_a_lease_that_changed_hands_is_refused(seeded):
    desk = a_desk(seeded, [ARCHIVE])
    with unit_of_work(seeded) as session:
        first = leases.acquire(session, "l", "one", at=desk.clock(), ttl=timedelta(seconds=9), lapsed=False)
        leases.acquire(session, "l", "two", at=desk.clock(), ttl=timedelta(seconds=9), lapsed=True)
    with pytest.raises(StaleToken):
        execute(desk, "capture.payload", ARCHIVE.payload_sha, PAYLOAD, fence=first.fence)

    assert counts(seeded)["job_run"] == counts(seeded)["raw_payload"] == 0
