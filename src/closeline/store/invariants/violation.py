"""A violation: which law of the record a row breaks, and how."""

from collections.abc import Callable
from dataclasses import dataclass

from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that breaks an invariant: the invariant's number, the row's key and what is wrong with it."""

    invariant: str
    row: str
    why: str


# A check reads the record of one tenant and returns the rows that break its law; none is the pass.
Check = Callable[[Session, str], list[Violation]]
