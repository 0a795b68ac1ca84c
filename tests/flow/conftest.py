"""Records for these tests, on both databases."""

from tests.builders.fixtures import played, published, rated, seeded, trusting

__all__ = ["played", "published", "rated", "seeded", "trusting"]
