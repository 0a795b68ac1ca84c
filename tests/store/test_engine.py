"""Opening the database: what holds on every connection, and one line of help when it cannot be opened."""

import sqlite3
import sys

import pytest
from sqlalchemy import text

from closeline.domain.errors import CloselineError, StoreUnavailable
from closeline.store.database import engine as engines
from closeline.store.database.engine import journal_mode, open_engine, shown
from closeline.store.session import unit_of_work


@pytest.fixture
def opened(tmp_path):
    """Open files, and close them when the test is over."""
    kept = []

    def open_file(name="closeline.db"):
        kept.append(open_engine(f"sqlite:///{tmp_path / name}"))
        return kept[-1]

    yield open_file
    for engine in kept:
        engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("synchronous", 2),
        ("temp_store", 2),
        ("busy_timeout", engines.BUSY_MS),
        ("trusted_schema", 0),
    ],
)
def test_every_sqlite_connection_has_its_pragmas(opened, pragma, expected):
    engine = opened()
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == expected


def test_a_writer_waits_at_least_five_seconds():
    assert engines.BUSY_MS >= 5000


def test_an_old_sqlite_does_not_use_the_write_ahead_log(opened, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))

    assert journal_mode(opened()) == "truncate"


def test_a_sqlite_without_the_reset_fault_uses_the_write_ahead_log(opened, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))

    assert journal_mode(opened()) == "wal"


def test_a_server_keeps_its_own_journal(empty):
    assert journal_mode(empty) in ({"wal", "truncate"} if empty.dialect.name == "sqlite" else {"server"})


def test_a_relative_path_is_taken_from_where_the_user_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    engine = open_engine("sqlite:///here.db")
    with unit_of_work(engine) as session:
        session.execute(text("CREATE TABLE t (x INTEGER)"))
    engine.dispose()

    assert (tmp_path / "here.db").stat().st_size > 0


def fault(url):
    """Give the one line that opening `url` says."""
    with pytest.raises(StoreUnavailable) as caught:
        open_engine(url)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_missing_folder_is_named(tmp_path):
    assert "folder of the database must exist" in fault(f"sqlite:///{tmp_path}/nowhere/closeline.db")


def test_a_file_of_another_kind_is_named(tmp_path):
    (tmp_path / "notes.db").write_text("these are notes, not a database\n" * 100)

    assert "file must be a Closeline database" in fault(f"sqlite:///{tmp_path}/notes.db")
    assert "notes.db" in fault(f"sqlite:///{tmp_path}/notes.db")


def test_a_folder_is_not_a_file(tmp_path):
    assert "cannot be used" in fault(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url):
    assert "must be a file" in fault(url)


@pytest.mark.parametrize("url", ["closeline.db", "mysql://localhost/x", "postgresql+asyncpg://localhost/x", ""])
def test_another_address_is_refused(url):
    assert "database must be sqlite:///path or postgresql://user@host/name" in fault(url)


def test_a_server_that_is_not_there_is_named_without_the_password():
    message = fault("postgresql://desk:secret@127.0.0.1:1/closeline")

    assert "does not answer" in message
    assert "secret" not in message
    assert "127.0.0.1:1" in message


def test_a_missing_driver_is_said_with_its_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    assert "pip install 'closeline[production]'" in fault("postgresql://desk@127.0.0.1:1/closeline")


def test_the_address_is_shown_without_its_password(empty):
    assert shown(empty).startswith(empty.dialect.name)


def test_a_server_database_that_does_not_exist_is_named(postgresql):
    url = postgresql.url.set(database="closeline_nowhere").render_as_string(hide_password=False)

    assert "database does not exist" in fault(url)


def test_a_connection_that_the_server_has_ended_is_replaced(postgresql):
    url = postgresql.fresh()
    engine = open_engine(url)
    with unit_of_work(engine, write=False) as session:
        ended = session.scalar(text("SELECT pg_backend_pid()"))
    postgresql.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    with unit_of_work(engine, write=False) as session:
        fresh = session.scalar(text("SELECT pg_backend_pid()"))
    engine.dispose()
    postgresql.drop(url)

    assert fresh != ended


def test_a_server_that_ends_a_transaction_is_a_store_fault(postgresql):
    url = postgresql.fresh()
    engine = open_engine(url)
    with pytest.raises(StoreUnavailable, match="does not answer"), unit_of_work(engine) as session:  # noqa: PT012
        ended = session.scalar(text("SELECT pg_backend_pid()"))
        postgresql.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
        session.scalar(text("SELECT 1"))
    engine.dispose()
    postgresql.drop(url)


def test_no_foreign_exception_leaves_the_store(record):
    wrong = [
        "SELECT nothing FROM nowhere",
        "SELEC 1",
        "SELECT no_such_function()",
        "INSERT INTO lease (name) VALUES ('x')",
    ]
    for statement in wrong:
        with pytest.raises(CloselineError) as caught, unit_of_work(record) as session:
            session.execute(text(statement))
        assert "\n" not in str(caught.value)
