"""The ledger of bets of people who stake."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, TEXT

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, their guards, and what keeps the tenants apart."""
    _bets()
    _steps()
    _bankroll()


def _bets() -> None:
    op.create_table(
        "bet",
        Column("bet_id", TEXT, nullable=False),
        Column("tenant_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("selection_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("side", TEXT, nullable=False),
        Column("line_quarters", COUNT, nullable=True),
        Column("book", TEXT, nullable=False),
        Column("price_text", TEXT, nullable=False),
        Column("price_format", TEXT, nullable=False),
        Column("price_exact", TEXT, nullable=False),
        Column("stake", BIG, nullable=False),
        Column("denomination", TEXT, nullable=False),
        Column("placed_at", INSTANT, nullable=False),
        Column("external_id", TEXT, nullable=True),
        Column("pick_id", TEXT, nullable=True),
        Column("note", TEXT, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("bet_id", name=op.f("pk_bet")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_bet_tenant_id_tenant")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_bet_event_id_event")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"], ["pick.tenant_id", "pick.pick_id"], name=op.f("fk_bet_tenant_id_pick_id_pick")
        ),
        UniqueConstraint("tenant_id", "bet_id", name=op.f("uq_bet_tenant_id_bet_id")),
        UniqueConstraint("tenant_id", "book", "external_id", name=op.f("uq_bet_tenant_id_book_external_id")),
        CheckConstraint("side IN ('HOME', 'AWAY', 'DRAW', 'OVER', 'UNDER')", name=op.f("ck_bet_side_known")),
        CheckConstraint("price_text <> ''", name=op.f("ck_bet_price_text_filled")),
        CheckConstraint("selection_id <> ''", name=op.f("ck_bet_selection_id_filled")),
        CheckConstraint("book <> ''", name=op.f("ck_bet_book_filled")),
        CheckConstraint("denomination <> ''", name=op.f("ck_bet_denomination_filled")),
        CheckConstraint("external_id <> ''", name=op.f("ck_bet_external_id_filled")),
        CheckConstraint("stake > 0", name=op.f("ck_bet_stake_range")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_bet_tenant_id_event_id"), "bet", ["tenant_id", "event_id"])
    op.create_index(op.f("ix_bet_event_id"), "bet", ["event_id"])
    protect("bet", ["bet_id"], ["tenant_id", "book", "external_id"], with_rowid=True)
    isolate("bet")


def _steps() -> None:
    told = "kind = 'PLACED' OR (result IS NOT NULL AND profit IS NOT NULL AND ended_at IS NOT NULL)"
    op.create_table(
        "bet_step",
        Column("tenant_id", TEXT, nullable=False),
        Column("bet_id", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("result", TEXT, nullable=True),
        Column("fraction_quarters", COUNT, nullable=True),
        Column("profit", BIG, nullable=True),
        Column("reason", TEXT, nullable=True),
        Column("rules", TEXT, nullable=True),
        Column("evidence", TEXT, nullable=True),
        Column("ended_at", INSTANT, nullable=True),
        Column("supersedes", COUNT, nullable=True),
        Column("by_hand", FLAG, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "bet_id", "seq", name=op.f("pk_bet_step")),
        ForeignKeyConstraint(
            ["tenant_id", "bet_id"], ["bet.tenant_id", "bet.bet_id"], name=op.f("fk_bet_step_tenant_id_bet_id_bet")
        ),
        CheckConstraint("kind IN ('PLACED', 'SETTLED', 'VOIDED')", name=op.f("ck_bet_step_kind_known")),
        CheckConstraint("result IN ('WIN', 'LOSS', 'PUSH', 'VOID')", name=op.f("ck_bet_step_result_known")),
        CheckConstraint("fraction_quarters IN (2, 4)", name=op.f("ck_bet_step_fraction_quarters_known")),
        CheckConstraint(told, name=op.f("ck_bet_step_ending_told")),
        CheckConstraint("result <> 'VOID' OR profit = 0", name=op.f("ck_bet_step_void_free")),
        CheckConstraint("result <> 'PUSH' OR profit = 0", name=op.f("ck_bet_step_push_free")),
        CheckConstraint("seq >= 1", name=op.f("ck_bet_step_seq_range")),
        CheckConstraint("supersedes < seq", name=op.f("ck_bet_step_supersedes_range")),
        CheckConstraint("CAST(by_hand AS INTEGER) IN (0, 1)", name=op.f("ck_bet_step_by_hand_flag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("bet_step", ["tenant_id", "bet_id", "seq"], with_rowid=False)
    isolate("bet_step")


def _bankroll() -> None:
    op.create_table(
        "bankroll_entry",
        Column("tenant_id", TEXT, nullable=False),
        Column("entry_id", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("denomination", TEXT, nullable=False),
        Column("amount", BIG, nullable=False),
        Column("external_id", TEXT, nullable=False),
        Column("note", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "entry_id", name=op.f("pk_bankroll_entry")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_bankroll_entry_tenant_id_tenant")),
        CheckConstraint("kind IN ('SET', 'DEPOSIT', 'WITHDRAWAL')", name=op.f("ck_bankroll_entry_kind_known")),
        CheckConstraint("denomination <> ''", name=op.f("ck_bankroll_entry_denomination_filled")),
        CheckConstraint("amount > 0", name=op.f("ck_bankroll_entry_amount_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("bankroll_entry", ["tenant_id", "entry_id"], with_rowid=False)
    isolate("bankroll_entry")


def downgrade() -> None:
    """Drop the tables; what they held is gone."""
    op.drop_table("bankroll_entry")
    op.drop_table("bet_step")
    op.drop_table("bet")
