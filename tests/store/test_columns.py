"""Times go in and come out exactly, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from closeline.domain.clock import instant, micros
from closeline.domain.errors import CloselineError
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.store.rows import row_of

lease = metadata.tables["lease"]
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
zones = st.integers(-14 * 60 + 1, 14 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(NAIVE.replace(year=1, day=3), NAIVE.replace(year=9999), timezones=zones)


@given(moments)
def test_microseconds_give_back_the_same_moment(moment):
    assert instant(micros(moment)) == moment
    assert instant(micros(moment)).tzinfo is UTC


@given(moments, moments)
def test_microseconds_keep_the_order_of_time(one, other):
    assert (micros(one) < micros(other)) == (one < other)


def test_microseconds_count_from_1970():
    assert micros(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)) == 1_000_005
    assert micros(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="must carry a zone"):
        micros(NAIVE)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments)
def test_a_stored_time_comes_back_to_the_microsecond(record, moment):
    with unit_of_work(record) as session:
        session.execute(lease.delete())
        session.execute(insert(lease), row_of(lease, expires_at=moment))
        stored = session.scalar(select(lease.c.expires_at))

    assert stored == moment
    assert stored.tzinfo is UTC


def test_a_stored_time_without_a_zone_is_refused(record):
    with pytest.raises(CloselineError, match="must carry a zone"), unit_of_work(record) as session:
        session.execute(insert(lease), row_of(lease, expires_at=NAIVE))


def test_a_time_that_is_no_number_never_slips_into_a_bulk_insert(record):
    columns = tuple(lease.c.keys())
    row = tuple(row_of(lease, expires_at=datetime(2026, 1, 1, tzinfo=UTC)).values())

    with pytest.raises(CloselineError), unit_of_work(record) as session:
        session.append(lease, columns, [row])


def test_flags_come_back_as_booleans(record):
    version = metadata.tables["event_version"]
    with unit_of_work(record) as session:
        for name in ("team", "raw_payload", "event"):
            table = metadata.tables[name]
            session.append(table, tuple(table.c.keys()), [tuple(row_of(table).values())])
        session.execute(insert(version), row_of(version, neutral=True, version=1, starts_at=EPOCH, received_at=EPOCH))
        session.append(version, tuple(version.c.keys()), [tuple(row_of(version, neutral=0, version=2).values())])
        flags = session.rows(select(version.c.neutral).order_by(version.c.version))
        neutral = session.rows(select(version.c.version).where(version.c.neutral))

    assert [row[0] for row in flags] == [True, False]
    assert [type(row[0]) for row in flags] == [bool, bool]
    assert [row[0] for row in neutral] == [1]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_texts_sort_by_code_point_on_both_databases(record):
    names = ["a", "B", "_", "é", "Z", "b", "-"]
    with unit_of_work(record) as session:
        for name in names:
            session.append(lease, tuple(lease.c.keys()), [tuple(row_of(lease, name=name).values())])
        stored = [row[0] for row in session.rows(select(lease.c.name).order_by(lease.c.name))]

    assert stored == sorted(names)
