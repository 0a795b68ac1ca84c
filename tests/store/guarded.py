"""A record on PostgreSQL as it is in production: one role owns it, another works in it and is held by every guard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from closeline.store import schema
from closeline.store.database import roles
from closeline.store.database.engine import open_engine
from tests import databases

RIGHTS = {roles.APP: "NOSUPERUSER NOBYPASSRLS", roles.READ: "NOSUPERUSER NOBYPASSRLS", roles.BACKUP: "BYPASSRLS"}


@dataclass(frozen=True)
class Guarded:
    """Engines on one record: of a superuser, and of each role."""

    url: str
    owner: Engine
    app: Engine
    reports: Engine
    backup: Engine


def with_roles(server: databases.PostgresDatabases, fill: Callable[[str], None]) -> Callable[[str], None]:
    """Return what makes a record whose roles were there before it was migrated, so that they have their rights."""

    def build(url: str) -> None:
        for role, rights in RIGHTS.items():
            server.as_role(url, role, rights)
        engine = open_engine(url)
        schema.ready(engine)
        engine.dispose()
        fill(url)

    return build


@contextmanager
def guarded(
    server: databases.PostgresDatabases, name: str = "guarded", fill: Callable[[str], None] = lambda url: None
) -> Iterator[Guarded]:
    """Give a record of its own, and drop it afterwards."""
    with databases.dropped_after(server, server.copy_of(name, with_roles(server, fill))) as url:
        engines = [open_engine(server.as_role(url, role)) for role in RIGHTS]
        owner = open_engine(url)
        try:
            yield Guarded(url, owner, *engines)
        finally:
            for engine in (owner, *engines):
                engine.dispose()
