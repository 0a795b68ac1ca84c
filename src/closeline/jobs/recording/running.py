"""Running: a simulation of somebody's own is named before it runs, told what it is made from, and ended once."""

from datetime import timedelta

from closeline.domain.errors import BadInput, NotFound, Refused
from closeline.domain.forecasts.adjustments import Adjustment
from closeline.domain.forecasts.own import PROJECTION, Expected, OwnProjection, engine_of, family_of
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.leagues import League
from closeline.flow.forecast import LEAD_TIME
from closeline.jobs.desk import Desk
from closeline.jobs.recording.step import step
from closeline.schemas import recording as shapes
from closeline.store import evaluations, models, references
from closeline.store.desk import recordings
from closeline.store.forecasts import RESULTS_ONLY, Run, RunInput
from closeline.store.past.standing import is_learned_from
from closeline.store.polls import captures
from closeline.store.session import Session

# What the record says of a run itself; nobody else may.
SNAPSHOT, EVENT_VERSION, MODEL = "SNAPSHOT", "EVENT_VERSION", "MODEL"
RESERVED = frozenset({SNAPSHOT, EVENT_VERSION, MODEL, PROJECTION, "RATING_STATE", "CALIBRATION_DAILY", "INJURY_REPORT"})
_SEED_DIGITS = 15


def create_sim_run(desk: Desk, asked: shapes.CreateSimRun) -> shapes.SimRun:
    """Name a run before it is run: whose model, of which event, on which prices, with which seed.

    The same content is the same run. Raises NotFound for an unknown event or snapshot, Refused so close to the start
    that nothing could be published in time, BadInput where the snapshot has no prices of the event.
    """
    with step(desk) as session:
        captures.snapshot_of(session, asked.snapshot_id)
        name = _run_id(desk.tenant_id, asked)
        if recordings.find(session, name, tenant_id=desk.tenant_id) is None:
            _start(session, desk, asked, name)
        return sim_run(session, name, tenant_id=desk.tenant_id)


def _run_id(tenant_id: str, asked: shapes.CreateSimRun) -> str:
    return content_id(
        "own-run", tenant_id, asked.event_id, asked.snapshot_id, _model_text(asked.model), asked.sim_count, asked.seed
    )


def _model_text(model: shapes.OwnModel) -> str:
    return canonical_json(model.model_dump(mode="json"))


def _start(session: Session, desk: Desk, asked: shapes.CreateSimRun, name: str) -> None:
    now = desk.clock()
    known = references.versions(session, [asked.event_id], as_of=now).get(asked.event_id)
    if known is None:
        raise NotFound(f"event must be in the record, {asked.event_id} was not; capture a snapshot of it first")
    if known.starts_at - now < LEAD_TIME:
        minutes = (known.starts_at - now) / timedelta(minutes=1)
        raise Refused(f"a run must be created {LEAD_TIME.seconds // 60} minutes before the start, was {minutes:.1f}")
    priced = evaluations.of_snapshot(session, asked.snapshot_id, as_of=now)
    if all(item.event_id != asked.event_id for item in priced):
        raise BadInput(f"snapshot must hold a two-sided price of {asked.event_id}, {asked.snapshot_id} did not")
    league = League(asked.event_id.partition("_")[0])
    version = models.add(
        session, league=league, kind=models.OWN_MODEL, content=_model_text(asked.model), fitted_on="own", at=now
    )
    distribution, _, _ = models.latest(session, league=league, kind=models.DISTRIBUTION, as_of=now)
    engine = engine_of(asked.model.name) + ("" if asked.model.market_rated else RESULTS_ONLY)
    run = Run(
        name, desk.tenant_id, league, asked.event_id, now, engine,
        int(name[:_SEED_DIGITS], 16) if asked.seed is None else asked.seed, version, distribution,
        models.config(session, tenant_id=desk.tenant_id, as_of=now)[0], 0.0, 0.0, 0.0, 0.0, worlds=asked.sim_count,
    )  # fmt: skip
    recordings.start(session, run, [
        RunInput(SNAPSHOT, asked.snapshot_id), RunInput(EVENT_VERSION, f"{asked.event_id}@{known.version}"),
        RunInput(MODEL, version),
    ])  # fmt: skip


def sim_run(session: Session, run_id: str, *, tenant_id: str) -> shapes.SimRun:
    """Return a run as the record holds it; raises NotFound for no such run of this tenant."""
    run = recordings.named(session, run_id, tenant_id=tenant_id)
    inputs = recordings.inputs_of(session, run_id)
    ended = recordings.completion_of(session, run_id)
    return shapes.SimRun(
        run_id=run.run_id, league=run.league, event_id=run.event_id, snapshot_id=snapshot_of(inputs),
        engine=run.engine, model_version=run.ratings_version, sim_count=run.worlds or 0, seed=run.seed,
        as_of=run.as_of, config_version=run.config_version,
        learned_from=is_learned_from(
            session, tenant_id=tenant_id, league=run.league, engine=family_of(run.engine), as_of=run.as_of
        ),
        inputs=[shapes.RunInput(kind=item.kind, reference=item.reference) for item in inputs],
        output_hash=ended.output_hash if ended else None, runtime_ms=ended.runtime_ms if ended else None,
        completed_at=ended.completed_at if ended else None,
    )  # fmt: skip


def snapshot_of(inputs: list[RunInput]) -> str:
    """Return the snapshot that a run was made from."""
    return next(item.reference for item in inputs if item.kind == SNAPSHOT)


def record_inputs(desk: Desk, asked: shapes.RecordInputs) -> shapes.SimRun:
    """Add what a run is made from besides; one that is there already is left out. Raises Refused once it has ended."""
    reserved = sorted({item.kind for item in asked.inputs} & RESERVED)
    if reserved:
        raise BadInput(f"kind of an input must be one of your own, was {reserved[0]}, which the record writes itself")
    with step(desk) as session:
        run = recordings.named(session, asked.run_id, tenant_id=desk.tenant_id)
        given = dict.fromkeys(RunInput(item.kind, item.reference) for item in asked.inputs)
        fresh = [item for item in given if item not in recordings.inputs_of(session, run.run_id)]
        if fresh:
            must_be_open(session, run.run_id, "inputs must be recorded")
            recordings.add_inputs(session, run.run_id, fresh)
        return sim_run(session, run.run_id, tenant_id=desk.tenant_id)


def must_be_open(session: Session, run_id: str, what: str) -> None:
    """Raise Refused when a run has ended: what it was and said is hashed then."""
    ended = recordings.completion_of(session, run_id)
    if ended is not None:
        raise Refused(f"{what} before the run is completed, was after: {run_id} ended {ended.completed_at.isoformat()}")


def complete_sim_run(desk: Desk, asked: shapes.CompleteSimRun) -> shapes.SimRun:
    """End a run: its predictions are hashed, and from now on the gates may look at them.

    A second time with the same content adds nothing. Raises Refused for other content, and for a run that said nothing.
    """
    said = _projection(asked)
    with step(desk) as session:
        run = recordings.named(session, asked.run_id, tenant_id=desk.tenant_id)
        ended = recordings.completion_of(session, run.run_id)
        if ended is None:
            if not recordings.predictions_of(session, run.run_id):
                raise Refused(f"a run must have a prediction before it is completed, {run.run_id} had none")
            recordings.add_inputs(session, run.run_id, [RunInput(PROJECTION, said.to_json())])
            recordings.complete(session, run.run_id, runtime_ms=asked.runtime_ms, at=desk.clock())
        elif (ended.runtime_ms, recordings.projections(session, [run.run_id])[run.run_id]) != (asked.runtime_ms, said):
            raise Refused(f"a run must be completed once, {run.run_id} was completed otherwise")
        return sim_run(session, run.run_id, tenant_id=desk.tenant_id)


def _projection(asked: shapes.CompleteSimRun) -> OwnProjection:
    margin, total = (
        None if item is None else Expected(item.mean, item.sd, item.base) for item in (asked.margin, asked.total)
    )
    return OwnProjection(margin, total, tuple(
        Adjustment(item.name, item.margin_points, item.total_points, item.source, item.known_at)
        for item in asked.adjustments
    ))  # fmt: skip
