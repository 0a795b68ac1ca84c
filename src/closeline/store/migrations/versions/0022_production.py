"""Row-level security, and quotes by the month, on PostgreSQL. SQLite has neither and is left as it is."""

from alembic import op
from sqlalchemy import text

from closeline.store.database import partitions
from closeline.store.database.immutable import FUNCTION_SQL, door_of_quotes
from closeline.store.database.isolation import is_postgresql
from closeline.store.migrations.protect import isolate_all, unite_all

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put every table that a tenant owns under row-level security, and part the quotes by their numbers."""
    if not is_postgresql(op.get_bind()):
        return
    isolate_all()
    # Guards of records from before there were parts would name the part, not the table.
    op.execute(FUNCTION_SQL)
    op.execute(door_of_quotes())
    schema = op.get_bind().execute(text("SELECT current_schema()")).scalar_one()
    for statement in partitions.parted(op.get_bind(), schema):
        op.execute(statement)


def downgrade() -> None:
    """Make one table of the quotes again, and take row-level security away."""
    if not is_postgresql(op.get_bind()):
        return
    for statement in partitions.joined(op.get_bind()):
        op.execute(statement)
    unite_all()
