"""One holder at a time, a token that grows with each, and no clock that was set back lengthens anything."""

# mypy: disable-error-code="no-untyped-def"

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import StaleToken
from closeline.store.scheduling import leases
from closeline.store.scheduling.runs import Fence
from closeline.store.session import unit_of_work

TTL = timedelta(seconds=20)


def now():
    # PostgreSQL goes by its own clock, so the tests go by the real one.
    return datetime.now(UTC)


def acquire(engine, holder, *, at=None, lapsed=False, ttl=TTL):
    with unit_of_work(engine) as session:
        return leases.acquire(session, "l", holder, at=at or now(), ttl=ttl, lapsed=lapsed)


def test_the_first_who_asks_has_it_and_the_second_is_told_who(record):
    first, second = acquire(record, "a"), acquire(record, "b")

    assert (first.holder, first.token) == ("a", 1)
    assert (second.holder, second.token, second.renewals) == ("a", 1, 0)


def test_its_holder_renews_it_under_the_same_token(record):
    first = acquire(record, "a")
    again = acquire(record, "a", at=now() + timedelta(seconds=1))

    assert (again.token, again.renewals) == (1, 1)
    assert again.expires_at > first.expires_at


def test_a_lease_that_ended_changes_hands_and_its_token_grows(record):
    acquire(record, "a", ttl=timedelta(0))
    taken = acquire(record, "b")

    assert (taken.holder, taken.token) == ("b", 2)


def test_a_lease_given_back_need_not_be_waited_for(record):
    held = acquire(record, "a")
    with unit_of_work(record) as session:
        assert leases.release(session, held.fence, "a", at=now())

    assert acquire(record, "b").token == 2


def test_a_lease_is_given_back_only_by_its_holder(record):
    held = acquire(record, "a")
    with unit_of_work(record) as session:
        assert not leases.release(session, Fence("l", held.token + 1), "a", at=now())
        assert not leases.release(session, held.fence, "b", at=now())


def test_who_saw_no_renewal_for_its_whole_length_takes_it_whatever_the_clock_says(record):
    # Planted: the holder's clock was a day ahead when it died, so by the clock its lease has a day to go.
    acquire(record, "a", ttl=timedelta(days=1))

    assert acquire(record, "b").holder == "a"
    assert acquire(record, "b", lapsed=True).holder == "b"


def test_a_stale_token_is_refused_and_the_present_one_is_not(record):
    first = acquire(record, "a")
    second = acquire(record, "b", lapsed=True)
    with unit_of_work(record, write=False) as session:
        leases.require(session, second.fence)
        with pytest.raises(StaleToken, match="must be 2, was 1"):
            leases.require(session, first.fence)
        with pytest.raises(StaleToken):
            leases.require(session, Fence("nobody's", 1))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-90_000, 90_000), st.booleans()), max_size=25))
def test_tokens_only_grow_and_only_when_the_holder_changes(sqlite_record, asked):
    with unit_of_work(sqlite_record) as session:
        session.connection.exec_driver_sql("DELETE FROM lease")
    begun, before = datetime(2026, 1, 1, tzinfo=UTC), None
    for holder, seconds, lapsed in asked:
        held = acquire(sqlite_record, holder, at=begun + timedelta(seconds=seconds), lapsed=lapsed)
        if before is not None:
            assert (held.token > before.token) == (held.holder != before.holder)
            assert held.token - before.token in (0, 1)
        before = held


@pytest.fixture
def sqlite_record(sqlite):
    from closeline.store import schema
    from closeline.store.database.engine import open_engine
    from tests import databases

    with databases.dropped_after(sqlite, sqlite.fresh()) as url:
        engine = open_engine(url)
        schema.ready(engine)
        yield engine
        engine.dispose()
