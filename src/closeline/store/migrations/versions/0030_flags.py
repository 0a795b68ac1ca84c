"""Flags and kill switches."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import COUNT, FLAG, INSTANT, TEXT

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, the guards of the steps, and what keeps the tenants apart."""
    _flags()
    _switches()


def _flags() -> None:
    op.create_table(
        "feature_flag",
        Column("chain", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("is_on", FLAG, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("why", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("chain", "name", "scope", name=op.f("pk_feature_flag")),
        CheckConstraint("name <> ''", name=op.f("ck_feature_flag_name_filled")),
        CheckConstraint("scope <> ''", name=op.f("ck_feature_flag_scope_filled")),
        CheckConstraint("actor <> ''", name=op.f("ck_feature_flag_actor_filled")),
        CheckConstraint("why <> ''", name=op.f("ck_feature_flag_why_filled")),
        CheckConstraint("CAST(is_on AS INTEGER) IN (0, 1)", name=op.f("ck_feature_flag_is_on_flag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    isolate("feature_flag")


def _switches() -> None:
    op.create_table(
        "kill_switch",
        Column("chain", TEXT, nullable=False),
        Column("switch_id", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("step", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("cause", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("why", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("chain", "switch_id", "seq", name=op.f("pk_kill_switch")),
        CheckConstraint("step IN ('LIFTED', 'ON')", name=op.f("ck_kill_switch_step_known")),
        CheckConstraint("scope <> ''", name=op.f("ck_kill_switch_scope_filled")),
        CheckConstraint("cause <> ''", name=op.f("ck_kill_switch_cause_filled")),
        CheckConstraint("actor <> ''", name=op.f("ck_kill_switch_actor_filled")),
        CheckConstraint("why <> ''", name=op.f("ck_kill_switch_why_filled")),
        CheckConstraint("seq IN (1, 2)", name=op.f("ck_kill_switch_seq_range")),
        CheckConstraint("(seq = 1) = (step = 'ON')", name=op.f("ck_kill_switch_step_order")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kill_switch_chain_at"), "kill_switch", ["chain", "at"])
    protect("kill_switch", ["chain", "switch_id", "seq"], with_rowid=False)
    isolate("kill_switch")


def downgrade() -> None:
    """Drop the tables; who stopped what, and why, is gone with them."""
    op.drop_table("kill_switch")
    op.drop_table("feature_flag")
