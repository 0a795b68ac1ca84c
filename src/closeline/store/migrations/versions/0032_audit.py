"""What stood before and after each change, a leaf for each publication, proposals, and two more roles of keys."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import COUNT, INSTANT, TEXT

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TOLD = ("subject", "before_hash", "after_hash", "why")


def upgrade() -> None:
    """Let rows of the log tell a change, and make the table of leaves. Rows that are there keep their hashes."""
    for name in _TOLD:
        op.add_column("event_log", Column(name, TEXT, nullable=True))
    op.create_index(op.f("ix_event_log_chain_subject_seq"), "event_log", ["chain", "subject", "seq"])
    op.create_table(
        "log_leaf",
        Column("tenant_id", TEXT, nullable=False),
        Column("log_index", COUNT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("salt", TEXT, nullable=False),
        Column("leaf", TEXT, nullable=False),
        Column("leaf_hash", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "log_index", name=op.f("pk_log_leaf")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_log_leaf_tenant_id_pick_id_pick"),
        ),
        UniqueConstraint("tenant_id", "pick_id", "kind", name=op.f("uq_log_leaf_tenant_id_pick_id_kind")),
        CheckConstraint("kind <> ''", name=op.f("ck_log_leaf_kind_filled")),
        CheckConstraint("leaf_hash <> ''", name=op.f("ck_log_leaf_leaf_hash_filled")),
        CheckConstraint("log_index >= 0", name=op.f("ck_log_leaf_log_index_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("log_leaf", ["tenant_id", "log_index"], ["tenant_id", "pick_id", "kind"], with_rowid=False)
    isolate("log_leaf")
    _proposals()
    _let_keys_be("'ADMIN', 'OPERATOR', 'OPS', 'READER', 'SYSTEM'")


def _proposals() -> None:
    op.create_table(
        "config_proposal",
        Column("tenant_id", TEXT, nullable=False),
        Column("proposal_id", TEXT, nullable=False),
        Column("base_version", TEXT, nullable=False),
        Column("content", TEXT, nullable=False),
        Column("actor", TEXT, nullable=False),
        Column("why", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "proposal_id", name=op.f("pk_config_proposal")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_config_proposal_tenant_id_tenant")),
        CheckConstraint("proposal_id <> ''", name=op.f("ck_config_proposal_proposal_id_filled")),
        CheckConstraint("content <> ''", name=op.f("ck_config_proposal_content_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("config_proposal", ["tenant_id", "proposal_id"], with_rowid=False)
    isolate("config_proposal")


def _let_keys_be(roles: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_api_key_role_known"), "api_key", type_="check")
        op.create_check_constraint(op.f("ck_api_key_role_known"), "api_key", f"role IN ({roles})")
        return
    # SQLite changes no check in place.
    op.rename_table("api_key", "api_key_before")
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
        CheckConstraint(f"role IN ({roles})", name=op.f("ck_api_key_role_known")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO api_key SELECT * FROM api_key_before")
    op.drop_table("api_key_before")


def downgrade() -> None:
    """Forget what was told of changes, and the leaves: an older program finds rows that told one not to verify.

    Keys of the roles that it does not know are made readers.
    """
    server = op.get_bind().dialect.name == "postgresql"
    if server:
        op.execute("ALTER TABLE api_key NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE api_key SET role = 'READER' WHERE role IN ('OPS', 'SYSTEM')")
    if server:
        op.execute("ALTER TABLE api_key FORCE ROW LEVEL SECURITY")
    _let_keys_be("'ADMIN', 'OPERATOR', 'READER'")
    op.drop_table("config_proposal")
    op.drop_table("log_leaf")
    op.drop_index(op.f("ix_event_log_chain_subject_seq"), "event_log")
    for name in reversed(_TOLD):
        op.drop_column("event_log", name)
