"""How the desk is doing, as it is told to those who watch it."""

from datetime import datetime
from typing import Literal

from closeline.schemas.shape import Shape

State = Literal["ok", "degraded", "unavailable"]


class Alive(Shape):
    """That the process answers; nothing else was asked."""

    status: Literal["alive"]


class SystemHealth(Shape):
    """The desk as a whole and in its parts; a part that this process does not have is left out.

    It is told to anybody, so it says how things stand and never why.
    """

    status: State
    at: datetime
    parts: dict[str, State]


class OperationPerformance(Shape):
    """One operation of persistence. Times are milliseconds over the last thousand that went well."""

    operation: str
    done: int
    failed: int
    rows: int
    rows_last: int | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class PersistencePerformance(Shape):
    """How fast the record is read and written by this process, since it began to watch."""

    since: datetime
    operations: list[OperationPerformance]


class PersistenceHealth(Shape):
    """Whether the record can be written; `written_at` is null until this process has written."""

    status: State
    since: datetime
    written_at: datetime | None
    failing_since: datetime | None
    failed: int


class PersistenceError(Shape):
    """A read or a write that failed. The log of the same moment says more; this says nothing that could be a secret."""

    at: datetime
    operation: str
    error: str
    rows: int


class PersistenceErrors(Shape):
    """The last faults of this process, the newest first, and how many there were in all."""

    since: datetime
    total: int
    errors: list[PersistenceError]
