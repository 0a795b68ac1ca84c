"""Runs as the doors show them, and only to the tenant whose they are."""

from closeline.domain.errors import NotFound
from closeline.domain.markets import line_text
from closeline.schemas.picks import Input
from closeline.schemas.runs import EventRuns, RunPrediction, SimRun
from closeline.store import forecasts
from closeline.store.forecasts import Prediction
from closeline.store.record import audit
from closeline.store.session import Session

# What `forecasts.run` gives for a run that is not complete.
_INCOMPLETE = str(None)
_SAME = tuple(name for name in RunPrediction.model_fields if name != "line")
_OF_RUN = tuple(
    name for name in SimRun.model_fields if name not in {"sim_run_id", "inputs", "predictions", "output_hash"}
)


def sim_run(session: Session, run_id: str, *, tenant_id: str) -> SimRun:
    """Return a run with its inputs and predictions; raises NotFound for none of this tenant."""
    made, output_hash = forecasts.run(session, run_id)
    if made.run.tenant_id != tenant_id:
        raise NotFound(f"run must be in the record, {run_id} was not; `closeline picks show` names the run of a pick")
    return SimRun(
        sim_run_id=made.run.run_id,
        **{name: getattr(made.run, name) for name in _OF_RUN},
        inputs=[Input.model_validate(item) for item in made.inputs],
        predictions=[_prediction(item) for item in made.predictions],
        output_hash=None if output_hash == _INCOMPLETE else output_hash,
    )


def runs_of_event(session: Session, event_id: str, *, tenant_id: str) -> EventRuns:
    """Return a tenant's runs of an event, the oldest first; raises NotFound where there is none."""
    names = audit.runs_of_event(session, event_id, tenant_id=tenant_id)
    return EventRuns(event_id=event_id, sim_runs=[sim_run(session, name, tenant_id=tenant_id) for name in names])


def _prediction(made: Prediction) -> RunPrediction:
    line = "" if made.line_quarters is None else line_text(made.line_quarters)
    return RunPrediction(line=line, **{name: getattr(made, name) for name in _SAME})
