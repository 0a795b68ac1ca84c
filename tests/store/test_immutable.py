"""Every guard is attacked, on our connections and on bare ones."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from closeline.domain.errors import AppendOnlyViolation
from closeline.store.database.immutable import guard_names, unique_keys
from closeline.store.session import unit_of_work
from closeline.store.tables import APPEND_ONLY, MUTABLE, metadata
from tests.store.rows import fill, row_of

TABLES = [metadata.tables[name] for name in APPEND_ONLY]
# The number of a quote is its key, so it has no other.
_BY_NUMBER = ("quote", "dropped_quote")
NUMBERED = [table for table in TABLES if table.dialect_options["sqlite"]["with_rowid"] and table.name not in _BY_NUMBER]


@pytest.fixture
def filled(record):
    """Give a record with one row in every table."""
    with unit_of_work(record) as session:
        fill(session)
    return record


def contents(engine):
    with unit_of_work(engine, write=False) as session:
        return {table.name: session.rows(select(table)) for table in TABLES}


def attack_all(engine, attack):
    """Run `attack(session, table)` on every append-only table; each must raise, and nothing may have changed."""
    before = contents(engine)
    for table in TABLES:
        with (
            pytest.raises(AppendOnlyViolation, match=f"append-only: {table.name} "),
            unit_of_work(engine) as session,
        ):
            attack(session, table)
    assert contents(engine) == before
    assert all(len(rows) == 1 for rows in before.values())


def test_every_table_is_either_guarded_or_known_to_be_mutable():
    assert sorted([*APPEND_ONLY, *MUTABLE]) == sorted(metadata.tables)
    assert {"quote", "pick", "pick_event", "grade", "event_log", "raw_payload"} <= set(APPEND_ONLY)


def test_update_is_refused(filled):
    def attack(session, table):
        column = list(table.c)[-1]
        session.execute(update(table).values({column: column}))

    attack_all(filled, attack)


def test_delete_is_refused(filled):
    attack_all(filled, lambda session, table: session.execute(delete(table)))


def test_a_second_row_of_the_same_key_is_refused(filled):
    attack_all(filled, lambda session, table: session.append(table, tuple(table.c.keys()), [changed(table)]))


def test_upsert_is_refused(filled):
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[filled.dialect.name]

    def attack(session, table):
        row = dict(zip(table.c.keys(), changed(table), strict=True))
        column = list(table.c)[-1].name
        statement = dialect.insert(table).values(
            {name: text(f":{name}").bindparams(**{name: row[name]}) for name in row}
        )
        key = table.primary_key.columns.keys()
        session.execute(statement.on_conflict_do_update(index_elements=key, set_={column: statement.excluded[column]}))

    attack_all(filled, attack)


def test_a_mutable_table_may_change(filled):
    lease = metadata.tables["lease"]
    with unit_of_work(filled) as session:
        session.execute(update(lease).values(holder="other"))
        session.execute(delete(metadata.tables["job_run"]))

        assert session.scalar(select(lease.c.holder)) == "other"


def changed(table):
    """Give the row that is there with its last plain column changed."""
    row = row_of(table)
    keys = {name for key in unique_keys(table) for name in key}
    plain = [name for name in row if name not in keys and row[name] == "x"]
    return tuple((row | ({plain[-1]: "y"} if plain else {})).values())


# ------------------------------------------------------------------------------------- SQLite, bare connections


@pytest.fixture
def file(sqlite_filled):
    return sqlite_filled


@pytest.fixture
def sqlite_filled(sqlite):
    """Give the path of a filled SQLite record, closed by us."""
    from closeline.store.database.engine import open_engine
    from tests.store.conftest import migrate

    url = sqlite.copy_of("store", migrate)
    engine = open_engine(url)
    with unit_of_work(engine) as session:
        fill(session)
    engine.dispose()
    yield url.removeprefix("sqlite:///")
    sqlite.drop(url)


def bare(path):
    """Open the file as a stranger would: no foreign keys, no recursive triggers."""
    return closing(sqlite3.connect(path, isolation_level=None))


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR ROLLBACK", "INSERT"])
def test_no_form_of_insert_replaces_a_row_on_a_bare_connection(file, verb):
    with bare(file) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        for table in TABLES:
            before = connection.execute(f"SELECT * FROM {table.name}").fetchall()
            marks = ", ".join("?" * len(table.c))
            with pytest.raises(sqlite3.IntegrityError, match="append-only: "):
                connection.execute(f"{verb} INTO {table.name} VALUES ({marks})", changed(table))

            assert connection.execute(f"SELECT * FROM {table.name}").fetchall() == before


def test_no_row_is_replaced_through_its_number_on_a_bare_connection(file):
    with bare(file) as connection:
        for table in NUMBERED:
            before = connection.execute(f"SELECT rowid, * FROM {table.name}").fetchall()
            keys = {name: "z" if isinstance(value, str) else 99 for name, value in row_of(table).items()}
            row = row_of(table) | {name: keys[name] for key in unique_keys(table) for name in key}
            columns, marks = ", ".join(["rowid", *row]), ", ".join("?" * (len(row) + 1))
            with pytest.raises(sqlite3.IntegrityError, match="append-only: "):
                connection.execute(
                    f"INSERT OR REPLACE INTO {table.name} ({columns}) VALUES ({marks})",
                    (before[0][0], *row.values()),
                )

            assert connection.execute(f"SELECT rowid, * FROM {table.name}").fetchall() == before


def test_no_row_is_replaced_through_another_unique_key_on_a_bare_connection(file):
    publication = metadata.tables["publication"]
    row = row_of(publication, publication_id="another", visibility="y")
    with bare(file) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only: publication"):
        connection.execute(
            f"INSERT OR REPLACE INTO publication VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE OR REPLACE {0} SET {1} = {1}", "UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"]
)
def test_update_and_delete_are_refused_on_a_bare_connection(file, statement):
    with bare(file) as connection:
        for table in TABLES:
            with pytest.raises(sqlite3.IntegrityError, match="append-only: "):
                connection.execute(statement.format(table.name, next(iter(table.c)).name))


def test_upsert_is_refused_on_a_bare_connection(file):
    with bare(file) as connection:
        for table in TABLES:
            key, marks = ", ".join(table.primary_key.columns.keys()), ", ".join("?" * len(table.c))
            column = list(table.c)[-1].name
            for action in (f"DO UPDATE SET {column} = excluded.{column}", "DO NOTHING"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only: "):
                    connection.execute(
                        f"INSERT INTO {table.name} VALUES ({marks}) ON CONFLICT ({key}) {action}",
                        changed(table),
                    )


def test_without_the_insert_guard_a_bare_connection_does_replace(file):
    """The attack is real: it succeeds as soon as the guard is gone."""
    quote = metadata.tables["quote"]
    with bare(file) as connection:
        connection.execute(f"DROP TRIGGER {guard_names('quote')[2]}")
        marks = ", ".join("?" * len(quote.c))
        connection.execute(f"INSERT OR REPLACE INTO quote VALUES ({marks})", tuple(row_of(quote, book="y").values()))

        assert connection.execute("SELECT book FROM quote").fetchall() == [("y",)]


# ------------------------------------------------------------------------------------- PostgreSQL, as superuser


@pytest.fixture
def server(postgresql):
    """Give a plain connection of the superuser to a filled record."""
    from sqlalchemy import make_url

    from closeline.store.database.engine import open_engine
    from tests.store.conftest import migrate

    url = postgresql.copy_of("store", migrate)
    engine = open_engine(url)
    with unit_of_work(engine) as session:
        fill(session)
    engine.dispose()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection
    postgresql.drop(url)


PG_ATTACKS = ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("role", ["origin", "replica", "local"])
@pytest.mark.parametrize("attack", PG_ATTACKS)
def test_a_superuser_in_any_replication_role_is_refused(server, kind, role, attack):
    server.execute(f"SET session_replication_role = {role}")
    for table in TABLES:
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only: "):
            server.execute(attack.format(table.name, list(table.c)[-1].name))

        assert server.execute(f"SELECT count(*) FROM {table.name}").fetchone() == (1,)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_truncate_of_many_tables_at_once_is_refused(server, kind):
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only: "):
        server.execute(f"TRUNCATE {', '.join(metadata.tables)}")


def test_the_words_of_a_refusal_are_one_line(filled):
    with pytest.raises(AppendOnlyViolation) as caught, unit_of_work(filled) as session:
        session.execute(text("DELETE FROM pick_event"))

    assert str(caught.value) == "append-only: pick_event refuses DELETE"
