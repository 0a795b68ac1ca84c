"""What a closing line was compared with, and how surely."""

from typing import Any

from alembic import op
from sqlalchemy import Column
from sqlalchemy.types import TypeEngine

from closeline.store.tables.columns import INSTANT, NUMBER, TEXT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLE = "line_track"
_COLUMNS: dict[str, TypeEngine[Any]] = {
    "close_book": TEXT, "close_at": INSTANT, "close_seen_until": INSTANT, "start_basis": TEXT, "method": TEXT,
    "clv_prob_raw": NUMBER, "clv_price_ratio": NUMBER, "clv_ev_low": NUMBER, "clv_ev_high": NUMBER, "premise": TEXT,
    "consensus_books": TEXT,
}  # fmt: skip
_CHECK = "start_basis IN ('ACTUAL', 'SCHEDULED')"
_CHECK_NAME = "ck_line_track_start_basis_known"


def upgrade() -> None:
    """Add the columns, null for every track that is there: nobody wrote down what it was compared with."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, kind in _COLUMNS.items():
        if sqlite and name == "start_basis":
            # SQLite adds a check only together with its column, and takes it away with it.
            op.execute(f"ALTER TABLE {_TABLE} ADD COLUMN {name} TEXT\nCONSTRAINT {_CHECK_NAME} CHECK ({_CHECK})")
        else:
            op.add_column(_TABLE, Column(name, kind, nullable=True))
    if not sqlite:
        op.create_check_constraint(op.f(_CHECK_NAME), _TABLE, _CHECK)


def downgrade() -> None:
    """Take the columns away again; their check goes with them."""
    for name in reversed(_COLUMNS):
        op.drop_column(_TABLE, name)
