"""The publishing mode: FULL, EDGE_ONLY or NONE, a pure function of how the feeds and the quota do.

It falls at once and rises late: what is bad at any of the last polls holds until as many good ones have followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from closeline.domain.feeds.staleness import alert_after, off_after
from closeline.domain.picks import Decision, Tier

# Polls that must have been good in a row before the mode rises.
FRESH_POLLS = 3
_EDGE_ONLY_PERCENT = 15
_NONE_PERCENT = 2


class Mode(StrEnum):
    """What may be published: everything, only picks of tier A and B, or nothing."""

    FULL = "FULL"
    EDGE_ONLY = "EDGE_ONLY"
    NONE = "NONE"


_ORDER = (Mode.FULL, Mode.EDGE_ONLY, Mode.NONE)


def worst(modes: Sequence[Mode]) -> Mode:
    """Return the strictest of several modes."""
    return max(modes, key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A poll as the mode sees it.

    `content_at` is of when its content is, null where the poll brought none; `interval` until the next planned poll;
    `left` and `credits` are of the quota after it, null for a feed that has none.
    """

    received_at: datetime
    content_at: datetime | None
    interval: timedelta
    left: int | None = None
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The mode with its reasons, the age of the newest content, and whether somebody must look."""

    mode: Mode
    reasons: tuple[str, ...]
    content_age: timedelta | None
    stale: bool


_TIERS = frozenset({Tier.A, Tier.B})
PUBLISHING_OFF = "PUBLISHING_OFF"
EDGE_ONLY = "EDGE_ONLY"


def withholds(found: Standing, decision: Decision, tier: Tier) -> str | None:
    """Return why a pick must not be published as things stand; null when it may.

    NONE lets nothing out; EDGE_ONLY only a PICK of tier A or B, and none on a market whose content has grown old.
    """
    if found.mode is Mode.NONE:
        return PUBLISHING_OFF
    if found.mode is Mode.EDGE_ONLY and (found.stale or decision is not Decision.PICK or tier not in _TIERS):
        return EDGE_ONLY
    return None


def quota_mode(left: int | None, credits_all: int | None) -> Mode:
    """Return what the credits that are left allow: EDGE_ONLY from 15 % down, NONE from 2 %."""
    if left is None or not credits_all:
        return Mode.FULL
    if left * 100 <= credits_all * _NONE_PERCENT:
        return Mode.NONE
    return Mode.EDGE_ONLY if left * 100 <= credits_all * _EDGE_ONLY_PERCENT else Mode.FULL


def standing(sightings: Sequence[Sighting], now: datetime, *, fresh_polls: int = FRESH_POLLS) -> Standing:
    """Return the mode at `now` from the last polls of a league, oldest first; give a few more than `fresh_polls`.

    A desk whose feed has brought nothing yet publishes nothing.
    """
    content = [item.content_at for item in sightings if item.content_at is not None]
    if not content:
        return Standing(Mode.NONE, ("NO_POLL",), None, stale=False)
    age = now - max(content)
    here = (_feed_mode(sightings, now), _quota_after(sightings[-1]))
    past = [_at_arrival(sightings[: place + 1]) for place in range(_since(sightings, fresh_polls), len(sightings))]
    reasons = [
        *(["FEED_STALE"] if here[0] is not Mode.FULL else []),
        *(["QUOTA"] if here[1] is not Mode.FULL else []),
    ]
    mode = worst([*here, *past])
    if mode is not worst(here):
        reasons.append("FRESH_POLLS")
    return Standing(mode, tuple(reasons), age, stale=age > alert_after(sightings[-1].interval))


def _since(sightings: Sequence[Sighting], fresh_polls: int) -> int:
    """Return the place from which so many polls brought something; a poll that failed is not a fresh one."""
    brought = [place for place, item in enumerate(sightings) if item.content_at is not None]
    return brought[-fresh_polls] if len(brought) >= fresh_polls else 0


def _at_arrival(until: Sequence[Sighting]) -> Mode:
    """Return the strictest mode just before and just after the last of some polls arrived."""
    last = until[-1]
    before = _feed_mode(until[:-1], last.received_at) if len(until) > 1 else Mode.FULL
    return worst([before, _feed_mode(until, last.received_at), _quota_after(last)])


def _feed_mode(until: Sequence[Sighting], at: datetime) -> Mode:
    content = [item.content_at for item in until if item.content_at is not None]
    if not content:
        return Mode.NONE
    return Mode.NONE if at - max(content) > off_after(until[-1].interval) else Mode.FULL


def _quota_after(last: Sighting) -> Mode:
    return quota_mode(last.left, last.credits)
