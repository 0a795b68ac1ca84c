"""Which schema the record has, and how it comes to have the one that this program knows.

Alembic is slow to import, so the usual case, a schema that is current, is found by one SELECT without it.
"""

from collections.abc import Callable

from sqlalchemy import Engine, text

from closeline.domain.errors import NotFound, SchemaMissing, SchemaTooNew
from closeline.store.database import roles
from closeline.store.session import Session, unit_of_work

REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0012", "0013", "0014", "0015",
    "0016", "0017", "0018", "0019", "0020", "0021", "0022", "0024", "0025", "0026",
    "0027", "0028", "0029", "0030", "0031", "0032", "0033",
)  # fmt: skip
HEAD = REVISIONS[-1]
_UPGRADE = "run: closeline db upgrade"
# Any number will do, as long as nobody else's program locks by it.
_LOCK = 0x636C6F73656C696E
_LOCK_SECONDS_MAX, _STATEMENT_SECONDS_MAX = 10, 300

# What is done with the record before its schema changes: it is given the engine and the revision to come.
Before = Callable[[Engine, str], object]


def current(engine: Engine) -> str | None:
    """Return the revision of the record's schema, or None when it has none."""
    with unit_of_work(engine, write=False) as session:
        return _revision(session)


def require_current(engine: Engine) -> None:
    """Return when the schema is the one that this program knows.

    Raises SchemaMissing for none or an older one, SchemaTooNew for one that a newer program wrote.
    """
    revision = current(engine)
    if revision == HEAD:
        return
    _refuse_newer(revision)
    message = f"record has schema {revision or 'none'}, this program needs {HEAD}; {_UPGRADE}"
    raise SchemaMissing(message)


def ready(engine: Engine, *, before: Before | None = None) -> None:
    """Make the record usable: an empty database gets its schema, and so does an older SQLite file.

    An older PostgreSQL database raises SchemaMissing, because its tables belong to another role. A database
    that holds somebody else's tables raises SchemaMissing too, a newer schema SchemaTooNew.
    """
    revision = current(engine)
    if revision == HEAD:
        return
    _refuse_newer(revision)
    if revision is None:
        _must_be_allowed(engine)
    if revision is None or engine.dialect.name == "sqlite":
        upgrade(engine, before=before)
    else:
        require_current(engine)


def _must_be_allowed(engine: Engine) -> None:
    # The role that asks and writes owns nothing: it may not make the tables.
    if engine.dialect.name == "sqlite":
        return
    with unit_of_work(engine, write=False) as session:
        allowed = session.scalar(text("SELECT has_schema_privilege(current_schema(), 'CREATE')"))
    if not allowed:
        message = "record has no schema, and this role may not make one; run: closeline db upgrade, as the owner"
        raise SchemaMissing(message)


def upgrade(engine: Engine, revision: str = "head", *, before: Before | None = None) -> None:
    """Bring the schema up to `revision` in one transaction; whoever comes second waits and finds it done.

    `before` is called where a schema is there and will change, while nobody else can change the record; when it raises,
    nothing has happened.
    """
    _migrate(engine, "upgrade", _known(revision, "head"), before)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema down to `revision`, or to 'base'; what the dropped tables held is gone."""
    _migrate(engine, "downgrade", _known(revision, "base"))


def _migrate(engine: Engine, direction: str, revision: str, before: Before | None = None) -> None:
    from alembic import command
    from alembic.config import Config

    with unit_of_work(engine) as session:
        _lock(session)
        _refuse_strangers(session)
        present = _revision(session)
        _refuse_newer(present)
        goal = HEAD if revision == "head" else revision
        if before and present is not None and present < goal:
            before(engine, goal)
        config = Config(attributes={"connection": session.connection})
        config.set_main_option("script_location", "closeline.store:migrations")
        getattr(command, direction)(config, revision)
        if _revision(session) is not None:
            roles.apply(session.connection)


def _lock(session: Session) -> None:
    """Wait for other migrations, and give up rather than queue everybody behind this one."""
    if session.dialect == "sqlite":
        return
    # A role from which policies hide rows would copy none of them in silence: the database is to say so instead.
    session.execute(text("SET LOCAL row_security = off"))
    session.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS_MAX}s'"))
    session.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_SECONDS_MAX}s'"))
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _tables(session: Session) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    }[session.dialect]
    return {row[0] for row in session.rows(text(query))}


def _revision(session: Session) -> str | None:
    if "alembic_version" not in _tables(session):
        return None
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)


def _refuse_strangers(session: Session) -> None:
    tables = _tables(session)
    if tables and "alembic_version" not in tables:
        message = f"database must be empty or Closeline's, was one with {min(tables)}; name another database"
        raise SchemaMissing(message)


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in REVISIONS:
        message = f"record has schema {revision}, this program knows {HEAD} and older; install a newer Closeline"
        raise SchemaTooNew(message)


def _known(revision: str, extreme: str) -> str:
    if revision != extreme and revision not in REVISIONS:
        message = f"revision must be {extreme} or one of {', '.join(REVISIONS)}, was {revision!r}"
        raise NotFound(message)
    return revision
