"""Retention: what a plan would keep and drop. It is looked at here, and carried out on the command line alone."""

from fastapi import Request

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.schemas.retention import Plan
from closeline.store.record import retention
from closeline.tenancy.access import Permission

planning = guarded(Permission.PLAN_RETENTION, tags=["retention"])


@planning.get("/retention/plan")
def retention_plan(caller: Calling, request: Request) -> Plan:
    """Show exactly what would be kept and dropped today, by reason; changes nothing."""
    with caller.reading() as session:
        found = retention.plan(session, request.app.state.retention, caller.desk.clock().date())
    return Plan.model_validate(found)
