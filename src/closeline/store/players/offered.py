"""Offered: which readings hold prices on players of a league day, and what the record says of those prices already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from closeline.domain.leagues import League
from closeline.store import references
from closeline.store.forecasts import Prediction
from closeline.store.references import EventVersion
from closeline.store.session import Session
from closeline.store.tables.evidence import quote_heartbeat, snapshot
from closeline.store.tables.model import prediction
from closeline.store.tables.reference import event

_EVENTS = select(event.c.event_id).where(event.c.league == bindparam("league_code"), event.c.day == bindparam("on_day"))
_READINGS = (
    select(snapshot.c.snapshot_id, snapshot.c.phase, snapshot.c.received_at)
    .distinct()
    .join(quote_heartbeat, quote_heartbeat.c.snapshot_id == snapshot.c.snapshot_id)
    .where(
        quote_heartbeat.c.event_id.in_(bindparam("events", expanding=True)),
        quote_heartbeat.c.player_id != "",
        snapshot.c.received_at <= bindparam("until"),
    )
    .order_by(snapshot.c.received_at, snapshot.c.snapshot_id)
)
_SAID = (
    select(prediction)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.event_id.in_(bindparam("events", expanding=True)),
        prediction.c.market_key.startswith("PLAYER_"),
        prediction.c.as_of <= bindparam("as_of"),
    )
    .order_by(prediction.c.as_of, prediction.c.prediction_id)
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot that was the last to see a price on a player of some events."""

    snapshot_id: str
    phase: str
    received_at: datetime


def events_of_day(session: Session, league: League, day: date, *, as_of: datetime) -> dict[str, EventVersion]:
    """Return the events of a league day as they were known at `as_of`, in order of their ids."""
    rows = session.rows(_EVENTS, {"league_code": league, "on_day": day.isoformat()})
    return references.versions(session, sorted(row.event_id for row in rows), as_of=as_of)


def readings_of(session: Session, events: Sequence[str], *, until: datetime) -> list[Reading]:
    """Return the snapshots received by `until` that were the last to see prices on players of events, oldest first."""
    rows = session.rows(_READINGS, {"events": sorted(events), "until": until}) if events else ()
    return [Reading(row.snapshot_id, row.phase, row.received_at) for row in rows]


def said_of(session: Session, events: Sequence[str], *, tenant_id: str, as_of: datetime) -> list[Prediction]:
    """Return the last prediction by `as_of` of each player's line of events, in order of event and market."""
    asked = {"tenant": tenant_id, "events": sorted(events), "as_of": as_of}
    last: dict[tuple[str, str], Prediction] = {}
    for row in session.rows(_SAID, asked) if events else ():
        made = Prediction(**row._mapping)  # noqa: SLF001 -- the documented way to read a row by name
        last[made.event_id, made.market_key] = made
    return [last[key] for key in sorted(last)]
