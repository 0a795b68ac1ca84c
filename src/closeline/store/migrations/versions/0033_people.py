"""People, apart from everything that is never changed: rows that can be emptied when somebody asks to be forgotten."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import isolate
from closeline.store.tables.columns import INSTANT, TEXT

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and keep the tenants apart in it."""
    told = "erased_at IS NULL OR (handle IS NULL AND name IS NULL AND email IS NULL AND telegram_id IS NULL)"
    op.create_table(
        "person",
        Column("tenant_id", TEXT, nullable=False),
        Column("person_id", TEXT, nullable=False),
        Column("handle", TEXT, nullable=True),
        Column("name", TEXT, nullable=True),
        Column("email", TEXT, nullable=True),
        Column("telegram_id", TEXT, nullable=True),
        Column("added_at", INSTANT, nullable=False),
        Column("erased_at", INSTANT, nullable=True),
        PrimaryKeyConstraint("tenant_id", "person_id", name=op.f("pk_person")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_person_tenant_id_tenant")),
        UniqueConstraint("tenant_id", "handle", name=op.f("uq_person_tenant_id_handle")),
        CheckConstraint("person_id <> ''", name=op.f("ck_person_person_id_filled")),
        CheckConstraint("handle <> ''", name=op.f("ck_person_handle_filled")),
        CheckConstraint(told, name=op.f("ck_person_erased_empty")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    isolate("person")


def downgrade() -> None:
    """Drop the table; what it held is gone."""
    op.drop_table("person")
