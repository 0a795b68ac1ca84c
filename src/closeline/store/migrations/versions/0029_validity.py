"""What later quotes made of published picks, and a place in each market that one live pick holds."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, NUMBER, TEXT

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Of every pick that is published and has not ended: whose model made it (`own/NAME`, or nothing for the house's).
_LIVE = text("""
    SELECT p.tenant_id, p.pick_id, p.event_id, p.market_key, r.engine
    FROM pick p
    JOIN sim_run r ON r.tenant_id = p.tenant_id AND r.run_id = p.run_id
    JOIN pick_event e ON e.tenant_id = p.tenant_id AND e.pick_id = p.pick_id AND e.to_state = 'PUBLISHED'
    WHERE NOT EXISTS (
        SELECT 1 FROM pick_event l WHERE l.tenant_id = e.tenant_id AND l.pick_id = e.pick_id AND l.seq > e.seq
    )
    ORDER BY p.tenant_id, e.at, p.pick_id
""")
_HOLD = text("""
    INSERT INTO live_pick (tenant_id, strategy, event_id, market_key, pick_id)
    VALUES (:tenant_id, :strategy, :event_id, :market_key, :pick_id)
    ON CONFLICT (tenant_id, strategy, event_id, market_key) DO NOTHING
""")


def upgrade() -> None:
    """Make the tables, their guards, what keeps the tenants apart, and the places of the picks that are alive."""
    _live()
    _validity()


def _live() -> None:
    op.create_table(
        "live_pick",
        Column("tenant_id", TEXT, nullable=False),
        Column("strategy", TEXT, nullable=False),
        Column("event_id", TEXT, nullable=False),
        Column("market_key", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "strategy", "event_id", "market_key", name=op.f("pk_live_pick")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_live_pick_tenant_id_pick_id_pick"),
        ),
        UniqueConstraint("tenant_id", "pick_id", name=op.f("uq_live_pick_tenant_id_pick_id")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _hold()
    isolate("live_pick")


def _hold() -> None:
    """Give every pick that is alive its place; the owner of the tables must see every tenant's rows for that."""
    for statement in _forced("NO FORCE"):
        op.execute(statement)
    for row in op.get_bind().execute(_LIVE).all():
        engine = str(row.engine)
        strategy = "/".join(engine.split("/")[:2]) if engine.startswith("own/") else ""
        op.get_bind().execute(_HOLD, {
            "tenant_id": row.tenant_id, "strategy": strategy, "event_id": row.event_id, "market_key": row.market_key,
            "pick_id": row.pick_id,
        })  # fmt: skip
    for statement in _forced("FORCE"):
        op.execute(statement)


def _forced(how: str) -> list[str]:
    if op.get_bind().dialect.name != "postgresql":
        return []
    return [f"ALTER TABLE {table} {how} ROW LEVEL SECURITY" for table in ("pick", "pick_event", "sim_run")]


def _validity() -> None:
    op.create_table(
        "pick_validity",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("seq", COUNT, nullable=False),
        Column("rules", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("refresh", FLAG, nullable=False),
        Column("reasons", TEXT, nullable=False),
        Column("ev", NUMBER, nullable=True),
        Column("market_line_quarters", COUNT, nullable=True),
        Column("line_quarters", COUNT, nullable=True),
        Column("price_text", TEXT, nullable=True),
        Column("book", TEXT, nullable=True),
        Column("quote_id", BIG, nullable=True),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "seq", name=op.f("pk_pick_validity")),
        ForeignKeyConstraint(
            ["tenant_id", "pick_id"],
            ["pick.tenant_id", "pick.pick_id"],
            name=op.f("fk_pick_validity_tenant_id_pick_id_pick"),
        ),
        CheckConstraint("state IN ('VALID', 'MOVED_BUT_OK', 'INVALIDATED')", name=op.f("ck_pick_validity_state_known")),
        CheckConstraint("seq >= 1", name=op.f("ck_pick_validity_seq_range")),
        CheckConstraint("(price_text IS NULL) = (quote_id IS NULL)", name=op.f("ck_pick_validity_price_quoted")),
        CheckConstraint("CAST(refresh AS INTEGER) IN (0, 1)", name=op.f("ck_pick_validity_refresh_flag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    protect("pick_validity", ["tenant_id", "pick_id", "seq"], with_rowid=False)
    isolate("pick_validity")


def downgrade() -> None:
    """Drop the tables; what was said of picks is gone, the places are those of the picks' events."""
    op.drop_table("pick_validity")
    op.drop_table("live_pick")
