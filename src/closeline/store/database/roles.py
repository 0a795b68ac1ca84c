"""Roles on PostgreSQL: what each may do with the record, and nothing more.

The owner runs migrations and retention; it sees every tenant and is used by people. The desk runs as `closeline_app`,
which owns nothing: it adds rows to append-only tables and may not change or remove them, whatever the guards say.
`closeline_read` reads one tenant's record for reports, and no secrets. `closeline_backup` reads everything.

Roles are made by whoever runs the server, with the passwords of their own choosing (docs/postgresql.md): this program
makes none and knows none. It grants to those that are there, again after each migration.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, inspect, text

from closeline.store.database.partitions import MAKE
from closeline.store.tables import APPEND_ONLY, MUTABLE

APP: Final = "closeline_app"
READ: Final = "closeline_read"
BACKUP: Final = "closeline_backup"
ROLES: Final = (APP, READ, BACKUP)
# What a report has no use for: hashes of secrets, answers to calls, and who people are.
_NOT_FOR_REPORTS: Final = frozenset({"api_key", "idempotency_key", "person"})
_PARTED = text(f"SELECT to_regprocedure('{MAKE}(date)') IS NOT NULL")
_THERE = text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)")
_UNSAFE = text(
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:names) AND (rolsuper OR rolbypassrls OR rolcreaterole OR "
    "pg_has_role(rolname, (SELECT tableowner FROM pg_tables WHERE tablename = 'pick' AND schemaname = current_schema()"
    "), 'MEMBER'))"
)


def there(connection: Connection) -> tuple[str, ...]:
    """Return which of the roles the server has, in their order; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return ()
    found = {row[0] for row in connection.execute(_THERE, {"names": list(ROLES)})}
    return tuple(role for role in ROLES if role in found)


def too_mighty(connection: Connection) -> tuple[str, ...]:
    """Return the roles for which no guard of the record holds, though they are to be held by it."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(sorted(row[0] for row in connection.execute(_UNSAFE, {"names": [APP, READ]})))


def grants(
    roles: Collection[str],
    tables: Collection[str] = (*APPEND_ONLY, *MUTABLE),
    schema: str = "public",
    *,
    parted: bool = True,
) -> list[str]:
    """Return the statements that give each of `roles` what it may do with `tables`, and take away the rest.

    They can be repeated. `alembic_version`, which says what schema the record has, is read by all. parted: whether
    quotes are kept by the month, whose parts the desk's role may have made and a backup reads one by one.
    """
    statements = [f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"]
    for role in roles:
        statements += [
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
            f"REVOKE ALL ON SCHEMA {schema} FROM {role}",
            f"GRANT USAGE ON SCHEMA {schema} TO {role}",
            *(f"GRANT {rights} ON {', '.join(named)} TO {role}" for rights, named in _rights(role, tables) if named),
            f"GRANT SELECT ON alembic_version TO {role}",
        ]
    if parted and APP in roles:
        statements.append(f"GRANT EXECUTE ON FUNCTION {MAKE}(date) TO {APP}")
    if parted and BACKUP in roles:
        statements += [
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {BACKUP}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {BACKUP}",
        ]
    return statements


def apply(connection: Connection) -> tuple[str, ...]:
    """Grant to every role that the server has, and return which those are."""
    found = there(connection)
    if found:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        parted = connection.execute(_PARTED).scalar_one()
        for statement in grants(found, set(inspect(connection).get_table_names()), schema, parted=parted):
            connection.execute(text(statement))
    return found


def _rights(role: str, tables: Collection[str]) -> list[tuple[str, list[str]]]:
    """Return what a role may do with which of `tables`."""
    kept, changed = ([name for name in group if name in tables] for group in (APPEND_ONLY, MUTABLE))
    if role == APP:
        return [("SELECT, INSERT", kept), ("SELECT, INSERT, UPDATE, DELETE", changed)]
    if role == READ:
        return [("SELECT", [name for name in (*kept, *changed) if name not in _NOT_FOR_REPORTS])]
    return [("SELECT", [*kept, *changed])]
