"""The record itself: its state, its settings, its proofs and what waits for a person."""

from datetime import datetime

from pydantic import Field

from closeline.schemas.feeds import Feeds
from closeline.schemas.governance.switching import Duty
from closeline.schemas.shape import Shape


class Schema(Shape):
    """Which schema a database has, which one this program knows, and where its copy was put before it changed."""

    database: str
    revision: str | None
    head: str
    journal_mode: str
    backup: str | None = None


class Roles(Shape):
    """Which roles of a PostgreSQL server got their rights, which it lacks, and which no guard of the record holds."""

    granted: list[str]
    lacking: list[str]
    too_mighty: list[str]


class LeagueState(Shape):
    """How much the record holds of a league."""

    results: int
    quotes: int
    quarantined: int
    candidates: int
    published: int
    picks: int
    leans: int
    policy_version: str | None


class BoardState(Shape):
    """How the live board did when its maker last said so at `told_at`; `age_seconds` is of its newest version, now.

    `faults` counts boards that could not be made, `shelf_faults` what failed on the shelf, `write_faults` batches that
    the record did not take. Of the opinions for the record `waiting` wait, `merged` gave way and `refused` it would not
    take.
    """

    told_at: datetime
    version: int
    made_at: datetime | None
    age_seconds: float | None
    rows: int
    faults: int
    shelf_faults: int
    shelf_reason: str | None
    write_faults: int
    last_fault: str
    waiting: int
    waiting_since: datetime | None
    merged: int
    refused: int
    batch_rows: int


class Status(Shape):
    """The state of the record; `board` is null where no live board was ever made."""

    version: str
    tenant: str
    record: Schema
    channels: list[str]
    leagues: dict[str, LeagueState]
    open_spellings: int
    unfinished_events: int
    feeds: Feeds
    duty: Duty
    board: BoardState | None = None


class Config(Shape):
    """Every setting, secrets masked, and where files were looked for."""

    settings: dict[str, str | None]
    files: dict[str, bool]


class VerifiedRun(Shape):
    """What a re-execution found."""

    run_id: str
    identical: bool
    checked: list[str]
    differences: list[str]


class LogFault(Shape):
    """A row of the event log that is not as it was written."""

    chain: str
    seq: int
    what: str


class VerifiedLog(Shape):
    """The chains of the event log: how many rows each has, where it does not verify, and what is wrong there.

    `violations` are changes that do not follow each other or do not lead to what is there now, and publications without
    a leaf of the log.
    """

    intact: bool
    events: dict[str, int]
    broken: dict[str, list[int]]
    faults: list[LogFault] = Field(default_factory=list)
    violations: list[str] = Field(default_factory=list)


class Question(Shape):
    """A spelling that no alias reads. `review_id` is what `mapping accept` and `mapping reject` are given.

    `suggested_ids` are the teams that the suggestions mean, each once, for `mapping accept --team`.
    """

    review_id: str
    kind: str
    league: str
    provider: str
    spelling: str
    suggestions: list[str]
    suggested_ids: list[str]
    file_name: str
    payload_sha: str
    place: str
    first_seen_at: datetime


class Questions(Shape):
    """All spellings that wait for a person."""

    questions: list[Question]


class Mapped(Shape):
    """What a person decided of a spelling, and what was read again because of it.

    `answer` is the team or player that it means, null where it means none; `provider` is * where it is anybody's
    spelling. `accepted` counts prices that were set aside and are in the record now; `payloads` those read again.
    """

    review_id: str
    decision: str
    kind: str
    league: str
    provider: str
    spelling: str
    answer: str | None
    actor: str
    why: str
    payloads: int = 0
    accepted: int = 0
    still_set_aside: int = 0
    unreadable: int = 0


class Report(Shape):
    """Where a report was written."""

    out: str
    size: int
