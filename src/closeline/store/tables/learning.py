"""Learning: calibration maps, the policies that decide with them, and how they have done."""

from sqlalchemy import CheckConstraint

from closeline.store.tables.columns import BIG, COUNT, INSTANT, NUMBER, filled, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only, mutable

calibration_version = append_only(
    "calibration_version",
    key("calibration_version"),
    given("tenant_id"),
    given("scope"),
    given("league"),
    given("method"),
    given("n_train", COUNT),
    given("n_evaluated", COUNT),
    given("trained_from", INSTANT),
    given("trained_to", INSTANT),
    given("evaluated_to", INSTANT),
    given("created_at", INSTANT),
    maybe("base_version"),
    maybe("weight", NUMBER),
    maybe("method_asked"),
    maybe("training_days", COUNT),
    maybe("n_published", COUNT),
    maybe("sample", COUNT),
    maybe("actor"),
    refers(["tenant_id"], "tenant"),
    filled("calibration_version"),
    CheckConstraint("n_train >= 0", name="n_train_range"),
    CheckConstraint("n_evaluated >= 0", name="n_evaluated_range"),
)

calibration_segment = append_only(
    "calibration_segment",
    key("calibration_version"),
    key("league"),
    key("market_key"),
    given("n", COUNT),
    given("map"),
    refers(["calibration_version"], "calibration_version"),
)

calibration_event = append_only(
    "calibration_event",
    key("tenant_id"),
    key("scope"),
    key("seq", COUNT),
    given("calibration_version"),
    given("status"),
    given("reasons"),
    given("evidence"),
    given("actor"),
    given("at", INSTANT),
    maybe("why"),
    refers(["calibration_version"], "calibration_version"),
    one_of("status", ("CANDIDATE", "SHADOW", "ACTIVE", "RETIRED", "REJECTED")),
    CheckConstraint("seq >= 1", name="seq_range"),
)

calibration_daily = append_only("calibration_daily", key("league"), key("day"), given("content"), given("at", INSTANT))

decision_policy = append_only(
    "decision_policy",
    key("policy_version"),
    given("tenant_id"),
    given("league"),
    given("content"),
    given("fitted_from", INSTANT),
    given("fitted_to", INSTANT),
    given("created_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    filled("policy_version"),
)

# One row holds the sums of one day and one finest cohort; wider cohorts and longer times are additions of rows.
performance_rollup = mutable(
    "performance_rollup",
    key("tenant_id"),
    key("league"),
    key("day"),
    key("cohort_key"),
    given("figures"),
    refers(["tenant_id"], "tenant"),
)

# How many rows of the record a day's sums were made of: the record is only added to, so a day with more is out of date.
rollup_day = mutable(
    "rollup_day",
    key("tenant_id"),
    key("league"),
    key("day"),
    given("rows_read", BIG),
    refers(["tenant_id"], "tenant"),
)
