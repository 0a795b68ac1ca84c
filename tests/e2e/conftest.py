"""Records for these tests, on both databases."""

from tests.builders.fixtures import played, seeded, trusting

__all__ = ["played", "seeded", "trusting"]
