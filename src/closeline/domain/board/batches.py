"""Batches: how many rows to write at once, learned from how long the last ones took. Pure.

A batch that is quicker than half its target grows the next by half, one that is slower than the target shrinks it by
the same measure that it was too slow, and a failure halves it: additive care and multiplicative caution as in
congestion control (Chiu and Jain 1989), within bounds.
"""

from dataclasses import dataclass, replace

GROWTH = 1.5
SHRINK_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class BatchSize:
    """The size of the next batch: rows, and what it is steered by."""

    rows: int = 256
    least: int = 16
    most: int = 8192
    target_ms: float = 100.0

    def __post_init__(self) -> None:
        """Refuse bounds that hold nothing."""
        if not 1 <= self.least <= self.rows <= self.most or not self.target_ms > 0:
            message = f"batch must have 1 <= least <= rows <= most and a target above 0 ms, was {self!r}"
            raise ValueError(message)

    def after(self, rows: int, took_ms: float) -> "BatchSize":
        """Return the next size after so many rows took so long; a batch smaller than its size tells of no growth."""
        if took_ms > self.target_ms:
            return self._bounded(self.rows * max(self.target_ms / took_ms, SHRINK_LEAST))
        if took_ms * 2 < self.target_ms and rows >= self.rows:
            return self._bounded(self.rows * GROWTH)
        return self

    def after_failure(self) -> "BatchSize":
        """Return the next size after a batch that could not be written."""
        return self._bounded(self.rows / 2)

    def _bounded(self, rows: float) -> "BatchSize":
        return replace(self, rows=min(max(int(rows), self.least), self.most))
