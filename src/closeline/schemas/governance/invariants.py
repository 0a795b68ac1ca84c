"""Invariants: the laws of the record, and the rows that break them."""

from closeline.schemas.shape import Shape


class BrokenLaw(Shape):
    """A row that breaks a law: the law's number, the row's key, and what is wrong with it."""

    invariant: str
    row: str
    why: str


class VerifiedInvariants(Shape):
    """What each law found: how many rows break it, and which."""

    kept: bool
    checked: dict[str, int]
    violations: list[BrokenLaw]
