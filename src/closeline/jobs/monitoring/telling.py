"""Telling: the log hears of each incident once when it opens, louder the worse it is."""

import structlog

from closeline.domain.governance.alerts import Route, kind_of
from closeline.jobs.desk import Desk
from closeline.store.desk import incidents
from closeline.store.session import Session

log = structlog.get_logger()


def tell(session: Session, desk: Desk) -> int:
    """Tell the log of every open incident that it has not heard of; returns how many were told now."""
    new = [item for item in incidents.open_ones(session, tenant_id=desk.tenant_id) if item.told_at is None]
    for item in new:
        kind = kind_of(item.kind)
        if Route.LOG in kind.routes:
            write = log.error if Route.ERROR_LOG in kind.routes else log.warning
            write(
                "incident_opened", kind=item.kind, scope=item.scope, severity=str(kind.severity), text=item.text,
                runbook=kind.runbook,
            )  # fmt: skip
        incidents.told(session, item, at=desk.clock())
    return len(new)
