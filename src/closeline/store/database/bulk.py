"""Rows in at the driver's own speed: tuples past the statement compiler, and COPY on PostgreSQL.

PostgreSQL copies no rows into a table under row-level security, and none that may be there already. Those are copied
aside, into a table of this transaction alone, and inserted from there; few of them are not worth such a table.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from closeline.domain.errors import AppendOnlyViolation
from closeline.store.database.faults import GUARD_WORDS
from closeline.store.database.isolation import is_isolated
from closeline.store.tables.columns import Flag

Values = Sequence[Any]

_KEYS_PER_QUERY = 10_000
# Up to so many rows are inserted one by one: making and dropping a table costs more.
_FEW = 100
_ASIDE = "arriving_rows"


def append_rows(connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]) -> int:
    """Add rows to `table` and return how many; raises what the driver raises."""
    if connection.dialect.name == "sqlite":
        return _executemany(connection, table, columns, rows)
    if is_isolated(table):
        return _insert_or(connection, table, columns, list(rows), "")
    return _copy(connection, table, columns, rows)


def append_fresh(connection: Connection, table: Table, columns: tuple[str, ...], rows: list[Values]) -> int:
    """Add rows of which none was there a moment ago, and return how many were added.

    Fewer than `rows` when another transaction has added some in between; raises what the driver raises.
    """
    if connection.dialect.name == "sqlite":
        return _executemany(connection, table, columns, rows)
    return _insert_or(connection, table, columns, rows, " ON CONFLICT DO NOTHING")


def fresh_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    keys: tuple[str, ...],
    ignoring: frozenset[str],
) -> list[Values]:
    """Return the rows whose key is not in `table` yet, each once.

    Raises AppendOnlyViolation when a key is there, or comes twice, with other content outside `ignoring`.
    """
    at = [columns.index(name) for name in keys]
    wanted = list(rows)
    known = {tuple(row[i] for i in at): row for row in _existing(connection, table, columns, wanted, keys, at)}
    fresh = []
    for row in wanted:
        name = tuple(row[i] for i in at)
        if name in known:
            _must_agree(table.name, columns, known[name], row, keys, ignoring)
            continue
        known[name] = row
        fresh.append(row)
    return fresh


def _must_agree(
    table: str,
    columns: tuple[str, ...],
    there: Values,
    came: Values,
    keys: tuple[str, ...],
    ignoring: frozenset[str],
) -> None:
    for name, old, new in zip(columns, there, came, strict=True):
        if old != new and name not in ignoring:
            named = ", ".join(f"{key}={came[columns.index(key)]}" for key in keys)
            message = f"{GUARD_WORDS} {table} holds {named} already: {name} must be {old!r}, was {new!r}"
            raise AppendOnlyViolation(message)


def _existing(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: list[Values],
    keys: tuple[str, ...],
    at: list[int],
) -> Iterator[Values]:
    if connection.dialect.name == "sqlite":
        cursor = _driver(connection).cursor()
        query = _select_one(table, columns, keys)
        for row in rows:
            yield from cursor.execute(query, [row[i] for i in at])
        return
    query = _select_many(table, columns, keys)
    for start in range(0, len(rows), _KEYS_PER_QUERY):
        batch = rows[start : start + _KEYS_PER_QUERY]
        with _driver(connection).cursor() as cursor:
            yield from cursor.execute(query, [[row[i] for row in batch] for i in at])


def _executemany(connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]) -> int:
    cursor = _driver(connection).cursor()
    cursor.executemany(_insert(table, columns, "?"), rows)
    return max(int(cursor.rowcount), 0)


def _copy(connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]) -> int:
    # COPY reads 0 and 1 as booleans, which an INSERT does not, and beats executemany from the first rows on.
    with _driver(connection).cursor() as cursor:
        with cursor.copy(_copy_in(table, columns)) as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)


def _insert_or(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: list[Values], otherwise: str
) -> int:
    """Insert rows into a PostgreSQL table, `otherwise` saying what becomes of those whose key is taken."""
    with _driver(connection).cursor() as cursor:
        if len(rows) <= _FEW:
            cursor.executemany(_insert(table, columns, "%s") + otherwise, rows)
            return max(int(cursor.rowcount), 0)
        names = ", ".join(columns)
        cursor.execute(f"CREATE TEMP TABLE {_ASIDE} AS SELECT {names} FROM {table.name} WITH NO DATA")  # noqa: S608
        with cursor.copy(_copy_in(table, columns).replace(table.name, _ASIDE, 1)) as copy:
            for row in rows:
                copy.write_row(row)
        added = cursor.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {_ASIDE}{otherwise}").rowcount  # noqa: S608
        cursor.execute(f"DROP TABLE {_ASIDE}")
        return int(added)


def _driver(connection: Connection) -> Any:  # noqa: ANN401
    return connection.connection.driver_connection


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], mark: str) -> str:
    _must_have(table, columns)
    # COPY takes 0 and 1 for booleans, an INSERT has to be told.
    flags = {name for name in columns if mark == "%s" and isinstance(table.c[name].type, Flag)}
    marks = ", ".join(f"{mark}::int::boolean" if name in flags else mark for name in columns)
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608


@lru_cache(maxsize=256)
def _copy_in(table: Table, columns: tuple[str, ...]) -> str:
    _must_have(table, columns)
    return f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"


@lru_cache(maxsize=256)
def _select_one(table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    _must_have(table, columns)
    same = " AND ".join(f"{name} = ?" for name in keys)
    return f"SELECT {', '.join(columns)} FROM {table.name} WHERE {same}"  # noqa: S608


@lru_cache(maxsize=256)
def _select_many(table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> str:
    _must_have(table, columns)
    from sqlalchemy.dialects import postgresql

    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"%s::{_plain_type(table, name, dialect)}[]" for name in keys)
    same = " AND ".join(f"{table.name}.{name} = wanted.{name}" for name in keys)
    chosen = ", ".join(f"{table.name}.{name}" for name in columns)
    # OFFSET 0 keeps the planner to one look into the index per key: a table without statistics
    # it would read whole.
    return (
        f"SELECT found.* FROM unnest({arrays}) AS wanted({', '.join(keys)}) "  # noqa: S608
        f"CROSS JOIN LATERAL (SELECT {chosen} FROM {table.name} WHERE {same} OFFSET 0) AS found"
    )


def _plain_type(table: Table, name: str, dialect: Dialect) -> str:
    return table.c[name].type.compile(dialect).partition(" COLLATE")[0]


def _must_have(table: Table, columns: tuple[str, ...]) -> None:
    unknown = set(columns) - set(table.c.keys())
    if unknown:
        message = f"columns must be of {table.name}, was {', '.join(sorted(unknown))}"
        raise ValueError(message)
