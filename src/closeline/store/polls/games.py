"""The games that polling is about: those of a league that begin soon, or have begun and lack a result."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from closeline.domain.feeds.cadence import AHEAD, RESULTS_FOR, Game
from closeline.domain.leagues import NEXT_DAY, League, league_day
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result, quote_heartbeat
from closeline.store.tables.reference import event, event_alias, event_version

_GAMES = (
    select(event.c.event_id, event.c.league, event_version.c.starts_at, event_version.c.version)
    .join(event_version, event_version.c.event_id == event.c.event_id)
    .where(
        event.c.league.in_(bindparam("leagues", expanding=True)), event.c.day >= bindparam("first"),
        event.c.day <= bindparam("last"), event_version.c.received_at <= bindparam("as_of"),
    )
    .order_by(event.c.event_id, event_version.c.version)
)  # fmt: skip
_DECIDED = select(event_result.c.event_id).where(event_result.c.event_id.in_(bindparam("events", expanding=True)))
_NAMED = (
    select(event_alias.c.event_id)
    .where(
        event_alias.c.provider == bindparam("provider_name"),
        event_alias.c.event_id.in_(bindparam("events", expanding=True)),
    )
    .distinct()
)
_SEEN = (
    select(quote_heartbeat.c.event_id, func.max(quote_heartbeat.c.last_seen_at).label("at"))
    .where(quote_heartbeat.c.event_id.in_(bindparam("events", expanding=True)))
    .group_by(quote_heartbeat.c.event_id)
)


def around(session: Session, leagues: Sequence[League], *, as_of: datetime) -> list[Game]:
    """Return the games of leagues that begin within days of a moment either way, as they were known then."""
    parameters = {
        "leagues": list(leagues), "first": (league_day(as_of - RESULTS_FOR) - NEXT_DAY).isoformat(),
        "last": (league_day(as_of + AHEAD) + NEXT_DAY).isoformat(), "as_of": as_of,
    }  # fmt: skip
    # Oldest version first, so that the last one told has the last word.
    latest = {row.event_id: row for row in session.rows(_GAMES, parameters)} if leagues else {}
    decided = {row.event_id for row in session.rows(_DECIDED, {"events": list(latest)})} if latest else set()
    return [Game(name, League(row.league), row.starts_at, name in decided) for name, row in latest.items()]


def unnamed(session: Session, events: Sequence[str], *, provider: str) -> list[str]:
    """Return the events that a provider has no id for."""
    rows = session.rows(_NAMED, {"provider_name": provider, "events": list(events)}) if events else ()
    return sorted(set(events) - {row.event_id for row in rows})


def last_priced(session: Session, events: Sequence[str]) -> dict[str, datetime]:
    """Return when any price of each event was seen last; an event without prices is left out."""
    return {row.event_id: row.at for row in session.rows(_SEEN, {"events": list(events)})} if events else {}
