"""Runs as they are kept: what was forecast of an event, from which inputs, and what came out."""

from datetime import datetime

from closeline.schemas.picks import Input
from closeline.schemas.shape import Shape


class RunPrediction(Shape):
    """What a run says of one market's first side, each step of the chain kept; all but `p_push` given no push."""

    prediction_id: str
    market_key: str
    side: str
    line: str
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


class SimRun(Shape):
    """One run. `output_hash` is null while it is not complete; means and spreads are points of the league's score."""

    sim_run_id: str
    event_id: str
    league: str
    as_of: datetime
    engine: str
    seed: int
    ratings_version: str
    distribution_version: str
    simulation_version: str | None
    config_version: str
    margin_mean: float
    margin_sd: float
    total_mean: float
    total_sd: float
    worlds: int | None
    effective: float | None
    inputs: list[Input]
    predictions: list[RunPrediction]
    output_hash: str | None


class EventRuns(Shape):
    """All runs of an event, the oldest first."""

    event_id: str
    sim_runs: list[SimRun]
