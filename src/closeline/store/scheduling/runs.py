"""Runs: what can have become of a job for one slot, and who may bring home what it does."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    """Where a job stands for a slot.

    RUNNING: somebody is out for it, until its claim ends. DONE: its effects are in the record. FAILED: it left no
    effect and is tried again. DEAD: it failed as often as it may, and waits for a person. MISSED: nobody ran it when
    it was due, and it is not made up for.
    """

    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    DEAD = "DEAD"
    MISSED = "MISSED"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to bring home what a job does outside for a slot: good while no later attempt has been claimed."""

    job: str
    slot: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Fence:
    """What a holder of a lease acts under: once somebody else has held it since, the token is stale."""

    name: str
    token: int


@dataclass(frozen=True, slots=True)
class Run:
    """A job's run for a slot, as the record holds it. `arguments` are JSON; `next_at` is when it is tried again."""

    job: str
    slot: str
    state: RunState
    attempts: int
    started_at: datetime
    finished_at: datetime | None = None
    detail: str | None = None
    expires_at: datetime | None = None
    next_at: datetime | None = None
    arguments: str | None = None
