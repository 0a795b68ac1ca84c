"""Calibration maps, decision policies and their figures."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "calibration_version",
        Column("calibration_version", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("method", TEXT, nullable=False),
        Column("n_train", COUNT, nullable=False),
        Column("n_evaluated", COUNT, nullable=False),
        Column("trained_from", INSTANT, nullable=False),
        Column("trained_to", INSTANT, nullable=False),
        Column("evaluated_to", INSTANT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("calibration_version", name=op.f("pk_calibration_version")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_calibration_version_tenant_id_tenant")),
        CheckConstraint("calibration_version <> ''", name=op.f("ck_calibration_version_calibration_version_filled")),
        CheckConstraint("n_evaluated >= 0", name=op.f("ck_calibration_version_n_evaluated_range")),
        CheckConstraint("n_train >= 0", name=op.f("ck_calibration_version_n_train_range")),
        sqlite_strict=True,
    )
    protect("calibration_version", ["calibration_version"], with_rowid=True)

    op.create_table(
        "calibration_segment",
        Column("calibration_version", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("n", COUNT, nullable=False),
        Column("map", TEXT, nullable=False),
        PrimaryKeyConstraint("calibration_version", "league", "market_key", name=op.f("pk_calibration_segment")),
        ForeignKeyConstraint(
            ["calibration_version"],
            ["calibration_version.calibration_version"],
            name=op.f("fk_calibration_segment_calibration_version_calibration_version"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("calibration_segment", ["calibration_version", "league", "market_key"], with_rowid=False)

    op.create_table(
        "calibration_event",
        Column("tenant_id", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("calibration_version", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("reasons", TEXT, nullable=False),
        Column("evidence", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "scope", "seq", name=op.f("pk_calibration_event")),
        ForeignKeyConstraint(
            ["calibration_version"],
            ["calibration_version.calibration_version"],
            name=op.f("fk_calibration_event_calibration_version_calibration_version"),
        ),
        CheckConstraint("seq >= 1", name=op.f("ck_calibration_event_seq_range")),
        CheckConstraint(
            "status IN ('CANDIDATE', 'ACTIVE', 'RETIRED', 'REJECTED')", name=op.f("ck_calibration_event_status_known")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("calibration_event", ["tenant_id", "scope", "seq"], with_rowid=False)

    op.create_table(
        "calibration_daily",
        Column("league", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("league", "day", name=op.f("pk_calibration_daily")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("calibration_daily", ["league", "day"], with_rowid=False)

    op.create_table(
        "decision_policy",
        Column("policy_version", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        Column("fitted_from", INSTANT, nullable=False),
        Column("fitted_to", INSTANT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("policy_version", name=op.f("pk_decision_policy")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_decision_policy_tenant_id_tenant")),
        CheckConstraint("policy_version <> ''", name=op.f("ck_decision_policy_policy_version_filled")),
        sqlite_strict=True,
    )
    protect("decision_policy", ["policy_version"], with_rowid=True)

    op.create_table(
        "performance_rollup",
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "league", "market_key", "day", name=op.f("pk_performance_rollup")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("performance_rollup")
    op.drop_table("decision_policy")
    op.drop_table("calibration_daily")
    op.drop_table("calibration_event")
    op.drop_table("calibration_segment")
    op.drop_table("calibration_version")
