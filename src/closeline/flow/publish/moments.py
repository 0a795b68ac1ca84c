"""Moments: how late it is at least, whatever a clock says, and whether a game has begun by then (invariants P2, J3)."""

from datetime import datetime

from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.store import events, references, results
from closeline.store.polls import calls
from closeline.store.session import Session


def no_earlier(session: Session, *, tenant_id: str, league: League, at: datetime, live: bool) -> datetime:
    """Return the moment by which a start has come: a clock that was set back brings no game back.

    What was written down last, in the log of the tenant or of the house, was written down by now; so was the last
    answer of a feed.
    """
    logged = events.last_at(session, tenant_id=tenant_id)
    polls = calls.of_league(session, league, Kind.ODDS, most=1) if live else []
    return max([at, *([logged] if logged else []), *(poll.received_at for poll in polls)])


def start_of(session: Session, event_id: str, *, by: datetime) -> datetime:
    """Return when an event begins, or began, as far as anybody has said by a moment."""
    planned = references.versions(session, [event_id], as_of=by)[event_id].starts_at
    return results.begun_at(session, {event_id: planned}, as_of=by).get(event_id, planned)
