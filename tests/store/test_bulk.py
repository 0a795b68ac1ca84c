"""Rows in bulk: few or many, into tables of tenants or of all, and twice at once."""

import threading

import pytest
from sqlalchemy import func, select, text

from closeline.domain.errors import AppendOnlyViolation
from closeline.store.database import bulk
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.store.rows import fill, row_of

alert = metadata.tables["ops_alert"]
team = metadata.tables["team"]
publication = metadata.tables["publication"]
SIZES = [1, bulk._FEW, bulk._FEW + 1, 1000]


def rows_for(table, size, **other):
    key = next(iter(table.primary_key.columns)).name
    return [tuple((row_of(table, **other) | {key: f"{number:05d}"}).values()) for number in range(size)]


def count(engine, table):
    with unit_of_work(engine, write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("table", [alert, team], ids=lambda table: table.name)
def test_few_rows_and_many_come_in_alike(record, table, size):
    with unit_of_work(record) as session:
        assert session.append(table, tuple(table.c.keys()), iter(rows_for(table, size))) == size

    assert count(record, table) == size


@pytest.mark.parametrize("size", SIZES)
def test_a_taken_key_among_few_or_many_is_refused_and_nothing_is_kept(record, size):
    rows = rows_for(alert, size)
    with pytest.raises(AppendOnlyViolation, match="ops_alert"), unit_of_work(record) as session:
        session.append(alert, tuple(alert.c.keys()), [*rows, rows[0]])

    assert count(record, alert) == 0


@pytest.mark.parametrize("flag", [True, False, 0, 1])
@pytest.mark.parametrize("few", [0, 1000])
def test_flags_may_be_numbers_by_either_way(record, monkeypatch, flag, few):
    monkeypatch.setattr(bulk, "_FEW", few)
    with unit_of_work(record) as session:
        fill(session)
        pick = metadata.tables["pick"]
        row = row_of(pick, pick_id="other", price_assumed=flag, supersedes=None)
        session.append(pick, tuple(row), [tuple(row.values())])
        stored = session.scalar(select(pick.c.price_assumed).where(pick.c.pick_id == "other"))

    assert stored is bool(flag)


@pytest.mark.parametrize("size", [5, 500])
def test_two_who_add_the_same_rows_at_once_both_succeed_and_they_are_there_once(record, size):
    """The second finds nothing, waits for the first to commit, and finds that its rows have come in between."""
    gate, told, added = threading.Barrier(2), [], []

    def work():
        try:
            gate.wait()
            with unit_of_work(record) as session:
                session.scalar(text("SELECT 1"))
                added.append(session.append_new(team, tuple(team.c.keys()), rows_for(team, size), ("team_id",)))
        except Exception as error:  # noqa: BLE001
            told.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == []
    assert sorted(added) == [0, size]
    assert count(record, team) == size


def test_of_two_who_say_different_things_of_one_key_at_once_the_second_is_refused(record, monkeypatch):
    if record.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    columns = tuple(team.c.keys())
    first_wrote, second_read = threading.Event(), threading.Event()
    told = []

    def second():
        real = bulk.fresh_rows

        def slow(*given):
            found = real(*given)
            second_read.set()
            return found

        try:
            with unit_of_work(record) as session:
                first_wrote.wait()
                monkeypatch.setattr("closeline.store.session.fresh_rows", slow)
                session.append_new(team, columns, [("t", "nba", "Other")], ("team_id",))
        except AppendOnlyViolation as error:
            told.append(str(error))

    thread = threading.Thread(target=second)
    thread.start()
    with unit_of_work(record) as session:
        session.append_new(team, columns, [("t", "nba", "One")], ("team_id",))
        first_wrote.set()
        second_read.wait(5)
    thread.join()

    assert told == ["append-only: team holds team_id=t already: name must be 'One', was 'Other'"]
