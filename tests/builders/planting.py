"""Planting: a row is changed past every guard, as who owns the file could, so that a check has something to find."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, text

from closeline.store.database.immutable import guard_names
from closeline.store.session import Session


@contextmanager
def planted(engine: Engine, *statements: str, tables: Iterable[str]) -> Iterator[Session]:
    """Give a session that sees what statements did with the guards of some tables gone; afterwards it never was."""
    bare = create_engine(engine.url)
    try:
        with bare.connect() as connection:
            _begin(connection)
            for table in tables:
                _unguard(connection, table)
            for statement in statements:
                connection.execute(text(statement))
            yield Session(connection, writes=False)
            connection.rollback()
    finally:
        bare.dispose()


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # The driver would commit before it drops a trigger, unless the transaction is begun by hand.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.isolation_level = None
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unguard(connection: Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    for guard in guard_names(table):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))


def missed(engine: Engine, plants: dict[str, tuple[str, str, list[str]]]) -> dict[str, object]:
    """Give what a law's own check does not find of what is planted against it, or finds without a word."""
    from closeline.store.invariants import violations
    from tests.builders.records import TENANT

    silent: dict[str, object] = {}
    for name, (law, table, statements) in plants.items():
        with planted(engine, *statements, tables={"pick", table}) as session:
            found = violations(session, tenant_id=TENANT, only=[law])[law]
        if not found or any(item.invariant != law or not item.row or not item.why for item in found):
            silent[name] = found
    return silent
