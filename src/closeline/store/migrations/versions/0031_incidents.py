"""Incidents: how bad each is, and who has seen it."""

from alembic import op
from sqlalchemy import Column

from closeline.store.tables.columns import INSTANT, TEXT

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ADDED = (
    ("severity", TEXT), ("told_at", INSTANT), ("acknowledged_at", INSTANT), ("acknowledged_by", TEXT),
    ("acknowledged_why", TEXT),
)  # fmt: skip


def upgrade() -> None:
    """Let an incident say how bad it is, and who has seen it, when and with what words."""
    for name, kind in _ADDED:
        op.add_column("ops_incident", Column(name, kind, nullable=True))


def downgrade() -> None:
    """Forget who has seen what."""
    for name, _ in reversed(_ADDED):
        op.drop_column("ops_incident", name)
