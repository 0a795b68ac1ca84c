"""A copy of the whole record: of a SQLite file by its own online backup, of PostgreSQL by pg_dump.

One that is made before a schema changes is made while the migration holds the record for itself, so it holds exactly
what the migration begins with. A copy goes under its name only when it is whole.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from closeline.domain.errors import StoreUnavailable

DUMP_SECONDS_MAX = 6 * 3600
_MEND = " before its schema changes|mend it, or go without: closeline db upgrade --without-backup REASON"
_NO_MEND = "|mend it and run it again"


def copy_before(engine: Engine, revision: str, *, folder: Path, at: datetime) -> Path:
    """Copy the record, and return where the copy is: for SQLite beside the file, else in `folder`.

    revision: the schema that it is about to get. Raises StoreUnavailable, with the mend, when there can be no copy.
    """
    mark = f"before-{revision}-{at:%Y%m%dT%H%M%SZ}"
    name = Path(str(engine.url.database))
    if engine.dialect.name == "sqlite":
        return _whole(name.with_name(f"{name.name}.{mark}.bak"), lambda part: _copy_file(name, part))
    return _whole(folder / f"{name.name}.{mark}.dump", lambda part: _dump(engine, part))


def copy_to(engine: Engine, path: Path, snapshot: str | None = None) -> Path:
    """Copy the record into a file while others go on writing: what it holds is of one moment.

    snapshot: of which moment a server is dumped, as `exported_snapshot` named it. Raises StoreUnavailable, and leaves
    no file, when there can be no copy.
    """
    if engine.dialect.name == "sqlite":
        return _whole(path, lambda part: _copy_file(Path(str(engine.url.database)), part), _NO_MEND)
    return _whole(path, lambda part: _dump(engine, part, snapshot), _NO_MEND)


def put_back(file: Path, engine: Engine) -> None:
    """Fill an empty record from a copy; raises StoreUnavailable when that cannot be done."""
    try:
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(file)) as copy, closing(sqlite3.connect(str(engine.url.database))) as record:
                copy.backup(record)
        else:
            _run(engine, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(file))
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as fault:
        raise StoreUnavailable(f"copy must be put back whole, {file} was not: {fault}") from fault


def faults_of_file(engine: Engine) -> list[str]:
    """Return what SQLite finds wrong with a file: torn pages, broken indexes, rows whose parent is gone."""
    if engine.dialect.name != "sqlite":
        return []
    with closing(sqlite3.connect(str(engine.url.database))) as record:
        torn = [row[0] for row in record.execute("PRAGMA integrity_check") if row[0] != "ok"]
        orphans = [
            f"{row[0]} {row[1]} names a {row[2]} that is gone" for row in record.execute("PRAGMA foreign_key_check")
        ]
    return torn + orphans


def _whole(path: Path, make: Callable[[Path], None], mend: str = _MEND) -> Path:
    """Make a file under another name, and give it its own when it has reached the disk."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        make(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as fault:
        part.unlink(missing_ok=True)
        message = f"record must be copied{mend.partition('|')[0]}, {path} could not be written: {fault}; "
        message += mend.rpartition("|")[2]
        raise StoreUnavailable(message) from fault
    return path


def _copy_file(name: Path, part: Path) -> None:
    with closing(sqlite3.connect(name)) as record, closing(sqlite3.connect(part)) as copy:
        record.backup(copy)
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise OSError(f"the copy is not whole: {found}")


def _dump(engine: Engine, part: Path, snapshot: str | None = None) -> None:
    of_then = [] if snapshot is None else [f"--snapshot={snapshot}"]
    _run(engine, "pg_dump", "--format=custom", f"--file={part}", *of_then)


def _run(engine: Engine, name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise OSError(f"{name} is not installed")
    address = engine.url.set(drivername="postgresql", password=None)
    with tempfile.TemporaryDirectory() as folder:
        # A password in the arguments would be seen by every user of the machine, this folder by ours alone.
        secret = Path(folder) / "pgpass"
        secret.touch(mode=0o600)
        secret.write_text(f"*:*:*:*:{_escaped(str(engine.url.password or ''))}\n")
        named = address.update_query_dict({"passfile": str(secret)}).render_as_string()
        command = [program, "--no-password", f"--dbname={named}", *arguments]
        told = subprocess.run(command, capture_output=True, text=True, timeout=DUMP_SECONDS_MAX, check=False)  # noqa: S603 -- no shell
    if told.returncode:
        raise OSError(" ".join(told.stderr.split()) or f"{name} ended with {told.returncode}")


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")
