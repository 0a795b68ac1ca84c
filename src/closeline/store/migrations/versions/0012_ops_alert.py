"""Alerts: what somebody must look at, with the numbers that raised it."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import INSTANT, TEXT

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its guards."""
    op.create_table(
        "ops_alert",
        Column("alert_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("text", TEXT, nullable=False),
        Column("inputs", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("alert_id", name=op.f("pk_ops_alert")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_ops_alert_tenant_id_tenant")),
        CheckConstraint("alert_id <> ''", name=op.f("ck_ops_alert_alert_id_filled")),
        CheckConstraint("kind <> ''", name=op.f("ck_ops_alert_kind_filled")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_ops_alert_tenant_id_league_at"), "ops_alert", ["tenant_id", "league", "at"])
    protect("ops_alert", ["alert_id"], with_rowid=True)


def downgrade() -> None:
    """Drop the table; what it held is gone."""
    op.drop_table("ops_alert")
