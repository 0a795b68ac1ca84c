"""Which events there are to look at: those of late, and those of which prices were ever received."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, select

from closeline.store.session import Session
from closeline.store.tables.evidence import quote_heartbeat
from closeline.store.tables.reference import event

_SINCE = (
    select(event.c.event_id)
    .where(event.c.league == bindparam("league_code"), event.c.day >= bindparam("since_day"))
    .order_by(event.c.event_id)
)
_QUOTED = (
    select(event.c.event_id)
    .where(
        event.c.league == bindparam("league_code"),
        event.c.event_id.in_(select(quote_heartbeat.c.event_id).distinct()),
    )
    .order_by(event.c.day, event.c.event_id)
)


_BOOKS = (
    select(quote_heartbeat.c.book)
    .join(event, event.c.event_id == quote_heartbeat.c.event_id)
    .where(event.c.league == bindparam("league_code"))
    .distinct()
    .order_by(quote_heartbeat.c.book)
)


def events_since(session: Session, *, league: str, day: date) -> Sequence[str]:
    """Return the events of a league on a day and later."""
    rows = session.rows(_SINCE, {"league_code": league, "since_day": day.isoformat()})
    return [row.event_id for row in rows]


def events_with_quotes(session: Session, *, league: str) -> Sequence[str]:
    """Return the events of a league of which prices were received, by day."""
    return [row.event_id for row in session.rows(_QUOTED, {"league_code": league})]


def books(session: Session, *, league: str) -> list[str]:
    """Return the books of which any price of a league was received, by name."""
    return [row.book for row in session.rows(_BOOKS, {"league_code": league})]
