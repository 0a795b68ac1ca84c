"""Performance by cohort, and what retention dropped."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import open_doors, protect, shut_doors
from closeline.store.tables.columns import BIG, COUNT, INSTANT, TEXT

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards, and put the doors in."""
    _rollups()
    _retention()
    op.create_index(op.f("ix_pick_quote_id"), "pick", ["quote_id"])
    op.create_index(op.f("ix_quote_heartbeat_quote_id"), "quote_heartbeat", ["quote_id"])
    open_doors()


def _rollups() -> None:
    # The old table was never written to.
    op.drop_table("performance_rollup")
    op.create_table(
        "performance_rollup",
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("cohort_key", TEXT, nullable=False),
        Column("figures", TEXT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "league", "day", "cohort_key", name=op.f("pk_performance_rollup")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_performance_rollup_tenant_id_tenant")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_day",
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("rows_read", BIG, nullable=False),
        PrimaryKeyConstraint("tenant_id", "league", "day", name=op.f("pk_rollup_day")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_rollup_day_tenant_id_tenant")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _retention() -> None:
    op.create_table(
        "retention_plan",
        Column("plan_id", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("policy", TEXT, nullable=False),
        Column("summary", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("why", TEXT, nullable=False),
        Column("applied_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("plan_id", name=op.f("pk_retention_plan")),
        CheckConstraint("plan_id <> ''", name=op.f("ck_retention_plan_plan_id_filled")),
        CheckConstraint("why <> ''", name=op.f("ck_retention_plan_why_filled")),
        sqlite_strict=True,
    )
    protect("retention_plan", ["plan_id"], with_rowid=True)
    op.create_table(
        "dropped_quote",
        Column("quote_id", BIG, nullable=False, autoincrement=False),
        Column("plan_id", TEXT, nullable=False),
        Column("digest", TEXT, nullable=False),
        PrimaryKeyConstraint("quote_id", name=op.f("pk_dropped_quote")),
        ForeignKeyConstraint(
            ["plan_id"], ["retention_plan.plan_id"], name=op.f("fk_dropped_quote_plan_id_retention_plan")
        ),
        CheckConstraint("digest <> ''", name=op.f("ck_dropped_quote_digest_filled")),
        sqlite_strict=True,
    )
    protect("dropped_quote", ["quote_id"], with_rowid=True)
    op.create_table(
        "dropped_payload",
        Column("payload_sha", TEXT, nullable=False),
        Column("plan_id", TEXT, nullable=False),
        Column("stored_size", COUNT, nullable=False),
        PrimaryKeyConstraint("payload_sha", name=op.f("pk_dropped_payload")),
        ForeignKeyConstraint(
            ["plan_id"], ["retention_plan.plan_id"], name=op.f("fk_dropped_payload_plan_id_retention_plan")
        ),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_dropped_payload_payload_sha_raw_payload")
        ),
        sqlite_strict=True,
    )
    protect("dropped_payload", ["payload_sha"], with_rowid=True)


def downgrade() -> None:
    """Shut the doors and drop the tables; what was let go stays gone, and nothing says any longer that it was here."""
    shut_doors()
    op.drop_index(op.f("ix_quote_heartbeat_quote_id"), "quote_heartbeat")
    op.drop_index(op.f("ix_pick_quote_id"), "pick")
    op.drop_table("dropped_payload")
    op.drop_table("dropped_quote")
    op.drop_table("retention_plan")
    op.drop_table("rollup_day")
    op.drop_table("performance_rollup")
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
