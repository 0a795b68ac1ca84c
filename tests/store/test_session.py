"""A unit of work is whole or nothing, stands alone, and its bulk writes are exact."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from closeline.domain.clock import instant
from closeline.domain.errors import AppendOnlyViolation, CorruptRecord, InsideTransaction, Refused
from closeline.store.database.engine import open_engine
from closeline.store.session import inside_transaction, unit_of_work
from closeline.store.tables import metadata
from tests.store.rows import a_quote_desk, add, row_of

log = metadata.tables["event_log"]
quote = metadata.tables["quote"]
lease = metadata.tables["lease"]
LOG = tuple(log.c.keys())
QUOTE = tuple(quote.c.keys())


def entry(seq, **other):
    return tuple(row_of(log, seq=seq, **other).values())


def a_quote(quote_id, **other):
    return tuple(row_of(quote, quote_id=quote_id, snapshot_id="s0", event_id="e0", **other).values())


def count(engine, table=log):
    with unit_of_work(engine, write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


def test_what_a_unit_wrote_is_there_afterwards(record):
    with unit_of_work(record) as session:
        session.append(log, LOG, [entry(1), entry(2)])

    assert count(record) == 2


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_a_unit_that_raises_leaves_nothing(record, fault):
    with pytest.raises(fault), unit_of_work(record) as session:  # noqa: PT012
        session.append(log, LOG, [entry(1)])
        session.execute(insert(log), [dict(zip(LOG, entry(2), strict=True)) | {"at": instant(1)}])
        raise fault

    assert count(record) == 0
    assert not inside_transaction()


def test_a_unit_whose_last_row_does_not_fit_leaves_nothing(record):
    with pytest.raises(CorruptRecord, match="does not fit"), unit_of_work(record) as session:
        session.append(log, LOG, [entry(1), entry(2), entry(0)])

    assert count(record) == 0


def test_units_do_not_nest(record):
    with unit_of_work(record) as session:
        session.append(log, LOG, [entry(1)])
        for write in (True, False):
            with pytest.raises(InsideTransaction, match="must not nest"), unit_of_work(record, write=write):
                pass

    assert count(record) == 1


def test_a_thread_knows_whether_it_is_inside_a_unit(record):
    seen = []
    with unit_of_work(record, write=False):
        other = threading.Thread(target=lambda: seen.append(inside_transaction()))
        other.start()
        other.join()
        assert inside_transaction()

    assert seen == [False]
    assert not inside_transaction()


def test_a_unit_that_cannot_begin_does_not_count_as_inside(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    engine.dispose()
    (tmp_path / "a.db").write_text("no longer a database, " * 100)
    for _ in range(2):
        with pytest.raises(Exception, match="Closeline database"), unit_of_work(engine):
            pass

    assert not inside_transaction()


WRITES = {
    "append": lambda session: session.append(log, LOG, [entry(1)]),
    "append_new": lambda session: session.append_new(log, LOG, [entry(1)], ("chain", "seq")),
    "insert": lambda session: session.execute(insert(lease), row_of(lease) | {"expires_at": instant(1)}),
    "delete": lambda session: session.execute(lease.delete()),
    "plain text": lambda session: session.execute(
        text("INSERT INTO lease (name, holder, token, renewals, expires_at) VALUES ('y', 'y', 1, 1, 1)")
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_unit_that_only_reads_refuses_to_write(record, write):
    with pytest.raises(Refused), unit_of_work(record, write=False) as session:
        write(session)

    assert count(record) == 0
    assert count(record, lease) == 0


def test_a_refused_reader_leaves_a_connection_that_writes(record):
    with pytest.raises(Refused), unit_of_work(record, write=False) as session:
        WRITES["append"](session)
    with unit_of_work(record) as session:
        WRITES["append"](session)

    assert count(record) == 1


def test_a_reader_sees_one_state_of_the_record(record):
    """On SQLite the writer waits for the reader, on PostgreSQL the reader keeps its snapshot: it sees the same."""
    written = threading.Event()

    def write():
        with unit_of_work(record) as session:
            session.append(log, LOG, [entry(1)])
        written.set()

    with unit_of_work(record, write=False) as session:
        first = session.scalar(select(func.count()).select_from(log))
        writer = threading.Thread(target=write)
        writer.start()
        written.wait(0.3)
        second = session.scalar(select(func.count()).select_from(log))
    writer.join()

    assert (first, second, count(record)) == (0, 0, 1)


def test_two_writers_wait_for_each_other_rather_than_fail(record):
    """Read, then write what was read plus one: the classic lost update, or SQLITE_BUSY at once without IMMEDIATE."""
    failures = []
    gate = threading.Barrier(4)

    def work(chain):
        try:
            gate.wait()
            for _ in range(10):
                with unit_of_work(record) as session:
                    last = session.scalar(select(func.max(log.c.seq)).where(log.c.chain == chain)) or 0
                    session.append(log, LOG, [entry(last + 1, chain=chain)])
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"chain {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert count(record) == 40


def test_of_two_writers_of_one_key_only_one_succeeds(record):
    results = []
    gate = threading.Barrier(2)

    def work():
        gate.wait()
        try:
            with unit_of_work(record) as session:
                session.append(log, LOG, [entry(1)])
            results.append("written")
        except AppendOnlyViolation:
            results.append("refused")

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["refused", "written"]


def test_a_taken_key_of_a_mutable_table_is_refused_too(record):
    with pytest.raises(Refused, match="lease"), unit_of_work(record) as session:  # noqa: PT012
        add(session, lease)
        add(session, lease)


def test_a_row_that_names_no_parent_is_refused(record):
    with pytest.raises(CorruptRecord), unit_of_work(record) as session:
        add(session, quote)


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 500])
def test_append_counts_what_it_added(record, rows):
    with unit_of_work(record) as session:
        added = session.append(log, LOG, (entry(seq) for seq in range(1, rows + 1)))

    assert added == rows
    assert count(record) == rows


def test_append_refuses_a_column_that_the_table_does_not_have(record):
    with (
        pytest.raises(ValueError, match="columns must be of event_log, was colour"),
        unit_of_work(record) as session,
    ):
        session.append(log, ("chain", "colour"), [("x", "red")])


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, st.floats(0, 1), st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1))), max_size=20))
def test_what_is_appended_comes_back_exactly(record, values):
    track = metadata.tables["market_evaluation"]
    columns = tuple(track.c.keys())
    with pytest.raises(Rollback), unit_of_work(record) as session:  # noqa: PT012
        a_quote_desk(session, snapshots=1, events=0)
        rows = [
            row_of(track, snapshot_id="s0", book=f"b{number}", method=word, fair_probability=chance)
            | {"line_quarters": line, "line_key": line or 0}
            for number, (word, chance, line) in enumerate(values)
        ]
        session.append(track, columns, [tuple(row.values()) for row in rows])
        stored = session.rows(select(track.c.book, track.c.method, track.c.fair_probability, track.c.line_quarters))
        expected = {row["book"]: (row["method"], row["fair_probability"], row["line_quarters"]) for row in rows}

        assert {row[0]: tuple(row[1:]) for row in stored} == expected
        raise Rollback


class Rollback(Exception):
    """End a unit without keeping what it wrote."""


# ------------------------------------------------------------------------------------------- append_new


def new(engine, rows, **options):
    with unit_of_work(engine) as session:
        return session.append_new(log, LOG, rows, ("chain", "seq"), **options)


def test_rows_that_are_there_already_are_left_out(record):
    assert new(record, [entry(1), entry(2)]) == 2
    assert new(record, [entry(2), entry(3), entry(1)]) == 1
    assert new(record, [entry(3)]) == 0
    assert new(record, []) == 0
    assert count(record) == 3


def test_a_row_that_comes_twice_at_once_is_added_once(record):
    assert new(record, [entry(1), entry(1)]) == 1


@pytest.mark.parametrize("rows", [[entry(1), entry(1, body="other")], [entry(1, body="other")]])
def test_another_row_of_a_known_key_is_refused_and_named(record, rows):
    if len(rows) == 1:
        new(record, [entry(1)])
    with pytest.raises(AppendOnlyViolation, match="event_log holds chain=x, seq=1 already: body must be"):
        new(record, rows)


def test_columns_that_do_not_count_as_content_may_differ(record):
    new(record, [entry(1)])

    assert new(record, [entry(1, at=77)], ignoring=("at",)) == 0
    with pytest.raises(AppendOnlyViolation):
        new(record, [entry(1, at=77)])


def test_bytes_flags_and_nulls_compare_as_content(record):
    payload = metadata.tables["raw_payload"]
    row = tuple(row_of(payload, compressed=bytes(range(256))).values())
    with unit_of_work(record) as session:
        a_quote_desk(session)
        for table, key, one in (
            (payload, "payload_sha", row),
            (quote, "quote_id", a_quote(1, source_updated_at=None)),
        ):
            other = ("other", *one[1:]) if table is payload else one
            added = [session.append_new(table, tuple(table.c.keys()), [other], (key,)) for _ in range(2)]
            assert added == [1, 0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(1, 30), max_size=25), max_size=5))
def test_any_order_of_repeats_gives_the_set_of_rows(record, batches):
    with pytest.raises(Rollback), unit_of_work(record) as session:  # noqa: PT012
        added = sum(session.append_new(log, LOG, [entry(seq) for seq in batch], ("chain", "seq")) for batch in batches)
        stored = sorted(row[0] for row in session.rows(select(log.c.seq)))

        assert stored == sorted({seq for batch in batches for seq in batch})
        assert added == len(stored)
        raise Rollback


def test_many_known_rows_are_found_in_several_queries(record):
    rows = [entry(seq) for seq in range(1, 10_502)]

    assert new(record, rows[:10_400]) == 10_400
    assert new(record, rows) == 101
