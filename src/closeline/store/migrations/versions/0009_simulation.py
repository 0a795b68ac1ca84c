"""A run says which simulation it was made by, over how many worlds, how far their weights reach, and what came out."""

from typing import Any

from alembic import op
from sqlalchemy import Column
from sqlalchemy.types import TypeEngine

from closeline.store.tables.columns import COUNT, NUMBER, TEXT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ADDED: dict[str, TypeEngine[Any]] = {
    "simulation_version": TEXT, "worlds": COUNT, "effective": NUMBER, "distribution_digest": TEXT,
}  # fmt: skip


def upgrade() -> None:
    """Add the columns; runs made before have none of them."""
    for name, kind in _ADDED.items():
        op.add_column("sim_run", Column(name, kind, nullable=True))


def downgrade() -> None:
    """Take the columns away again."""
    for name in reversed(_ADDED):
        op.drop_column("sim_run", name)
