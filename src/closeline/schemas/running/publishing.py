"""What was published, as the app shows it, and what became of each message."""

from datetime import datetime

from closeline.schemas.shape import Shape


class TermVersions(Shape):
    """The versions that a pick rests on, as its publication froze them."""

    model: str
    distribution: str
    calibration: str
    policy: str
    config: str
    settlement_rules: str
    clv_rules: str


class Terms(Shape):
    """The terms of a publication, frozen; null is what an older wording did not freeze."""

    pick_id: str
    league: str | None
    event_id: str | None
    game: str | None
    selection: str
    label: str
    market: str | None
    side: str | None
    line: str | None
    book: str
    price: str
    price_american: int
    price_assumed: bool
    snapshot_id: str | None
    decision: str
    is_official: bool
    reasons: list[str]
    visibility: str
    tier: str
    probability: float
    units: float
    starts_at: datetime
    pick_version: int | None
    supersedes: str | None
    template_version: str
    versions: TermVersions | None


class FeedItem(Shape):
    """A published pick as the app shows it: its terms, what became of it, and the text that every channel carries."""

    number: int
    pick_id: str
    visible_id: str
    publish_id: str
    label: str
    published_at: datetime
    state: str
    state_reason: str
    state_since: datetime
    superseded_by: str | None
    validity: str | None
    terms: Terms
    text: str


class FeedPage(Shape):
    """Published picks in the order of their publishing.

    `next_cursor` asks for the page behind this one, and is null on the last; `here` asks later for what has been
    published since, and is null only where nothing has ever been.
    """

    picks: list[FeedItem]
    next_cursor: str | None
    here: str | None
    notice: str


class FeedAsked(Shape):
    """Which page of the feed."""

    cursor: str | None = None
    limit: int = 50


class Attempt(Shape):
    """One try to carry a message, and what came of it."""

    attempt: int
    outcome: str
    detail: str
    at: datetime


class Sending(Shape):
    """A message of a publication to one channel, with every attempt to carry it."""

    pick_id: str
    visible_id: str
    channel: str
    kind: str
    state: str
    attempts: int
    message_id: str | None
    chat: str
    deadline: datetime
    uncertain: bool
    detail: str | None
    tries: list[Attempt]


class Publication(Shape):
    """A publication: the pick as the feed has it, and where it went."""

    item: FeedItem
    deliveries: list[Sending]
    notice: str


class Uncertain(Shape):
    """A message of which nobody knows whether it arrived."""

    pick_id: str
    visible_id: str
    channel: str
    kind: str
    since: datetime
    detail: str | None


class Carried(Shape):
    """What one channel has of the messages: counted by state."""

    channel: str
    states: dict[str, int]


class PublishRun(Shape):
    """What a run did: which publishing jobs ran, and for each message that moved where it stands now."""

    jobs: int
    published: int
    moved: list[Sending]
    channels: list[Carried]
    uncertain: list[Uncertain]


class Reconciled(Shape):
    """What is uncertain after a look."""

    uncertain: list[Uncertain]
