"""100,000 quotes into the record, against the bare drivers on the same schema with the same guards.

Every run starts on a fresh copy of a record that holds the quotes' snapshots and events; copying is not
timed, the commit is. SQLite's rival is `sqlite3` executemany; PostgreSQL's are psycopg's COPY and its
executemany, the latter with a tenth of the quotes, brought to one quote each. Without a PostgreSQL those
two figures are left out, and it says so.
"""

import sqlite3
import statistics
import sys
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Engine, make_url

from benchmarks.timing import REPEATS, Figure, Ratio, at_least, report, scaled, seconds
from closeline.store import schema
from closeline.store.database.engine import journal_mode, open_engine
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests import databases

QUOTES = 100_000
FEW = QUOTES // 10
PER_SNAPSHOT = 2_000
BOOKS = 8
COLUMNS = tuple(metadata.tables["quote"].c.keys())
START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z in microseconds
Rows = list[tuple[Any, ...]]


def quotes() -> Rows:
    return [_quote(number) for number in range(1, QUOTES + 1)]


def _quote(number: int) -> tuple[Any, ...]:
    snapshot, event = number // PER_SNAPSHOT, number % 500
    side = "HOME" if number % 2 else "AWAY"
    price = ("-110", "AMERICAN", "21/11", False, "PRICED")
    series = (
        _event_id(event),
        f"book{number % BOOKS}",
        "SPREAD:FULL_GAME",
        "",
        side,
        -14 if number % 2 else 14,
    )
    return (number, _snapshot_id(snapshot), *series, *price, START + snapshot, None, None, f"rows/{number}")


def _event_id(number: int) -> str:
    return f"nba_team-of-the-west_team-of-the-east_2026_01_{number:03d}"


def _snapshot_id(number: int) -> str:
    return f"{number:032x}"


def build(url: str) -> None:
    """Make the record that each run begins with."""
    engine = open_engine(url)
    schema.ready(engine)
    events: Rows = [(_event_id(n), "nba", 2026, "2026-01-01", "nba_east", "nba_west", 1) for n in range(500)]
    times = [(_snapshot_id(n), "sha", "odds", "LIVE", None, START, "1") for n in range(QUOTES // PER_SNAPSHOT + 1)]
    parents: dict[str, Rows] = {
        "team": [("nba_east", "nba", "East"), ("nba_west", "nba", "West")],
        "raw_payload": [("sha", "odds", "odds.json", 1, b"x", START)],
        "event": events,
        "snapshot": times,
    }
    with unit_of_work(engine) as session:
        for name, rows in parents.items():
            table = metadata.tables[name]
            session.append(table, tuple(table.c.keys()), rows)
    engine.dispose()


# --------------------------------------------------------------------------------------------- the ways


def ours(engine: Engine, rows: Rows) -> None:
    with unit_of_work(engine) as session:
        session.append(metadata.tables["quote"], COLUMNS, rows)


def raw_sqlite(engine: Engine, rows: Rows) -> None:
    """Write with the driver alone, under the durability that the record asks for."""
    connection = sqlite3.connect(str(engine.url.database), isolation_level=None)
    for pragma in (
        f"journal_mode={journal_mode(engine)}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO quote VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    connection.execute("COMMIT")
    connection.close()


def _server(engine: Engine) -> psycopg.Connection[Any]:
    return psycopg.connect(make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False))


def raw_copy(engine: Engine, rows: Rows) -> None:
    with _server(engine) as connection, connection.cursor().copy("COPY quote FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def raw_executemany(engine: Engine, rows: Rows) -> None:
    with _server(engine) as connection, connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO quote VALUES ({', '.join(['%s'] * len(COLUMNS))})", rows[:FEW])


# ------------------------------------------------------------------------------------------- the figures


def in_turn(made: databases.Databases, rows: Rows, rival: Callable[[Engine, Rows], None]) -> Ratio:
    """Time both on fresh copies, in turn, after one unmeasured pair."""
    pairs = [(_timed(made, rows, ours), _timed(made, rows, rival)) for _ in range(REPEATS + 1)][1:]
    mine, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    each = [pair[1] / pair[0] for pair in pairs]
    return Ratio(theirs / mine, (min(each), max(each)), mine, theirs)


def _timed(made: databases.Databases, rows: Rows, way: Callable[[Engine, Rows], None]) -> float:
    with databases.dropped_after(made, made.copy_of("quotes", build)) as url:
        engine = open_engine(url)
        try:
            return seconds(lambda: way(engine, rows))
        finally:
            engine.dispose()


def on_sqlite(rows: Rows) -> list[Figure]:
    made = databases.SqliteDatabases()
    try:
        measured = in_turn(made, rows, raw_sqlite)
    finally:
        made.stop()
    _say("SQLite", measured)
    return [at_least("100k quotes, SQLite", measured, 0.75, "sqlite3 executemany, same schema and guards")]


def on_postgresql(rows: Rows) -> list[Figure]:
    try:
        made = databases.postgres_databases()
    except databases.NoPostgresError as error:
        print(f"PostgreSQL is not measured: {error}", file=sys.stderr)
        return []
    try:
        copied = in_turn(made, rows, raw_copy)
        inserted = scaled(in_turn(made, rows, raw_executemany), ours_items=QUOTES, rival_items=FEW)
    finally:
        made.stop()
    _say("PostgreSQL", copied)
    return [
        at_least("100k quotes, PostgreSQL", copied, 0.33, "psycopg COPY, same schema and guards"),
        at_least("100k quotes, PostgreSQL", inserted, 2, "psycopg executemany, same schema and guards"),
    ]


def _say(where: str, measured: Ratio) -> None:
    ours_rate, rival_rate = (QUOTES / spent / 1000 for spent in (measured.ours_seconds, measured.rival_seconds))
    print(f"{where}: ours {ours_rate:.0f}k quotes/s, rival {rival_rate:.0f}k quotes/s", file=sys.stderr)


if __name__ == "__main__":
    rows = quotes()
    report([*on_sqlite(rows), *on_postgresql(rows)], "Benchmark 7: quotes into the record")
