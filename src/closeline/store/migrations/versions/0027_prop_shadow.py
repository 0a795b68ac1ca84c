"""Forecasts of a second version of a model, beside the one in force."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import COUNT, INSTANT, NUMBER, TEXT

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, its guards, and what keeps the tenants apart."""
    models = ("prop_model", "prop_model_version")
    op.create_table(
        "prop_shadow",
        Column("tenant_id", TEXT, nullable=False),
        Column("shadow_id", TEXT, nullable=False),
        Column("league", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("first_version", TEXT, nullable=False),
        Column("first_mean", NUMBER, nullable=False),
        Column("first_variance", NUMBER, nullable=False),
        Column("first_family", TEXT, nullable=False),
        Column("second_version", TEXT, nullable=False),
        Column("second_mean", NUMBER, nullable=False),
        Column("second_variance", NUMBER, nullable=False),
        Column("second_family", TEXT, nullable=False),
        Column("games", COUNT, nullable=False),
        Column("plays", NUMBER, nullable=True),
        Column("line_quarters", COUNT, nullable=True),
        Column("book", TEXT, nullable=True),
        Column("over_exact", TEXT, nullable=True),
        Column("under_exact", TEXT, nullable=True),
        Column("as_of", INSTANT, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "shadow_id", name=op.f("pk_prop_shadow")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_prop_shadow_tenant_id_tenant")),
        ForeignKeyConstraint(["event_id"], ["event.event_id"], name=op.f("fk_prop_shadow_event_id_event")),
        *(
            ForeignKeyConstraint([name], [".".join(models)], name=op.f(f"fk_prop_shadow_{name}_{models[0]}"))
            for name in ("first_version", "second_version")
        ),
        CheckConstraint("plays >= 0 AND plays <= 1", name=op.f("ck_prop_shadow_plays_range")),
        CheckConstraint("market_key <> ''", name=op.f("ck_prop_shadow_market_key_filled")),
        CheckConstraint("first_mean > 0 AND second_mean > 0", name=op.f("ck_prop_shadow_mean_range")),
        CheckConstraint("first_variance > 0 AND second_variance > 0", name=op.f("ck_prop_shadow_variance_range")),
        CheckConstraint("games >= 0", name=op.f("ck_prop_shadow_games_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    named = ["tenant_id", "second_version", "first_version"]
    op.create_index(op.f(f"ix_prop_shadow_{'_'.join(named)}"), "prop_shadow", named)
    op.create_index(op.f("ix_prop_shadow_event_id"), "prop_shadow", ["event_id"])
    protect("prop_shadow", ["tenant_id", "shadow_id"], with_rowid=False)
    isolate("prop_shadow")


def downgrade() -> None:
    """Drop the table; what it held is gone."""
    op.drop_table("prop_shadow")
