"""Limits in force, the chained log of events, jobs and leases."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "config_version",
        Column("config_version", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("why", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("config_version", name=op.f("pk_config_version")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_config_version_tenant_id_tenant")),
        CheckConstraint("config_version <> ''", name=op.f("ck_config_version_config_version_filled")),
        sqlite_strict=True,
    )
    protect("config_version", ["config_version"], with_rowid=True)

    op.create_table(
        "event_log",
        Column("chain", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("body", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("previous_hash", TEXT, nullable=False),
        Column("hash", TEXT, nullable=False),
        PrimaryKeyConstraint("chain", "seq", name=op.f("pk_event_log")),
        CheckConstraint("hash <> ''", name=op.f("ck_event_log_hash_filled")),
        CheckConstraint("seq >= 1", name=op.f("ck_event_log_seq_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("event_log", ["chain", "seq"], with_rowid=False)

    op.create_table(
        "job_run",
        Column("job", TEXT, nullable=False),
        Column("slot", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("started_at", INSTANT, nullable=False),
        Column("finished_at", INSTANT, nullable=True),
        Column("detail", TEXT, nullable=True),
        PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
        CheckConstraint("state IN ('DONE', 'FAILED', 'RUNNING')", name=op.f("ck_job_run_state_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )

    op.create_table(
        "lease",
        Column("name", TEXT, nullable=False),
        Column("holder", TEXT, nullable=False),
        Column("token", COUNT, nullable=False),
        Column("expires_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("lease")
    op.drop_table("job_run")
    op.drop_table("event_log")
    op.drop_table("config_version")
