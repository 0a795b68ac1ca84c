"""Events that a feed's answers have on offer: where an answer that leaves something out must be compared."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select

from closeline.domain.board import Availability
from closeline.domain.leagues import league_day
from closeline.store.quotes.coverage import Poll
from closeline.store.quotes.rows import AnySeries, Entry
from closeline.store.session import Session
from closeline.store.tables.evidence import offered_event, quote, quote_heartbeat
from closeline.store.tables.reference import event

_OF_FEED = select(offered_event.c.event_id).where(
    offered_event.c.feed == bindparam("feed_name"),
    offered_event.c.event_id >= bindparam("first_id"),
    offered_event.c.event_id < bindparam("after_id"),
)
# Events that something has changed of after a moment, of those that may have been on offer then.
_SINCE = (
    select(quote_heartbeat.c.event_id)
    .join(event, event.c.event_id == quote_heartbeat.c.event_id)
    .join(quote, quote.c.quote_id == quote_heartbeat.c.quote_id)
    .where(
        event.c.league == bindparam("league_code"),
        event.c.day >= bindparam("since_day"),
        quote.c.received_at > bindparam("moment"),
    )
    .distinct()
)
# How long before a moment the first day of a game lies at most that is still on offer then.
_PUT_OFF_MOST = timedelta(days=60)
_GONE = delete(offered_event).where(
    offered_event.c.feed == bindparam("feed_name"), offered_event.c.event_id == bindparam("name")
)


def of_feed(session: Session, *, feed: str, league: str) -> set[str]:
    """Return the events of a league that a feed has shown and not yet left out whole."""
    # Event ids begin with the league and an underscore, whose next character is the backquote.
    asked = {"feed_name": feed, "first_id": f"{league}_", "after_id": f"{league}`"}
    return {row.event_id for row in session.rows(_OF_FEED, asked)}


def since(session: Session, poll: Poll) -> set[str]:
    """Return the events that a late answer may have shown, or left out, of which something is known since."""
    day = league_day(poll.received_at - _PUT_OFF_MOST).isoformat()
    asked = {"league_code": poll.league, "since_day": day, "moment": poll.received_at}
    return {row.event_id for row in session.rows(_SINCE, asked)}


def renew(session: Session, poll: Poll, known: AbstractSet[str], last: Mapping[AnySeries, Entry | None]) -> None:
    """Take in what an answer has shown, and let go of events of which nothing is shown any more."""
    looked_at = {series[0] for series in last} | known
    now = {
        series[0]
        for series, entry in last.items()
        if entry is not None and entry.feed == poll.feed and entry.said.availability is not Availability.ABSENT
    }
    if new := sorted(now - known):
        session.execute(insert(offered_event), [_row(poll.feed, name, poll.received_at) for name in new])
    if off := sorted((known & looked_at) - now):
        session.execute(_GONE, [{"feed_name": poll.feed, "name": name} for name in off])


def _row(feed: str, event_id: str, at: datetime) -> dict[str, object]:
    return {"feed": feed, "event_id": event_id, "last_seen_at": at}
