"""Overriding at two people's request: one asks with a reason, another confirms with his own; the log has both."""

from closeline.domain.calibration import CalibrationStatus
from closeline.flow.tune.calibration import Outcome, overriding
from closeline.jobs.desk import Desk
from closeline.jobs.learning.calibrating import line, record_outcome, version
from closeline.jobs.run_inline import react
from closeline.schemas.calibration import CalibrationVersion, OverrideAsked
from closeline.store import events
from closeline.store.session import unit_of_work


def ask(desk: Desk, name: str, *, actor: str, why: str) -> OverrideAsked:
    """Ask to put in force what its gate has not let through; nothing is in force by it. Refused where none is met."""
    person, reason = line("actor", actor), line("why", why)
    with unit_of_work(desk.engine) as session:
        told = overriding.ask(session, name, tenant_id=desk.tenant_id, actor=person, why=reason)
        events.record(session, told, tenant_id=desk.tenant_id, actor=person, at=desk.clock())
    return OverrideAsked(
        scope=told.scope, calibration_version=told.calibration_version, status=told.status,
        reasons=list(filter(None, told.reasons.split(","))), asked_by=person, why=reason,
    )  # fmt: skip


def confirm(desk: Desk, name: str, *, actor: str, why: str) -> CalibrationVersion:
    """Put in force what another person asked for; Refused for nobody's request and for one's own."""
    person, reason = line("actor", actor), line("why", why)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=desk.tenant_id)
        scope, told = overriding.confirm(
            session, name, tenant_id=desk.tenant_id, at=desk.clock(), actor=person, why=reason
        )
        events.record(session, told, tenant_id=desk.tenant_id, actor=person, at=desk.clock())
        outcome = Outcome(scope.name, CalibrationStatus.ACTIVE, told.calibration_version, (overriding.OVERRIDDEN,))
        logged = record_outcome(session, desk, scope, outcome, person, reason)
        result = version(session, told.calibration_version, tenant_id=desk.tenant_id)
    react(desk, logged)
    return result
