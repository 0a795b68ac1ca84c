"""Column types and short spellings that every table shares.

SQLite tables are STRICT, so a date that slips past `micros` in a bulk insert is refused by the database.
STRICT knows only INTEGER, REAL, TEXT and BLOB: hence the SQLite spelling beside each type.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from closeline.domain.clock import instant, micros


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970: both databases sort and keep it exactly."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Spell the type as STRICT tables want it."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Store microseconds; raises ValueError for a time without a zone."""
        del dialect
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC time."""
        del dialect
        return None if value is None else instant(value)


class Flag(TypeDecorator[bool]):
    """A boolean; 0 or 1 on SQLite."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Spell the type as STRICT tables want it."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | None:  # noqa: FBT001
        """Store the truth of the value."""
        del dialect
        return None if value is None else bool(value)

    def process_result_value(self, value: object, dialect: Dialect) -> bool | None:
        """Give back a bool, whatever the driver returned."""
        del dialect
        return None if value is None else bool(value)


# Collation C sorts by code point, as SQLite does: one order of rows whatever the database and its locale.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
COUNT = Integer()
BIG = BigInteger().with_variant(Integer(), "sqlite")
NUMBER: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
BYTES = LargeBinary()
INSTANT = Instant()
FLAG = Flag()


def key(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column of the primary key; the record never lets the database number its rows."""
    return Column(name, kind, primary_key=True, autoincrement=False, nullable=False)


def given(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column that every row fills."""
    return Column(name, kind, nullable=False)


def maybe(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    """Return a column that may be null."""
    return Column(name, kind, nullable=True)


def refers(columns: Iterable[str], table: str, named: Iterable[str] = ()) -> ForeignKeyConstraint:
    """Return the foreign key from `columns` to those `named` in `table`, by default of the same names."""
    own = tuple(columns)
    return ForeignKeyConstraint(own, [f"{table}.{name}" for name in (tuple(named) or own)])


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """Return a check that `column` holds one of `words`."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def within(column: str, low: float, high: float) -> CheckConstraint:
    """Return a check that a number lies in [low, high]; NaN, which PostgreSQL sorts last, fails it."""
    return CheckConstraint(f"{column} >= {low} AND {column} <= {high}", name=f"{column}_range")


def probability(column: str) -> CheckConstraint:
    """Return a check that a probability lies in [0, 1]."""
    return within(column, 0, 1)


def filled(column: str) -> CheckConstraint:
    """Return a check that a text is not empty."""
    return CheckConstraint(f"{column} <> ''", name=f"{column}_filled")


def flag(column: str) -> CheckConstraint:
    """Return a check that a boolean is one: SQLite has none and would keep any integer."""
    return CheckConstraint(f"CAST({column} AS INTEGER) IN (0, 1)", name=f"{column}_flag")
