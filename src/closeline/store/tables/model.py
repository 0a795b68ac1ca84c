"""Model: what was fitted, what was run on which inputs, and what it predicted."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from closeline.store.tables.columns import (
    BIG,
    COUNT,
    INSTANT,
    NUMBER,
    filled,
    given,
    key,
    maybe,
    one_of,
    probability,
    refers,
    within,
)
from closeline.store.tables.metadata import append_only

model_version = append_only(
    "model_version",
    key("model_version"),
    given("league"),
    given("kind"),
    given("content"),
    given("fitted_on"),
    given("created_at", INSTANT),
    filled("model_version"),
)

rating_state = append_only(
    "rating_state",
    key("rating_state_id"),
    given("league"),
    given("as_of", INSTANT),
    given("model_version"),
    given("games_learned", COUNT),
    given("state_hash"),
)

sim_run = append_only(
    "sim_run",
    key("run_id"),
    given("tenant_id"),
    given("league"),
    given("event_id"),
    given("as_of", INSTANT),
    given("engine"),
    given("seed", BIG),
    given("ratings_version"),
    given("distribution_version"),
    given("config_version"),
    given("margin_mean", NUMBER),
    given("margin_sd", NUMBER),
    given("total_mean", NUMBER),
    given("total_sd", NUMBER),
    maybe("simulation_version"),
    maybe("worlds", COUNT),
    maybe("effective", NUMBER),
    maybe("distribution_digest"),
    refers(["tenant_id"], "tenant"),
    refers(["event_id"], "event"),
    UniqueConstraint("tenant_id", "run_id"),
    within("margin_mean", -1000, 1000),
    within("margin_sd", 0, 1000),
    within("total_mean", 0, 10000),
    within("total_sd", 0, 1000),
    Index(None, "tenant_id", "event_id"),
)

sim_run_input = append_only(
    "sim_run_input",
    key("run_id"),
    key("ordinal", COUNT),
    given("kind"),
    given("reference"),
    refers(["run_id"], "sim_run"),
)

sim_run_completion = append_only(
    "sim_run_completion",
    key("run_id"),
    given("output_hash"),
    given("runtime_ms", COUNT),
    given("completed_at", INSTANT),
    refers(["run_id"], "sim_run"),
    CheckConstraint("runtime_ms >= 0", name="runtime_ms_range"),
)

decomposition = append_only("decomposition", key("run_id"), given("content"), refers(["run_id"], "sim_run"))

prediction = append_only(
    "prediction",
    key("prediction_id"),
    given("tenant_id"),
    given("run_id"),
    given("league"),
    given("event_id"),
    given("market_key"),
    given("side"),
    maybe("line_quarters", COUNT),
    given("book"),
    maybe("snapshot_id"),
    given("basis"),
    given("p_raw", NUMBER),
    given("p_push", NUMBER),
    given("p_calibrated", NUMBER),
    maybe("q_market", NUMBER),
    maybe("p_anchor", NUMBER),
    maybe("predicted_clv", NUMBER),
    maybe("calibration_version"),
    maybe("policy_version"),
    given("as_of", INSTANT),
    refers(["tenant_id", "run_id"], "sim_run"),
    refers(["snapshot_id"], "snapshot"),
    UniqueConstraint("tenant_id", "prediction_id"),
    one_of("basis", ("QUOTED", "SUSPECT", "DERIVED")),
    one_of("side", ("HOME", "AWAY", "DRAW", "OVER", "UNDER")),
    probability("p_raw"),
    probability("p_push"),
    probability("p_calibrated"),
    probability("q_market"),
    probability("p_anchor"),
    within("predicted_clv", -1000, 1000),
    Index(None, "league", "as_of"),
)

market_evaluation = append_only(
    "market_evaluation",
    key("snapshot_id"),
    key("event_id"),
    key("book"),
    key("market_key"),
    key("line_key", COUNT),
    maybe("line_quarters", COUNT),
    given("fair_probability", NUMBER),
    given("overround", NUMBER),
    given("method"),
    given("flags"),
    given("received_at", INSTANT),
    refers(["snapshot_id"], "snapshot"),
    probability("fair_probability"),
    within("overround", -10, 1000),
    CheckConstraint("line_key = coalesce(line_quarters, 0)", name="line_key_agrees"),
    Index(None, "event_id", "market_key"),
)
