"""An event version says whether the game is one of the play-offs, where its source does."""

from alembic import op
from sqlalchemy import Column

from closeline.store.tables.columns import FLAG

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHECK = "CAST(playoff AS INTEGER) IN (0, 1)"
_CHECK_NAME = "ck_event_version_playoff_flag"


def upgrade() -> None:
    """Add the column, null for every version that is there: its source was not asked."""
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a check only together with its column, and takes it away with it.
        op.execute(f"ALTER TABLE event_version ADD COLUMN playoff INTEGER\nCONSTRAINT {_CHECK_NAME} CHECK ({_CHECK})")
        return
    op.add_column("event_version", Column("playoff", FLAG, nullable=True))
    op.create_check_constraint(op.f(_CHECK_NAME), "event_version", _CHECK)


def downgrade() -> None:
    """Take the column away again; its check goes with it."""
    op.drop_column("event_version", "playoff")
