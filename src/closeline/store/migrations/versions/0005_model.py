"""Models, runs, predictions and fair prices."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BIG, COUNT, INSTANT, NUMBER, TEXT

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "model_version",
        Column("model_version", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        Column("fitted_on", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("model_version", name=op.f("pk_model_version")),
        CheckConstraint("model_version <> ''", name=op.f("ck_model_version_model_version_filled")),
        sqlite_strict=True,
    )
    protect("model_version", ["model_version"], with_rowid=True)

    op.create_table(
        "rating_state",
        Column("rating_state_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("as_of", INSTANT, nullable=False),
        Column("model_version", TEXT, nullable=False),
        Column("games_learned", COUNT, nullable=False),
        Column("state_hash", TEXT, nullable=False),
        PrimaryKeyConstraint("rating_state_id", name=op.f("pk_rating_state")),
        sqlite_strict=True,
    )
    protect("rating_state", ["rating_state_id"], with_rowid=True)

    op.create_table(
        "sim_run",
        Column("run_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("as_of", INSTANT, nullable=False),
        Column("engine", TEXT, nullable=False),
        Column("seed", BIG, nullable=False),
        Column("ratings_version", TEXT, nullable=False),
        Column("distribution_version", TEXT, nullable=False),
        Column("config_version", TEXT, nullable=False),
        Column("margin_mean", NUMBER, nullable=False),
        Column("margin_sd", NUMBER, nullable=False),
        Column("total_mean", NUMBER, nullable=False),
        Column("total_sd", NUMBER, nullable=False),
        PrimaryKeyConstraint("run_id", name=op.f("pk_sim_run")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_sim_run_event_id_event")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_sim_run_tenant_id_tenant")),
        UniqueConstraint("tenant_id", "run_id", name=op.f("uq_sim_run_tenant_id_run_id")),
        CheckConstraint("margin_mean >= -1000 AND margin_mean <= 1000", name=op.f("ck_sim_run_margin_mean_range")),
        CheckConstraint("margin_sd >= 0 AND margin_sd <= 1000", name=op.f("ck_sim_run_margin_sd_range")),
        CheckConstraint("total_mean >= 0 AND total_mean <= 10000", name=op.f("ck_sim_run_total_mean_range")),
        CheckConstraint("total_sd >= 0 AND total_sd <= 1000", name=op.f("ck_sim_run_total_sd_range")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sim_run_tenant_id_event_id"), "sim_run", ["tenant_id", "event_id"])
    protect("sim_run", ["run_id"], with_rowid=True)

    op.create_table(
        "sim_run_input",
        Column("run_id", TEXT, nullable=False),
        Column("ordinal", COUNT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("reference", TEXT, nullable=False),
        PrimaryKeyConstraint("run_id", "ordinal", name=op.f("pk_sim_run_input")),
        ForeignKeyConstraint(["run_id"], ["sim_run.run_id"], name=op.f("fk_sim_run_input_run_id_sim_run")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("sim_run_input", ["run_id", "ordinal"], with_rowid=False)

    op.create_table(
        "sim_run_completion",
        Column("run_id", TEXT, nullable=False),
        Column("output_hash", TEXT, nullable=False),
        Column("runtime_ms", COUNT, nullable=False),
        Column("completed_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("run_id", name=op.f("pk_sim_run_completion")),
        ForeignKeyConstraint(["run_id"], ["sim_run.run_id"], name=op.f("fk_sim_run_completion_run_id_sim_run")),
        CheckConstraint("runtime_ms >= 0", name=op.f("ck_sim_run_completion_runtime_ms_range")),
        sqlite_strict=True,
    )
    protect("sim_run_completion", ["run_id"], with_rowid=True)

    op.create_table(
        "decomposition",
        Column("run_id", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        PrimaryKeyConstraint("run_id", name=op.f("pk_decomposition")),
        ForeignKeyConstraint(["run_id"], ["sim_run.run_id"], name=op.f("fk_decomposition_run_id_sim_run")),
        sqlite_strict=True,
    )
    protect("decomposition", ["run_id"], with_rowid=True)

    op.create_table(
        "prediction",
        Column("prediction_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("run_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("book", TEXT, nullable=False),
        Column("snapshot_id", TEXT, nullable=True),
        Column("basis", TEXT, nullable=False),
        Column("p_raw", NUMBER, nullable=False),
        Column("p_push", NUMBER, nullable=False),
        Column("p_calibrated", NUMBER, nullable=False),
        Column("q_market", NUMBER, nullable=True),
        Column("p_anchor", NUMBER, nullable=True),
        Column("predicted_clv", NUMBER, nullable=True),
        Column("calibration_version", TEXT, nullable=True),
        Column("policy_version", TEXT, nullable=True),
        Column("as_of", INSTANT, nullable=False),
        PrimaryKeyConstraint("prediction_id", name=op.f("pk_prediction")),
        ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_prediction_snapshot_id_snapshot")
        ),
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["sim_run.tenant_id", "sim_run.run_id"],
            name=op.f("fk_prediction_tenant_id_run_id_sim_run"),
        ),
        UniqueConstraint("tenant_id", "prediction_id", name=op.f("uq_prediction_tenant_id_prediction_id")),
        CheckConstraint("basis IN ('QUOTED', 'SUSPECT', 'DERIVED')", name=op.f("ck_prediction_basis_known")),
        CheckConstraint("p_anchor >= 0 AND p_anchor <= 1", name=op.f("ck_prediction_p_anchor_range")),
        CheckConstraint("p_calibrated >= 0 AND p_calibrated <= 1", name=op.f("ck_prediction_p_calibrated_range")),
        CheckConstraint("p_push >= 0 AND p_push <= 1", name=op.f("ck_prediction_p_push_range")),
        CheckConstraint("p_raw >= 0 AND p_raw <= 1", name=op.f("ck_prediction_p_raw_range")),
        CheckConstraint(
            "predicted_clv >= -1000 AND predicted_clv <= 1000", name=op.f("ck_prediction_predicted_clv_range")
        ),
        CheckConstraint("q_market >= 0 AND q_market <= 1", name=op.f("ck_prediction_q_market_range")),
        CheckConstraint("side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_prediction_side_known")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_prediction_league_as_of"), "prediction", ["league", "as_of"])
    protect("prediction", ["prediction_id"], with_rowid=True)

    op.create_table(
        "market_evaluation",
        Column("snapshot_id", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("book", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("line_key", COUNT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("fair_probability", NUMBER, nullable=False),
        Column("overround", NUMBER, nullable=False),
        Column("method", TEXT, nullable=False),
        Column("flags", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint(
            "snapshot_id", "event_id", "book", "market_key", "line_key", name=op.f("pk_market_evaluation")
        ),
        ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_market_evaluation_snapshot_id_snapshot")
        ),
        CheckConstraint(
            "fair_probability >= 0 AND fair_probability <= 1", name=op.f("ck_market_evaluation_fair_probability_range")
        ),
        CheckConstraint("line_key = coalesce(line_quarters, 0)", name=op.f("ck_market_evaluation_line_key_agrees")),
        CheckConstraint("overround >= -10 AND overround <= 1000", name=op.f("ck_market_evaluation_overround_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_market_evaluation_event_id_market_key"), "market_evaluation", ["event_id", "market_key"])
    protect("market_evaluation", ["snapshot_id", "event_id", "book", "market_key", "line_key"], with_rowid=False)


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("market_evaluation")
    op.drop_table("prediction")
    op.drop_table("decomposition")
    op.drop_table("sim_run_completion")
    op.drop_table("sim_run_input")
    op.drop_table("sim_run")
    op.drop_table("rating_state")
    op.drop_table("model_version")
