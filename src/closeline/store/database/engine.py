"""Open the database: SQLite as a file beside the user's work, PostgreSQL for production.

SQLite connections check foreign keys, fire triggers for rows that REPLACE deletes, and reach the disk before
a commit returns. They start each transaction themselves, because the driver would begin too late: `BEGIN`
followed by a read and a write fails at once when another writer came between, `BEGIN IMMEDIATE` waits its
turn.
"""

import select
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError

from closeline.domain.errors import StoreUnavailable
from closeline.store.database.faults import foreign, translated
from closeline.store.database.isolation import for_tenant, speak

__all__ = ["WRITES", "Engine", "ServerLimits", "for_tenant", "journal_mode", "open_engine", "shown"]

BUSY_MS = 15_000
CACHE_KIB = 32_768
# Until 3.51.3 two connections that write and checkpoint at once could corrupt a database in WAL mode.
WAL_SAFE_FROM = (3, 51, 3)
CONNECT_SECONDS_MAX = 5
WRITES = "closeline_writes"


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How many connections to a server are kept, and how long anything on one of them may take.

    Connections: `size` stay open, `overflow` more are opened when those are taken, and who finds none free waits for
    `wait_seconds`. A connection is replaced when it is `recycle_seconds` old. A statement is ended after
    `statement_seconds`, a transaction that does nothing after `idle_seconds`.
    """

    size: int = 5
    overflow: int = 10
    wait_seconds: int = 10
    recycle_seconds: int = 1800
    statement_seconds: int = 300
    idle_seconds: int = 300


def open_engine(url: str, *, tenant_id: str | None = None, limits: ServerLimits | None = None) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql://user@host/name`.

    With `tenant_id` every transaction speaks for that tenant; without, a role under row-level security sees no row of
    any. Nothing is created or upgraded: see `schema.ready`. Raises StoreUnavailable, in one line with the mend,
    when the address cannot be used, the file cannot be opened, the driver is missing or the server does not
    answer.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = _open_sqlite(address)
    else:
        engine = _open_postgresql(address, limits or ServerLimits())
    _answer(engine)
    return for_tenant(engine, tenant_id) if tenant_id else engine


def journal_mode(engine: Engine) -> str:
    """Return how commits reach the disk: 'wal' or 'truncate' on SQLite, 'server' elsewhere."""
    if engine.dialect.name != "sqlite":
        return "server"
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())


def shown(engine: Engine) -> str:
    """Return the address for people to read: never with its password."""
    return engine.url.render_as_string(hide_password=True)


def _address(url: str) -> URL:
    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError as error:
        message = f"database must be sqlite:///path or postgresql://user@host/name, was {url!r}"
        raise StoreUnavailable(message) from error
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        message = f"database must be sqlite:///path or postgresql://user@host/name, was {address.drivername}://"
        raise StoreUnavailable(message)
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        message = "database must be a file, was a database in memory; write sqlite:///closeline.db"
        raise StoreUnavailable(message)
    return address


def _answer(engine: Engine) -> None:
    """Connect once, so that what is wrong is said now and in one line."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1").scalar_one()
    except foreign(engine.dialect) as error:
        raise translated(error, where=shown(engine)) from error


def _open_sqlite(address: URL) -> Engine:
    folder = Path(str(address.database)).parent
    if not folder.is_dir():
        message = f"folder of the database must exist, was {folder}; create it or name another file"
        raise StoreUnavailable(message)
    engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        f"journal_mode = {'WAL' if sqlite3.sqlite_version_info >= WAL_SAFE_FROM else 'TRUNCATE'}",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "temp_store = MEMORY",
        f"cache_size = -{CACHE_KIB}",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")  # type: ignore[union-attr]


def _open_postgresql(address: URL, limits: ServerLimits) -> Engine:
    try:
        engine = create_engine(
            address,
            pool_size=limits.size,
            max_overflow=limits.overflow,
            pool_timeout=limits.wait_seconds,
            pool_recycle=limits.recycle_seconds,
            connect_args={
                "connect_timeout": CONNECT_SECONDS_MAX,
                "application_name": "closeline",
                "options": f"-c timezone=UTC -c statement_timeout={limits.statement_seconds}s "
                f"-c idle_in_transaction_session_timeout={limits.idle_seconds}s",
            },
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        message = "PostgreSQL needs its driver, which is not installed; run: pip install 'closeline[production]'"
        raise StoreUnavailable(message) from error
    event.listen(engine, "checkout", _refuse_hung_up)
    event.listen(engine, "begin", speak)
    return engine


def _refuse_hung_up(connection: Any, record: object, proxy: object) -> None:  # noqa: ANN401
    """Drop a pooled connection whose server has hung up, without asking the server each time.

    An idle server has nothing to say: when its socket is readable, it said goodbye.
    """
    del record, proxy
    if connection.closed or select.select([connection.fileno()], [], [], 0)[0]:
        raise DisconnectionError
