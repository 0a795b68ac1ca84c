"""What is remembered of persistence: counts, times and faults, bounded, and never a secret."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.ports import Unmetered
from closeline.jobs.monitoring.meters import OK, Several, timed
from closeline.jobs.monitoring.persistence import FAULTS_KEPT, KEPT_PER_OPERATION, PersistenceLog
from closeline.store.database.watching import UNDONE

NOON = datetime(2025, 11, 2, 12, tzinfo=UTC)


class Ticking:
    """A clock that goes a second further each time it is asked."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


def a_log():
    return PersistenceLog(Ticking())


def test_a_log_says_since_when_it_watches_and_nothing_else_before_the_first_write():
    log = a_log()

    assert log.since == NOON + timedelta(seconds=1)
    assert (log.performance(), log.faults(), log.written_at, log.failing_since) == ([], [], None, None)


def test_writes_that_fail_are_failing_since_the_first_of_them_until_one_goes_well():
    log = a_log()
    log.transaction("write", OK, 0.1)
    well = log.written_at
    log.transaction("write", "StoreUnavailable", 0.1)
    failing = log.failing_since
    log.transaction("write", "StoreUnavailable", 0.1)

    assert log.failing_since == failing
    assert failing > well
    assert log.written_at == well

    log.transaction("write", OK, 0.1)

    assert log.failing_since is None
    assert log.written_at > failing


def test_a_read_says_nothing_of_writing():
    log = a_log()
    log.transaction("read", "StoreUnavailable", 0.1)
    log.transaction("read", OK, 0.1)

    assert (log.written_at, log.failing_since) == (None, None)
    assert [item.operation for item in log.faults()] == ["transaction.read"]


def test_a_transaction_that_was_let_go_is_no_fault_of_persistence():
    log = a_log()
    log.transaction("write", UNDONE, 0.1)

    assert (log.performance(), log.faults(), log.failing_since) == ([], [], None)


def test_rows_are_summed_and_the_last_batch_is_told():
    log = a_log()
    for rows in (100, 250):
        log.batch("opinions", rows, OK, 0.01)
    log.batch("opinions", 400, "StoreUnavailable", 0.01)
    [found] = log.performance()

    assert (found.operation, found.done, found.failed) == ("batch.opinions", 2, 1)
    assert (found.rows, found.rows_last) == (350, 250)
    assert [(item.fault, item.rows) for item in log.faults()] == [("StoreUnavailable", 400)]


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=300))
def test_quantiles_are_the_smallest_times_that_no_more_than_the_rest_exceed(times):
    log = a_log()
    for seconds in times:
        log.transaction("write", OK, seconds)
    [found] = log.performance()

    for share, told in ((0.50, found.p50_ms), (0.95, found.p95_ms), (0.99, found.p99_ms)):
        # By definition, counted one by one.
        reached = min(each for each in times if sum(other <= each for other in times) >= share * len(times) - 1e-9)
        assert told == round(1000 * reached, 3)


def test_what_is_kept_is_bounded():
    log = a_log()
    for number in range(KEPT_PER_OPERATION + 500):
        log.transaction("write", OK, float(number))
        log.transaction("read", "StoreFault", 0.0)
    figures = {item.operation: item for item in log.performance()}

    assert figures["transaction.write"].done == KEPT_PER_OPERATION + 500
    # The first five hundred are forgotten: the median is of the last thousand.
    assert figures["transaction.write"].p50_ms == 1000 * (500 + KEPT_PER_OPERATION / 2 - 1)
    assert len(log.faults()) == FAULTS_KEPT
    assert figures["transaction.read"].failed == KEPT_PER_OPERATION + 500


def test_many_threads_lose_no_count():
    log = a_log()

    def write():
        for _ in range(500):
            log.batch("opinions", 2, OK, 0.001)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [found] = log.performance()

    assert (found.done, found.rows) == (4000, 8000)


def test_several_meters_are_told_the_same_in_their_order():
    told = []

    class Telling(Unmetered):
        def __init__(self, name):
            self.name = name

        def job(self, job, outcome, seconds):
            told.append((self.name, job, outcome))

    Several(Telling("first"), Telling("second")).job("gate.candidates", OK, 0.1)

    assert told == [("first", "gate.candidates", OK), ("second", "gate.candidates", OK)]


def test_a_timed_block_tells_how_it_ended_and_lets_its_fault_through():
    told = []

    with pytest.raises(ZeroDivisionError), timed(lambda outcome, seconds: told.append((outcome, seconds >= 0))):
        1 / 0  # noqa: B018
    with timed(lambda outcome, seconds: told.append((outcome, seconds >= 0))):
        pass

    assert told == [("ZeroDivisionError", True), (OK, True)]
