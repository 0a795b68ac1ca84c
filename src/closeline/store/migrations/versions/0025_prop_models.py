"""The trained artefacts of player props."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import protect
from closeline.store.tables.columns import BYTES, COUNT, INSTANT, TEXT

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of manifests and parts, and their guards."""
    op.create_table(
        "prop_model",
        Column("prop_model_version", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("statistic", TEXT, nullable=False),
        Column("manifest", TEXT, nullable=False),
        Column("public_key", TEXT, nullable=False),
        Column("signature", TEXT, nullable=False),
        Column("created_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("prop_model_version", name=op.f("pk_prop_model")),
        CheckConstraint("prop_model_version <> ''", name=op.f("ck_prop_model_prop_model_version_filled")),
        CheckConstraint("manifest <> ''", name=op.f("ck_prop_model_manifest_filled")),
        CheckConstraint("public_key <> ''", name=op.f("ck_prop_model_public_key_filled")),
        CheckConstraint("signature <> ''", name=op.f("ck_prop_model_signature_filled")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_prop_model_league_statistic_created_at"), "prop_model", ["league", "statistic", "created_at"]
    )
    protect("prop_model", ["prop_model_version"], with_rowid=True)
    op.create_table(
        "prop_model_part",
        Column("prop_model_version", TEXT, nullable=False),
        Column("name", TEXT, nullable=False),
        Column("sha256", TEXT, nullable=False),
        Column("size", COUNT, nullable=False),
        Column("content", BYTES, nullable=False),
        PrimaryKeyConstraint("prop_model_version", "name", name=op.f("pk_prop_model_part")),
        ForeignKeyConstraint(
            ["prop_model_version"],
            ["prop_model.prop_model_version"],
            name=op.f("fk_prop_model_part_prop_model_version_prop_model"),
        ),
        CheckConstraint("sha256 <> ''", name=op.f("ck_prop_model_part_sha256_filled")),
        CheckConstraint("size >= 1", name=op.f("ck_prop_model_part_size_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("prop_model_part", ["prop_model_version", "name"], with_rowid=False)


def downgrade() -> None:
    """Take the tables away again; what they held is gone."""
    op.drop_table("prop_model_part")
    op.drop_table("prop_model")
