"""A record is copied before its schema changes, a copy is a record again, and a migration that dies has not happened."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, make_url, text

from closeline.domain.errors import Refused, SchemaMissing, SchemaTooNew, StoreUnavailable
from closeline.store import events, schema
from closeline.store.database import isolation, roles
from closeline.store.database.backup import copy_before
from closeline.store.database.engine import open_engine
from closeline.store.database.partitions import make_months
from closeline.store.schema import upgrading
from closeline.store.session import unit_of_work
from closeline.store.tables import metadata
from tests.store.guarded import RIGHTS
from tests.store.rows import add

AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
BEFORE = "0020"
team = metadata.tables["team"]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def old(empty):
    """Give a record of an older schema with a row in it."""
    schema.upgrade(empty, BEFORE)
    with unit_of_work(empty) as session:
        add(session, team, team_id="nba_lakers")
    return empty


def teams(engine):
    with unit_of_work(engine, write=False) as session:
        return [row[0] for row in session.rows(text("SELECT team_id FROM team"))]


def copying(folder):
    return lambda engine, revision: copy_before(engine, revision, folder=folder, at=AT)


def upgraded(engine: Engine, folder: Path) -> Path:
    """Upgrade a record, and return where its copy is."""
    copied = upgrading.upgrade(engine, copying(folder))
    assert copied is not None
    return copied


# ----------------------------------------------------------------------------------------------- copies


def test_a_sqlite_file_is_copied_beside_itself_before_its_schema_changes(old, tmp_path):
    if old.dialect.name != "sqlite":
        pytest.skip("a file")
    copied = upgraded(old, tmp_path)
    engine = open_engine(f"sqlite:///{copied}")
    found = (schema.current(engine), teams(engine), schema.current(old), teams(old))
    engine.dispose()

    assert copied.name == f"{Path(old.url.database).name}.before-{schema.HEAD}-20261122T030405Z.bak"
    assert found == (BEFORE, ["nba_lakers"], schema.HEAD, ["nba_lakers"])
    assert copied.stat().st_mode & 0o077 == 0
    assert list(copied.parent.glob("*.part")) == []


def test_a_restored_file_takes_the_place_of_the_record_and_verifies(old, tmp_path):
    """The way back of docs/postgresql.md: the copy is put where the record was, and upgraded again."""
    if old.dialect.name != "sqlite":
        pytest.skip("a file")
    copied = upgraded(old, tmp_path)
    with unit_of_work(old) as session:
        add(session, team, team_id="nba_spurs")
    old.dispose()
    shutil.copyfile(copied, old.url.database)
    restored = teams(old)
    schema.upgrade(old)
    with unit_of_work(old, write=False) as session:
        problems = session.scalar(text("PRAGMA integrity_check"))
        broken = events.broken_links(session, chain="SYSTEM")

    assert restored == ["nba_lakers"]
    assert (problems, broken, teams(old)) == ("ok", [], ["nba_lakers"])


def test_nothing_is_copied_where_nothing_changes(empty, tmp_path):
    assert upgrading.upgrade(empty, copying(tmp_path)) is None
    assert upgrading.upgrade(empty, copying(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_where_no_copy_can_be_made_nothing_changes_and_the_mend_is_said(old, monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(Path, "touch", refusing)
    with pytest.raises(StoreUnavailable, match="--without-backup REASON"):
        upgrading.upgrade(old, copying(tmp_path))

    assert schema.current(old) == BEFORE


def refusing(*_: object, **__: object) -> None:
    raise PermissionError("no room")


def test_without_a_copy_an_upgrade_goes_on(old):
    assert upgrading.upgrade(old, None) is None
    assert schema.current(old) == schema.HEAD


def binaries():
    """Return where the programs of the server under test are, which are of its version."""
    from tests.databases import _wheel_folder

    wheel = _wheel_folder()
    return max(wheel.glob("pginstall*/bin"), key=lambda folder: folder.parent.name) if wheel else None


def test_a_server_is_dumped_and_the_dump_restores_to_the_same_record(postgresql, tmp_path, monkeypatch):
    programs = binaries()
    if programs is None:
        pytest.skip("no pg_dump of the server's version")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    url, other = postgresql.fresh(), postgresql.fresh()
    engine, again = open_engine(url), open_engine(other)
    schema.upgrade(engine, BEFORE)
    with unit_of_work(engine) as session:
        add(session, team, team_id="nba_lakers")
    dumped = upgraded(engine, tmp_path / "backups")
    plain = make_url(other).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([programs / "pg_restore", "--no-owner", f"--dbname={plain}", dumped], check=True)
    found = (schema.current(again), teams(again))
    schema.upgrade(again)
    with unit_of_work(again) as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("DELETE FROM team"))
    for one, name in ((engine, url), (again, other)):
        one.dispose()
        postgresql.drop(name)

    assert dumped.name.endswith(f".before-{schema.HEAD}-20261122T030405Z.dump")
    assert dumped.stat().st_mode & 0o077 == 0
    assert found == (BEFORE, ["nba_lakers"])


@pytest.mark.parametrize("said", ["server version mismatch", "row-level security"])
def test_a_dump_that_fails_is_a_refusal_in_the_words_of_pg_dump(postgresql, tmp_path, monkeypatch, said):
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump: error: {said}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    url = postgresql.fresh()
    engine = open_engine(url)
    schema.upgrade(engine, BEFORE)
    with pytest.raises(StoreUnavailable, match=said):
        upgrading.upgrade(engine, copying(tmp_path / "backups"))
    revision = schema.current(engine)
    engine.dispose()
    postgresql.drop(url)

    assert revision == BEFORE
    assert list((tmp_path / "backups").iterdir()) == []


# ------------------------------------------------------------------------------- migrations that die


def test_a_migration_that_fails_half_way_leaves_the_old_schema(old, monkeypatch):
    """Fault 31: tables were made and rows were moved when it failed."""
    real = command.upgrade

    def half(config, revision):
        real(config, "0021")
        connection = config.attributes["connection"]
        connection.execute(text("CREATE TABLE half_done (x INTEGER)"))
        raise RuntimeError("planted")

    monkeypatch.setattr(command, "upgrade", half)
    with pytest.raises(RuntimeError, match="planted"):
        schema.upgrade(old)
    monkeypatch.undo()
    with unit_of_work(old, write=False) as session:
        tables = schema._tables(session)
    before = schema.current(old)
    schema.upgrade(old)

    assert before == BEFORE
    assert "half_done" not in tables
    assert (schema.current(old), teams(old)) == (schema.HEAD, ["nba_lakers"])


DYING = """
import os, signal, sys
from alembic import command
from closeline.store import schema
from closeline.store.database.engine import open_engine
from closeline.store.database.partitions import make_months
real = command.upgrade
def half(config, revision):
    real(config, "0022")
    os.kill(os.getpid(), signal.SIGKILL)
command.upgrade = half
schema.upgrade(open_engine(sys.argv[1]))
"""


def test_a_migration_that_is_killed_leaves_the_old_schema(old, database_url):
    old.dispose()
    done = subprocess.run([sys.executable, "-c", DYING, database_url], cwd=ROOT, check=False, timeout=120)
    before = schema.current(old)
    schema.upgrade(old)

    assert done.returncode == -signal.SIGKILL
    assert before == BEFORE
    assert (schema.current(old), teams(old)) == (schema.HEAD, ["nba_lakers"])


def test_an_old_program_refuses_a_new_schema_and_a_new_program_names_the_mend_for_an_old_one(old, monkeypatch):
    with pytest.raises(SchemaMissing, match="run: closeline db upgrade"):
        schema.require_current(old)
    schema.upgrade(old)
    monkeypatch.setattr(schema, "REVISIONS", schema.REVISIONS[: schema.REVISIONS.index(BEFORE) + 1])
    monkeypatch.setattr(schema, "HEAD", BEFORE)
    for move in (schema.require_current, schema.ready, schema.upgrade):
        with pytest.raises(SchemaTooNew, match="install a newer Closeline"):
            move(old)


def test_a_migration_gives_up_on_a_lock_rather_than_queue_everybody_behind_it(postgresql, monkeypatch):
    url = postgresql.fresh()
    engine, other = open_engine(url), open_engine(url)
    schema.upgrade(engine, BEFORE)
    monkeypatch.setattr(schema, "_LOCK_SECONDS_MAX", 1)
    with other.begin() as reader:
        reader.execute(text("LOCK TABLE quote IN ACCESS SHARE MODE"))
        with pytest.raises(StoreUnavailable, match="in use by another writer"):
            schema.upgrade(engine)
    revision = schema.current(engine)
    schema.upgrade(engine)
    found = (revision, schema.current(engine))
    for one in (engine, other):
        one.dispose()
    postgresql.drop(url)

    assert found == (BEFORE, schema.HEAD)


def test_a_statement_of_a_migration_that_takes_too_long_is_ended(postgresql, monkeypatch):
    monkeypatch.setattr(schema, "_STATEMENT_SECONDS_MAX", 1)
    monkeypatch.setattr(command, "upgrade", lambda config, _: config.attributes["connection"].execute(text(SLEEP)))
    url = postgresql.fresh()
    engine = open_engine(url)
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        schema.upgrade(engine)
    engine.dispose()
    postgresql.drop(url)


SLEEP = "SELECT pg_sleep(10)"


# ------------------------------------------------------------------------------------------------- roles


def test_roles_of_a_record_that_is_a_file_are_refused(empty):
    if empty.dialect.name == "sqlite":
        with pytest.raises(Refused, match="PostgreSQL server"):
            upgrading.grant_roles(empty)
    else:
        schema.upgrade(empty)
        state = upgrading.grant_roles(empty)
        assert {*state.granted, *state.lacking} == set(roles.ROLES)


def test_an_owner_who_is_no_superuser_migrates_grants_and_sees_every_tenant(postgresql):
    """The owner of docs/postgresql.md: it owns the database, and passes row-level security for retention's sake."""
    url = postgresql.fresh()
    owner = postgresql.as_role(url, "closeline_owner", "NOSUPERUSER BYPASSRLS")
    postgresql.admin.execute(f'ALTER DATABASE "{make_url(url).database}" OWNER TO closeline_owner')
    for role, rights in RIGHTS.items():
        postgresql.as_role(url, role, rights)
    engine, app = open_engine(owner), open_engine(postgresql.as_role(url, roles.APP))
    schema.upgrade(engine)
    state = upgrading.grant_roles(engine)
    schema.require_current(app)
    with unit_of_work(app) as session:
        made = make_months(session.connection, date(2040, 1, 1), ahead=0)
    with unit_of_work(engine, write=False) as session:
        isolation.must_see_all(session.connection, "a plan")
        seen = session.scalar(text("SELECT count(*) FROM tenant"))
        owned = session.scalar(text("SELECT tableowner FROM pg_tables WHERE tablename = 'quote_in_2040_01'"))
    for one in (engine, app):
        one.dispose()
    postgresql.drop(url)

    assert (set(state.granted), state.too_mighty) == (set(roles.ROLES), ())
    assert (made, seen, owned) == ({"2040-01": "MADE"}, 1, "closeline_owner")


def test_a_desk_that_meets_an_older_schema_on_a_server_names_the_mend(postgresql):
    url = postgresql.fresh()
    engine = open_engine(url)
    schema.upgrade(engine, BEFORE)
    with pytest.raises(SchemaMissing, match="run: closeline db upgrade"):
        schema.ready(engine)
    engine.dispose()
    postgresql.drop(url)
