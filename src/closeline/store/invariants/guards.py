"""Laws that the database itself holds: what is appended stays, every key finds its row, the file is whole."""

from sqlalchemy import text

from closeline.store.database.immutable import guard_names
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables import APPEND_ONLY

_ON_SQLITE = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
# 'A' is ENABLE ALWAYS: such a guard stands whatever role a session plays.
_ON_POSTGRESQL = text("SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'")
_KEYS_ON_SQLITE = text('SELECT "table", rowid AS row, parent FROM pragma_foreign_key_check')
_FILE_ON_SQLITE = text("SELECT integrity_check AS said FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
_KEYS_ON_POSTGRESQL = text(
    "SELECT conname AS said FROM pg_constraint WHERE NOT convalidated AND connamespace = CAST('public' AS regnamespace)"
)


def nothing_is_changed(session: Session, tenant_id: str) -> list[Violation]:
    """D1: every table that is only appended to has its guards against UPDATE, DELETE, REPLACE and TRUNCATE."""
    del tenant_id
    on_sqlite = session.dialect == "sqlite"
    standing = {row.name for row in session.rows(_ON_SQLITE if on_sqlite else _ON_POSTGRESQL)}
    return [
        Violation("D1", table, f"its guard {name} is gone")
        for table in APPEND_ONLY
        for name in (guard_names(table) if on_sqlite else (f"{table}_refuses_change", f"{table}_refuses_truncate"))
        if name not in standing
    ]


def the_file_is_whole(session: Session, tenant_id: str) -> list[Violation]:
    """O5: the database finds its own file whole, and every foreign key finds its row."""
    del tenant_id
    if session.dialect == "sqlite":
        torn = [Violation("O5", "file", row.said) for row in session.rows(_FILE_ON_SQLITE)]
        lost = [
            Violation("O5", f"{row.table}#{row.row}", f"names a row that {row.parent} does not have")
            for row in session.rows(_KEYS_ON_SQLITE)
        ]
        return [*torn, *lost]
    return [Violation("O5", row.said, "was never held against its rows") for row in session.rows(_KEYS_ON_POSTGRESQL)]
