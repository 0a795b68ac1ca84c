"""Every unit of work is told of: what it was, how it ended, and one that never got its connection too."""

import sqlite3

import pytest
from sqlalchemy import text

from closeline.domain.errors import BadInput, StoreUnavailable
from closeline.store.database import engine as engines
from closeline.store.database.watching import UNDONE, watch
from closeline.store.session import unit_of_work


def watched(engine):
    told = []
    watch(engine, lambda kind, outcome, seconds: told.append((kind, outcome, seconds >= 0.0)))
    return told


def test_reads_and_writes_that_end_well_are_told_as_such(seeded):
    told = watched(seeded)
    with unit_of_work(seeded) as session:
        session.execute(text("UPDATE lease SET token = token"))
    with unit_of_work(seeded, write=False) as session:
        session.rows(text("SELECT 1"))

    assert told == [("write", "ok", True), ("read", "ok", True)]


def test_a_unit_that_its_own_work_gave_up_is_undone_and_no_fault_of_the_record(seeded):
    told = watched(seeded)
    with pytest.raises(BadInput), unit_of_work(seeded):
        raise BadInput

    assert told == [("write", UNDONE, True)]


def test_a_statement_that_the_record_refuses_is_told_by_its_class(seeded):
    told = watched(seeded)
    with pytest.raises(Exception, match="no_such_table") as fault, unit_of_work(seeded) as session:
        session.execute(text("DELETE FROM no_such_table"))

    assert told == [("write", type(fault.value).__name__, True)]


def test_a_writer_that_never_got_the_pen_is_told_too(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    path = tmp_path / "busy.db"
    engine = engines.open_engine(f"sqlite:///{path}")
    told = watched(engine)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreUnavailable), unit_of_work(engine):
            pass
    finally:
        other.close()
        engine.dispose()

    assert told == [("write", "StoreUnavailable", True)]


def test_an_engine_that_nobody_watches_tells_nobody(seeded):
    other = engines.open_engine(seeded.url.render_as_string(hide_password=False))
    told = watched(other)
    with unit_of_work(seeded, write=False):
        pass
    other.dispose()

    assert told == []
