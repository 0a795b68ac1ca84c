"""The unit of work: one transaction, committed here and nowhere else.

Everything a verb writes is in one unit: it is all there afterwards, or none of it is. Units do not nest, and
a thread can be asked whether it is inside one, so that nobody waits for the outside world while holding the
record's only pen.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable, Row, Table

from closeline.domain.errors import InsideTransaction, Refused
from closeline.store.database.bulk import append_fresh, append_rows, fresh_rows
from closeline.store.database.engine import WRITES, shown
from closeline.store.database.faults import foreign, translated
from closeline.store.database.isolation import for_tenant
from closeline.store.database.watching import watched

_this_thread = threading.local()
_ONLY_READS = "a unit of work must be opened with write=True to write, was opened to read"

Parameters = dict[str, Any] | Sequence[dict[str, Any]] | None


def inside_transaction() -> bool:
    """Say whether this thread is inside a unit of work."""
    return bool(getattr(_this_thread, "inside", False))


class Session:
    """One open transaction: what queries are given to read and to write with."""

    __slots__ = ("_foreign", "_writes", "connection", "dialect")

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        """Speak over `connection`, whose transaction has begun; migrations alone use it bare."""
        self.connection = connection
        self.dialect: str = connection.dialect.name
        self._writes = writes
        self._foreign = foreign(connection.dialect)

    def execute(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        """Run a statement; raises the errors of `faults` in place of the driver's."""
        if not self._writes and getattr(statement, "is_dml", False):
            raise Refused(_ONLY_READS)
        try:
            return self.connection.execute(statement, parameters)
        except self._foreign as error:
            raise translated(error) from error

    def scalar(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return the first column of the first row, or None."""
        return self.execute(statement, parameters).scalar()

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return all rows."""
        return self.execute(statement, parameters).all()

    def append(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add rows at the driver's own speed and return how many.

        Values are as the database keeps them: whole microseconds for an Instant (`columns.micros`), text for
        JSON, 0 or 1 for a flag. Raises AppendOnlyViolation when a key is already there.
        """
        if not self._writes:
            raise Refused(_ONLY_READS)
        try:
            return append_rows(self.connection, table, tuple(columns), rows)
        except self._foreign as error:
            raise translated(error) from error

    def append_new(
        self,
        table: Table,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        key_columns: Sequence[str],
        *,
        ignoring: Iterable[str] = (),
    ) -> int:
        """Add the rows that are not there yet and return how many were new.

        A row whose key is there already with the same content is left out; with other content it raises
        AppendOnlyViolation. Columns in `ignoring` (such as when the same bytes came again) do not count as
        content.
        """
        if not self._writes:
            raise Refused(_ONLY_READS)
        names, keys, rest = tuple(columns), tuple(key_columns), frozenset(ignoring)
        try:
            fresh = fresh_rows(self.connection, table, names, rows, keys, rest)
            added = append_fresh(self.connection, table, names, fresh) if fresh else 0
            if added < len(fresh):
                # Others added the same rows in between, and have committed: theirs must say the same.
                fresh_rows(self.connection, table, names, fresh, keys, rest)
        except self._foreign as error:
            raise translated(error) from error
        return added


@contextmanager
def unit_of_work(engine: Engine, *, write: bool = True, tenant_id: str | None = None) -> Iterator[Session]:
    """Open one transaction; commit when the block ends, roll back when it raises.

    With `write=False` the block sees one unchanging state of the record, and whatever it tries to write
    raises. The transaction speaks for the tenant of the engine (`for_tenant`), or for `tenant_id` where it is given.
    Raises InsideTransaction when this thread is inside a unit already.
    """
    if tenant_id is not None:
        engine = for_tenant(engine, tenant_id)
    if inside_transaction():
        message = "units of work must not nest, was inside one already; pass its session on"
        raise InsideTransaction(message)
    _this_thread.inside = True
    try:
        with (
            watched(engine, write=write),
            _own_words(engine),
            _connected(engine, write=write) as connection,
            connection.begin() as transaction,
        ):
            before = _changes(connection)
            yield Session(connection, writes=write)
            if not write:
                _must_be_unchanged(before, _changes(connection))
                transaction.rollback()
    finally:
        _this_thread.inside = False


@contextmanager
def _own_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except foreign(engine.dialect) as error:
        raise translated(error, where=shown(engine)) from error


def _connected(engine: Engine, *, write: bool) -> Connection:
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(**{WRITES: write})
    if write:
        return engine.connect()
    # One snapshot for the whole block, as a reader has on SQLite.
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _changes(connection: Connection) -> int:
    """Count the rows this SQLite connection ever changed; PostgreSQL refuses a reader's writes itself."""
    return int(getattr(connection.connection.driver_connection, "total_changes", 0))


def _must_be_unchanged(before: int, after: int) -> None:
    """Raise Refused for a write in plain text, which would otherwise be rolled back in silence."""
    if after != before:
        raise Refused(_ONLY_READS)
