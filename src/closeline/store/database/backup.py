"""A copy of the whole record, made before its schema changes: of a SQLite file beside it, of PostgreSQL by pg_dump.

It is made while the migration holds the record for itself, so it holds exactly what the migration begins with. It goes
under its name only when it is whole. How to go back to one stands in docs/postgresql.md.
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
_MEND = "mend it, or go without: closeline db upgrade --without-backup REASON"


def copy_before(engine: Engine, revision: str, *, folder: Path, at: datetime) -> Path:
    """Copy the record, and return where the copy is: for SQLite beside the file, else in `folder`.

    revision: the schema that it is about to get. Raises StoreUnavailable, with the mend, when there can be no copy.
    """
    mark = f"before-{revision}-{at:%Y%m%dT%H%M%SZ}"
    name = Path(str(engine.url.database))
    if engine.dialect.name == "sqlite":
        return _whole(name.with_name(f"{name.name}.{mark}.bak"), lambda part: _copy_file(name, part))
    return _whole(folder / f"{name.name}.{mark}.dump", lambda part: _dump(engine, part))


def _whole(path: Path, make: Callable[[Path], None]) -> Path:
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
        message = f"record must be copied before its schema changes, {path} could not be written: {fault}; {_MEND}"
        raise StoreUnavailable(message) from fault
    return path


def _copy_file(name: Path, part: Path) -> None:
    with closing(sqlite3.connect(name)) as record, closing(sqlite3.connect(part)) as copy:
        record.backup(copy)
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise OSError(f"the copy is not whole: {found}")


def _dump(engine: Engine, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise OSError("pg_dump is not installed")
    address = engine.url.set(drivername="postgresql", password=None)
    with tempfile.TemporaryDirectory() as folder:
        # A password in the arguments would be seen by every user of the machine, this folder by ours alone.
        secret = Path(folder) / "pgpass"
        secret.touch(mode=0o600)
        secret.write_text(f"*:*:*:*:{_escaped(str(engine.url.password or ''))}\n")
        named = address.update_query_dict({"passfile": str(secret)}).render_as_string()
        command = [program, "--format=custom", "--no-password", f"--file={part}", f"--dbname={named}"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=DUMP_SECONDS_MAX, check=False)  # noqa: S603 -- no shell
    if told.returncode:
        raise OSError(" ".join(told.stderr.split()) or f"pg_dump ended with {told.returncode}")


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")
