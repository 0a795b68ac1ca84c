"""A record for each test of the store: migrated once per process, copied for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from closeline.store import schema
from closeline.store.database.engine import open_engine
from tests import databases
from tests.builders.fixtures import played, published, rated, seeded, trusting

__all__ = ["empty", "played", "published", "rated", "record", "seeded", "trusting"]


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database without a schema."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def record(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give an engine on a record with its schema and nothing in it."""
    with databases.dropped_after(new_databases, new_databases.copy_of("store", migrate)) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def migrate(url: str) -> None:
    engine = open_engine(url)
    schema.ready(engine)
    engine.dispose()
