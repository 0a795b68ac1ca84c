"""Deliveries as an outbox: leases, tokens, deadlines, what was observed, and anomalies."""

from typing import Any

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, text
from sqlalchemy.types import TypeEngine

from closeline.store.migrations.protect import isolate, protect
from closeline.store.tables.columns import BIG, COUNT, INSTANT, TEXT

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STATES = "state IN ('PENDING', 'SENDING', 'SENT', 'MISSED', 'CANCELLED', 'UNKNOWN')"
_KINDS = "kind IN ('POST', 'SUPERSEDED', 'VOIDED')"
_SENT = "state <> 'SENT' OR (message_id IS NOT NULL AND sent_at IS NOT NULL)"
_LEASED = "(state = 'SENDING') = (lease_until IS NOT NULL)"
# What is still pending may go out until a minute before its game, as far as the record knows when that begins.
_MOVED = """
INSERT INTO delivery (tenant_id, pick_id, channel, kind, payload, payload_hash, text_hash, state, attempts, token,
                      resends, not_before, deadline, chat, message_id, sent_at, updated_at)
SELECT old.tenant_id, old.pick_id, old.channel, 'POST', old.payload, old.payload_hash, old.payload_hash, old.state,
       old.attempts, old.attempts, 0, old.updated_at,
       coalesce((SELECT told.starts_at - 60000000
                 FROM pick JOIN event_version AS told ON told.event_id = pick.event_id
                 WHERE pick.tenant_id = old.tenant_id AND pick.pick_id = old.pick_id
                 ORDER BY told.version DESC LIMIT 1), old.updated_at),
       '', old.message_id, CASE WHEN old.state = 'SENT' THEN old.updated_at END, old.updated_at
FROM delivery_before AS old
"""
_MOVED_BACK = """
INSERT INTO delivery (tenant_id, pick_id, channel, payload, payload_hash, state, attempts, message_id, updated_at)
SELECT tenant_id, pick_id, channel, payload, payload_hash, CASE WHEN state = 'SENDING' THEN 'UNKNOWN' ELSE state END,
       attempts, message_id, updated_at
FROM delivery_before WHERE kind = 'POST'
"""
_ATTEMPT_COLUMNS: dict[str, TypeEngine[Any]] = {"kind": TEXT, "token": COUNT, "payload_hash": TEXT}


def upgrade() -> None:
    """Remake the outbox with every row that is there, and make the tables of what is seen of it."""
    _set_aside()
    _outbox()
    _carry_over(_MOVED)
    op.create_index(op.f("ix_delivery_tenant_id_channel_state"), "delivery", ["tenant_id", "channel", "state"])
    op.create_index(
        op.f("ix_delivery_tenant_id_channel_chat_message_id"), "delivery",
        ["tenant_id", "channel", "chat", "message_id"], unique=True, sqlite_where=text("state = 'SENT'"),
        postgresql_where=text("state = 'SENT'"),
    )  # fmt: skip
    for name, kind in _ATTEMPT_COLUMNS.items():
        op.add_column("delivery_attempt", Column(name, kind, nullable=True))
    _observed()
    _anomalies()


def downgrade() -> None:
    """Go back to the plain outbox: notices go, and what may have been sent is not sent again."""
    op.drop_table("delivery_anomaly")
    op.drop_table("observed_message")
    for name in reversed(_ATTEMPT_COLUMNS):
        op.drop_column("delivery_attempt", name)
    op.drop_index(op.f("ix_delivery_tenant_id_channel_chat_message_id"), "delivery")
    op.drop_index(op.f("ix_delivery_tenant_id_channel_state"), "delivery")
    _set_aside()
    op.create_table(
        "delivery",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("payload", TEXT, nullable=False),
        Column("payload_hash", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("message_id", TEXT, nullable=True),
        Column("updated_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "channel", name=op.f("pk_delivery")),
        _of_pick("delivery"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _carry_over(_MOVED_BACK)


def _set_aside() -> None:
    """Copy all rows, of every tenant, out of the way: a table that is renamed would keep the names of its parts."""
    _force("delivery", on=False)
    op.execute("CREATE TABLE delivery_before AS SELECT * FROM delivery")
    op.drop_table("delivery")


def _carry_over(statement: str) -> None:
    """Copy the rows back, and keep the tenants apart again."""
    _force("pick", on=False)
    op.execute(statement)
    _force("pick", on=True)
    op.drop_table("delivery_before")
    isolate("delivery")


def _force(table: str, *, on: bool) -> None:
    """Let the owner of a table see every tenant's rows, or see only those of one as everybody else."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} {'' if on else 'NO '}FORCE ROW LEVEL SECURITY")


def _of_pick(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "pick_id"], ["pick.tenant_id", "pick.pick_id"], name=op.f(f"fk_{table}_tenant_id_pick_id_pick")
    )


def _outbox() -> None:
    op.create_table(
        "delivery",
        Column("tenant_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("payload", TEXT, nullable=False),
        Column("payload_hash", TEXT, nullable=False),
        Column("edited", TEXT, nullable=True),
        Column("text_hash", TEXT, nullable=False),
        Column("state", TEXT, nullable=False),
        Column("attempts", COUNT, nullable=False),
        Column("token", COUNT, nullable=False),
        Column("resends", COUNT, nullable=False),
        Column("lease_until", INSTANT, nullable=True),
        Column("not_before", INSTANT, nullable=False),
        Column("deadline", INSTANT, nullable=False),
        Column("chat", TEXT, nullable=False),
        Column("message_id", TEXT, nullable=True),
        Column("sent_at", INSTANT, nullable=True),
        Column("held_at", INSTANT, nullable=True),
        Column("detail", TEXT, nullable=True),
        Column("updated_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "pick_id", "channel", "kind", name=op.f("pk_delivery")),
        _of_pick("delivery"),
        CheckConstraint(_STATES, name=op.f("ck_delivery_state_known")),
        CheckConstraint(_KINDS, name=op.f("ck_delivery_kind_known")),
        CheckConstraint(_SENT, name=op.f("ck_delivery_sent_told")),
        CheckConstraint(_LEASED, name=op.f("ck_delivery_sending_leased")),
        CheckConstraint("token >= 0", name=op.f("ck_delivery_token_range")),
        CheckConstraint("resends >= 0", name=op.f("ck_delivery_resends_range")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _observed() -> None:
    op.create_table(
        "observed_message",
        Column("tenant_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("chat", TEXT, nullable=False),
        Column("message_id", TEXT, nullable=False),
        Column("number", BIG, nullable=False),
        Column("text_hash", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=True),
        Column("kind", TEXT, nullable=True),
        Column("sent_at", INSTANT, nullable=False),
        Column("seen_at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "channel", "chat", "message_id", name=op.f("pk_observed_message")),
        ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_observed_message_tenant_id_tenant")),
        _of_pick("observed_message"),
        CheckConstraint(_KINDS, name=op.f("ck_observed_message_kind_known")),
        CheckConstraint("message_id <> ''", name=op.f("ck_observed_message_message_id_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_observed_message_tenant_id_channel_number"), "observed_message", ["tenant_id", "channel", "number"]
    )
    op.create_index(op.f("ix_observed_message_tenant_id_pick_id"), "observed_message", ["tenant_id", "pick_id"])
    protect("observed_message", ["tenant_id", "channel", "chat", "message_id"], with_rowid=False)
    isolate("observed_message")


def _anomalies() -> None:
    op.create_table(
        "delivery_anomaly",
        Column("tenant_id", TEXT, nullable=False),
        Column("anomaly_id", TEXT, nullable=False),
        Column("pick_id", TEXT, nullable=False),
        Column("channel", TEXT, nullable=False),
        Column("kind", TEXT, nullable=False),
        Column("what", TEXT, nullable=False),
        Column("chat", TEXT, nullable=False),
        Column("message_id", TEXT, nullable=False),
        Column("detail", TEXT, nullable=False),
        Column("at", INSTANT, nullable=False),
        PrimaryKeyConstraint("tenant_id", "anomaly_id", name=op.f("pk_delivery_anomaly")),
        _of_pick("delivery_anomaly"),
        CheckConstraint(_KINDS, name=op.f("ck_delivery_anomaly_kind_known")),
        CheckConstraint("what <> ''", name=op.f("ck_delivery_anomaly_what_filled")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_delivery_anomaly_tenant_id_pick_id"), "delivery_anomaly", ["tenant_id", "pick_id"])
    protect("delivery_anomaly", ["tenant_id", "anomaly_id"], with_rowid=False)
    isolate("delivery_anomaly")
