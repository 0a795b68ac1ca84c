"""Alerts: what somebody must look at, once each, with the numbers that raised it."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.ids import content_id
from closeline.store.session import Session
from closeline.store.tables.governance import ops_alert

_COLUMNS = ("tenant_id", "league", "kind", "text", "inputs", "at")
_SINCE = (
    select(*(ops_alert.c[name] for name in _COLUMNS))
    .where(
        ops_alert.c.tenant_id == bindparam("tenant"),
        ops_alert.c.league == bindparam("league_code"),
        ops_alert.c.at > bindparam("after"),
        ops_alert.c.at <= bindparam("as_of"),
    )
    .order_by(ops_alert.c.at, ops_alert.c.kind, ops_alert.c.alert_id)
)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something about a league that a person should know; `inputs` is JSON, and all of it names the alert."""

    tenant_id: str
    league: str
    kind: str
    text: str
    inputs: str
    at: datetime

    @property
    def alert_id(self) -> str:
        """Return the name of the alert."""
        return content_id("alert", self.tenant_id, self.league, self.kind, self.text, self.inputs, micros(self.at))


def add(session: Session, alerts: Sequence[Alert]) -> int:
    """Append alerts that are new, and return how many were."""
    rows = [(item.alert_id, *astuple(item)[:-1], micros(item.at)) for item in alerts]
    return session.append_new(ops_alert, ("alert_id", *_COLUMNS), rows, ("alert_id",))


def since(session: Session, *, tenant_id: str, league: str, after: datetime, as_of: datetime) -> list[Alert]:
    """Return the alerts of a league raised in (after, as_of], oldest first."""
    rows = session.rows(_SINCE, {"tenant": tenant_id, "league_code": league, "after": after, "as_of": as_of})
    return [Alert(*row) for row in rows]
