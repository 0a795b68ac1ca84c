"""Retention: what a plan would keep and drop, and which plans were applied."""

from datetime import date, datetime

from closeline.schemas.shape import Shape


class Policy(Shape):
    """How old evidence must be, in days, before it may go, and the least time between thinned quotes of a series."""

    quote_days: int
    quote_minutes: int
    payload_days: int


class Tally(Shape):
    """How many of something, and how many bytes they hold."""

    count: int
    size: int


class Plan(Shape):
    """What would be kept and dropped, by reason. Nothing is dropped by looking."""

    plan_id: str
    day: date
    policy: Policy
    quotes_kept: dict[str, Tally]
    quotes_dropped: dict[str, Tally]
    payloads_kept: dict[str, Tally]
    payloads_dropped: dict[str, Tally]


class Applied(Shape):
    """A plan that was carried out: what it dropped, who applied it, and why."""

    plan_id: str
    day: date
    policy: Policy
    quotes: int
    payloads: int
    payload_bytes: int
    actor: str
    why: str
    applied_at: datetime


class AppliedPlans(Shape):
    """All plans that were applied, oldest first."""

    plans: list[Applied]
