"""The record itself: its state, its settings, its proofs and what waits for a person."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Schema(Shape):
    """Which schema a database has, and which one this program knows."""

    database: str
    revision: str | None
    head: str
    journal_mode: str


class LeagueState(Shape):
    """How much the record holds of a league."""

    results: int
    quotes: int
    quarantined: int
    candidates: int
    published: int
    policy_version: str | None


class Status(Shape):
    """The state of the record."""

    version: str
    tenant: str
    record: Schema
    channels: list[str]
    leagues: dict[str, LeagueState]
    open_spellings: int
    unfinished_events: int


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


class VerifiedLog(Shape):
    """The chains of the event log: how long each is, and where it does not verify."""

    intact: bool
    events: dict[str, int]
    broken: dict[str, list[int]]


class Question(Shape):
    """A spelling that no alias reads."""

    league: str
    provider: str
    spelling: str
    suggestions: list[str]
    file_name: str
    payload_sha: str
    place: str
    first_seen_at: datetime


class Questions(Shape):
    """All spellings that wait for a person."""

    questions: list[Question]


class Report(Shape):
    """Where a report was written."""

    out: str
    size: int
