"""What migrations say about append-only tables, and about tables of tenants."""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import inspect

from closeline.store.database.immutable import doors, doors_shut, guards
from closeline.store.database.isolation import belongs, policies, policies_dropped


def protect(table: str, *unique_keys: Sequence[str], with_rowid: bool) -> None:
    """Guard `table` against change in the database at hand; see `immutable.guards`."""
    for statement in guards(op.get_bind().dialect.name, table, unique_keys, with_rowid=with_rowid):
        op.execute(statement)


def open_doors() -> None:
    """Let retention through to quotes and payloads; see `immutable.doors`."""
    for statement in doors(op.get_bind().dialect.name):
        op.execute(statement)


def shut_doors() -> None:
    """Guard quotes and payloads like everything else."""
    for statement in doors_shut(op.get_bind().dialect.name):
        op.execute(statement)


def isolate(table: str) -> None:
    """Keep the tenants of a table apart on PostgreSQL; every later migration calls it for a table that it adds."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in policies(table):
            op.execute(statement)


def isolate_all() -> None:
    """Keep the tenants apart in every table that is there and belongs to them."""
    for table in _owned():
        isolate(table)


def unite_all() -> None:
    """Take row-level security away from every table that is there and has it."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _owned():
            for statement in policies_dropped(table):
                op.execute(statement)


def _owned() -> list[str]:
    """Return the tables in the database whose rows are somebody's: as it is now, not as the program knows it."""
    there = inspect(op.get_bind())
    named = ((table, {column["name"] for column in there.get_columns(table)}) for table in there.get_table_names())
    return sorted(table for table, columns in named if belongs(table, columns))
