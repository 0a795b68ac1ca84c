"""Calibrations stand in the shadow before they are in force, in one scope or in all."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import COUNT, INSTANT, NUMBER, TEXT

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NEW = (
    ("base_version", TEXT), ("weight", NUMBER), ("method_asked", TEXT), ("training_days", COUNT),
    ("n_published", COUNT), ("sample", COUNT), ("actor", TEXT),
)  # fmt: skip
_CHECK = "ck_calibration_event_status_known"
_BEFORE = "status IN ('CANDIDATE', 'ACTIVE', 'RETIRED', 'REJECTED')"
_AFTER = "status IN ('CANDIDATE', 'SHADOW', 'ACTIVE', 'RETIRED', 'REJECTED')"
_KEPT = "tenant_id, scope, seq, calibration_version, status, reasons, evidence, actor, at"
# A shadow is not in force; to a program that knows no shadows it is a candidate that nobody has judged yet.
_TOLD = "tenant_id, scope, seq, calibration_version, {status}, reasons, evidence, actor, at"
_UNSHADOWED = "CASE WHEN status = 'SHADOW' THEN 'CANDIDATE' ELSE status END"
_GUARD = "calibration_event_refuses_change"


def upgrade() -> None:
    """Let a step be SHADOW and say why; let a version say what stands under it and how it was asked for."""
    for name, kind in _NEW:
        op.add_column("calibration_version", Column(name, kind, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(_AFTER, "status", Column("why", TEXT, nullable=True))
        return
    op.add_column("calibration_event", Column("why", TEXT, nullable=True))
    op.drop_constraint(op.f(_CHECK), "calibration_event")
    op.create_check_constraint(op.f(_CHECK), "calibration_event", _AFTER)


def downgrade() -> None:
    """Take away what was added; what stood in the shadow is a candidate again."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(_BEFORE, _UNSHADOWED)
    else:
        op.execute(f"ALTER TABLE calibration_event DISABLE TRIGGER {_GUARD}")
        op.execute("UPDATE calibration_event SET status = 'CANDIDATE' WHERE status = 'SHADOW'")
        op.execute(f"ALTER TABLE calibration_event ENABLE ALWAYS TRIGGER {_GUARD}")
        op.drop_constraint(op.f(_CHECK), "calibration_event")
        op.create_check_constraint(op.f(_CHECK), "calibration_event", _BEFORE)
        op.drop_column("calibration_event", "why")
    for name, _ in reversed(_NEW):
        op.drop_column("calibration_version", name)


def _rebuild(check: str, status: str, *more: Column[str]) -> None:
    """Make the table anew, because SQLite changes no check: every row is held meanwhile, and guarded again after."""
    told = _TOLD.format(status=status)
    op.execute(f"CREATE TEMP TABLE held_calibration_event AS SELECT {_KEPT} FROM calibration_event")  # noqa: S608
    op.drop_table("calibration_event")
    op.create_table(
        "calibration_event",
        Column("tenant_id", TEXT, nullable=False),
        Column("scope", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("calibration_version", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("reasons", TEXT, nullable=False),
        Column("evidence", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        *more,
        PrimaryKeyConstraint("tenant_id", "scope", "seq", name=op.f("pk_calibration_event")),
        ForeignKeyConstraint(
            ["calibration_version"],
            ["calibration_version.calibration_version"],
            name=op.f("fk_calibration_event_calibration_version_calibration_version"),
        ),
        CheckConstraint("seq >= 1", name=op.f("ck_calibration_event_seq_range")),
        CheckConstraint(check, name=op.f(_CHECK)),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO calibration_event ({_KEPT}) SELECT {told} FROM held_calibration_event "  # noqa: S608
        "ORDER BY tenant_id, scope, seq"
    )
    op.execute("DROP TABLE held_calibration_event")
    protect("calibration_event", ["tenant_id", "scope", "seq"], with_rowid=False)
