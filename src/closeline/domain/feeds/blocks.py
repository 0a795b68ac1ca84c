"""Blocks: calls that are not made for a while, because of what the source answered before. Pure.

A bad key stops a feed, spent credits stop what costs some, a capability that the plan lacks stops that kind of call,
and an address that was refused is not asked again soon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.wants import Kind

# What is looked for, and how far back.
BLOCKING = (
    CallOutcome.BAD_KEY, CallOutcome.OUT_OF_CREDITS, CallOutcome.NOT_ON_PLAN, CallOutcome.BAD_REQUEST,
    CallOutcome.NOT_FOUND,
)  # fmt: skip
LOOK_BACK = timedelta(days=7)
# A free call finds out whether there are credits again every few hours, and whether the key was mended once a day.
PROBE_EVERY = {CallOutcome.OUT_OF_CREDITS: timedelta(hours=4), CallOutcome.BAD_KEY: timedelta(days=1)}
_ADDRESS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was refused."""

    feed: str
    kind: Kind
    address: str
    outcome: CallOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the feeds: the refusals of the last days, when each last answered, and last told of credits."""

    refusals: Sequence[Refusal]
    answered: Mapping[str, datetime]
    funded: Mapping[str, datetime]


def block(known: Known, *, feed: str, kind: Kind, address: str, costs: bool, now: datetime) -> CallOutcome | None:
    """Return the refusal that still stands against a call; null when it may be made."""
    for item in known.refusals:
        if item.feed != feed:
            continue
        if item.outcome in PROBE_EVERY:
            if stands(known, item) and (costs or item.outcome is CallOutcome.BAD_KEY):
                return item.outcome
        elif item.outcome is CallOutcome.NOT_ON_PLAN:
            if item.kind is kind:
                return item.outcome
        elif item.address == address and now - item.at < _ADDRESS_FOR:
            return item.outcome
    return None


def stands(known: Known, item: Refusal) -> bool:
    """Say whether a refusal of a whole feed was not lifted since: by any answer, or by one that told of credits."""
    since = known.answered if item.outcome is CallOutcome.BAD_KEY else known.funded
    return item.feed not in since or since[item.feed] <= item.at


def probe_due(known: Known, feed: str, tried_at: datetime | None, now: datetime) -> bool:
    """Say whether a feed that refuses everything should be asked for something free again."""
    standing = [item for item in known.refusals if item.feed == feed and item.outcome in PROBE_EVERY]
    last = next((item for item in reversed(standing) if stands(known, item)), None)
    if last is None:
        return False
    since = max(last.at, tried_at) if tried_at is not None else last.at
    return now - since >= PROBE_EVERY[last.outcome]
