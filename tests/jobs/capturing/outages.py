"""Records that go away for a while, as real ones do: refused, locked by another process, or shut to everybody."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, event

LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""
# Of a locked file every transaction waits for its turn: not as long as in earnest.
PATIENCE = "PRAGMA busy_timeout = 20"


@contextmanager
def refused(engine: Engine) -> Iterator[None]:
    """Let no connection be had, of whatever database."""

    def refuse(*told: object) -> None:
        del told
        raise engine.dialect.loaded_dbapi.OperationalError("the server is not there")

    event.listen(engine.pool, "checkout", refuse)
    try:
        yield
    finally:
        event.remove(engine.pool, "checkout", refuse)


@contextmanager
def really_away(engine: Engine) -> Iterator[None]:
    """Let another process lock the file of SQLite, or PostgreSQL end every connection and take no other."""
    with (_locked if engine.dialect.name == "sqlite" else _shut)(engine):
        yield


@contextmanager
def _locked(engine: Engine) -> Iterator[None]:
    def hurry(connection: object, *told: object) -> None:
        del told
        connection.execute(PATIENCE)  # type: ignore[attr-defined]

    event.listen(engine.pool, "checkout", hurry)
    command = [sys.executable, "-c", LOCK, str(engine.url.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.stdin.close()
            other.wait(timeout=30)
            event.remove(engine.pool, "checkout", hurry)


@contextmanager
def _shut(engine: Engine) -> Iterator[None]:
    name = engine.url.database
    plain = engine.url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
