"""Jobs: what became of each job for each slot, and who leads."""

from datetime import datetime

from closeline.schemas.shape import Shape


class JobRun(Shape):
    """A job's run for a slot. `expires_at`: until when it is somebody's; `next_at`: when it is tried again."""

    job: str
    slot: str
    state: str
    attempts: int
    started_at: datetime
    finished_at: datetime | None = None
    detail: str | None = None
    expires_at: datetime | None = None
    next_at: datetime | None = None
    arguments: str | None = None


class Leader(Shape):
    """Which runner fires what is due, under which token, and until when unless it renews its lease."""

    holder: str
    token: int
    expires_at: datetime


class JobRuns(Shape):
    """Runs that were asked for, the newest first; how many stand in each state in all; and who leads, if anybody."""

    runs: list[JobRun]
    counts: dict[str, int]
    leader: Leader | None = None
