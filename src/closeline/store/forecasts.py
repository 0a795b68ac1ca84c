"""Runs and predictions: what was forecast, from which inputs, and what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.forecasts.own import OWN
from closeline.domain.ids import canonical_json, content_id
from closeline.domain.props.engines import PROPS
from closeline.store.session import Session
from closeline.store.tables.model import decomposition, prediction, sim_run, sim_run_completion, sim_run_input

_RUN_COLUMNS = (
    "run_id", "tenant_id", "league", "event_id", "as_of", "engine", "seed", "ratings_version", "distribution_version",
    "config_version", "margin_mean", "margin_sd", "total_mean", "total_sd", "simulation_version", "worlds", "effective",
    "distribution_digest",
)  # fmt: skip
_PREDICTION_COLUMNS = (
    "prediction_id", "tenant_id", "run_id", "league", "event_id", "market_key", "side", "line_quarters", "book",
    "snapshot_id", "basis", "p_raw", "p_push", "p_calibrated", "q_market", "p_anchor", "predicted_clv",
    "calibration_version", "policy_version", "as_of",
)  # fmt: skip
# Of games, by the house, which forecasts them as if nobody brought a model of their own.
OF_GAMES = ~sim_run.c.engine.startswith(OWN) & ~sim_run.c.engine.startswith(PROPS)
_TENANT = sim_run.c.tenant_id == bindparam("tenant")
_FORECAST_EVENTS = select(sim_run.c.event_id).where(OF_GAMES, _TENANT, sim_run.c.event_id.in_(
    bindparam("events", expanding=True)
))  # fmt: skip
_RUN = select(sim_run).where(sim_run.c.run_id == bindparam("name"))
_LAST_OF_EVENT = (
    select(sim_run.c.run_id)
    .where(sim_run.c.tenant_id == bindparam("tenant"), sim_run.c.event_id == bindparam("event"), OF_GAMES)
    .order_by(sim_run.c.as_of.desc(), sim_run.c.run_id)
    .limit(1)
)
_INPUTS = select(sim_run_input).where(sim_run_input.c.run_id == bindparam("name")).order_by(sim_run_input.c.ordinal)
_RUNS = select(sim_run).where(sim_run.c.run_id.in_(bindparam("names", expanding=True)))
_DECOMPOSITIONS = select(decomposition).where(decomposition.c.run_id.in_(bindparam("names", expanding=True)))
_VERSIONS = select(sim_run.c.run_id, sim_run.c.engine, sim_run.c.ratings_version, sim_run.c.distribution_version).where(
    sim_run.c.run_id.in_(bindparam("names", expanding=True))
)
_GAME = sim_run_input.alias("game")
_OF_SNAPSHOT = (
    select(_GAME.c.reference)
    .join(sim_run_input, sim_run_input.c.run_id == _GAME.c.run_id)
    .join(sim_run, sim_run.c.run_id == _GAME.c.run_id)
    .where(
        sim_run.c.tenant_id == bindparam("tenant"),
        sim_run_input.c.kind == "SNAPSHOT",
        sim_run_input.c.reference == bindparam("snapshot"),
        _GAME.c.kind == "EVENT_VERSION",
        OF_GAMES,
    )
    .order_by(_GAME.c.reference)
)
_DECOMPOSITION = select(decomposition.c.content).where(decomposition.c.run_id == bindparam("name"))
_COMPLETION = select(sim_run_completion.c.output_hash).where(sim_run_completion.c.run_id == bindparam("name"))
_OF_RUN = select(prediction).where(prediction.c.run_id == bindparam("name")).order_by(prediction.c.prediction_id)
_OF_MOMENT = (
    select(prediction)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.as_of == bindparam("moment"),
    )
    .order_by(prediction.c.event_id, prediction.c.market_key, prediction.c.book)
)
_OF_MARKET = (
    select(prediction)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.market_key == bindparam("market"),
        prediction.c.as_of >= bindparam("since"),
        prediction.c.as_of < bindparam("until"),
    )
    .order_by(prediction.c.as_of, prediction.c.event_id)
)

# Where the market's own probability comes from: its quote, a quote that contradicts another, or a neighbour market.
QUOTED, SUSPECT, DERIVED = "QUOTED", "SUSPECT", "DERIVED"
# What the engine of a run is called, at its end, whose ratings had never seen a closing line.
RESULTS_ONLY = "/results-only"


@dataclass(frozen=True, slots=True)
class RunInput:
    """Something that a run was made from: a snapshot, a rating state, an event version."""

    kind: str
    reference: str


@dataclass(frozen=True, slots=True)
class Run:
    """One forecast of one event. Means are points; the sds are those of the means, the game's own chance apart.

    worlds is 0 for the exact evaluator, and `effective` then a share of one. The last four are null in runs made before
    games were simulated.
    """

    run_id: str
    tenant_id: str
    league: str
    event_id: str
    as_of: datetime
    engine: str
    seed: int
    ratings_version: str
    distribution_version: str
    config_version: str
    margin_mean: float
    margin_sd: float
    total_mean: float
    total_sd: float
    simulation_version: str | None = None
    worlds: int | None = None
    effective: float | None = None
    distribution_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """The probabilities of one market's canonical side (HOME or OVER), each step of the chain kept.

    All but `p_push` are given that there is no push. `q_market` is the market's own fair probability, `p_anchor` the
    predicted closing one; both are null where there is no market or no policy yet.
    """

    prediction_id: str
    tenant_id: str
    run_id: str
    league: str
    event_id: str
    market_key: str
    side: str
    line_quarters: int | None
    book: str
    snapshot_id: str | None
    basis: str
    p_raw: float
    p_push: float
    p_calibrated: float
    q_market: float | None
    p_anchor: float | None
    predicted_clv: float | None
    calibration_version: str | None
    policy_version: str | None
    as_of: datetime

    def said(self) -> tuple[object, ...]:
        """Return what a re-execution must give again, to the last bit."""
        return (
            self.market_key, self.side, self.line_quarters, self.book, self.basis, self.p_raw, self.p_push,
            self.p_calibrated, self.q_market, self.p_anchor, self.predicted_clv, self.calibration_version,
            self.policy_version,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """A run with its inputs, its predictions, and the text of what its means are made of."""

    run: Run
    inputs: tuple[RunInput, ...]
    predictions: tuple[Prediction, ...]
    decomposition: str

    def reference(self, kind: str) -> str:
        """Return what the run was made from, of a kind of input."""
        return next(item.reference for item in self.inputs if item.kind == kind)


def output_hash(predictions: Sequence[Prediction]) -> str:
    """Return the hash of what a run gave."""
    return content_id("output", *sorted(canonical_json(list(map(_unsigned, item.said()))) for item in predictions))


def _unsigned(value: object) -> object:
    # SQLite keeps no sign of zero.
    return value + 0.0 if isinstance(value, float) else value


def already_forecast(session: Session, events: Sequence[str], *, tenant_id: str) -> set[str]:
    """Return which of the events have been forecast."""
    rows = session.rows(_FORECAST_EVENTS, {"tenant": tenant_id, "events": list(events)}) if events else ()
    return {row.event_id for row in rows}


def add(session: Session, made: Sequence[Forecast], *, at: datetime, runtime_ms: int) -> None:
    """Append runs with their inputs, predictions, decompositions and completions."""
    moment = micros(at)
    session.append(sim_run, _RUN_COLUMNS, [_row(item.run) for item in made])
    session.append(sim_run_input, ("run_id", "ordinal", "kind", "reference"), [
        (item.run.run_id, ordinal, given.kind, given.reference)
        for item in made
        for ordinal, given in enumerate(item.inputs)
    ])  # fmt: skip
    session.append(prediction, _PREDICTION_COLUMNS, [
        (
            item.prediction_id, item.tenant_id, item.run_id, item.league, item.event_id, item.market_key, item.side,
            item.line_quarters, item.book, item.snapshot_id, item.basis, item.p_raw, item.p_push, item.p_calibrated,
            item.q_market, item.p_anchor, item.predicted_clv, item.calibration_version, item.policy_version,
            micros(item.as_of),
        )
        for whole in made
        for item in whole.predictions
    ])  # fmt: skip
    session.append(decomposition, ("run_id", "content"), [(item.run.run_id, item.decomposition) for item in made])
    session.append(sim_run_completion, ("run_id", "output_hash", "runtime_ms", "completed_at"), [
        (item.run.run_id, output_hash(item.predictions), runtime_ms, moment) for item in made
    ])  # fmt: skip


def _row(run: Run) -> tuple[object, ...]:
    return (
        run.run_id, run.tenant_id, run.league, run.event_id, micros(run.as_of), run.engine, run.seed,
        run.ratings_version, run.distribution_version, run.config_version, run.margin_mean, run.margin_sd,
        run.total_mean, run.total_sd, run.simulation_version, run.worlds, run.effective, run.distribution_digest,
    )  # fmt: skip


def decomposition_of(session: Session, run_id: str) -> str | None:
    """Return the text of what a run's means are made of, null for one made before games were simulated."""
    found = session.scalar(_DECOMPOSITION, {"name": run_id})
    return None if found is None else str(found)


def run(session: Session, run_id: str) -> tuple[Forecast, str]:
    """Return a run with what belongs to it, and the hash of its output."""
    rows = session.rows(_RUN, {"name": run_id})
    if not rows:
        message = f"run must be in the record, {run_id} was not; `closeline picks show` names the run of a pick"
        raise NotFound(message)
    made = Forecast(
        Run(**rows[0]._mapping),  # noqa: SLF001 -- the documented way to read a row by name
        tuple(RunInput(row.kind, row.reference) for row in session.rows(_INPUTS, {"name": run_id})),
        tuple(_prediction(row) for row in session.rows(_OF_RUN, {"name": run_id})),
        decomposition_of(session, run_id) or "",
    )
    return made, str(session.scalar(_COMPLETION, {"name": run_id}))


def last_run(session: Session, event_id: str, *, tenant_id: str) -> str:
    """Return the name of an event's last run; raises NotFound where it has none."""
    found = session.scalar(_LAST_OF_EVENT, {"tenant": tenant_id, "event": event_id})
    if found is None:
        message = f"event must have been forecast, {event_id} was not; `closeline picks list` names events"
        raise NotFound(message)
    return str(found)


def versions_of_snapshot(session: Session, snapshot_id: str, *, tenant_id: str) -> list[str]:
    """Return the event versions, `event@version`, that a tenant's forecasts of a snapshot were made from."""
    rows = session.rows(_OF_SNAPSHOT, {"snapshot": snapshot_id, "tenant": tenant_id})
    return [row.reference for row in rows]


def run_versions(session: Session, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return (ratings version, distribution version) of runs."""
    rows = session.rows(_VERSIONS, {"names": sorted(set(names))}) if names else ()
    return {row.run_id: (row.ratings_version, row.distribution_version) for row in rows}


def runs(session: Session, names: Sequence[str]) -> dict[str, Run]:
    """Return runs by their names."""
    rows = session.rows(_RUNS, {"names": sorted(set(names))}) if names else ()
    return {row.run_id: Run(**row._mapping) for row in rows}  # noqa: SLF001 -- the documented way to read a row


def decompositions(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Return the texts of what runs' means are made of, by run."""
    rows = session.rows(_DECOMPOSITIONS, {"names": sorted(set(names))}) if names else ()
    return {row.run_id: row.content for row in rows}


def of_moment(session: Session, *, tenant_id: str, league: str, as_of: datetime) -> list[Prediction]:
    """Return the predictions that a league's forecast made at a moment."""
    rows = session.rows(_OF_MOMENT, {"tenant": tenant_id, "league_code": league, "moment": as_of})
    return [_prediction(row) for row in rows]


def of_market(
    session: Session, *, tenant_id: str, league: str, market_key: str, since: datetime, until: datetime
) -> list[Prediction]:
    """Return a market's predictions made in [since, until), oldest first."""
    asked = {"tenant": tenant_id, "league_code": league, "market": market_key, "since": since, "until": until}
    return [_prediction(row) for row in session.rows(_OF_MARKET, asked)]


def _prediction(row: object) -> Prediction:
    return Prediction(**row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
