"""Editions: a version of the board with the bytes that everybody is given, made once and never changed."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.board import Board


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the board as it is handed out.

    `content` is its JSON, `packed` the same by gzip, `digest` the hash of the content: two desks that ever gave a
    version the same number still have two names for it.
    """

    board: Board
    content: bytes
    packed: bytes
    digest: str

    @property
    def version(self) -> int:
        """Return the number of the version."""
        return self.board.version

    @property
    def name(self) -> str:
        """Return the name of the edition: its version and the first signs of its hash."""
        return f"{self.board.version}-{self.digest[:12]}"

    @property
    def etag(self) -> str:
        """Return the name as HTTP compares it."""
        return f'"{self.name}"'


@dataclass(frozen=True, slots=True)
class ShelfHealth:
    """How a shelf does: its faults so far, and why and since when it hands out its last copy; null when it is well."""

    kind: str
    faults: int = 0
    reason: str | None = None
    since: datetime | None = None

    @property
    def held_over(self) -> bool:
        """Say whether what the shelf hands out may be older than what was put on it elsewhere."""
        return self.reason is not None
