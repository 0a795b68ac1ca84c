"""Runs of models that somebody brings, written step by step: the run, its inputs, what it says, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Table, bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.forecasts.own import OWN, PROJECTION, OwnProjection
from closeline.store import forecasts
from closeline.store.forecasts import Prediction, Run, RunInput
from closeline.store.session import Session
from closeline.store.tables.desk import pick, publication
from closeline.store.tables.model import model_version, prediction, sim_run, sim_run_completion, sim_run_input

_RUN = select(sim_run).where(
    sim_run.c.tenant_id == bindparam("tenant"), sim_run.c.run_id == bindparam("name"), sim_run.c.engine.startswith(OWN)
)
_NEXT_INPUT = select(func.max(sim_run_input.c.ordinal)).where(sim_run_input.c.run_id == bindparam("name"))
_INPUTS = (
    select(sim_run_input.c.kind, sim_run_input.c.reference)
    .where(sim_run_input.c.run_id == bindparam("name"))
    .order_by(sim_run_input.c.ordinal)
)
_PROJECTIONS = select(sim_run_input.c.run_id, sim_run_input.c.reference).where(
    sim_run_input.c.run_id.in_(bindparam("names", expanding=True)), sim_run_input.c.kind == PROJECTION
)
_COMPLETION = select(sim_run_completion).where(sim_run_completion.c.run_id == bindparam("name"))
_PREDICTIONS = select(prediction).where(prediction.c.run_id == bindparam("name")).order_by(prediction.c.prediction_id)
_MODEL = select(model_version.c.content).where(model_version.c.model_version == bindparam("name"))
_PUBLICATION = (
    select(pick.c.pick_id, publication.c.publication_id, publication.c.published_at, publication.c.is_official,
           publication.c.terms)
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .where(pick.c.tenant_id == bindparam("tenant"), pick.c.prediction_id == bindparam("name"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """How a run ended: the hash of what it said, how long it took, and when it was told."""

    output_hash: str
    runtime_ms: int
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """A prediction's pick that went out, with the terms as every channel shows them."""

    pick_id: str
    publication_id: str
    published_at: datetime
    is_official: bool
    terms: str


def find(session: Session, run_id: str, *, tenant_id: str) -> Run | None:
    """Return a run of somebody's own model by its name, null for no such run of this tenant."""
    rows = session.rows(_RUN, {"tenant": tenant_id, "name": run_id})
    return Run(**rows[0]._mapping) if rows else None  # noqa: SLF001 -- the documented way to read a row by name


def named(session: Session, run_id: str, *, tenant_id: str) -> Run:
    """Return a run of somebody's own model; raises NotFound for no such run of this tenant."""
    found = find(session, run_id, tenant_id=tenant_id)
    if found is None:
        raise NotFound(f"run must be one that create_sim_run gave, {run_id} was not")
    return found


def start(session: Session, run: Run, inputs: Sequence[RunInput]) -> None:
    """Append a run and what it is made from; nothing of either ever changes."""
    _append(session, sim_run, run)
    add_inputs(session, run.run_id, inputs)


def add_inputs(session: Session, run_id: str, inputs: Sequence[RunInput]) -> None:
    """Append inputs of a run behind those that it has."""
    last = session.scalar(_NEXT_INPUT, {"name": run_id})
    first = 0 if last is None else int(last) + 1
    session.append(sim_run_input, ("run_id", "ordinal", "kind", "reference"), [
        (run_id, first + place, item.kind, item.reference) for place, item in enumerate(inputs)
    ])  # fmt: skip


def inputs_of(session: Session, run_id: str) -> list[RunInput]:
    """Return what a run is made from, in the order in which it was told."""
    return [RunInput(row.kind, row.reference) for row in session.rows(_INPUTS, {"name": run_id})]


def projections(session: Session, runs: Sequence[str]) -> dict[str, OwnProjection]:
    """Return what runs expect of margin and total, by run; one that did not say is left out."""
    rows = session.rows(_PROJECTIONS, {"names": sorted(set(runs))}) if runs else ()
    return {row.run_id: OwnProjection.from_json(row.reference) for row in rows}


def say(session: Session, made: Prediction) -> None:
    """Append what a run says of one market."""
    _append(session, prediction, made)


def _append(session: Session, table: Table, item: Run | Prediction) -> None:
    names = tuple(field.name for field in fields(item))
    values = (getattr(item, name) for name in names)
    session.append(table, names, [[micros(value) if isinstance(value, datetime) else value for value in values]])


def predictions_of(session: Session, run_id: str) -> list[Prediction]:
    """Return what a run has said."""
    rows = session.rows(_PREDICTIONS, {"name": run_id})
    return [Prediction(**row._mapping) for row in rows]  # noqa: SLF001 -- the documented way to read a row by name


def complete(session: Session, run_id: str, *, runtime_ms: int, at: datetime) -> None:
    """Append the end of a run, with the hash of all that it said."""
    digest = forecasts.output_hash(predictions_of(session, run_id))
    session.append(sim_run_completion, ("run_id", "output_hash", "runtime_ms", "completed_at"), [
        (run_id, digest, runtime_ms, micros(at))
    ])  # fmt: skip


def completion_of(session: Session, run_id: str) -> Completion | None:
    """Return how a run ended, null while it has not."""
    rows = session.rows(_COMPLETION, {"name": run_id})
    return Completion(rows[0].output_hash, rows[0].runtime_ms, rows[0].completed_at) if rows else None


def model_of(session: Session, version: str) -> str:
    """Return the text under which a model of somebody's own was registered."""
    return str(session.scalar(_MODEL, {"name": version}) or "")


def published(session: Session, prediction_id: str, *, tenant_id: str) -> Published | None:
    """Return what became official of a prediction, null for nothing yet."""
    rows = session.rows(_PUBLICATION, {"tenant": tenant_id, "name": prediction_id})
    return Published(**rows[0]._mapping) if rows else None  # noqa: SLF001 -- the documented way to read a row by name
