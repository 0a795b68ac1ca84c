"""Traces: the version of everything that made a candidate what it is, kept beside its verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from closeline.store.forecasts import Prediction, Run
from closeline.store.session import Session
from closeline.store.tables.model import sim_run_input

RATING_STATE = "RATING_STATE"
_STATES = select(sim_run_input.c.run_id, sim_run_input.c.reference).where(
    sim_run_input.c.kind == RATING_STATE, sim_run_input.c.run_id.in_(bindparam("names", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Which versions decided: by these, the evidence and the seed, a decision can be made again.

    rating_state: the features, what the ratings had learned. code_version: null where the record did not keep it;
    simulation, policy and calibration are null where there was none. Not part of the record's hash: new code that
    decides the same leaves the same record.
    """

    engine: str
    ratings_version: str
    distribution_version: str
    simulation_version: str | None
    rating_state: str | None
    policy_version: str | None
    calibration_version: str | None
    config_version: str
    code_version: str | None
    seed: int


def rating_states(session: Session, runs: Iterable[str]) -> dict[str, str]:
    """Return the rating state that each run was made from."""
    names = sorted(set(runs))
    rows = session.rows(_STATES, {"names": names}) if names else ()
    return {row.run_id: row.reference for row in rows}


def traces(
    session: Session, predictions: Sequence[Prediction], runs: Mapping[str, Run], *, config_version: str,
    code_version: str | None,
) -> dict[str, Trace]:  # fmt: skip
    """Return the trace of each prediction, by its name."""
    states = rating_states(session, runs)
    return {
        item.prediction_id: Trace(
            run.engine, run.ratings_version, run.distribution_version, run.simulation_version, states.get(run.run_id),
            item.policy_version, item.calibration_version, config_version, code_version, run.seed,
        )
        for item in predictions
        for run in (runs[item.run_id],)
    }  # fmt: skip
