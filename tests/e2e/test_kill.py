"""Kill the process anywhere, start it again, and the record is the one of a run that nobody touched."""

import os
import random
import signal
import time

import pytest

from closeline.domain.leagues import League
from closeline.jobs.replaying.backtest import backtest
from closeline.store import events
from closeline.store.record import record_hash
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.records import TENANT, make_trusting, opened, rows_of
from tests.e2e.worker import LABELS, ended, in_a_child
from tests.fakes import FakeChannel

ARCHIVE = an_archive(days=4, games=2)
KILLED = -signal.SIGKILL


def told(url):
    """Give all that a record says: its hash, its logs and what was delivered."""
    with opened(url) as engine, unit_of_work(engine, write=False) as session:
        assert events.broken_links(session, chain="SYSTEM") == events.broken_links(session, chain=TENANT) == []
        return {
            "hash": record_hash(session, tenant_id=TENANT, leagues=(League.NBA,)),
            "system": [(event.name, event.body) for event in events.since(session, chain="SYSTEM", after=0)],
            "own": sorted((event.name, repr(event.body)) for event in events.since(session, chain=TENANT, after=0)),
            "deliveries": rows_of(session, "SELECT pick_id, channel, state, payload_hash FROM delivery ORDER BY pick_id"),
            "quotes": rows_of(session, "SELECT event_id, market_key, side, line_quarters, price_text, received_at FROM quote ORDER BY 1, 2, 3, 6"),
            "jobs": sorted((row["job"], row["slot"]) for row in rows_of(session, "SELECT job, slot FROM job_run")),
        }  # fmt: skip


_TOLD: dict[str, dict[str, object]] = {}


@pytest.fixture
def whole(new_databases, database_kind):
    """Give what a run that nobody touched says."""
    if database_kind not in _TOLD:
        with databases.dropped_after(new_databases, new_databases.copy_of("trusting", make_trusting)) as url:
            finish(url)
            _TOLD[database_kind] = told(url)
    return _TOLD[database_kind]


@pytest.fixture
def url(new_databases):
    with databases.dropped_after(new_databases, new_databases.copy_of("trusting", make_trusting)) as made:
        yield made


def finish(url):
    with opened(url) as engine:
        backtest(a_desk(engine, [ARCHIVE], channels=[FakeChannel("app")]))


def kill_at_a_step(url, label, turns):
    """Kill at the given turns of a step, the second time inside the recovery from the first."""
    return [ended(in_a_child(url, [ARCHIVE], label, turn)) for turn in turns]


@pytest.mark.parametrize("label", LABELS)
def test_a_process_killed_at_a_labelled_step_ends_in_the_same_record(url, whole, label):
    codes = kill_at_a_step(url, label, (7, 2))
    finish(url)

    assert codes[0] == KILLED
    assert told(url) == whole


def test_a_process_killed_at_a_random_moment_ends_in_the_same_record(url, whole):
    chance = random.Random(11)
    for _ in range(2):
        child = in_a_child(url, [ARCHIVE])
        time.sleep(chance.uniform(0.05, 0.5))
        os.kill(child, signal.SIGKILL)
        ended(child)
    finish(url)

    assert told(url) == whole


def test_a_run_that_nobody_kills_ends_well_in_a_child_too(url, whole):
    assert ended(in_a_child(url, [ARCHIVE])) == 0
    assert told(url) == whole


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("label", LABELS)
def test_a_process_killed_again_and_again_ends_in_the_same_record(url, whole, label, seed):
    chance = random.Random(f"{label}{seed}")
    kill_at_a_step(url, label, [chance.randint(1, 40) for _ in range(chance.randint(1, 4))])
    finish(url)

    assert told(url) == whole


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(120))
def test_a_process_killed_at_many_random_moments_ends_in_the_same_record(url, whole, seed):
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 5)):
        child = in_a_child(url, [ARCHIVE])
        time.sleep(chance.uniform(0.0, 1.0))
        os.kill(child, signal.SIGKILL)
        ended(child)
    finish(url)

    assert told(url) == whole
