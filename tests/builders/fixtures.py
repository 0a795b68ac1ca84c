"""Fixtures that conftest files pass on: an engine on a record of its own for each test, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests import databases
from tests.builders.desks import PLAYED
from tests.builders.records import a_copy, make_seeded, make_trusting


@pytest.fixture
def seeded(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give a record with the packaged teams, artefacts and limits, and nothing captured."""
    with a_copy(new_databases, "seeded", make_seeded) as engine:
        yield engine


@pytest.fixture
def trusting(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give a seeded record that trusts its model: policy and calibrations are in force."""
    with a_copy(new_databases, "trusting", make_trusting) as engine:
        yield engine


@pytest.fixture
def played(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give a record with a season: published, tracked and graded picks."""
    with a_copy(new_databases, *PLAYED) as engine:
        yield engine
