"""Whose record it is; on PostgreSQL also the function that every guard calls."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint

from closeline.store.database.immutable import FUNCTION, FUNCTION_SQL
from closeline.store.tables.columns import INSTANT, TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and their guards."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION_SQL)

    op.create_table(
        "tenant",
        Column("tenant_id", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
        CheckConstraint("tenant_id <> ''", name=op.f("ck_tenant_tenant_id_filled")),
        sqlite_strict=True,
    )

    op.execute("INSERT INTO tenant (tenant_id, name, status, created_at) VALUES ('default', 'default', 'ACTIVE', 0)")


def downgrade() -> None:
    """Drop the tables, children first."""
    op.drop_table("tenant")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FUNCTION}()")
