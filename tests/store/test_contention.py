"""Fault 7 with its guard taken away: a writer that begins as a reader is turned away at once, however patient it is."""

import threading
import time

import pytest
from sqlalchemy import event, text

from closeline.domain.errors import StoreUnavailable
from closeline.store import schema
from closeline.store.database import engine as engines
from closeline.store.database.engine import open_engine
from closeline.store.session import unit_of_work

_COUNT = text("SELECT count(*) FROM effect")
_ADD = text("INSERT INTO effect VALUES ('done')")


@pytest.fixture
def address(tmp_path):
    url = f"sqlite:///{tmp_path}/closeline.db"
    engine = open_engine(url)
    schema.ready(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE effect (what text)"))
    engine.dispose()
    return url


def read_then_write(url, seconds=0.7):
    """Let one writer hold the pen for a while, and another read first and write then; give how long that one waited."""
    engine, holds, has_read = open_engine(url), threading.Event(), threading.Event()

    def hold():
        with unit_of_work(engine) as session:
            session.execute(_ADD)
            holds.set()
            has_read.wait(0.3)
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    holds.wait()
    began = time.monotonic()
    try:
        with unit_of_work(engine) as session:
            session.scalar(_COUNT)
            has_read.set()
            session.execute(_ADD)
        return time.monotonic() - began
    finally:
        thread.join()
        engine.dispose()


def test_who_reads_first_and_writes_then_waits_its_turn(address):
    waited = read_then_write(address)
    engine = open_engine(address)
    with engine.connect() as connection:
        written = connection.execute(_COUNT).scalar_one()
    engine.dispose()

    assert (0.5 < waited < 5, written) == (True, 2)


def test_without_taking_the_pen_at_once_it_is_turned_away_with_all_its_patience_unused(address, monkeypatch):
    """Planted: transactions that begin as readers, as the driver's own do."""
    monkeypatch.setattr(
        engines, "_begin_sqlite", lambda connection: connection.connection.driver_connection.execute("BEGIN")
    )
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        read_then_write(address)

    assert time.monotonic() - began < engines.BUSY_MS / 1000 / 3


def test_the_pen_is_taken_where_a_transaction_begins(address):
    engine = open_engine(address)

    assert event.contains(engine, "begin", engines._begin_sqlite)
    engine.dispose()
