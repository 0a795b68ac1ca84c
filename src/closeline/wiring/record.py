"""The record that the settings name: opened, upgraded, granted to, and copied before it changes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from closeline.config import Settings
from closeline.domain.errors import StoreUnavailable
from closeline.store import schema
from closeline.store.database import roles
from closeline.store.database.backup import copy_before
from closeline.store.database.engine import Engine, ServerLimits, open_engine
from closeline.store.record.retention import RetentionPolicy
from closeline.store.schema import upgrading
from closeline.store.schema.upgrading import RoleState, SchemaState
from closeline.wiring.senses import clock

if TYPE_CHECKING:
    pass


T = TypeVar("T")


def engine_of(settings: Settings) -> Engine:
    """Open the database, with the limits that the settings put on a server."""
    return open_engine(
        settings.database_url,
        limits=ServerLimits(
            settings.database_pool_size, settings.database_pool_overflow, settings.database_pool_seconds,
            settings.database_recycle_seconds, settings.database_statement_seconds, settings.database_idle_seconds,
        ),
    )  # fmt: skip


def make_default_folder(settings: Settings) -> None:
    """Make the folder of the default record; any other folder is the user's to make."""
    if settings.database_url != f"sqlite:///{settings.data_dir / 'closeline.db'}":
        return
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        message = f"data_dir must be writable, {settings.data_dir} was not: {fault.strerror}; set CLOSELINE_DATA_DIR"
        raise StoreUnavailable(message) from fault


def copying(settings: Settings) -> Callable[[Engine, str], Path]:
    """Return what copies the record before an upgrade: (engine, revision) to the file that holds the copy."""
    return lambda engine, revision: copy_before(engine, revision, folder=settings.data_dir / "backups", at=clock())


def schema_state(settings: Settings) -> SchemaState:
    """Return what schema the record has, changing nothing but creating a file that is not there."""
    return on_record(settings, upgrading.state)


def downgrade(settings: Settings, revision: str) -> SchemaState:
    """Take the record down to an older schema; what the dropped tables held is gone."""
    on_record(settings, lambda engine: schema.downgrade(engine, revision))
    return schema_state(settings)


def role_grants() -> list[str]:
    """Return the statements that give each PostgreSQL role its rights, for whoever wants to run them by hand."""
    return roles.grants(roles.ROLES)


def grant_roles(settings: Settings) -> RoleState:
    """Grant to the roles that the server has; raises Refused for a record that is on no server."""
    return on_record(settings, upgrading.grant_roles)


def retention_policy(settings: Settings) -> RetentionPolicy:
    """Return how long the settings want evidence kept whole."""
    return RetentionPolicy(
        settings.retention_quote_days, settings.retention_quote_minutes, settings.retention_payload_days
    )


def on_record(settings: Settings, move: Callable[[Engine], T]) -> T:
    """Return what is made of the record: opened for it alone, and closed whatever happens."""
    make_default_folder(settings)
    engine = engine_of(settings)
    try:
        return move(engine)
    finally:
        engine.dispose()
