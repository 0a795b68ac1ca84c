"""Runners that stay up: faults are counted and told, missed slots are listed, and a paused leader is refused."""

# mypy: disable-error-code="arg-type, func-returns-value, redundant-expr, var-annotated, union-attr"

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest

from closeline.domain.clock import FixedClock
from closeline.domain.errors import BadInput, NotFound, Refused, StoreUnavailable
from closeline.domain.leagues import League
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.jobs.duty.attempt import DEAD, OVERDUE, Outcome, attempt, died, told_of
from closeline.jobs.duty.calls import Call, due
from closeline.jobs.duty.hand import run_by_hand
from closeline.jobs.duty.leading import TTL, Leadership
from closeline.jobs.duty.misfires import LISTED_MAX, list_missed, missed_of
from closeline.jobs.duty.run_embedded import EmbeddedRunner, wake
from closeline.jobs.duty.waiting import ATTEMPTS_MAX, WAITED_MAX, waited
from closeline.jobs.errands import Errand, Job
from closeline.jobs.registry import JOBS
from closeline.jobs.schedule import Cadence, series
from closeline.jobs.shelf import Shelf
from closeline.store.scheduling import cursors, job_runs, leases
from closeline.store.scheduling.runs import RunState
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, rows_of

NOW = datetime(2026, 3, 11, 12, 2, 30, tzinfo=UTC)  # a Wednesday
JOB = "test.job"


def a_desk(engine, now=NOW):
    return Desk(engine, FixedClock(now), TENANT, Shelf())


@pytest.fixture
def planted(monkeypatch):
    """Give a function that puts a job into the registry, and nothing else into the schedule."""
    for each in ("EMBEDDED", "WEEKLY", "RECONCILING", "NIGHTLY", "DAILY"):
        monkeypatch.setattr(schedule, each, ())

    def plant(work, *, every=None, name=JOB, **more):
        monkeypatch.setitem(JOBS, name, Job(work, **more) if callable(work) else work)
        if every:
            monkeypatch.setattr(schedule, "EMBEDDED", (*schedule.EMBEDDED, Cadence(name, every)))

    return plant


def runs(engine, job=JOB):
    with unit_of_work(engine, write=False) as session:
        return {run.slot: run for run in job_runs.listed(session, list(RunState), job=job, most=10_000)}


def alerts_of(engine):
    with unit_of_work(engine, write=False) as session:
        return rows_of(session, "SELECT kind, league, text FROM ops_alert ORDER BY at")


def nothing(session, desk, arguments):
    return ()


# --------------------------------------------------------------------------------------------------- faults


FAULTS = [
    StoreUnavailable("gone"),
    ZeroDivisionError(),
    MemoryError(),
    RecursionError(),
    KeyError("x"),
    OSError(24, "x"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_whatever_a_job_raises_is_counted_and_the_next_job_runs(seeded, planted, fault):
    ran = []

    def poison(session, desk, arguments):
        raise fault

    planted(poison, every=timedelta(minutes=5))
    planted(lambda session, desk, arguments: ran.append(1) or (), every=timedelta(minutes=5), name="test.other")

    assert wake(a_desk(seeded)) == 1
    assert ran == [1]
    (run,) = runs(seeded).values()
    assert (run.state, run.attempts, run.next_at) == (RunState.FAILED, 1, NOW + waited(1))
    assert type(fault).__name__ in run.detail


def test_a_job_that_always_fails_is_tried_less_and_less_often_then_dead_with_one_alert(seeded, planted):
    tries = []

    def poison(session, desk, arguments):
        tries.append(desk.clock())
        raise ZeroDivisionError

    planted(poison)
    call, now = Call(JOB, "a slot", {"league": "nba"}), NOW
    while now < NOW + timedelta(hours=6):
        attempt(a_desk(seeded, now), call)
        now += timedelta(seconds=10)

    assert len(tries) == ATTEMPTS_MAX
    gaps = [later - before for before, later in pairwise(tries)]
    assert gaps == [waited(n) for n in range(1, ATTEMPTS_MAX)]
    (run,) = runs(seeded).values()
    assert (run.state, run.attempts) == (RunState.DEAD, ATTEMPTS_MAX)
    (alert,) = alerts_of(seeded)
    assert (alert["kind"], alert["league"]) == (DEAD, "nba")
    assert "test/jobs" not in alert["text"]


def test_the_wait_between_tries_never_shrinks_and_ends_at_an_hour():
    waits = [waited(n) for n in range(1, 40)]

    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[-1] == WAITED_MAX


def test_a_process_that_died_with_its_job_is_counted_by_another(seeded, planted):
    planted(nothing)
    desk, call = a_desk(seeded), Call(JOB, "a slot", {})
    for _ in range(ATTEMPTS_MAX):
        died(desk, call, "its process ended")

    (run,) = runs(seeded).values()
    assert run.state is RunState.DEAD
    assert attempt(desk, call).outcome is Outcome.CLOSED


def test_an_errand_whose_process_dies_every_time_is_dead_in_the_end(seeded, planted):
    planted(Errand(lambda *given: [], lambda *given: [], lambda *given: ()))
    call, now = Call(JOB, "a slot", {}), NOW
    for _ in range(ATTEMPTS_MAX):
        with unit_of_work(seeded) as session:  # goes out, and is never seen again
            assert job_runs.claim_running(session, *call.key, at=now, until=now + timedelta(minutes=6))
        now += timedelta(minutes=6)

    assert attempt(a_desk(seeded, now), call).outcome is Outcome.DEAD
    assert [alert["kind"] for alert in alerts_of(seeded)] == [DEAD]


def test_a_fault_of_others_is_told_by_its_place_and_never_by_its_words():
    secret = "apiKey=0123456789abcdef"
    with pytest.raises(ValueError) as found:
        raise ValueError(secret)
    told = told_of(found.value)

    assert secret not in told
    assert told.startswith("ValueError at ")


def test_a_record_that_cannot_be_used_stops_no_runner(seeded, planted, monkeypatch):
    planted(nothing, every=timedelta(minutes=5))

    def broken(*given, **named):
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patch:
        for place in ("attempt", "looking", "misfires", "leading"):
            patch.setattr(f"closeline.jobs.duty.{place}.unit_of_work", broken)
        wake(a_desk(seeded))
        assert attempt(a_desk(seeded), Call(JOB, "x", {})).outcome is Outcome.FAILED
        assert two(seeded)[1][0].hold() is None
    assert not runs(seeded)
    wake(a_desk(seeded))
    assert [run.state for run in runs(seeded).values()] == [RunState.DONE]


# ------------------------------------------------------------------------------------------------- misfires


FIVE = timedelta(minutes=5)


def test_slots_that_nobody_ran_are_listed_and_the_last_is_caught_up(seeded, planted):
    planted(nothing, every=FIVE)
    wake(a_desk(seeded))
    wake(a_desk(seeded, NOW + timedelta(minutes=31)))

    found = runs(seeded)
    slots = [f"2026-03-11T12:{minute:02}:00+00:00" for minute in range(0, 31, 5)]
    assert sorted(found) == slots
    assert {slot: found[slot].state for slot in slots} == {
        slots[0]: "DONE", **dict.fromkeys(slots[1:-1], "MISSED"), slots[-1]: "DONE",
    }  # fmt: skip
    assert all(found[slot].detail == Cadence(JOB).why for slot in slots[1:-1])


def test_a_slot_that_ends_in_the_middle_of_a_look_is_accounted_for(seeded, planted):
    """A clock that moves on each time it is read: the look begins in one slot and ends in the next."""
    planted(nothing, every=FIVE)
    wake(a_desk(seeded))
    last = NOW.replace(minute=9, second=59)
    moments = (last + timedelta(seconds=n) for n in count())
    wake(replace(a_desk(seeded), clock=lambda: next(moments)))
    wake(a_desk(seeded, NOW + 2 * FIVE))

    assert sorted(runs(seeded)) == [f"2026-03-11T12:{minute:02}:00+00:00" for minute in (0, 5, 10)]


def test_a_desk_that_is_new_has_missed_nothing(seeded, planted):
    planted(nothing, every=FIVE)

    assert list_missed(a_desk(seeded)) == 0


def test_a_slot_that_failed_until_its_time_was_over_is_listed_with_what_it_failed_of(seeded, planted):
    def poison(session, desk, arguments):
        raise ZeroDivisionError

    planted(poison, every=FIVE)
    wake(a_desk(seeded))
    planted(nothing)
    wake(a_desk(seeded, NOW + FIVE))

    first, second = (runs(seeded)[slot] for slot in sorted(runs(seeded)))
    assert (first.state, second.state) == (RunState.MISSED, RunState.DONE)
    assert "ZeroDivisionError" in first.detail


def test_a_missed_slot_is_refused_to_whoever_still_comes_for_it(seeded, planted):
    planted(nothing, every=FIVE)
    wake(a_desk(seeded))
    wake(a_desk(seeded, NOW + timedelta(minutes=20)))
    late = Call(JOB, "2026-03-11T12:05:00+00:00", {})

    assert attempt(a_desk(seeded, NOW + timedelta(minutes=20)), late).outcome is Outcome.CLOSED


def test_a_long_absence_is_listed_slot_by_slot_at_its_end_and_in_one_row_before(planted):
    planted(nothing, every=timedelta(minutes=1))
    (item,) = series((League.NBA,))
    known, now = NOW.replace(second=0), NOW.replace(second=0) + timedelta(days=30)
    missed = list(missed_of(item, known, now))

    assert len(missed) == LISTED_MAX
    assert missed[0][2].startswith(f"{30 * 1440 - LISTED_MAX} slots, up to ")
    counted = 30 * 1440 - LISTED_MAX + len(missed) - 1
    assert counted == (now - known) / timedelta(minutes=1) - 1, "all but the last, which is still due"


DST = [
    ("New York, spring", datetime(2026, 3, 8, tzinfo=UTC)), ("New York, autumn", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Europe, spring", datetime(2026, 3, 29, tzinfo=UTC)), ("Europe, autumn", datetime(2026, 10, 25, tzinfo=UTC)),
    ("Lord Howe, half an hour", datetime(2026, 4, 4, tzinfo=UTC)), ("Samoa, the lost day", datetime(2011, 12, 30, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "day"), DST, ids=[name for name, _ in DST])
def test_a_day_on_which_clocks_change_has_as_many_slots_as_any_other(name, day):
    until = day + timedelta(days=1)
    for item in series((League.NBA, League.NFL)):
        at = list(item.between(day - timedelta(microseconds=1), until - timedelta(microseconds=1)))
        weekly = item.every == timedelta(days=7)
        assert len(at) == (int(day.weekday() == 6) if weekly else timedelta(days=1) / item.every)
        assert all(b - a == item.every for a, b in pairwise(at))
        assert len({item.slot(each) for each in at}) == len(at)


def test_what_a_moment_is_due_for_are_the_slots_that_the_lists_of_the_schedule_name():
    days = [(NOW - timedelta(days=n)).date() for n in range(7, -1, -1)]
    leagues = (League.NBA,)
    lists = [
        *schedule.weekly(days[0], days[-1], leagues), *schedule.reconciling(days[-1:], leagues),
        *schedule.nightly(days[-1:], leagues), *schedule.daily(days[-1:], leagues),
    ]  # fmt: skip
    named = {(item.job, item.slot) for item in lists if item.at <= NOW}

    assert {call.key for call in due(NOW, leagues) if call.slot.startswith("nba:")} == named


# -------------------------------------------------------------------------------------------------- leading


class Steady:
    """A clock that only goes on, as far as it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def two(engine, clock=None):
    steady, clock = Steady(), clock or (lambda: datetime.now(UTC))
    return steady, [Leadership(engine, clock, name, steady=steady) for name in ("a", "b")]


def test_one_leads_and_the_other_stands_by_until_it_is_told(seeded):
    _, (first, second) = two(seeded)

    assert first.hold()
    assert second.hold() is None
    first.release()
    assert second.hold().token == 2
    assert first.fence() is None


def test_a_leader_that_was_paused_past_its_lease_acts_no_more_before_it_looks(seeded, planted):
    ran = Counter()
    planted(lambda session, desk, arguments: ran.update(["ran"]) or (), every=FIVE)
    steady, (paused, other) = two(seeded)
    stale = paused.hold()
    other.hold()
    steady.now += TTL.total_seconds()  # nobody renewed it; the other has watched so long

    assert paused.fence() is None
    fresh = other.hold()
    assert (stale.token, fresh.token) == (1, 2)
    assert attempt(a_desk(seeded), Call(JOB, "late", {}), stale).outcome is Outcome.STALE
    assert wake(a_desk(seeded), paused) == 0
    assert not ran
    wake(a_desk(seeded), other)
    assert ran["ran"] == 1


def test_without_its_fence_the_late_act_of_a_paused_leader_would_be_done(seeded, planted):
    ran = Counter()
    planted(lambda session, desk, arguments: ran.update(["ran"]) or ())
    with unit_of_work(seeded) as session:
        held = leases.acquire(session, "scheduler", "a", at=NOW, ttl=TTL, lapsed=False)
        leases.acquire(session, "scheduler", "b", at=NOW, ttl=TTL, lapsed=True)

    assert attempt(a_desk(seeded), Call(JOB, "late", {}), held.fence).outcome is Outcome.STALE
    assert attempt(a_desk(seeded), Call(JOB, "late", {}), None).outcome is Outcome.RAN
    assert ran["ran"] == 1


@pytest.mark.parametrize("set_back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_set_back_extends_no_lease(seeded, set_back):
    clock = FixedClock(datetime.now(UTC))
    steady, (dead, other) = two(seeded, clock)
    dead.hold()
    clock.now -= set_back

    other.hold()
    steady.now += TTL.total_seconds() - 1
    assert other.hold() is None
    steady.now += 1
    assert other.hold().token == 2


def test_a_leader_that_renews_keeps_its_lease_though_the_clock_is_set_back(seeded):
    clock = FixedClock(datetime.now(UTC))
    steady, (leader, other) = two(seeded, clock)
    leader.hold()
    clock.now -= timedelta(hours=1)
    for _ in range(10):
        steady.now += TTL.total_seconds() / 2
        assert leader.hold().token == 1
        assert other.hold() is None


# ------------------------------------------------------------------------------------------- embedded threads


def test_a_job_that_hangs_past_its_deadline_is_told_and_left_behind(seeded, planted):
    hangs, other = threading.Event(), threading.Event()

    def hang(desk, planned):
        assert hangs.wait(30)
        return []

    # As soon as the record is free again: the hanging errand has no transaction open.
    planted(Errand(lambda *given: [], hang, lambda *given: (), deadline=timedelta(seconds=0.2)), every=FIVE)
    planted(lambda session, desk, arguments: other.set() or (), every=FIVE, name="test.other")
    runner = EmbeddedRunner(a_desk(seeded), holder="a")
    runner._begin()
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while runner._lane and not runner._lane.lost and datetime.now(UTC) < deadline:
        runner._watch()
    runner._begin()

    assert other.wait(20)
    hangs.set()
    assert [alert["kind"] for alert in alerts_of(seeded)] == [OVERDUE]
    assert runs(seeded)["2026-03-11T12:00:00+00:00"].state is RunState.FAILED


def test_a_runner_that_is_told_to_stop_ends_what_it_does_and_begins_nothing(seeded, planted):
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slow(session, desk, arguments):
        begun.set()
        assert go_on.wait(30)
        done.append("slow")
        return ()

    planted(slow, every=FIVE)
    planted(lambda session, desk, arguments: done.append("next") or (), every=FIVE, name="test.other")
    runner = EmbeddedRunner(a_desk(seeded), holder="a")
    runner.start()
    assert begun.wait(30)
    stopping = threading.Thread(target=runner.stop)
    stopping.start()
    assert runner._stopping.wait(30)
    go_on.set()
    stopping.join(30)

    assert done == ["slow"]
    with unit_of_work(seeded, write=False) as session:
        assert leases.read(session, "scheduler").holder == ""


# --------------------------------------------------------------------------------------------------- by hand


def test_a_slot_that_is_dead_or_was_missed_runs_when_a_person_asks(seeded, planted):
    seen = []
    planted(lambda session, desk, arguments: seen.append(dict(arguments)) or ())
    desk = a_desk(seeded)
    for n in range(1, ATTEMPTS_MAX + 1):
        with unit_of_work(seeded) as session:
            job_runs.fail(session, JOB, "dead", attempt=n, at=NOW, next_at=NOW if n < ATTEMPTS_MAX else None,
                          detail="x", arguments='{"league":"nba"}')  # fmt: skip
    with unit_of_work(seeded) as session:
        job_runs.list_missed(session, [(JOB, "missed", "why")], at=NOW)

    assert run_by_hand(desk, JOB, "dead") == 0
    assert run_by_hand(desk, JOB, "missed", {}) == 0
    assert seen == [{"league": "nba"}, {}]
    with pytest.raises(Refused, match="was DONE"):
        run_by_hand(desk, JOB, "dead")
    with pytest.raises(BadInput, match="--arguments"):
        run_by_hand(desk, JOB, "never heard of")
    with pytest.raises(NotFound):
        run_by_hand(desk, "no.job", "x")


# --------------------------------------------------------------------------------------------------- cursors


def test_a_cursor_never_goes_back(seeded):
    with unit_of_work(seeded) as session:
        for seq in (5, 9, 3):
            cursors.advance(session, chain="c", seq=seq)

        assert cursors.cursor(session, chain="c") == 9
        assert cursors.cursor(session, chain="other") == 0
