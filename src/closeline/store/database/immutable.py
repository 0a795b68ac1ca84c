"""The guards by which the databases themselves refuse to change what is recorded.

SQLite gets three triggers per table: before UPDATE, before DELETE, and before an INSERT whose primary key,
unique key or rowid is taken. The third is for INSERT OR REPLACE and UPSERT on connections that leave
`recursive_triggers` off, where the row that is replaced fires no DELETE trigger. PostgreSQL gets a row
trigger for UPDATE and DELETE and a statement trigger for TRUNCATE, both ENABLE ALWAYS, so that
`session_replication_role = replica` does not switch them off.

Who owns the file or the table can drop a trigger: against them stand the hash chain and what others have
seen.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, UniqueConstraint

from closeline.store.database.faults import GUARD_WORDS

FUNCTION = "closeline_append_only"

FUNCTION_SQL = f"""
CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{GUARD_WORDS} % refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
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
    rows, whole = f"{table}_refuses_change", f"{table}_refuses_truncate"
    call = f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {rows}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {whole}",
    ]
