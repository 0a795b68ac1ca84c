"""Incidents: what is wrong now. One is open for each kind and scope, however often it is met; opening it alerts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.store.desk import alerts
from closeline.store.desk.alerts import Alert
from closeline.store.session import Session
from closeline.store.tables.feeds import ops_incident

_COLUMNS = ("tenant_id", "kind", "scope", "league", "text", "inputs", "opened_at", "last_at", "repeats", "closed_at")
_OPEN = (
    select(*(ops_incident.c[name] for name in _COLUMNS))
    .where(ops_incident.c.tenant_id == bindparam("tenant"), ops_incident.c.closed_at.is_(None))
    .order_by(ops_incident.c.kind, ops_incident.c.scope)
)
_MINE = (
    ops_incident.c.tenant_id == bindparam("tenant"), ops_incident.c.kind == bindparam("what"),
    ops_incident.c.scope == bindparam("scope_name"),
)  # fmt: skip
_STATE = select(ops_incident.c.closed_at).where(*_MINE)
_AGAIN = (
    update(ops_incident)
    .where(*_MINE, ops_incident.c.closed_at.is_(None))
    .values(repeats=ops_incident.c.repeats + 1, last_at=bindparam("moment"))
)
_CLOSE = update(ops_incident).where(*_MINE, ops_incident.c.closed_at.is_(None)).values(closed_at=bindparam("moment"))


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that is wrong: `scope` says of what (a league, an event, a feed), `repeats` how often it was met."""

    tenant_id: str
    kind: str
    scope: str
    league: str
    text: str
    inputs: str
    opened_at: datetime
    last_at: datetime
    repeats: int
    closed_at: datetime | None = None


def meet(session: Session, alert: Alert, *, scope: str) -> bool:
    """Open an incident and raise its alert, or count one more meeting of it; True where it was opened now."""
    named = {"tenant": alert.tenant_id, "what": alert.kind, "scope_name": scope}
    if session.execute(_AGAIN, {**named, "moment": alert.at}).rowcount:
        return False
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {
        "tenant_id": alert.tenant_id, "kind": alert.kind, "scope": scope, "league": alert.league, "text": alert.text,
        "inputs": alert.inputs, "opened_at": alert.at, "last_at": alert.at, "repeats": 1, "closed_at": None,
    }  # fmt: skip
    new = insert(ops_incident).values(row)
    again = {name: new.excluded[name] for name in _COLUMNS if name not in ("tenant_id", "kind", "scope")}
    session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "kind", "scope"], set_=again))
    alerts.add(session, [alert])
    return True


def close(session: Session, kind: str, *, scope: str, tenant_id: str, at: datetime) -> bool:
    """Say that something is right again; False when nothing was open."""
    named = {"tenant": tenant_id, "what": kind, "scope_name": scope, "moment": at}
    return session.execute(_CLOSE, named).rowcount == 1


def is_known(session: Session, kind: str, *, scope: str, tenant_id: str) -> bool:
    """Say whether there ever was such an incident, open or closed."""
    return bool(session.rows(_STATE, {"tenant": tenant_id, "what": kind, "scope_name": scope}))


def open_ones(session: Session, *, tenant_id: str) -> list[Incident]:
    """Return what is wrong now, by kind and scope."""
    return [Incident(*row) for row in session.rows(_OPEN, {"tenant": tenant_id})]
