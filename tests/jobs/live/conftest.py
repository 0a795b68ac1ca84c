"""Records for these tests, on both databases."""

from tests.builders.fixtures import seeded

__all__ = ["seeded"]
