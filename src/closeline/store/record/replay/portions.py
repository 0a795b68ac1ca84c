"""Portions: rows of one table as the database keeps them, on their way from one record into another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from closeline.domain.clock import micros
from closeline.store.session import Session
from closeline.store.tables import metadata
from closeline.store.tables.columns import Flag, Instant
from closeline.store.tables.tenancy import tenant


@dataclass(frozen=True, slots=True)
class Portion:
    """Some rows of one table, as the database keeps them."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def portion(table: Table, rows: Sequence[dict[str, Any]]) -> Portion:
    """Return rows as the database keeps them."""
    columns = tuple(table.c.keys())
    return Portion(table.name, columns, tuple(tuple(_kept(table, name, row[name]) for name in columns) for row in rows))


def put(session: Session, given: Portion) -> int:
    """Add rows to a record that is being filled; a tenant that its schema brought with it stays as it is."""
    table = metadata.tables[given.table]
    if table is tenant and given.rows:
        return session.append_new(table, given.columns, given.rows, ("tenant_id",), ignoring=given.columns)
    return session.append(table, given.columns, given.rows) if given.rows else 0


def put_new(session: Session, given: Portion) -> int:
    """Add the rows that are not there yet."""
    table = metadata.tables[given.table]
    keys = tuple(table.primary_key.columns.keys())
    return session.append_new(table, given.columns, given.rows, keys) if given.rows else 0


def _kept(table: Table, name: str, value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    if value is None:
        return None
    kind = table.c[name].type
    if isinstance(kind, Instant):
        return micros(value)
    return int(value) if isinstance(kind, Flag) else value
