"""The guards by which the databases themselves refuse to change what is recorded.

SQLite gets three triggers per table: before UPDATE, before DELETE, and before an INSERT whose primary key,
unique key or rowid is taken. The third is for INSERT OR REPLACE and UPSERT on connections that leave
`recursive_triggers` off, where the row that is replaced fires no DELETE trigger. PostgreSQL gets a row
trigger for UPDATE and DELETE and a statement trigger for TRUNCATE, both ENABLE ALWAYS, so that
`session_replication_role = replica` does not switch them off.

Two tables have a door beside their guard: a quote may be deleted, and the bytes of a payload emptied, while a tombstone
of an applied retention plan names it (see docs/decisions/0019-a-narrow-door.md). Everything else about them is refused
as before.

Who owns the file or the table can drop a trigger: against them stand the hash chain and what others have
seen.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, UniqueConstraint

from closeline.store.database.faults import GUARD_WORDS, PART

FUNCTION = "closeline_append_only"

# Of a part of a table it names the whole.
_REFUSE = f"""RAISE EXCEPTION '{GUARD_WORDS} % refuses %', split_part(TG_TABLE_NAME, '{PART}', 1), TG_OP
        USING ERRCODE = 'restrict_violation'"""

FUNCTION_SQL = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_REFUSE};
END
$$
"""


def guards(dialect: str, table: str, unique_keys: Iterable[Sequence[str]], *, with_rowid: bool) -> list[str]:
    """Return the statements that guard `table`; `unique_keys` are the columns of its primary and unique keys.

    `with_rowid` says whether SQLite numbers the table's rows: such a number is a key too.
    """
    if dialect == "sqlite":
        return _sqlite(table, [tuple(names) for names in unique_keys], with_rowid=with_rowid)
    return _postgresql(table)


# What must hold for a row to pass: a tombstone that names it, and of a payload that only its bytes go.
_QUOTE_PASSES = "EXISTS (SELECT 1 FROM dropped_quote AS gone WHERE gone.quote_id = OLD.quote_id)"
_PAYLOAD_PASSES = "EXISTS (SELECT 1 FROM dropped_payload AS gone WHERE gone.payload_sha = OLD.payload_sha)"
_PAYLOAD_KEEPS = ("payload_sha", "feed", "name", "size", "received_at")


def doors(dialect: str) -> list[str]:
    """Return the statements that put a door beside the guards of quotes and payloads; tombstones must be there."""
    if dialect == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _PAYLOAD_KEEPS)
        emptied = f"{same} AND length(NEW.compressed) = 0 AND {_PAYLOAD_PASSES}"
        return [
            *_sqlite_door("quote", "DELETE", _QUOTE_PASSES),
            *_sqlite_door("raw_payload", "UPDATE", emptied),
        ]
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _PAYLOAD_KEEPS)
    emptied = f"{same} AND length(NEW.compressed) = 0 AND {_PAYLOAD_PASSES}"
    return [
        *_postgresql_door("quote", "DELETE", "OLD", _QUOTE_PASSES),
        *_postgresql_door("raw_payload", "UPDATE", "NEW", emptied),
    ]


def doors_shut(dialect: str) -> list[str]:
    """Return the statements that take the doors away and leave the plain guards."""
    if dialect == "sqlite":
        return [*_sqlite_door("quote", "DELETE", None), *_sqlite_door("raw_payload", "UPDATE", None)]
    return [
        statement
        for table in ("quote", "raw_payload")
        for statement in (*_postgresql_rows(table, FUNCTION, again=True), f"DROP FUNCTION {_door_function(table)}()")
    ]


def _sqlite_door(table: str, what: str, passes: str | None) -> list[str]:
    name = guard_names(table)[("UPDATE", "DELETE").index(what)]
    when = "" if passes is None else f" WHEN NOT ({passes})"
    return [
        f"DROP TRIGGER {name}",
        f"CREATE TRIGGER {name} BEFORE {what} ON {table}{when} BEGIN {_raise(table, what)}; END",
    ]


def _door_function(table: str) -> str:
    return f"closeline_door_of_{table}"


def _postgresql_door(table: str, what: str, row: str, passes: str) -> list[str]:
    # A condition of a trigger may not ask another table, a function may: nested, because the second half reads a row
    # that the other operation does not have.
    return [_door_sql(table, what, row, passes), *_postgresql_rows(table, _door_function(table), again=True)]


def door_of_quotes() -> str:
    """Return the statement that says, on PostgreSQL, what passes the guard of quotes."""
    return _door_sql("quote", "DELETE", "OLD", _QUOTE_PASSES)


def _door_sql(table: str, what: str, row: str, passes: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION {_door_function(table)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = '{what}' THEN
        IF {passes} THEN
            RETURN {row};
        END IF;
    END IF;
    {_REFUSE};
END
$$
"""


def unique_keys(table: Table) -> list[tuple[str, ...]]:
    """Return the columns of each key of `table`, the primary key first, without keys that hold it whole.

    Rows that share such a larger key share the primary key too, so a guard on that one sees them.
    """
    primary = tuple(table.primary_key.columns.keys())
    unique = [tuple(part.columns.keys()) for part in table.constraints if isinstance(part, UniqueConstraint)]
    return [primary, *sorted(names for names in unique if not set(primary) <= set(names))]


def guard_names(table: str) -> tuple[str, str, str]:
    """Return the names of a table's SQLite guards: for UPDATE, DELETE and INSERT."""
    return (f"{table}_refuses_update", f"{table}_refuses_delete", f"{table}_refuses_replace")


def _sqlite(table: str, keys: list[tuple[str, ...]], *, with_rowid: bool) -> list[str]:
    on_update, on_delete, on_insert = guard_names(table)
    taken = " OR ".join(_taken(table, names) for names in [*keys, *([("rowid",)] if with_rowid else [])])
    refuse_key = _raise(table, "a key that is taken")
    return [
        f"CREATE TRIGGER {on_update} BEFORE UPDATE ON {table} BEGIN {_raise(table, 'UPDATE')}; END",
        f"CREATE TRIGGER {on_delete} BEFORE DELETE ON {table} BEGIN {_raise(table, 'DELETE')}; END",
        f"CREATE TRIGGER {on_insert} BEFORE INSERT ON {table} WHEN {taken} BEGIN {refuse_key}; END",
    ]


def _taken(table: str, names: tuple[str, ...]) -> str:
    same = " AND ".join(f"{name} = NEW.{name}" for name in names)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608


def _raise(table: str, what: str) -> str:
    return f"SELECT RAISE(ABORT, '{GUARD_WORDS} {table} refuses {what}')"


def _postgresql(table: str) -> list[str]:
    whole = f"{table}_refuses_truncate"
    call = f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        *_postgresql_rows(table, FUNCTION),
        f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {whole}",
    ]


def _postgresql_rows(table: str, function: str, *, again: bool = False) -> list[str]:
    rows = f"{table}_refuses_change"
    return [
        *([f"DROP TRIGGER {rows} ON {table}"] if again else []),
        f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {rows}",
    ]
