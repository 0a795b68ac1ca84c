"""Incidents: what is wrong now. One is open for each kind and scope, however often it is met; opening it alerts.

A person's acknowledgement says that it was seen; one that no rule ends is ended by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from closeline.domain.clock import micros
from closeline.domain.governance.alerts import Ends, kind_of
from closeline.domain.ids import canonical_json, content_id
from closeline.store.desk import alerts
from closeline.store.desk.alerts import Alert
from closeline.store.record.changes import change
from closeline.store.session import Session
from closeline.store.tables.feeds import ops_incident

_COLUMNS = (
    "tenant_id", "kind", "scope", "league", "text", "inputs", "opened_at", "last_at", "repeats", "closed_at",
    "severity", "told_at", "acknowledged_at", "acknowledged_by", "acknowledged_why",
)  # fmt: skip
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
    .values(repeats=ops_incident.c.repeats + bindparam("times"), last_at=bindparam("moment"))
)
_CLOSE = update(ops_incident).where(*_MINE, ops_incident.c.closed_at.is_(None)).values(closed_at=bindparam("moment"))
_TOLD = update(ops_incident).where(*_MINE).values(told_at=bindparam("moment"))
_SEEN = (
    update(ops_incident)
    .where(*_MINE)
    .values(
        acknowledged_at=bindparam("moment"), acknowledged_by=bindparam("who"), acknowledged_why=bindparam("words"),
    )
)  # fmt: skip
_EVERY = (
    select(*(ops_incident.c[name] for name in _COLUMNS))
    .where(ops_incident.c.tenant_id == bindparam("tenant"))
    .order_by(ops_incident.c.last_at.desc(), ops_incident.c.kind, ops_incident.c.scope)
    .limit(bindparam("most"))
)


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
    severity: str | None = None
    told_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_why: str | None = None

    @property
    def incident_id(self) -> str:
        """Return its name: the same however often it opens."""
        return content_id("incident", self.tenant_id, self.kind, self.scope)[:12]

    def is_same(self, other: "Incident") -> bool:
        """Say whether both are of the same kind and scope."""
        return (self.tenant_id, self.kind, self.scope) == (other.tenant_id, other.kind, other.scope)

    @property
    def state(self) -> str:
        """Return what an acknowledgement changes, as canonical JSON."""
        return canonical_json({
            "acknowledged_by": self.acknowledged_by, "incident_id": self.incident_id, "kind": self.kind,
            "open": self.closed_at is None, "scope": self.scope,
        })  # fmt: skip


def meet(session: Session, alert: Alert, *, scope: str) -> bool:
    """Open an incident and raise its alert, or count one more meeting of it; True where it was opened now."""
    if not _open(session, alert, scope, times=1):
        return False
    alerts.add(session, [alert])
    return True


def tell(session: Session, raised: Sequence[Alert]) -> int:
    """Raise alerts that name themselves, and open or count the incident of each kind and league; returns the new.

    What was told before, word for word, is neither raised nor counted again.
    """
    new = 0
    for alert in raised:
        if alerts.add(session, [alert]):
            _open(session, alert, alert.league, times=1)
            new += 1
    return new


def _open(session: Session, alert: Alert, scope: str, *, times: int) -> bool:
    """Open an incident, or count so many more meetings of the one that is open; True where it was opened now."""
    named = {"tenant": alert.tenant_id, "what": alert.kind, "scope_name": scope}
    if session.execute(_AGAIN, {**named, "moment": alert.at, "times": times}).rowcount:
        return False
    insert = postgresql_insert if session.dialect == "postgresql" else sqlite_insert
    row = {
        "tenant_id": alert.tenant_id, "kind": alert.kind, "scope": scope, "league": alert.league, "text": alert.text,
        "inputs": alert.inputs, "opened_at": alert.at, "last_at": alert.at, "repeats": times, "closed_at": None,
        "severity": str(kind_of(alert.kind).severity), "told_at": None, "acknowledged_at": None,
        "acknowledged_by": None, "acknowledged_why": None,
    }  # fmt: skip
    new = insert(ops_incident).values(row)
    again = {name: new.excluded[name] for name in _COLUMNS if name not in ("tenant_id", "kind", "scope")}
    session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "kind", "scope"], set_=again))
    return True


def close(session: Session, kind: str, *, scope: str, tenant_id: str, at: datetime) -> bool:
    """Say that something is right again; False when nothing was open."""
    named = {"tenant": tenant_id, "what": kind, "scope_name": scope, "moment": at}
    return session.execute(_CLOSE, named).rowcount == 1


def is_known(session: Session, kind: str, *, scope: str, tenant_id: str) -> bool:
    """Say whether there ever was such an incident, open or closed."""
    return bool(session.rows(_STATE, {"tenant": tenant_id, "what": kind, "scope_name": scope}))


def told(session: Session, incident: Incident, *, at: datetime) -> None:
    """Remember that the log was told of an incident."""
    session.execute(_TOLD, _named(incident) | {"moment": at})


def acknowledge(session: Session, incident: Incident, *, actor: str, why: str, at: datetime) -> Incident:
    """Say that somebody has seen an incident, and end it where no rule will; the log tells of both."""
    seen = {"moment": at, "who": actor, "words": why}
    session.execute(_SEEN, _named(incident) | seen)
    if incident.closed_at is None and kind_of(incident.kind).ends is Ends.BY_HAND:
        close(session, incident.kind, scope=incident.scope, tenant_id=incident.tenant_id, at=at)
    after = next(item for item in listed(session, tenant_id=incident.tenant_id) if item.is_same(incident))
    change(
        session, tenant_id=incident.tenant_id, subject=f"alert:{incident.incident_id}:{micros(at)}",
        name="ALERT_ACKNOWLEDGED", before=incident.state, after=after.state, actor=actor, why=why, at=at,
    )  # fmt: skip
    return after


def listed(session: Session, *, tenant_id: str, most: int = 10_000) -> list[Incident]:
    """Return incidents, open and closed, the last met first."""
    return [Incident(*row) for row in session.rows(_EVERY, {"tenant": tenant_id, "most": most})]


def _named(incident: Incident) -> dict[str, str]:
    return {"tenant": incident.tenant_id, "what": incident.kind, "scope_name": incident.scope}


def open_ones(session: Session, *, tenant_id: str) -> list[Incident]:
    """Return what is wrong now, by kind and scope."""
    return [Incident(*row) for row in session.rows(_OPEN, {"tenant": tenant_id})]
