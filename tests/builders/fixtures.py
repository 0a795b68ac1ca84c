"""Fixtures that conftest files pass on: an engine on a record of its own for each test, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests import databases
from tests.builders.desks import PLAYED
from tests.builders.records import a_copy, make_seeded, make_trusting
from tests.builders.stories import make_published, make_rated


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


@pytest.fixture
def rated(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give a record that trusts its model, with a few finished games that the ratings have learned from."""
    with a_copy(new_databases, "rated", make_rated) as engine:
        yield engine


@pytest.fixture
def published(new_databases: databases.Databases) -> Iterator[Engine]:
    """Give a record with a few finished games, and one whose picks are published."""
    with a_copy(new_databases, "published", make_published) as engine:
        yield engine
