"""What migrations say about append-only tables."""

from collections.abc import Sequence

from alembic import op

from closeline.store.database.immutable import doors, doors_shut, guards


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
