"""Quotes, results, injuries and what could not be read."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, TEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    op.create_table(
        "quote",
        Column("quote_id", BIG, nullable=False),
        Column("snapshot_id", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("book", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("price_text", TEXT, nullable=False),
        Column("price_format", TEXT, nullable=False),
        Column("price_exact", TEXT, nullable=False),
        Column("price_assumed", FLAG, nullable=False),
        Column("availability", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        Column("source_updated_at", INSTANT, nullable=True),
        Column("previous_seen_at", INSTANT, nullable=True),
        Column("place", TEXT, nullable=False),
        PrimaryKeyConstraint("quote_id", name=op.f("pk_quote")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_quote_event_id_event")),
        ForeignKeyConstraint(["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_quote_snapshot_id_snapshot")),
        CheckConstraint("availability IN ('PRICED', 'SUSPENDED', 'ABSENT')", name=op.f("ck_quote_availability_known")),
        CheckConstraint("CAST(price_assumed AS INTEGER) IN (0, 1)", name=op.f("ck_quote_price_assumed_flag")),
        CheckConstraint("price_text <> ''", name=op.f("ck_quote_price_text_filled")),
        CheckConstraint("side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_quote_side_known")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_quote_event_id_market_key_received_at"), "quote", ["event_id", "market_key", "received_at"]
    )
    protect("quote", ["quote_id"], with_rowid=True)

    op.create_table(
        "quote_heartbeat",
        Column("event_id", TEXT, nullable=False),
        Column("book", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("quote_id", BIG, nullable=False),
        Column("last_seen_at", INSTANT, nullable=False),
        Column("snapshot_id", TEXT, nullable=False),
        PrimaryKeyConstraint("event_id", "book", "market_key", "player_id", "side", name=op.f("pk_quote_heartbeat")),
        ForeignKeyConstraint(["quote_id"], ["quote.quote_id"], name=op.f("fk_quote_heartbeat_quote_id_quote")),
        ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_quote_heartbeat_snapshot_id_snapshot")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_quote_heartbeat_snapshot_id"), "quote_heartbeat", ["snapshot_id"])

    op.create_table(
        "injury_report",
        Column("report_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("team_id", TEXT, nullable=True),
        Column("player_name", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=True),
        Column("status", TEXT, nullable=False),
        Column("detail", TEXT, nullable=False),
        Column("reported_at", INSTANT, nullable=True),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("report_id", name=op.f("pk_injury_report")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_injury_report_payload_sha_raw_payload")
        ),
        sqlite_strict=True,
    )
    protect("injury_report", ["report_id"], with_rowid=True)

    op.create_table(
        "event_result",
        Column("event_id", TEXT, nullable=False),
        Column("result_version", COUNT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("home_score", COUNT, nullable=True),
        Column("away_score", COUNT, nullable=True),
        Column("periods", TEXT, nullable=True),
        Column("overtime", FLAG, nullable=False),
        Column("shootout", FLAG, nullable=False),
        Column("finality", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("event_id", "result_version", name=op.f("pk_event_result")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_event_result_event_id_event")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_event_result_payload_sha_raw_payload")
        ),
        CheckConstraint("finality IN ('ARCHIVE', 'LIVE')", name=op.f("ck_event_result_finality_known")),
        CheckConstraint("CAST(overtime AS INTEGER) IN (0, 1)", name=op.f("ck_event_result_overtime_flag")),
        CheckConstraint("CAST(shootout AS INTEGER) IN (0, 1)", name=op.f("ck_event_result_shootout_flag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_event_result_received_at"), "event_result", ["received_at"])
    protect("event_result", ["event_id", "result_version"], with_rowid=False)

    op.create_table(
        "player_result",
        Column("event_id", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("result_version", COUNT, nullable=False),
        Column("minutes_seconds", COUNT, nullable=True),
        Column("statistics", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("event_id", "player_id", "result_version", name=op.f("pk_player_result")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_player_result_event_id_event")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_player_result_payload_sha_raw_payload")
        ),
        ForeignKeyConstraint(["player_id"], ["player.player_id"], name=op.f("fk_player_result_player_id_player")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("player_result", ["event_id", "player_id", "result_version"], with_rowid=False)

    op.create_table(
        "quarantine",
        Column("quarantine_id", TEXT, nullable=False),
        Column("payload_sha", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("excerpt", TEXT, nullable=False),
        Column("prices", COUNT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_quarantine_payload_sha_raw_payload")
        ),
        CheckConstraint("reason <> ''", name=op.f("ck_quarantine_reason_filled")),
        sqlite_strict=True,
    )
    protect("quarantine", ["quarantine_id"], with_rowid=True)


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("quarantine")
    op.drop_table("player_result")
    op.drop_table("event_result")
    op.drop_table("injury_report")
    op.drop_table("quote_heartbeat")
    op.drop_table("quote")
