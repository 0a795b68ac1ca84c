"""Configurations: which there are, what differs between them, and what one would have made of the last week."""

from datetime import datetime

from closeline.schemas.shape import Shape


class ConfigLine(Shape):
    """A configuration: IN_FORCE, what WAS in force, or a proposal, OPEN or PAST, that follows what is no more."""

    name: str
    state: str
    actor: str
    why: str
    at: datetime


class ConfigList(Shape):
    """Every version that was in force, then every proposal, the oldest first."""

    versions: list[ConfigLine]


class ConfigShown(Shape):
    """A configuration, everything that it holds by the path to it."""

    name: str
    actor: str
    why: str
    at: datetime
    content: dict[str, object]


class ConfigDifference(Shape):
    """What two configurations hold differently; null where one lacks it."""

    path: str
    before: object
    after: object


class ConfigDiff(Shape):
    """What differs between two configurations."""

    before: str
    after: str
    differences: list[ConfigDifference]


class Reconsidered(Shape):
    """A candidate of the last week that comes out otherwise; decisions are PICK, LEAN and NO_PLAY."""

    prediction_id: str
    event_id: str
    market_key: str
    as_of: datetime
    before: str
    after: str


class ConfigOffered(Shape):
    """A proposal, and what it would have made of the candidates of the last week. `proposal_id` is null for a trial."""

    proposal_id: str | None
    base_version: str
    differences: list[ConfigDifference]
    since: datetime
    until: datetime
    candidates: int
    changed: list[Reconsidered]


class ConfigActivated(Shape):
    """The version that is in force now, and the one before."""

    before_version: str
    config_version: str
    differences: list[ConfigDifference]
