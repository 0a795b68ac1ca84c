"""A record to bring a model to: by each of the two ways, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.builders.fixtures import seeded, trusting
from tests.builders.ways import WAYS, Way, by

__all__ = ["seeded", "trusting"]


@pytest.fixture(params=sorted(WAYS))
def way(trusting: Engine, request: pytest.FixtureRequest) -> Iterator[Way]:
    """Give a way to a record that trusts its model, and the clock of its desk."""
    with by(request.param, trusting) as made:
        yield made
