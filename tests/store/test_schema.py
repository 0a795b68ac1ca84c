"""Migrations make what the tables say, up and down, and a schema of the future is refused."""

import re
import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from closeline.domain.errors import NotFound, SchemaMissing, SchemaTooNew
from closeline.store import schema
from closeline.store.database.engine import open_engine
from closeline.store.database.immutable import FUNCTION_SQL, doors, guards, unique_keys
from closeline.store.database.isolation import is_isolated, policies
from closeline.store.database.partitions import rest
from closeline.store.packaged import artefact_names, read_artefact
from closeline.store.session import unit_of_work
from closeline.store.tables import APPEND_ONLY, metadata
from tests.store.rows import fill

# What each database says about its own tables, keys, checks, indexes and triggers, one line each.
CATALOGUE = {
    "sqlite": [
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'alembic%'"
    ],
    "postgresql": [
        """SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, ordinal_position, collation_name)
           FROM information_schema.columns WHERE table_schema = 'public' AND table_name !~ '_in_'""",
        """SELECT concat_ws(' ', CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid)) FROM pg_constraint
           WHERE connamespace = CAST('public' AS regnamespace) AND conparentid = 0
           AND CAST(CAST(conrelid AS regclass) AS text) !~ '_in_'""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '_in_'",
        """SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
           AND CAST(CAST(tgrelid AS regclass) AS text) !~ '_in_'""",
        "SELECT concat_ws(' ', tablename, policyname, cmd, qual, with_check) FROM pg_policies",
        """SELECT concat_ws(' ', relname, relkind, relrowsecurity, relforcerowsecurity) FROM pg_class
           WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'p') AND relname !~ '_in_'""",
        "SELECT prosrc FROM pg_proc WHERE pronamespace = CAST('public' AS regnamespace)",
    ],
}
# A column that was added later stands on the line of the one before it.
CLAUSES = re.compile(r"\n|, (?=[a-z_]+ (?:TEXT|INTEGER|REAL)\b)")


def catalogue(engine):
    """Give the schema as a set of texts in which the order of a table's clauses does not count."""
    found = set()
    with unit_of_work(engine, write=False) as session:
        for query in CATALOGUE[session.dialect]:
            for (line,) in session.rows(text(query)):
                clauses = sorted(part.strip().rstrip(",") for part in CLAUSES.split(line))
                found.add("\n".join(part for part in clauses if part))
    return {line for line in found if "alembic_version" not in line}


def make_from_tables(engine):
    """Make the schema from the tables and the guards themselves, without migrations."""
    with unit_of_work(engine) as session:
        if session.dialect == "postgresql":
            session.execute(text(FUNCTION_SQL))
        metadata.create_all(session.connection)
        for name in APPEND_ONLY:
            table = metadata.tables[name]
            numbered = table.dialect_options["sqlite"]["with_rowid"]
            for statement in guards(session.dialect, name, unique_keys(table), with_rowid=numbered):
                session.execute(text(statement))
        for statement in doors(session.dialect):
            session.execute(text(statement))
        if session.dialect == "postgresql":
            for name in sorted(name for name, table in metadata.tables.items() if is_isolated(table)):
                for statement in policies(name):
                    session.execute(text(statement))
            for statement in rest("public"):
                session.execute(text(statement))


def test_migrations_make_exactly_what_the_tables_say(new_databases, record):
    other = open_engine(new_databases.fresh())
    make_from_tables(other)
    expected, migrated = catalogue(other), catalogue(record)
    other.dispose()

    assert migrated - expected == set()
    assert expected - migrated == set()
    assert len(migrated) > len(metadata.tables)


def test_alembic_itself_sees_no_difference(record):
    with record.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            "compare_type": True, "target_metadata": metadata,
            "include_name": lambda name, kind, parents: kind != "table" or "_in_" not in name,
            "include_object": lambda item, name, kind, *_: kind != "foreign_key_constraint" or not _of_a_part(item),
        })  # fmt: skip

        assert compare_metadata(context, metadata) == []


def _of_a_part(key):
    """Say whether a key is one of those by which PostgreSQL refers to each part of a table."""
    return any("_in_" in part.target_fullname for part in key.elements)


def test_the_known_revisions_are_those_of_the_files():
    config = Config()
    config.set_main_option("script_location", "closeline.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    revisions = [script.revision for script in scripts.walk_revisions()]

    assert scripts.get_heads() == [schema.HEAD]
    assert tuple(reversed(revisions)) == schema.REVISIONS


def test_an_empty_database_is_made_ready(empty):
    assert schema.current(empty) is None
    with pytest.raises(SchemaMissing, match="closeline db upgrade"):
        schema.require_current(empty)
    schema.ready(empty)

    assert schema.current(empty) == schema.HEAD
    schema.require_current(empty)
    schema.ready(empty)


def test_the_default_tenant_is_there(record):
    with unit_of_work(record, write=False) as session:
        assert list(map(tuple, session.rows(text("SELECT tenant_id, status FROM tenant")))) == [("default", "ACTIVE")]


def test_every_revision_goes_up_and_down(empty):
    for revision in schema.REVISIONS:
        schema.upgrade(empty, revision)
        assert schema.current(empty) == revision
    full = catalogue(empty)
    for revision in reversed(schema.REVISIONS[:-1]):
        schema.downgrade(empty, revision)
        assert schema.current(empty) == revision
    schema.downgrade(empty, "base")
    assert catalogue(empty) == set()
    assert schema.current(empty) is None

    schema.ready(empty)
    assert catalogue(empty) == full


def test_a_filled_record_can_be_taken_down(record):
    with unit_of_work(record) as session:
        fill(session)
    schema.downgrade(record, "base")

    assert catalogue(record) == set()


def test_versions_of_before_the_play_offs_say_nothing_of_them_and_outlive_the_way_down(record):
    with unit_of_work(record) as session:
        fill(session)
    schema.downgrade(record, "0009")
    schema.upgrade(record)
    with unit_of_work(record, write=False) as session:
        assert list(map(tuple, session.rows(text("SELECT event_id, playoff FROM event_version")))) == [("x", None)]


def test_an_unknown_revision_is_named(record):
    with pytest.raises(NotFound, match="revision must be head or one of 0001"):
        schema.upgrade(record, "spring")
    with pytest.raises(NotFound, match="revision must be base or one of 0001"):
        schema.downgrade(record, "head")


def test_an_older_record_is_upgraded_where_the_file_is_ours(empty):
    schema.upgrade(empty, "0004")
    if empty.dialect.name == "sqlite":
        schema.ready(empty)
        assert schema.current(empty) == schema.HEAD
    else:
        with pytest.raises(SchemaMissing, match=r"record has schema 0004, .* closeline db upgrade"):
            schema.ready(empty)


def test_a_schema_of_the_future_is_refused(record):
    with unit_of_work(record) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for use in (
        schema.ready,
        schema.require_current,
        schema.upgrade,
        lambda engine: schema.downgrade(engine, "base"),
    ):
        with pytest.raises(SchemaTooNew, match=f"record has schema 0999, this program knows {schema.HEAD}") as caught:
            use(record)
        assert "install a newer Closeline" in str(caught.value)
    assert schema.current(record) == "0999"


def test_somebody_elses_database_is_left_alone(empty):
    with unit_of_work(empty) as session:
        session.execute(text("CREATE TABLE recipes (name TEXT)"))
    with pytest.raises(SchemaMissing, match="was one with recipes; name another database"):
        schema.ready(empty)

    assert schema.current(empty) is None


def test_a_migration_that_fails_leaves_nothing(empty, monkeypatch):
    def refuse(*arguments, **options):
        raise RuntimeError("power cut")

    monkeypatch.setattr("closeline.store.database.immutable._sqlite", refuse)
    monkeypatch.setattr("closeline.store.database.immutable._postgresql", refuse)
    with pytest.raises(RuntimeError, match="power cut"):
        schema.upgrade(empty)

    assert catalogue(empty) == set()
    assert schema.current(empty) is None


def test_two_that_start_together_both_find_it_ready(new_databases, empty):
    gate, failures = threading.Barrier(2), []
    others = [open_engine(empty.url.render_as_string(hide_password=False)) for _ in range(2)]

    def start(engine):
        gate.wait()
        try:
            schema.ready(engine)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in others:
        engine.dispose()

    assert failures == []
    assert schema.current(empty) == schema.HEAD


def test_a_current_schema_is_found_without_alembic(sqlite):
    url = sqlite.fresh()
    engine = open_engine(url)
    schema.ready(engine)
    engine.dispose()
    program = (
        "import sys; from closeline.store import schema; from closeline.store.database.engine import open_engine; "
        f"schema.ready(open_engine({url!r})); print('alembic' in sys.modules, 'psycopg' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    sqlite.drop(url)

    assert run.stdout.split() == ["False", "False"]


def test_a_missing_artefact_is_named():
    for name in ("nothing.json", "../engine.py", "../../config.py"):
        with pytest.raises(NotFound, match="artefact must be one of"):
            read_artefact(name)


def test_every_packaged_artefact_can_be_read():
    assert all(read_artefact(name).startswith((b"{", b"[")) for name in artefact_names())
