"""Polls of feeds over the network, what they cost, who is out on one, and what is wrong with a feed."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, FLAG, INSTANT, TEXT

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _polls()
    _quota()
    _claims()
    _incidents()


def _polls() -> None:
    op.create_table(
        "poll",
        Column("poll_id", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("league", TEXT, nullable=True),
        Column("address", TEXT, nullable=False),
        Column("purpose", TEXT, nullable=False),
        Column("slot", TEXT, nullable=False),
        Column("asked_at", INSTANT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        Column("outcome", TEXT, nullable=False),
        Column("http_status", COUNT, nullable=True),
        Column("error_code", TEXT, nullable=False),
        Column("fault", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("payload_sha", TEXT, nullable=True),
        Column("content_at", INSTANT, nullable=True),
        Column("snapshot_id", TEXT, nullable=True),
        Column("accepted", COUNT, nullable=False),
        Column("unchanged", COUNT, nullable=False),
        Column("quarantined", COUNT, nullable=False),
        Column("results", COUNT, nullable=False),
        Column("interval_seconds", COUNT, nullable=True),
        Column("credits_reserved", COUNT, nullable=False),
        Column("credits_last", COUNT, nullable=True),
        Column("credits_used", COUNT, nullable=True),
        Column("credits_remaining", COUNT, nullable=True),
        Column("credits_left", COUNT, nullable=True),
        Column("credits_plan", COUNT, nullable=True),
        PrimaryKeyConstraint("poll_id", name=op.f("pk_poll")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_poll_payload_sha_raw_payload")
        ),
        ForeignKeyConstraint(["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_poll_snapshot_id_snapshot")),
        UniqueConstraint("feed", "received_at", name=op.f("uq_poll_feed_received_at")),
        CheckConstraint("poll_id <> ''", name=op.f("ck_poll_poll_id_filled")),
        CheckConstraint("feed <> ''", name=op.f("ck_poll_feed_filled")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_poll_league_kind_received_at"), "poll", ["league", "kind", "received_at"])
    op.create_index(op.f("ix_poll_payload_sha"), "poll", ["payload_sha"])
    protect("poll", ["poll_id"], ["feed", "received_at"], with_rowid=True)


def _quota() -> None:
    op.create_table(
        "quota_entry",
        Column("account", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("entry", TEXT, nullable=False),
        Column("reservation", TEXT, nullable=False),
        Column("purpose", TEXT, nullable=False),
        Column("credits", COUNT, nullable=False),
        Column("period", TEXT, nullable=False),
        Column("left_after", COUNT, nullable=False),
        Column("held_after", COUNT, nullable=False),
        Column("unknown_after", COUNT, nullable=False),
        Column("told", COUNT, nullable=True),
        Column("apart", COUNT, nullable=True),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("account", "seq", name=op.f("pk_quota_entry")),
        CheckConstraint("entry <> ''", name=op.f("ck_quota_entry_entry_filled")),
        CheckConstraint("seq >= 1", name=op.f("ck_quota_entry_seq_range")),
        CheckConstraint("left_after >= 0", name=op.f("ck_quota_entry_left_after_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_quota_entry_account_at"), "quota_entry", ["account", "at"])
    op.create_index(op.f("ix_quota_entry_reservation"), "quota_entry", ["reservation"])
    protect("quota_entry", ["account", "seq"], with_rowid=False)


def _claims() -> None:
    op.create_table(
        "poll_claim",
        Column("job", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("slot", TEXT, nullable=False),
        Column("token", COUNT, nullable=False),
        Column("done", FLAG, nullable=False),
        Column("expires_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("job", "scope", name=op.f("pk_poll_claim")),
        CheckConstraint("CAST(done AS INTEGER) IN (0, 1)", name=op.f("ck_poll_claim_done_flag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _incidents() -> None:
    op.create_table(
        "ops_incident",
        Column("tenant_id", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("text", TEXT, nullable=False),
        Column("inputs", TEXT, nullable=False),
        Column("opened_at", INSTANT, nullable=False),
        Column("last_at", INSTANT, nullable=False),
        Column("repeats", COUNT, nullable=False),
        Column("closed_at", INSTANT, nullable=True),
        PrimaryKeyConstraint("tenant_id", "kind", "scope", name=op.f("pk_ops_incident")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_ops_incident_tenant_id_tenant")),
        CheckConstraint("kind <> ''", name=op.f("ck_ops_incident_kind_filled")),
        CheckConstraint("scope <> ''", name=op.f("ck_ops_incident_scope_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables; what they held is gone."""
    op.drop_table("ops_incident")
    op.drop_table("poll_claim")
    op.drop_table("quota_entry")
    op.drop_table("poll")
