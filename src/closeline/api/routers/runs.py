"""Runs: what was forecast, from which inputs."""

from typing import Annotated

from fastapi import Path

from closeline.api.dependencies import Calling
from closeline.api.guard import guarded
from closeline.flow.view import runs
from closeline.schemas.runs import EventRuns, SimRun
from closeline.tenancy.access import Permission

reading = guarded(Permission.READ, tags=["sim-runs"])

EventId = Annotated[str, Path(min_length=1, max_length=200)]
RunId = Annotated[str, Path(min_length=1, max_length=200)]


@reading.get("/sim-runs/event/{event_id}")
def sim_runs_of_event(caller: Calling, event_id: EventId) -> EventRuns:
    """Show all runs of an event, the oldest first."""
    with caller.reading() as session:
        return runs.runs_of_event(session, event_id, tenant_id=caller.tenant_id)


@reading.get("/sim-runs/{sim_run_id}")
def sim_run(caller: Calling, sim_run_id: RunId) -> SimRun:
    """Show a run with its inputs and its predictions."""
    with caller.reading() as session:
        return runs.sim_run(session, sim_run_id, tenant_id=caller.tenant_id)
