"""The one MetaData of the record, how its constraints are named and how its tables are made."""

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def append_only(name: str, *items: SchemaItem, parted_by: str | None = None) -> Table:
    """Declare a table to which rows are only ever added, and by which column PostgreSQL keeps it in parts."""
    return _table(name, items, mutable=False, parted_by=parted_by)


def mutable(name: str, *items: SchemaItem) -> Table:
    """Declare a table whose rows may change: queues, leases and what can be rebuilt."""
    return _table(name, items, mutable=True)


def _table(name: str, items: tuple[SchemaItem, ...], *, mutable: bool, parted_by: str | None = None) -> Table:
    keys = sum(isinstance(item, Column) and item.primary_key for item in items)
    # A composite key is most of a narrow row: WITHOUT ROWID keeps it once instead of twice.
    return Table(
        name, metadata, *items, sqlite_strict=True, sqlite_with_rowid=keys < 2, info={"mutable": mutable},
        postgresql_partition_by=f"RANGE ({parted_by})" if parted_by else None,
    )  # fmt: skip
