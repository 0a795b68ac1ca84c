"""What answers were asked for, so that an absence can be told; ids used again; who decided what a spelling means."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import INSTANT, TEXT

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KIND = "kind IN ('TEAM', 'PLAYER')"
_KIND_NAME = "ck_mapping_review_kind_known"
# The heart of a series names its last row. Bytes that came late could leave it at an earlier one.
_LAST_ROWS = """
UPDATE quote_heartbeat SET quote_id = COALESCE((
    SELECT last.quote_id FROM quote AS last
    WHERE last.event_id = quote_heartbeat.event_id AND last.market_key = quote_heartbeat.market_key
      AND last.book = quote_heartbeat.book AND last.player_id = quote_heartbeat.player_id
      AND last.side = quote_heartbeat.side
    ORDER BY last.received_at DESC, last.quote_id DESC LIMIT 1
), quote_id)
"""
_DECIDED = (("answer", TEXT), ("actor", TEXT), ("why", TEXT), ("decided_at", INSTANT))


def upgrade() -> None:
    """Make the tables, and the columns, null for every question that is there."""
    _coverage()
    _offered()
    _again()
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a check only together with its column, and takes it away with it.
        op.execute(f"ALTER TABLE mapping_review ADD COLUMN kind TEXT\nCONSTRAINT {_KIND_NAME} CHECK ({_KIND})")
    else:
        op.add_column("mapping_review", Column("kind", TEXT, nullable=True))
        op.create_check_constraint(op.f(_KIND_NAME), "mapping_review", _KIND)
    for name, kind in _DECIDED:
        op.add_column("mapping_review", Column(name, kind, nullable=True))
    op.execute(_LAST_ROWS)


def _coverage() -> None:
    op.create_table(
        "snapshot_coverage",
        Column("snapshot_id", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("provider", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("market_keys", TEXT, nullable=False),
        Column("books", TEXT, nullable=True),
        Column("events", TEXT, nullable=True),
        PrimaryKeyConstraint("snapshot_id", "received_at", name=op.f("pk_snapshot_coverage")),
        ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.snapshot_id"], name=op.f("fk_snapshot_coverage_snapshot_id_snapshot")
        ),
        CheckConstraint("league <> ''", name=op.f("ck_snapshot_coverage_league_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_snapshot_coverage_feed_league_received_at"), "snapshot_coverage", ["feed", "league", "received_at"]
    )
    protect("snapshot_coverage", ["snapshot_id", "received_at"], with_rowid=False)


def _offered() -> None:
    op.create_table(
        "offered_event",
        Column("feed", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("last_seen_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("feed", "event_id", name=op.f("pk_offered_event")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_offered_event_event_id_event")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _again() -> None:
    op.create_table(
        "event_alias_again",
        Column("provider", TEXT, nullable=False),
        Column("provider_event_id", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        PrimaryKeyConstraint("provider", "provider_event_id", "event_id", name=op.f("pk_event_alias_again")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_event_alias_again_event_id_event")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_event_alias_again_event_id"), "event_alias_again", ["event_id"])
    protect("event_alias_again", ["provider", "provider_event_id", "event_id"], with_rowid=False)


def downgrade() -> None:
    """Take the columns and the tables away again; what they held is gone."""
    for name, _ in reversed(_DECIDED):
        op.drop_column("mapping_review", name)
    op.drop_column("mapping_review", "kind")
    for table in ("event_alias_again", "offered_event", "snapshot_coverage"):
        op.drop_table(table)
