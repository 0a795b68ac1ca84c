"""Upgrading a record: its copy first, then its schema, then the rights of the roles; and what is there now."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from closeline.domain.errors import Refused
from closeline.store import schema
from closeline.store.database import roles
from closeline.store.database.engine import journal_mode, shown
from closeline.store.session import unit_of_work


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where the record is, which schema it has, which one this program knows, and where a copy was put just now."""

    database: str
    revision: str | None
    head: str
    journal_mode: str
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class RoleState:
    """Which roles of the server were granted to, which it lacks, and which are stronger than any guard."""

    granted: tuple[str, ...]
    lacking: tuple[str, ...]
    too_mighty: tuple[str, ...]


def state(engine: Engine, backup: Path | None = None) -> SchemaState:
    """Return what schema a record has; changes nothing."""
    revision, copied = schema.current(engine), None if backup is None else str(backup)
    return SchemaState(shown(engine), revision, schema.HEAD, journal_mode(engine), copied)


def upgrade(engine: Engine, copy: Callable[[Engine, str], Path] | None) -> Path | None:
    """Bring a record to the newest schema; return where `copy` put what it was, null where nothing had to change."""
    copies: list[Path] = []
    schema.upgrade(engine, before=(lambda *now: copies.append(copy(*now))) if copy else None)
    return copies[0] if copies else None


def grant_roles(engine: Engine) -> RoleState:
    """Grant to the roles that the server has; raises Refused for a record that is on no server."""
    if engine.dialect.name != "postgresql":
        raise Refused(f"record must be on a PostgreSQL server to have roles, was {shown(engine)}")
    schema.require_current(engine)
    with unit_of_work(engine) as session:
        found = roles.apply(session.connection)
        lacking = tuple(role for role in roles.ROLES if role not in found)
        return RoleState(found, lacking, roles.too_mighty(session.connection))
