"""Old slots that are done are let go of, and what was missed is found all the same."""

from datetime import UTC, datetime, timedelta

import pytest

from closeline.jobs.capturing.parting import SLOTS_FOR
from closeline.jobs.duty.misfires import list_missed
from closeline.jobs.execute import execute
from closeline.jobs.schedule import often
from closeline.store.scheduling import job_runs
from closeline.store.session import unit_of_work
from tests.builders.polling import a_live_desk
from tests.builders.records import rows_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD = NOW - SLOTS_FOR - timedelta(hours=1)
MINUTE = timedelta(minutes=1)
POLL = "capture.poll"


def done(session, job, *slots, state="DONE"):
    for slot in slots:
        assert job_runs.claim(session, job, slot, at=NOW)
        if state == "MISSED":
            session.connection.exec_driver_sql(f"UPDATE job_run SET state = '{state}' WHERE slot = '{slot}'")


def names(session, job=POLL):
    return [row["slot"] for row in rows_of(session, f"SELECT slot FROM job_run WHERE job = '{job}' ORDER BY slot")]


@pytest.fixture
def desk(seeded):
    return a_live_desk(seeded, {}, now=NOW)


def test_done_slots_go_when_they_are_old_and_nothing_else_does(seeded, desk):
    fresh, old, missed = NOW.isoformat(), OLD.isoformat(), (OLD + MINUTE).isoformat()
    with unit_of_work(seeded) as session:
        done(session, POLL, fresh, old, "event:7")
        done(session, POLL, missed, state="MISSED")
        done(session, "tune.bias", f"nba:{old}")
        done(session, "settle.sweep", "backtest:1")
    execute(desk, "store.slots", "s", {})
    with unit_of_work(seeded, write=False) as session:
        assert names(session) == [missed, fresh, "event:7"]
        assert names(session, "tune.bias") == [f"nba:{old}"]
        assert names(session, "settle.sweep") == ["backtest:1"]


def test_a_desk_that_was_away_for_long_still_finds_what_it_missed(seeded, desk):
    slots = [(OLD + minute * MINUTE).isoformat() for minute in range(3)]
    with unit_of_work(seeded) as session:
        done(session, POLL, *slots)
    execute(desk, "store.slots", "s", {})
    with unit_of_work(seeded, write=False) as session:
        assert names(session) == slots[-1:]
    assert list_missed(desk) > 1000


def test_the_twin_that_drops_the_last_one_too_finds_nothing(seeded, desk):
    with unit_of_work(seeded) as session:
        done(session, POLL, OLD.isoformat())
        session.connection.exec_driver_sql(f"DELETE FROM job_run WHERE job = '{POLL}'")

    assert list_missed(desk) == 0


def test_only_jobs_that_run_many_times_a_day_are_thinned():
    assert "capture.poll" in often()
    assert "publish.deliver" in often()
    assert not {"store.slots", "store.partitions", "tune.bias", "capture.archive"} & set(often())
