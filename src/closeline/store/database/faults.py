"""The border: what SQLAlchemy and the drivers raise, said in the words of the record, once."""

import sqlite3
from collections.abc import Callable
from typing import Final

from sqlalchemy import Dialect
from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from closeline.domain.errors import (
    AppendOnlyViolation,
    CloselineError,
    CorruptRecord,
    Refused,
    SchemaMissing,
    StoreFault,
    StoreUnavailable,
)
from closeline.store.tables import APPEND_ONLY

# Every guard of `immutable` begins its message with these words, and names its table next.
GUARD_WORDS: Final = "append-only:"
# What stands between the name of a table and of one of its parts: see `partitions`.
PART: Final = "_in_"


# What PostgreSQL says of a row that a policy does not let be written.
_FOREIGN_ROW: Final = "violates row-level security policy"


def foreign(dialect: Dialect) -> tuple[type[Exception], ...]:
    """Return the exceptions that the library and the driver of `dialect` may raise."""
    driver = dialect.loaded_dbapi
    return (SQLAlchemyError, driver.Error)


def translated(error: Exception, *, where: str = "") -> CloselineError:
    """Return what `error` means here, in one line; `where` is the database for people to read."""
    origin = error.orig if isinstance(error, StatementError) and isinstance(error.orig, Exception) else error
    text = " ".join(str(origin).split())
    if GUARD_WORDS in text:
        return AppendOnlyViolation(_guard_sentence(text))
    place = f" ({where})" if where else ""
    if isinstance(origin, PoolTimeout):
        return _all_taken(text.partition(" (Background")[0], place)
    if isinstance(origin, SQLAlchemyError | TypeError | ValueError):
        return StoreFault(f"statement cannot be run{place}: {text}")
    read = _of_sqlite if isinstance(origin, sqlite3.Error) else _of_postgresql
    return read(origin, text, place)


def _guard_sentence(text: str) -> str:
    return text[text.index(GUARD_WORDS) :].split(" CONTEXT:", maxsplit=1)[0]


def _of_sqlite(origin: Exception, text: str, place: str) -> CloselineError:
    for words, say in _BY_WORDS.items():
        if words in text:
            return say(text, place)
    if isinstance(origin, sqlite3.IntegrityError):
        return _unfit(text, place)
    message = f"database cannot be used{place}: {text}"
    if isinstance(origin, sqlite3.OperationalError):
        return StoreUnavailable(f"{message}; check the file, its rights and the disk")
    return StoreFault(message)


def _sqlite_table(text: str) -> str:
    return text.rpartition("failed: ")[2].partition(".")[0]


def _of_postgresql(origin: Exception, text: str, place: str) -> CloselineError:
    state = str(getattr(origin, "sqlstate", None) or "")
    if state == "23505":
        return _same_key(text, str(getattr(getattr(origin, "diag", None), "table_name", "")))
    if state == "42501" and _FOREIGN_ROW in text:
        return _of_another(text, place)
    for prefix, say in _BY_STATE.items():
        if state.startswith(prefix):
            return say(text, place)
    if not state and type(origin).__name__ == "OperationalError":
        # A connection that failed carries no SQLSTATE, only the server's words.
        say = next((say for words, say in _AT_THE_DOOR.items() if words in text), _unreachable)
        return say(text, place)
    return StoreFault(f"database refused{place}: {text}")


def _same_key(text: str, table: str) -> CloselineError:
    table = table.partition(PART)[0]
    if table in APPEND_ONLY:
        return AppendOnlyViolation(f"{GUARD_WORDS} {table} refuses a key that is taken: {text}")
    return Refused(f"a row with this key is already in {table}: {text}")


def _taken_on_sqlite(text: str, place: str) -> CloselineError:
    del place
    return _same_key(text, _sqlite_table(text))


def _strange(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"file must be a Closeline database{place}, was none: {text}; name another file")


def _damaged(text: str, place: str) -> CloselineError:
    return CorruptRecord(f"database file is damaged{place}: {text}; restore the last backup")


def _unreachable(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"database does not answer{place}: {text}; check that the server runs and the address")


def _unfit(text: str, place: str) -> CloselineError:
    del place
    return CorruptRecord(f"row does not fit: {text}")


def _lacking(text: str, place: str) -> CloselineError:
    del place
    return SchemaMissing(f"record lacks what this program needs: {text}; run: closeline db upgrade")


def _busy(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"database is in use by another writer{place}: {text}; try again when it has finished")


def _barred(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"database role may not do this{place}: {text}; check user, password and rights")


def _of_another(text: str, place: str) -> CloselineError:
    del place
    return Refused(f"row must be of the tenant that the transaction speaks for, was of another: {text}")


def _all_taken(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"every connection to the database is taken{place}: {text}; raise database_pool_size")


def _nowhere(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"database does not exist{place}: {text}; create it first")


def _cut_short(text: str, place: str) -> CloselineError:
    return StoreUnavailable(f"transaction was cut short{place}: {text}; try again")


def _read_only(text: str, place: str) -> CloselineError:
    return Refused(f"record cannot be written here{place}: {text}")


_BY_WORDS: Final[dict[str, Callable[[str, str], CloselineError]]] = {
    "UNIQUE constraint": _taken_on_sqlite,
    "readonly database": _read_only,
    "no such table": _lacking,
    "no such column": _lacking,
    "has no column": _lacking,
    "is locked": _busy,
    "not a database": _strange,
    "malformed": _damaged,
}
# By SQLSTATE or its class, the longer first: 08 connection, 22 data, 23 integrity, 28 login, 3D no such
# database, 40 rollback, 53 resources, 55 in use, 57 intervention by the operator.
_BY_STATE: Final[dict[str, Callable[[str, str], CloselineError]]] = {
    "42P01": _lacking,
    "42703": _lacking,
    "42501": _barred,
    "25006": _read_only,
    "25P03": _cut_short,
    "08": _unreachable,
    "22": _unfit,
    "23": _unfit,
    "28": _barred,
    "3D": _nowhere,
    "40": _cut_short,
    "53": _unreachable,
    "55": _busy,
    "57": _unreachable,
}
_AT_THE_DOOR: Final[dict[str, Callable[[str, str], CloselineError]]] = {
    "does not exist": _nowhere,
    "authentication failed": _barred,
    "no pg_hba.conf entry": _barred,
}
