"""What was received, byte for byte, and when it was read."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BYTES, COUNT, INSTANT, TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "raw_payload",
        Column("payload_sha", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("size", COUNT, nullable=False),
        Column("compressed", BYTES, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("payload_sha", name=op.f("pk_raw_payload")),
        CheckConstraint("payload_sha <> ''", name=op.f("ck_raw_payload_payload_sha_filled")),
        sqlite_strict=True,
    )
    protect("raw_payload", ["payload_sha"], with_rowid=True)

    op.create_table(
        "snapshot",
        Column("snapshot_id", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("phase", TEXT, nullable=False),
        Column("day", TEXT, nullable=True),
        Column("received_at", INSTANT, nullable=False),
        Column("parser_version", TEXT, nullable=False),
        PrimaryKeyConstraint("snapshot_id", name=op.f("pk_snapshot")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_snapshot_payload_sha_raw_payload")
        ),
        CheckConstraint("snapshot_id <> ''", name=op.f("ck_snapshot_snapshot_id_filled")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_snapshot_received_at"), "snapshot", ["received_at"])
    protect("snapshot", ["snapshot_id"], with_rowid=True)


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("snapshot")
    op.drop_table("raw_payload")
