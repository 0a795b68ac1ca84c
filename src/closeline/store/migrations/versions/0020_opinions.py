"""What every quote is worth beside the other books."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, NUMBER, TEXT

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = ("event_id", "market_key", "player_id", "book", "side", "line_key", "judged_at")


def upgrade() -> None:
    """Make the table of what the live board's quotes were worth, and the one of how the board does."""
    op.create_table(
        "quote_opinion",
        Column("event_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("player_id", TEXT, nullable=False),
        Column("book", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("line_key", COUNT, nullable=False),
        Column("judged_at", INSTANT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("board_version", BIG, nullable=False),
        Column("price_text", TEXT, nullable=False),
        Column("price_format", TEXT, nullable=False),
        Column("price_exact", TEXT, nullable=False),
        Column("price_assumed", FLAG, nullable=False),
        Column("availability", TEXT, nullable=False),
        Column("changed_at", INSTANT, nullable=False),
        Column("seen_at", INSTANT, nullable=False),
        Column("own_fair", NUMBER, nullable=True),
        Column("fair", NUMBER, nullable=True),
        Column("books", TEXT, nullable=False),
        Column("overround", NUMBER, nullable=True),
        Column("ev", NUMBER, nullable=True),
        Column("kelly", NUMBER, nullable=True),
        Column("best", FLAG, nullable=False),
        Column("flags", TEXT, nullable=False),
        PrimaryKeyConstraint(*_KEY, name=op.f("pk_quote_opinion")),
        CheckConstraint("event_id <> ''", name=op.f("ck_quote_opinion_event_id_filled")),
        CheckConstraint("price_text <> ''", name=op.f("ck_quote_opinion_price_text_filled")),
        CheckConstraint("side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_quote_opinion_side_known")),
        CheckConstraint(
            "availability IN ('PRICED', 'SUSPENDED', 'ABSENT')", name=op.f("ck_quote_opinion_availability_known")
        ),
        CheckConstraint("own_fair >= 0 AND own_fair <= 1", name=op.f("ck_quote_opinion_own_fair_range")),
        CheckConstraint("fair >= 0 AND fair <= 1", name=op.f("ck_quote_opinion_fair_range")),
        CheckConstraint("overround >= -10 AND overround <= 1000", name=op.f("ck_quote_opinion_overround_range")),
        CheckConstraint("ev >= -1 AND ev <= 1000", name=op.f("ck_quote_opinion_ev_range")),
        CheckConstraint("kelly >= 0 AND kelly <= 1", name=op.f("ck_quote_opinion_kelly_range")),
        CheckConstraint("CAST(price_assumed AS INTEGER) IN (0, 1)", name=op.f("ck_quote_opinion_price_assumed_flag")),
        CheckConstraint("CAST(best AS INTEGER) IN (0, 1)", name=op.f("ck_quote_opinion_best_flag")),
        CheckConstraint("line_key = coalesce(line_quarters, 0)", name=op.f("ck_quote_opinion_line_key_agrees")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_quote_opinion_judged_at"), "quote_opinion", ["judged_at"])
    protect("quote_opinion", list(_KEY), with_rowid=False)

    op.create_table(
        "board_state",
        Column("board", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("version", BIG, nullable=False),
        Column("made_at", INSTANT, nullable=True),
        Column("rows", BIG, nullable=False),
        Column("faults", BIG, nullable=False),
        Column("shelf_faults", BIG, nullable=False),
        Column("shelf_reason", TEXT, nullable=True),
        Column("write_faults", BIG, nullable=False),
        Column("last_fault", TEXT, nullable=False),
        Column("waiting", BIG, nullable=False),
        Column("waiting_since", INSTANT, nullable=True),
        Column("merged", BIG, nullable=False),
        Column("refused", BIG, nullable=False),
        Column("batch_rows", BIG, nullable=False),
        PrimaryKeyConstraint("board", name=op.f("pk_board_state")),
        CheckConstraint("board <> ''", name=op.f("ck_board_state_board_filled")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Take the tables away again; what they held is gone."""
    op.drop_table("board_state")
    op.drop_table("quote_opinion")
