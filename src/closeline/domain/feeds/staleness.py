"""Staleness: how old what a feed says may be, by its plan, and how old it is, by its content.

A feed that answers 200 with the same bytes for ever is stale, however often it answers: the age is that of the newest
thing a book has updated, or where no book says so, of the first sight of the bytes.
"""

from datetime import datetime, timedelta

ALERT_LEAST = timedelta(minutes=5)
OFF_LEAST = timedelta(minutes=15)
# So many planned intervals may pass without anything new (ratios as two whole numbers).
_ALERT_INTERVALS = 2.5
_OFF_INTERVALS = 4


def alert_after(interval: timedelta) -> timedelta:
    """Return the content age at which somebody must look."""
    return max(ALERT_LEAST, interval * _ALERT_INTERVALS)


def off_after(interval: timedelta) -> timedelta:
    """Return the content age at which publishing stops."""
    return max(OFF_LEAST, interval * _OFF_INTERVALS)


def content_moment(updated_at: datetime | None, first_seen_at: datetime, received_at: datetime) -> datetime:
    """Return of when a payload's content is: the newest update in it, else when its bytes were first seen.

    A time that is later than the reception is not believed.
    """
    told = first_seen_at if updated_at is None else updated_at
    return min(told, received_at)
