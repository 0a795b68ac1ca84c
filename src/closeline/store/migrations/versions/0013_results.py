"""What feeds report of a game before it counts as its result, and what a result and a grade rest on."""

from typing import Any

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, FLAG, INSTANT, NUMBER, TEXT

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_DECIDED = "decided_by IN ('ARCHIVE', 'QUORUM', 'CONFIRMED', 'PERSON')"
_CAUSE = "cause IN ('RESULT_CORRECTION', 'STAT_CORRECTION', 'RULES')"
_BRIER = "brier_close >= 0 AND brier_close <= 1"
# Table, column, its SQLite type, the name of its check and the check.
_ADDED = (
    ("event_result", Column("facts", TEXT), "TEXT", None, None),
    ("event_result", Column("decided_by", TEXT), "TEXT", "ck_event_result_decided_by_known", _DECIDED),
    ("event_result", Column("evidence", TEXT), "TEXT", None, None),
    ("grade", Column("log_loss_market", NUMBER), "REAL", None, None),
    ("grade", Column("brier_close", NUMBER), "REAL", "ck_grade_brier_close_range", _BRIER),
    ("grade", Column("log_loss_close", NUMBER), "REAL", None, None),
    ("grade", Column("cause", TEXT), "TEXT", "ck_grade_cause_known", _CAUSE),
)


def upgrade() -> None:
    """Make the table of reports, and the columns, null for every row that is there."""
    op.create_table(
        "result_report",
        Column("report_id", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("feed", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("words", TEXT, nullable=False),
        Column("home_score", COUNT, nullable=True),
        Column("away_score", COUNT, nullable=True),
        Column("periods", TEXT, nullable=True),
        Column("overtime", FLAG, nullable=False),
        Column("shootout", FLAG, nullable=False),
        Column("facts", TEXT, nullable=True),
        Column("payload_sha", TEXT, nullable=False),
        Column("place", TEXT, nullable=False),
        Column("received_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("report_id", name=op.f("pk_result_report")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_result_report_event_id_event")),
        ForeignKeyConstraint(
            ["payload_sha"], ["raw_payload.payload_sha"], name=op.f("fk_result_report_payload_sha_raw_payload")
        ),
        CheckConstraint("report_id <> ''", name=op.f("ck_result_report_report_id_filled")),
        CheckConstraint("feed <> ''", name=op.f("ck_result_report_feed_filled")),
        CheckConstraint("CAST(overtime AS INTEGER) IN (0, 1)", name=op.f("ck_result_report_overtime_flag")),
        CheckConstraint("CAST(shootout AS INTEGER) IN (0, 1)", name=op.f("ck_result_report_shootout_flag")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_result_report_event_id_received_at"), "result_report", ["event_id", "received_at"])
    op.create_index(op.f("ix_result_report_payload_sha"), "result_report", ["payload_sha"])
    op.create_index(op.f("ix_result_report_received_at"), "result_report", ["received_at"])
    protect("result_report", ["report_id"], with_rowid=True)
    for table, column, kind, name, check in _ADDED:
        _add(table, column, kind, name, check)


def _add(table: str, column: Column[Any], kind: str, name: str | None, check: str | None) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a check only together with its column, and takes it away with it.
        guarded = f"\nCONSTRAINT {name} CHECK ({check})" if name else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind}{guarded}")
        return
    op.add_column(table, Column(column.name, column.type, nullable=True))
    if name and check:
        op.create_check_constraint(op.f(name), table, check)


def downgrade() -> None:
    """Take the columns and the table away again; what they held is gone."""
    for table, column, _, _, _ in reversed(_ADDED):
        op.drop_column(table, column.name)
    op.drop_table("result_report")
