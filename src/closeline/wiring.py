"""Wiring: settings become an engine, a clock, channels and one frozen desk. Only here providers are chosen."""

import secrets
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import structlog

from closeline.config import HIDDEN, Settings, files, read_settings, without_password
from closeline.domain.captures import ParsedPayload, RawPayload
from closeline.domain.errors import BadInput, StoreUnavailable, UnreadableFile
from closeline.domain.leagues import League
from closeline.domain.ports import Channel
from closeline.jobs.desk import Desk
from closeline.jobs.injuries import Bulletin
from closeline.jobs.recording import feed as handed_in
from closeline.jobs.shelf import Archive, Shelf
from closeline.providers import injuries
from closeline.providers.catalog import recognise
from closeline.providers.channels import FileChannel, InAppFeed
from closeline.providers.excerpts import excerpt_at
from closeline.providers.foreign import SIZE_MAX
from closeline.store import models, schema
from closeline.store.database.engine import journal_mode, open_engine, shown
from closeline.store.record.retention import RetentionPolicy
from closeline.store.seed import is_seeded, seed
from closeline.store.session import unit_of_work
from closeline.tenancy import keys

__all__ = [
    "SchemaState", "Settings", "clock", "demo_archives", "downgrade", "excerpt_at", "files", "new_name", "new_secret",
    "open_desk", "read", "read_archive", "read_archives", "read_file", "read_settings", "retention_policy",
    "schema_state", "upgrade",
]  # fmt: skip

LOG_FILE = "closeline.log"
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_SECRET_WORDS = ("key", "token", "secret", "password", "authorization")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where the record is, which schema it has, and which one this program knows."""

    database: str
    revision: str | None
    head: str
    journal_mode: str


def clock() -> datetime:
    """Return the time, aware and in UTC: the one place that asks for it."""
    return datetime.now(UTC)


def new_secret() -> keys.NewSecret:
    """Return the random parts of a new API key: 48 bits to name it and 256 to open with."""
    return keys.NewSecret(f"{keys.PREFIX}{secrets.token_hex(6)}", secrets.token_urlsafe(32))


def new_name() -> str:
    """Return a random name for what happens once, such as a call."""
    return secrets.token_hex(8)


# ------------------------------------------------------------------------------------------------- the desk


def open_desk(settings: Settings, archives: Sequence[Archive] = (), publish_from: date | None = None) -> Desk:
    """Build the desk: the record is created, upgraded and given its reference data where it needs that.

    Raises StoreFault when the record cannot be used, NotFound when it knows no such tenant.
    """
    _configure_log(settings)
    _make_default_folder(settings)
    engine = open_engine(settings.database_url)
    schema.ready(engine)
    with unit_of_work(engine, write=False) as session:
        seeded = is_seeded(session)
    if not seeded:
        with unit_of_work(engine) as session:
            seed(session)
    with unit_of_work(engine, write=False) as session:
        models.config(session, tenant_id=settings.tenant, as_of=clock())
    return Desk(engine, clock, settings.tenant, Shelf(archives), _channels(settings), publish_from, read)


def retention_policy(settings: Settings) -> RetentionPolicy:
    """Return how long the settings want evidence kept whole."""
    return RetentionPolicy(
        settings.retention_quote_days, settings.retention_quote_minutes, settings.retention_payload_days
    )


def _channels(settings: Settings) -> tuple[Channel, ...]:
    if settings.publish_dir is None:
        return (InAppFeed(),)
    return (InAppFeed(), FileChannel(settings.publish_dir))


def _make_default_folder(settings: Settings) -> None:
    """Make the folder of the default record; any other folder is the user's to make."""
    if settings.database_url != f"sqlite:///{settings.data_dir / 'closeline.db'}":
        return
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        message = f"data_dir must be writable, {settings.data_dir} was not: {fault.strerror}; set CLOSELINE_DATA_DIR"
        raise StoreUnavailable(message) from fault


def schema_state(settings: Settings) -> SchemaState:
    """Return what schema the record has, changing nothing but creating a file that is not there."""
    _make_default_folder(settings)
    engine = open_engine(settings.database_url)
    try:
        return SchemaState(shown(engine), schema.current(engine), schema.HEAD, journal_mode(engine))
    finally:
        engine.dispose()


def upgrade(settings: Settings) -> SchemaState:
    """Bring the record to the newest schema, with its reference data."""
    _migrate(settings, schema.upgrade)
    open_desk(settings).engine.dispose()
    return schema_state(settings)


def downgrade(settings: Settings, revision: str) -> SchemaState:
    """Take the record down to an older schema; what the dropped tables held is gone."""
    _migrate(settings, lambda engine: schema.downgrade(engine, revision))
    return schema_state(settings)


def _migrate(settings: Settings, move: Callable[[Any], None]) -> None:
    _make_default_folder(settings)
    engine = open_engine(settings.database_url)
    try:
        move(engine)
    finally:
        engine.dispose()


# ------------------------------------------------------------------------------------------------ the files


def read(payload: RawPayload) -> ParsedPayload:
    """Read bytes by whichever feed recognises them; raises UnknownFormat when none does."""
    return handed_in.parse(payload) if handed_in.is_snapshot(payload) else recognise(payload).parse(payload)


def read_archive(path: Path) -> Archive:
    """Read one file; raises UnreadableFile or UnknownFormat in one line."""
    return _archive(_payload(path))


def read_file(path: Path, league: League | None) -> Archive | Bulletin:
    """Read one file of odds, results or injuries; raises BadInput in one line.

    league: of which a payload is that does not say it itself, as one of injuries does not; others are not asked.
    """
    payload = _payload(path)
    if not injuries.recognises(payload):
        return _archive(payload)
    if league is None:
        raise BadInput(f"{path} must come with --league LEAGUE, was without: injuries do not say their league")
    return Bulletin(payload, injuries.FEED, league, injuries.parse(payload, league))


def _payload(path: Path) -> RawPayload:
    try:
        if path.stat().st_size > SIZE_MAX:
            raise UnreadableFile(f"{path} must be at most {SIZE_MAX} bytes, was {path.stat().st_size}")
        return RawPayload(path.name, path.read_bytes(), clock())
    except OSError as fault:
        raise UnreadableFile(f"{path} must be a file that can be read, was not: {fault.strerror}") from fault


def read_archives(paths: Sequence[Path], progress: Progress | None = None) -> tuple[Archive, ...]:
    """Read files one after the other; raises BadInput at the first that cannot be used."""
    archives = []
    for done, path in enumerate(paths, start=1):
        archives.append(read_archive(path))
        if progress:
            progress(done, len(paths))
    return tuple(archives)


def demo_archives() -> tuple[Archive, ...]:
    """Return the archives of the demonstration, made here and now: the same bytes on every machine."""
    from closeline.jobs.demo import SEED, synthetic_archives

    return tuple(_archive(payload) for payload in synthetic_archives(SEED))


def _archive(payload: RawPayload) -> Archive:
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


# -------------------------------------------------------------------------------------------------- the log


class _Lines:
    """Where log lines go: a file in the log folder, made when the first line is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *args: object) -> "_Lines":
        return self

    def msg(self, line: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    debug = info = warning = error = critical = exception = msg


def _configure_log(settings: Settings) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redaction(settings.secrets()),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=_Lines(settings.log_dir),
        cache_logger_on_first_use=False,
    )


def _redaction(secrets: Sequence[str]) -> Callable[[Any, str, MutableMapping[str, Any]], Mapping[str, Any]]:
    """Return the step that masks secrets, by the name that they go under and by their very text."""

    def redact(logger: object, method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        del logger, method
        return {name: _safe(name, value, secrets) for name, value in line.items()}

    return redact


def _safe(name: str, value: object, secrets: Sequence[str]) -> object:
    if any(word in name.lower() for word in _SECRET_WORDS):
        return HIDDEN
    if not isinstance(value, str):
        return value if isinstance(value, int | float | None) else _safe(name, str(value), secrets)
    for secret in secrets:
        value = value.replace(secret, HIDDEN)
    return without_password(value)
