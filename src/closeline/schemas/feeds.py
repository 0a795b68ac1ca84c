"""Feeds as people look at them: calls that were made, credits that are left, and how each feed does."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Polled(Shape):
    """A call that was made, and what came of it; what it did not bring or cost is null."""

    feed: str
    kind: str
    league: str | None
    purpose: str
    address: str
    asked_at: datetime
    received_at: datetime
    outcome: str
    http_status: int | None
    error_code: str
    fault: str
    attempts: int
    accepted: int
    unchanged: int
    quarantined: int
    results: int
    payload_sha: str | None
    snapshot_id: str | None
    credits_reserved: int
    credits_last: int | None
    credits_remaining: int | None


class Captured(Shape):
    """Calls that were made, the newest first."""

    polls: list[Polled]


class PlannedPoll(Shape):
    """A poll of today's plan: when, of which league, what for, what it costs at most, and why then.

    event: of which event of the record alone; empty where all of the league is asked for.
    """

    at: datetime
    league: str
    purpose: str
    credits: int
    games: int
    reason: str
    event: str


class Quota(Shape):
    """How the credits stand and what today's plan makes of them. `account` is null where no feed costs any.

    left: what may still be spent this month, calls under way already taken off; held: set aside for those; unknown:
    taken because nobody said what a call cost; told: what the vendor last said remains. blocked: why the feed is not
    asked now although it is due (a refused key, spent credits, an open circuit); null where nothing is in the way.
    """

    account: str | None
    credits: int
    period: date
    days_left: int
    left: int
    held: int
    unknown: int
    told: int | None
    closing_reserve: int
    mode: str
    spent_today: int
    spent_today_not_for_closes: int
    left_today: int
    left_today_not_for_closes: int
    closes_unpaid: int
    events_unpaid: int
    blocked: str | None
    planned: list[PlannedPoll]
    polled: list[Polled]


class LeagueFeed(Shape):
    """How a league's prices stand: what may be published of it, and why no more."""

    mode: str
    reasons: list[str]
    last_poll_at: datetime | None
    last_outcome: str | None
    content_age_seconds: int | None
    next_poll_within_seconds: int | None
    stale: bool


class Incident(Shape):
    """Something that is wrong now, since when, and how often it was met."""

    kind: str
    scope: str
    league: str
    text: str
    opened_at: datetime
    last_at: datetime
    repeats: int


class Resting(Shape):
    """A league that has no game soon: why, and how many games of its preseason were set aside.

    rest: PRESEASON, OUT_OF_SEASON, NO_GAMES (within a week), or UNHEARD where no schedule was answered of late.
    """

    league: str
    rest: str
    heard_at: datetime
    set_aside: int


class SpoolState(Shape):
    """What waits for the record, and what found no room."""

    waiting: int
    bytes: int
    in_memory: int
    refused: int
    spoiled: int


class OpenCircuit(Shape):
    """A feed that was not asked when it was due, because of how it answered before; why says until when."""

    feed: str
    since: datetime
    why: str


class Failing(Shape):
    """A feed whose calls failed since it last answered: how many, and what came of the last."""

    feed: str
    failed: int
    last_at: datetime
    outcome: str
    fault: str


class Feeds(Shape):
    """How the feeds do: when each answered last, the leagues that were polled or rest, the spool, and what is wrong."""

    answered: dict[str, datetime]
    leagues: dict[str, LeagueFeed]
    credits_left: int | None
    credits: int | None
    spool: SpoolState | None
    incidents: list[Incident]
    resting: list[Resting]
    circuits: list[OpenCircuit]
    failing: list[Failing]
