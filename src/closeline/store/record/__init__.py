"""The record's own hash: equal for equal inputs, whatever the database, the hash seed or the interruptions."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, select
from sqlalchemy.sql.elements import ColumnElement

from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json, hash_lines
from closeline.store.session import Session
from closeline.store.tables.columns import Instant
from closeline.store.tables.desk import grade, line_track, pick, pick_event, publication
from closeline.store.tables.model import prediction

# Surrogate ids are numbers that the order of writing gave; they say nothing about what was decided.
_SURROGATES = {"quote_id"}
_HASHED = (prediction, pick, pick_event, publication, line_track, grade)


def record_hash(session: Session, *, tenant_id: str, leagues: tuple[str, ...]) -> str:
    """Return SHA-256 over the sorted canonical rows of predictions, picks, their events, publications and ends."""
    return hash_lines(_lines(session, tenant_id, leagues))


def _lines(session: Session, tenant_id: str, leagues: tuple[str, ...]) -> Iterator[str]:
    for table in _HASHED:
        columns: list[Column[object]] = [column for column in table.columns if column.name not in _SURROGATES]
        statement = select(*columns).where(table.c.tenant_id == tenant_id, _of_leagues(table, leagues))
        for row in session.rows(statement):
            values = [_plain(value, column) for value, column in zip(row, columns, strict=True)]
            yield canonical_json([table.name, *values])


def _of_leagues(table: object, leagues: tuple[str, ...]) -> ColumnElement[bool]:
    columns = table.c  # type: ignore[attr-defined]
    if "league" in columns:
        return columns.league.in_(leagues)  # type: ignore[no-any-return]
    return columns.pick_id.in_(select(pick.c.pick_id).where(pick.c.league.in_(leagues)))  # type: ignore[no-any-return]


def _plain(value: object, column: "Column[object]") -> object:
    if isinstance(column.type, Instant) and isinstance(value, datetime):
        return micros(value)
    # SQLite keeps no sign of zero.
    return value + 0.0 if isinstance(value, float) else value
