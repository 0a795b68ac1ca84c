"""Findings, picks, publications, deliveries, closing lines and grades."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, NUMBER, TEXT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "candidate_finding",
        Column("prediction_id", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("ordinal", COUNT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("as_of", INSTANT, nullable=False),
        Column("gate", TEXT, nullable=False),
        Column("action", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("multiplier", NUMBER, nullable=False),
        Column("cap", NUMBER, nullable=True),
        Column("highest_state", TEXT, nullable=False),
        Column("inputs", TEXT, nullable=False),
        Column("config_version", TEXT, nullable=False),
        PrimaryKeyConstraint("prediction_id", "side", "ordinal", name=op.f("pk_candidate_finding")),
        ForeignKeyConstraint(
            ["tenant_id", "prediction_id"],
            ["prediction.tenant_id", "prediction.prediction_id"],
            name=op.f("fk_candidate_finding_tenant_id_prediction_id_prediction"),
        ),
        CheckConstraint("gate <> ''", name=op.f("ck_candidate_finding_gate_filled")),
        CheckConstraint("multiplier >= 0 AND multiplier <= 1000", name=op.f("ck_candidate_finding_multiplier_range")),
        CheckConstraint(
            "side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_candidate_finding_side_known")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_candidate_finding_league_as_of"), "candidate_finding", ["league", "as_of"])
    protect("candidate_finding", ["prediction_id", "side", "ordinal"], with_rowid=False)

    op.create_table(
        "pick",
        Column("pick_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("prediction_id", TEXT, nullable=False),
        Column("run_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("selection_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("book", TEXT, nullable=False),
        Column("snapshot_id", TEXT, nullable=False),
        Column("quote_id", BIG, nullable=False),
        Column("price_text", TEXT, nullable=False),
        Column("price_format", TEXT, nullable=False),
        Column("price_exact", TEXT, nullable=False),
        Column("price_assumed", FLAG, nullable=False),
        Column("decision", TEXT, nullable=False),
        Column("tier", TEXT, nullable=False),
        Column("confidence", NUMBER, nullable=False),
        Column("p_final", NUMBER, nullable=False),
        Column("q_market", NUMBER, nullable=False),
        Column("edge_probability", NUMBER, nullable=False),
        Column("ev_per_unit", NUMBER, nullable=False),
        Column("predicted_clv", NUMBER, nullable=False),
        Column("stake_micros", BIG, nullable=False),
        Column("parlay_eligible", FLAG, nullable=False),
        Column("calibration_version", TEXT, nullable=False),
        Column("policy_version", TEXT, nullable=False),
        Column("config_version", TEXT, nullable=False),
        Column("ratings_version", TEXT, nullable=False),
        Column("distribution_version", TEXT, nullable=False),
        Column("settlement_rules", TEXT, nullable=False),
        Column("clv_rules", TEXT, nullable=False),
        Column("pick_version", COUNT, nullable=False),
        Column("supersedes", TEXT, nullable=True),
        Column("proposed_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("pick_id", name=op.f("pk_pick")),
        ForeignKeyConstraint(["quote_id"], ["quote.quote_id"], name=op.f("fk_pick_quote_id_quote")),
        ForeignKeyConstraint(["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_pick_snapshot_id_snapshot")),
        ForeignKeyConstraint(
            ["tenant_id", "prediction_id"],
            ["prediction.tenant_id", "prediction.prediction_id"],
            name=op.f("fk_pick_tenant_id_prediction_id_prediction"),
        ),
        ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["sim_run.tenant_id", "sim_run.run_id"],
            name=op.f("fk_pick_tenant_id_run_id_sim_run"),
        ),
        ForeignKeyConstraint(
            ["tenant_id", "supersedes"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_pick_tenant_id_supersedes_pick"),
        ),
        UniqueConstraint("tenant_id", "pick_id", name=op.f("uq_pick_tenant_id_pick_id")),
        CheckConstraint("confidence >= 0 AND confidence <= 100", name=op.f("ck_pick_confidence_range")),
        CheckConstraint("decision IN ('PICK', 'LEAN', 'NO_PLAY')", name=op.f("ck_pick_decision_known")),
        CheckConstraint(
            "edge_probability >= -1 AND edge_probability <= 1", name=op.f("ck_pick_edge_probability_range")
        ),
        CheckConstraint("ev_per_unit >= -1 AND ev_per_unit <= 1000", name=op.f("ck_pick_ev_per_unit_range")),
        CheckConstraint("p_final >= 0 AND p_final <= 1", name=op.f("ck_pick_p_final_range")),
        CheckConstraint("CAST(parlay_eligible AS INTEGER) IN (0, 1)", name=op.f("ck_pick_parlay_eligible_flag")),
        CheckConstraint("pick_version >= 1", name=op.f("ck_pick_pick_version_range")),
        CheckConstraint("predicted_clv >= -1000 AND predicted_clv <= 1000", name=op.f("ck_pick_predicted_clv_range")),
        CheckConstraint("CAST(price_assumed AS INTEGER) IN (0, 1)", name=op.f("ck_pick_price_assumed_flag")),
        CheckConstraint("price_text <> ''", name=op.f("ck_pick_price_text_filled")),
        CheckConstraint("q_market >= 0 AND q_market <= 1", name=op.f("ck_pick_q_market_range")),
        CheckConstraint("selection_id <> ''", name=op.f("ck_pick_selection_id_filled")),
        CheckConstraint("side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_pick_side_known")),
        CheckConstraint("stake_micros >= 0", name=op.f("ck_pick_stake_micros_range")),
        CheckConstraint("tier IN ('', 'A', 'B', 'C')", name=op.f("ck_pick_tier_known")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_pick_league_proposed_at"), "pick", ["league", "proposed_at"])
    op.create_index(op.f("ix_pick_tenant_id_event_id"), "pick", ["tenant_id", "event_id"])
    protect("pick", ["pick_id"], with_rowid=True)

    op.create_table(
        "pick_event",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("from_state", TEXT, nullable=True),
        Column("to_state", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("evidence", TEXT, nullable=True),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "seq", name=op.f("pk_pick_event")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_pick_event_tenant_id_pick_id_pick"),
        ),
        CheckConstraint(
            "from_state IN ('PROPOSED', 'PUBLISHED', 'GRADED', 'REJECTED', 'EXPIRED', 'SUPERSEDED', 'VOIDED')",
            name=op.f("ck_pick_event_from_state_known"),
        ),
        CheckConstraint(
            "to_state IN ('PROPOSED', 'PUBLISHED', 'GRADED', 'REJECTED', 'EXPIRED', 'SUPERSEDED', 'VOIDED')",
            name=op.f("ck_pick_event_to_state_known"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("pick_event", ["tenant_id", "pick_id", "seq"], with_rowid=False)

    op.create_table(
        "publication",
        Column("publication_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("is_official", FLAG, nullable=False),
        Column("visibility", TEXT, nullable=False),
        Column("template_version", TEXT, nullable=False),
        Column("terms", TEXT, nullable=False),
        Column("reason_codes", TEXT, nullable=False),
        Column("published_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("publication_id", name=op.f("pk_publication")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_publication_tenant_id_pick_id_pick"),
        ),
        UniqueConstraint("tenant_id", "pick_id", name=op.f("uq_publication_tenant_id_pick_id")),
        CheckConstraint("CAST(is_official AS INTEGER) IN (0, 1)", name=op.f("ck_publication_is_official_flag")),
        sqlite_strict=True,
    )
    protect("publication", ["publication_id"], ["tenant_id", "pick_id"], with_rowid=True)

    op.create_table(
        "delivery",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("payload", TEXT, nullable=False),
        Column("payload_hash", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("message_id", TEXT, nullable=True),
        Column("updated_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "channel", name=op.f("pk_delivery")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_delivery_tenant_id_pick_id_pick"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )

    op.create_table(
        "delivery_attempt",
        Column("attempt_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("attempt", COUNT, nullable=False),
        Column("outcome", TEXT, nullable=False),
        Column("detail", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("attempt_id", name=op.f("pk_delivery_attempt")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_delivery_attempt_tenant_id_pick_id_pick"),
        ),
        sqlite_strict=True,
    )
    protect("delivery_attempt", ["attempt_id"], with_rowid=True)

    op.create_table(
        "line_track",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("track_version", COUNT, nullable=False),
        Column("rules", TEXT, nullable=False),
        Column("quality", TEXT, nullable=False),
        Column("missing_reason", TEXT, nullable=True),
        Column("open_line_quarters", COUNT, nullable=True),
        Column("open_price", TEXT, nullable=True),
        Column("best_line_quarters", COUNT, nullable=True),
        Column("best_price", TEXT, nullable=True),
        Column("close_line_quarters", COUNT, nullable=True),
        Column("close_price", TEXT, nullable=True),
        Column("close_price_opposite", TEXT, nullable=True),
        Column("close_snapshot_id", TEXT, nullable=True),
        Column("q_close", NUMBER, nullable=True),
        Column("clv_points", NUMBER, nullable=True),
        Column("clv_prob", NUMBER, nullable=True),
        Column("clv_ev", NUMBER, nullable=True),
        Column("predicted_clv", NUMBER, nullable=False),
        Column("beat_close", COUNT, nullable=True),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "track_version", name=op.f("pk_line_track")),
        ForeignKeyConstraint(
            ["close_snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_line_track_close_snapshot_id_snapshot")
        ),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_line_track_tenant_id_pick_id_pick"),
        ),
        CheckConstraint("beat_close >= -1 AND beat_close <= 1", name=op.f("ck_line_track_beat_close_range")),
        CheckConstraint("clv_prob >= -1 AND clv_prob <= 1", name=op.f("ck_line_track_clv_prob_range")),
        CheckConstraint("q_close >= 0 AND q_close <= 1", name=op.f("ck_line_track_q_close_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("line_track", ["tenant_id", "pick_id", "track_version"], with_rowid=False)

    op.create_table(
        "parlay",
        Column("parlay_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("joint_probability", NUMBER, nullable=False),
        Column("price_exact", TEXT, nullable=False),
        Column("decision", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("parlay_id", name=op.f("pk_parlay")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_parlay_tenant_id_tenant")),
        CheckConstraint(
            "joint_probability >= 0 AND joint_probability <= 1", name=op.f("ck_parlay_joint_probability_range")
        ),
        sqlite_strict=True,
    )
    protect("parlay", ["parlay_id"], with_rowid=True)

    op.create_table(
        "parlay_leg",
        Column("parlay_id", TEXT, nullable=False),
        Column("leg", COUNT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        PrimaryKeyConstraint("parlay_id", "leg", name=op.f("pk_parlay_leg")),
        ForeignKeyConstraint(["parlay_id"], ["parlay.parlay_id"], name=op.f("fk_parlay_leg_parlay_id_parlay")),
        ForeignKeyConstraint(["pick_id"], ["pick.pick_id"], name=op.f("fk_parlay_leg_pick_id_pick")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("parlay_leg", ["parlay_id", "leg"], with_rowid=False)

    op.create_table(
        "grade",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("rules", TEXT, nullable=False),
        Column("result_version", COUNT, nullable=False),
        Column("result", TEXT, nullable=False),
        Column("settled_fraction_quarters", COUNT, nullable=False),
        Column("units_micros", BIG, nullable=False),
        Column("reason", TEXT, nullable=True),
        Column("p_final", NUMBER, nullable=False),
        Column("q_market", NUMBER, nullable=False),
        Column("q_close", NUMBER, nullable=True),
        Column("brier", NUMBER, nullable=True),
        Column("log_loss", NUMBER, nullable=True),
        Column("brier_market", NUMBER, nullable=True),
        Column("supersedes", TEXT, nullable=True),
        Column("graded_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "rules", "result_version", name=op.f("pk_grade")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"], ["pick.tenant_id", "pick.pick_id"], name=op.f("fk_grade_tenant_id_pick_id_pick")
        ),
        CheckConstraint("brier_market >= 0 AND brier_market <= 1", name=op.f("ck_grade_brier_market_range")),
        CheckConstraint("brier >= 0 AND brier <= 1", name=op.f("ck_grade_brier_range")),
        CheckConstraint("p_final >= 0 AND p_final <= 1", name=op.f("ck_grade_p_final_range")),
        CheckConstraint("q_close >= 0 AND q_close <= 1", name=op.f("ck_grade_q_close_range")),
        CheckConstraint("q_market >= 0 AND q_market <= 1", name=op.f("ck_grade_q_market_range")),
        CheckConstraint("result IN ('WIN', 'LOSS', 'PUSH', 'VOID')", name=op.f("ck_grade_result_known")),
        CheckConstraint("settled_fraction_quarters IN (2, 4)", name=op.f("ck_grade_settled_fraction_quarters_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("grade", ["tenant_id", "pick_id", "rules", "result_version"], with_rowid=False)


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("grade")
    op.drop_table("parlay_leg")
    op.drop_table("parlay")
    op.drop_table("line_track")
    op.drop_table("delivery_attempt")
    op.drop_table("delivery")
    op.drop_table("publication")
    op.drop_table("pick_event")
    op.drop_table("pick")
    op.drop_table("candidate_finding")
