"""The keys of those who call the API, and what they have asked before."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_key",
        Column("tenant_id", TEXT, nullable=False),
        Column("key_id", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("role", TEXT, nullable=False),
        Column("secret_sha256", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        Column("expires_at", INSTANT, nullable=False),
        Column("revoked_at", INSTANT, nullable=True),
        Column("last_used_at", INSTANT, nullable=True),
        PrimaryKeyConstraint("tenant_id", "key_id", name=op.f("pk_api_key")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_api_key_tenant_id_tenant")),
        UniqueConstraint("key_id", name=op.f("uq_api_key_key_id")),
        CheckConstraint("key_id <> ''", name=op.f("ck_api_key_key_id_filled")),
        CheckConstraint("secret_sha256 <> ''", name=op.f("ck_api_key_secret_sha256_filled")),
        CheckConstraint("role IN ('ADMIN', 'OPERATOR', 'READER')", name=op.f("ck_api_key_role_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency_key",
        Column("tenant_id", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("request_hash", TEXT, nullable=False),
        Column("answer_status", COUNT, nullable=True),
        Column("answer", TEXT, nullable=True),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_idempotency_key")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_idempotency_key_tenant_id_tenant")),
        CheckConstraint("name <> ''", name=op.f("ck_idempotency_key_name_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables; what they held is gone."""
    op.drop_table("idempotency_key")
    op.drop_table("api_key")
