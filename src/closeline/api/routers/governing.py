"""Governing: flags, kill switches and alerts, for whoever runs the desk."""

from typing import Annotated

from fastapi import Path

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.jobs.monitoring import governing
from closeline.schemas.governance.switching import (
    AlertLine,
    Alerts,
    Because,
    Flag,
    Flags,
    KillSwitch,
    KillSwitches,
    Lifted,
    SetFlag,
    TurnOn,
)
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["governance"])
operating = guarded(Permission.OPERATE, tags=["governance"])

Name = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/flags")
def flags(caller: Calling) -> Flags:
    """List every flag with its settings; one that nobody ever set is on."""
    with caller.reading() as session:
        return governing.listed_flags(session, tenant_id=caller.tenant_id)


@operating.post("/flags/{name}")
def set_flag(caller: Calling, name: Name, asked: SetFlag) -> Flag:
    """Set a flag in a scope: it takes effect before the next publication. Safety layers cannot be put off."""
    return governing.set_flag(
        caller.desk, name, scope=asked.scope, is_on=asked.is_on, why=asked.why, actor=caller.actor
    )


@reading.get("/switches")
def switches(caller: Calling) -> KillSwitches:
    """List the kill switches that are on, and the last steps that were taken."""
    with caller.reading() as session:
        return governing.listed_switches(session, tenant_id=caller.tenant_id)


@operating.post("/switches")
def turn_on(caller: Calling, asked: TurnOn) -> KillSwitch:
    """Put a kill switch on: once this has answered, nothing that it stops is published by anybody."""
    return governing.kill(caller.desk, scope=asked.scope, why=asked.why, actor=caller.actor)


@operating.post("/switches/{switch_id}/lift")
def lift(caller: Calling, switch_id: Name, asked: Because) -> Lifted:
    """Lift a kill switch."""
    return governing.lift(caller.desk, switch_id=switch_id, why=asked.why, actor=caller.actor)


@reading.get("/alerts")
def alerts(caller: Calling, *, open: bool = False) -> Alerts:  # noqa: A002 -- the name of the query's parameter
    """List what is and was wrong, the last met first; `open`: only what has not ended."""
    with caller.reading() as session:
        return governing.listed_alerts(session, tenant_id=caller.tenant_id, only_open=open)


@operating.post("/alerts/{alert_id}/acknowledge")
def acknowledge(caller: Calling, alert_id: Name, asked: Because) -> AlertLine:
    """Say that an alert was seen; one that no rule ends is ended by it."""
    return governing.acknowledge(caller.desk, alert_id, why=asked.why, actor=caller.actor)
