"""Upgrades: the record brought to the newest schema, with a copy of what it was."""

import structlog

from closeline.config import Settings
from closeline.store.schema import upgrading
from closeline.store.schema.upgrading import SchemaState
from closeline.wiring.desks import open_desk
from closeline.wiring.log import configure_log
from closeline.wiring.record import copying, on_record


def upgrade(settings: Settings, without_backup: str | None = None) -> SchemaState:
    """Bring the record to the newest schema, with its reference data, and grant to the roles that the server has.

    The record is copied first where its schema changes, unless `without_backup` says why not; the log keeps the reason.
    """
    configure_log(settings)
    if without_backup is not None:
        structlog.get_logger().warning("upgraded_without_backup", why=without_backup)
    copy = copying(settings) if without_backup is None else None
    copied = on_record(settings, lambda engine: upgrading.upgrade(engine, copy))
    open_desk(settings).engine.dispose()
    return on_record(settings, lambda engine: upgrading.state(engine, copied))
