"""Quotes by the month: one table to whoever reads, writes, refers to it or attacks it, whatever part a row lies in."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from closeline.domain.clock import micros
from closeline.domain.errors import AppendOnlyViolation, CorruptRecord, StoreUnavailable
from closeline.store import schema
from closeline.store.database import partitions
from closeline.store.database.engine import open_engine
from closeline.store.database.partitions import first_number, following, make_months
from closeline.store.quotes.numbering import number_after
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests import databases
from tests.builders.desks import a_desk
from tests.store.guarded import guarded
from tests.store.rows import a_quote_desk, row_of

quote = metadata.tables["quote"]
COLUMNS = tuple(quote.c.keys())
MONTHS = (date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
moments = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.fixture
def record(postgresql):
    """Give a record with what quotes refer to, and the parts of three months that were made by the desk's role."""
    with guarded(postgresql) as engines:
        with unit_of_work(engines.owner) as session:
            a_quote_desk(session)
        with unit_of_work(engines.app) as session:
            make_months(session.connection, MONTHS[0], ahead=2)
        yield engines


def a_quote(number, at=None, **other):
    at = 1 if at is None else micros(at)
    return tuple(row_of(quote, quote_id=number, received_at=at, snapshot_id="s0", event_id="e0", **other).values())


def keep(engine, *rows):
    with unit_of_work(engine) as session:
        session.append(quote, COLUMNS, rows)


def parts(engine):
    with unit_of_work(engine, write=False) as session:
        query = text("SELECT CAST(CAST(tableoid AS regclass) AS text), count(*) FROM quote GROUP BY 1")
        return dict(map(tuple, session.rows(query)))


IN_EACH_PART = {
    "quote_in_before": 7,
    "quote_in_2026_12": first_number(MONTHS[0]) + 1,
    "quote_in_2027_01": first_number(MONTHS[1]) + 1,
    "quote_in_rest": first_number(date(2090, 1, 1)) + 1,
}


def test_a_quote_lies_in_the_part_of_its_number_and_none_is_refused_for_want_of_one(record):
    keep(record.app, *(a_quote(number) for number in IN_EACH_PART.values()))

    assert parts(record.app) == dict.fromkeys(IN_EACH_PART, 1)


def test_the_number_alone_is_the_key_in_every_part(record):
    keep(record.app, *(a_quote(number) for number in IN_EACH_PART.values()))
    for number in IN_EACH_PART.values():
        with pytest.raises(AppendOnlyViolation, match="append-only: quote refuses a key that is taken"):
            keep(record.app, a_quote(number))


def test_other_tables_refer_to_a_quote_in_any_part_and_to_none_that_is_not_there(record):
    keep(record.app, *(a_quote(number) for number in IN_EACH_PART.values()))
    heartbeat = metadata.tables["quote_heartbeat"]
    for place, number in enumerate((*IN_EACH_PART.values(), 99)):
        row = row_of(heartbeat, quote_id=number, event_id="e0", snapshot_id="s0", book=f"b{place}")
        if number == 99:
            with (
                pytest.raises(CorruptRecord, match="fk_quote_heartbeat_quote_id_quote"),
                unit_of_work(record.app) as session,
            ):
                session.append(heartbeat, tuple(row), [tuple(row.values())])
        else:
            with unit_of_work(record.app) as session:
                session.append(heartbeat, tuple(row), [tuple(row.values())])


ATTACKS = ("UPDATE {} SET book = 'other'", "DELETE FROM {}", "TRUNCATE {} CASCADE")


@pytest.mark.parametrize("table", ["quote", *IN_EACH_PART])
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_part_is_guarded_even_against_its_owner(record, table, attack):
    keep(record.app, *(a_quote(number) for number in IN_EACH_PART.values()))
    for off in ("", "SET LOCAL session_replication_role = replica; "):
        with (
            pytest.raises(AppendOnlyViolation, match="append-only: quote refuses"),
            unit_of_work(record.owner) as session,
        ):
            session.execute(text(off + attack.format(table)))

    assert parts(record.app) == dict.fromkeys(IN_EACH_PART, 1)


def test_a_part_whose_guards_were_forgotten_lets_truncate_through(record):
    """The planted twin: TRUNCATE of a part fires no trigger of the whole; what stops it here is the guard of picks."""
    with record.owner.begin() as connection:
        connection.execute(text("DROP TRIGGER quote_refuses_truncate ON quote_in_2027_01"))

    with (
        pytest.raises(AppendOnlyViolation, match="append-only: pick refuses TRUNCATE"),
        unit_of_work(record.owner) as session,
    ):
        session.execute(text("TRUNCATE quote_in_2027_01 CASCADE"))


def test_the_door_of_retention_opens_in_every_part(record):
    keep(record.app, *(a_quote(number) for number in IN_EACH_PART.values()))
    gone, plan = metadata.tables["dropped_quote"], metadata.tables["retention_plan"]
    with unit_of_work(record.owner) as session:
        session.append(plan, tuple(plan.c.keys()), [tuple(row_of(plan).values())])
        for number in IN_EACH_PART.values():
            session.append(gone, tuple(gone.c.keys()), [tuple(row_of(gone, quote_id=number).values())])
        session.execute(text("DELETE FROM quote"))

    assert parts(record.app) == {}


def test_the_desks_role_reaches_no_part_but_through_the_whole(record):
    for statement in ("SELECT * FROM quote_in_2027_01", "DROP TABLE quote_in_2027_01", "CREATE TABLE x (y integer)"):
        with pytest.raises(StoreUnavailable, match="may not do this"), unit_of_work(record.app) as session:
            session.execute(text(statement))


def test_months_are_made_once_ahead_of_time_and_said(record):
    with unit_of_work(record.app) as session:
        assert make_months(session.connection, date(2027, 2, 28), ahead=1) == {"2027-02": "THERE", "2027-03": "MADE"}
        assert make_months(session.connection, date(2026, 1, 5), ahead=0) == {"2026-01": "BEFORE"}


def test_a_month_whose_quotes_the_rest_holds_already_stays_there(record):
    keep(record.app, a_quote(first_number(date(2028, 5, 1)) + 1))
    with unit_of_work(record.app) as session:
        assert make_months(session.connection, date(2028, 4, 1), ahead=2) == {
            "2028-04": "MADE", "2028-05": "TAKEN", "2028-06": "MADE",
        }  # fmt: skip
    keep(record.app, a_quote(first_number(date(2028, 5, 1)) + 2))

    assert parts(record.app) == {"quote_in_rest": 2}


def test_a_question_about_late_quotes_leaves_earlier_months_alone(record):
    since = micros(datetime(2027, 1, 1, tzinfo=UTC))
    with unit_of_work(record.app, write=False) as session:
        plan = "\n".join(
            row[0] for row in session.rows(text(f"EXPLAIN SELECT * FROM quote WHERE received_at >= {since}"))
        )

    assert "quote_in_2027_01" in plan
    assert "quote_in_2026_12" not in plan


def test_a_month_takes_no_quote_of_a_later_one(record):
    with pytest.raises(CorruptRecord, match="received_by_then"):
        keep(record.app, a_quote(first_number(MONTHS[0]) + 1, datetime(2027, 1, 1, tzinfo=UTC)))


def test_the_job_makes_the_months_of_a_live_desk_and_nothing_on_sqlite(record, sqlite):
    from closeline.jobs.capturing.parting import make_parts
    from tests.store.conftest import migrate

    with unit_of_work(record.app) as session:
        make_parts(session, a_desk(record.app, now=datetime(2030, 1, 31, tzinfo=UTC)), {})
        assert session.scalar(text("SELECT CAST(to_regclass('quote_in_2030_04') AS text)")) == "quote_in_2030_04"
    with databases.dropped_after(sqlite, sqlite.copy_of("store", migrate)) as url:
        engine = open_engine(url)
        with unit_of_work(engine) as session:
            make_parts(session, a_desk(engine), {})
            assert make_months(session.connection, date(2030, 1, 1)) == {}
        engine.dispose()


def test_quotes_of_before_stay_where_they_lie_and_come_back_on_the_way_down(postgresql):
    url = postgresql.fresh()
    engine = open_engine(url)
    schema.upgrade(engine, "0021")
    with unit_of_work(engine) as session:
        a_quote_desk(session)
        session.append(quote, COLUMNS, [a_quote(number) for number in range(1, 301)])
    schema.upgrade(engine, "0022")
    after = parts(engine)
    keep(engine, a_quote(first_number(partitions.FIRST) + 1))
    schema.downgrade(engine, "0021")
    with unit_of_work(engine, write=False) as session:
        joined = session.scalar(text("SELECT count(*) FROM quote"))
        kind = session.scalar(text("SELECT relkind FROM pg_class WHERE relname = 'quote'"))
    with pytest.raises(AppendOnlyViolation), unit_of_work(engine) as session:
        session.execute(text("DELETE FROM quote"))
    schema.upgrade(engine)
    again = parts(engine)
    engine.dispose()
    postgresql.drop(url)

    assert after == {"quote_in_before": 300}
    assert (joined, kind) == (301, "r")
    assert again == {"quote_in_before": 301}


# ------------------------------------------------------------------------------------------- the numbers


@given(st.lists(moments, min_size=1, max_size=30))
def test_numbers_rise_and_never_lie_in_an_earlier_month_than_their_quote(received):
    numbers, last = [], 0
    for at in received:
        last = number_after(last, at)
        numbers.append(last)

    assert numbers == sorted(set(numbers))
    assert all(number > first_number(date(at.year, at.month, 1)) for number, at in zip(numbers, received, strict=True))


@given(st.lists(moments, min_size=1, max_size=30).map(sorted))
def test_in_order_each_number_lies_in_the_month_of_its_quote(received):
    last = 0
    for at in received:
        last = number_after(last, at)
        month = date(at.year, at.month, 1)

        assert first_number(month) < last < first_number(following(month))


def test_numbers_are_whole_in_every_program_that_reads_json():
    assert number_after(0, datetime(9999, 12, 31, tzinfo=UTC)) < 2**53
    assert following(date(2026, 12, 1)) == date(2027, 1, 1)
    assert following(date(2026, 1, 1), -1) == date(2025, 12, 1)
