"""The limits of a league, what they mean, and how they came to be what they are."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Limit(Shape):
    """One limit: its value, what it is, and what it must stay inside of."""

    name: str
    value: object
    unit: str
    meaning: str
    must_be: str


class LimitChange(Shape):
    """One limit before and after; `effect` is TIGHTENS, LOOSENS or SHIFTS. Null where a version did not hold it."""

    name: str
    before: object
    after: object
    effect: str


class LimitsVersion(Shape):
    """A configuration version: who set it, when and why, and what it changed of the league."""

    config_version: str
    actor: str
    why: str
    at: datetime
    changes: list[LimitChange]


class LimitsInForce(Shape):
    """The limits of a league, and the version in force, with who set it, when and why."""

    league: str
    config_version: str
    actor: str
    why: str
    at: datetime
    limits: list[Limit]


class LimitsHistory(Shape):
    """Every configuration version, oldest first; the first changes nothing."""

    league: str
    versions: list[LimitsVersion]


class LimitsProposal(Shape):
    """What a proposal changed, and the version that holds it: the one before where nothing was written."""

    league: str
    before_version: str
    config_version: str
    written: bool
    changes: list[LimitChange]
