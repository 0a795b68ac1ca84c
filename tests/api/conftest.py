"""Records for the API.

What a door says before it looks into the record is the same over both databases, so it is asked over one SQLite file for
each module; what is read and written is asked over both.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests import databases
from tests.builders.callers import Door, a_door
from tests.builders.fixtures import played, seeded
from tests.builders.records import make_seeded, opened

__all__ = ["played", "seeded"]


@pytest.fixture(scope="module")
def door(sqlite: databases.SqliteDatabases) -> Iterator[Door]:
    """Give the API on a record with nothing captured, the same to every test of a module."""
    new = sqlite.copy_of("seeded", make_seeded)
    with databases.dropped_after(sqlite, new) as url, opened(url) as engine, a_door(engine) as made:
        yield made


@pytest.fixture
def quiet(seeded: Engine) -> Iterator[Door]:
    """Give the API on a record of its own with nothing captured, on both databases."""
    with a_door(seeded) as made:
        yield made


@pytest.fixture
def busy(played: Engine) -> Iterator[Door]:
    """Give the API on a season of published, tracked and graded picks, on both databases."""
    with a_door(played) as made:
        yield made
