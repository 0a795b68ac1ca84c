"""Quotes by the month on PostgreSQL: many tables that are read, written and referred to as one.

The number of a quote begins with its month (`store/quotes/numbering.py`), and quotes are parted by their number. So the
number alone stays the key of all of them, other tables refer to it as before, and the guards hold on each part: a key
with the time in it would have had to stand in every table that names a quote.

`quote_in_before` holds what was there before there were parts, `quote_in_rest` whatever no month was made for: nothing
is refused for want of a part. Months are made ahead of time, by a function of the owner that the desk's role may call.
SQLite keeps one table.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from closeline.store.database.faults import PART
from closeline.store.database.immutable import FUNCTION
from closeline.store.database.isolation import is_postgresql

PER_MONTH: Final = 10_000_000_000
FIRST: Final = date(2026, 11, 1)
MONTHS_AHEAD: Final = 3
MAKE: Final = "closeline_make_quote_month"
_BEFORE, _REST = f"quote{PART}before", f"quote{PART}rest"
_INDEX = "ix_quote_event_id_market_key_received_at"
_INDEXED = "event_id, market_key, received_at"
_CALL = f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
_CALL_DOOR = "FOR EACH ROW EXECUTE FUNCTION closeline_door_of_quote()"
_KEYS = (("event_id", "event"), ("snapshot_id", "snapshot"))
_REFERRING = text(
    "SELECT conrelid::regclass::text AS referring, conname, pg_get_constraintdef(oid) AS stated FROM pg_constraint "
    "WHERE contype = 'f' AND conparentid = 0 AND confrelid = 'quote'::regclass ORDER BY 1, 2"
)
_LAST = text("SELECT coalesce(max(quote_id), 0) FROM quote")
_TODAY = text("SELECT CAST(now() AT TIME ZONE 'UTC' AS date)")

# Answers THERE for a month that has its part, MADE, BEFORE for one that the first part holds, TAKEN where the rest
# holds quotes of it already: they stay where they are.
MAKE_SQL: Final = f"""
CREATE FUNCTION {MAKE}(wanted date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '5s' AS $$
DECLARE
    first date := date_trunc('month', wanted);
    low bigint := (extract(year FROM first)::bigint * 12 + extract(month FROM first)::bigint - 1) * {PER_MONTH};
    until bigint := extract(epoch FROM (first + interval '1 month') AT TIME ZONE 'UTC')::bigint * 1000000;
    part text := 'quote{PART}' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN 'THERE';
    END IF;
    EXECUTE 'CREATE TABLE ' || part || ' (LIKE quote INCLUDING CONSTRAINTS, '
        'CONSTRAINT received_by_then CHECK (received_at < ' || until || '))';
    EXECUTE 'ALTER TABLE quote ATTACH PARTITION ' || part
        || ' FOR VALUES FROM (' || low || ') TO (' || low + {PER_MONTH} || ')';
    EXECUTE 'CREATE TRIGGER quote_refuses_truncate BEFORE TRUNCATE ON ' || part
        || ' FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()';
    EXECUTE 'ALTER TABLE ' || part || ' ENABLE ALWAYS TRIGGER quote_refuses_truncate';
    RETURN 'MADE';
EXCEPTION
    WHEN invalid_object_definition THEN RETURN 'BEFORE';
    WHEN check_violation THEN RETURN 'TAKEN';
END
$$
"""


def first_number(month: date) -> int:
    """Return the number below every quote of a month."""
    return (month.year * 12 + month.month - 1) * PER_MONTH


def following(month: date, count: int = 1) -> date:
    """Return the first day of a month so many months later."""
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def make_months(connection: Connection, today: date, *, ahead: int = MONTHS_AHEAD) -> dict[str, str]:
    """Make the parts of this month and of those to come, and return what became of each; nothing on SQLite."""
    if not is_postgresql(connection):
        return {}
    months = [following(today.replace(day=1), count) for count in range(ahead + 1)]
    make = text(f"SELECT {MAKE}(:month)")
    return {f"{month:%Y-%m}": str(connection.execute(make, {"month": month}).scalar_one()) for month in months}


def parted(connection: Connection, schema: str) -> Iterator[str]:
    """Give the statements that part a table of quotes that is there: its rows stay where they lie."""
    first = max(FIRST, _month_after(int(connection.execute(_LAST).scalar_one())))
    referring = connection.execute(_REFERRING).all()
    yield from (f"ALTER TABLE {row.referring} DROP CONSTRAINT {row.conname}" for row in referring)
    yield from (
        f"ALTER TABLE quote RENAME TO {_BEFORE}",
        f"ALTER TABLE {_BEFORE} RENAME CONSTRAINT pk_quote TO pk_{_BEFORE}",
        f"ALTER INDEX {_INDEX} RENAME TO {_INDEX.replace('quote', _BEFORE, 1)}",
        f"DROP TRIGGER quote_refuses_change ON {_BEFORE}",
        f"CREATE TABLE quote (LIKE {_BEFORE} INCLUDING CONSTRAINTS) PARTITION BY RANGE (quote_id)",
        *_structure(),
        *guarded(),
        f"ALTER TABLE quote ATTACH PARTITION {_BEFORE} FOR VALUES FROM (MINVALUE) TO ({first_number(first)})",
    )
    yield from rest(schema)
    yield from (f"ALTER TABLE {row.referring} ADD CONSTRAINT {row.conname} {row.stated}" for row in referring)
    months = max((connection.execute(_TODAY).scalar_one() - first).days // 28, 0) + MONTHS_AHEAD
    yield from (f"SELECT {MAKE}('{following(first, count)}')" for count in range(months + 1))


def rest(schema: str) -> list[str]:
    """Return the statements that make the part for whatever no month was made for, and the maker of months."""
    return [
        f"CREATE TABLE {_REST} PARTITION OF quote DEFAULT",
        f"CREATE TRIGGER quote_refuses_truncate BEFORE TRUNCATE ON {_REST} {_CALL}",
        f"ALTER TABLE {_REST} ENABLE ALWAYS TRIGGER quote_refuses_truncate",
        MAKE_SQL,
        f'ALTER FUNCTION {MAKE}(date) SET search_path = "{schema}", pg_temp',
        f"REVOKE EXECUTE ON FUNCTION {MAKE}(date) FROM PUBLIC",
    ]


def guarded() -> list[str]:
    """Return the statements that guard the whole: rows of every part, and TRUNCATE of all of them at once."""
    return [
        f"CREATE TRIGGER quote_refuses_change BEFORE UPDATE OR DELETE ON quote {_CALL_DOOR}",
        "ALTER TABLE quote ENABLE ALWAYS TRIGGER quote_refuses_change",
        f"CREATE TRIGGER quote_refuses_truncate BEFORE TRUNCATE ON quote {_CALL}",
        "ALTER TABLE quote ENABLE ALWAYS TRIGGER quote_refuses_truncate",
    ]


def joined(connection: Connection) -> Iterator[str]:
    """Give the statements that make one table of the parts again: every row is copied."""
    referring = connection.execute(_REFERRING).all()
    yield from (f"ALTER TABLE {row.referring} DROP CONSTRAINT {row.conname}" for row in referring)
    yield from (
        "CREATE TABLE quote_joined (LIKE quote INCLUDING CONSTRAINTS)",
        "INSERT INTO quote_joined SELECT * FROM quote ORDER BY quote_id",
        "DROP TABLE quote",
        f"DROP FUNCTION {MAKE}(date)",
        "ALTER TABLE quote_joined RENAME TO quote",
        *_structure(),
        *guarded(),
    )
    yield from (f"ALTER TABLE {row.referring} ADD CONSTRAINT {row.conname} {row.stated}" for row in referring)


def _structure() -> list[str]:
    return [
        "ALTER TABLE quote ADD CONSTRAINT pk_quote PRIMARY KEY (quote_id)",
        f"CREATE INDEX {_INDEX} ON quote ({_INDEXED})",
        *(
            f"ALTER TABLE quote ADD CONSTRAINT fk_quote_{column}_{parent} FOREIGN KEY ({column}) "
            f"REFERENCES {parent} ({column})"
            for column, parent in _KEYS
        ),
    ]


def _month_after(number: int) -> date:
    """Return the month after that of a quote's number, FIRST for one from before there were months in numbers."""
    months = number // PER_MONTH
    return following(date(months // 12, months % 12 + 1, 1)) if months >= 12 else FIRST  # of year 1
