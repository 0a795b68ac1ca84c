"""Outbox: where each publication has to go and how far it came, every attempt, and what was seen of it outside.

`chat` and `message_id` are the channel's own names for a message. A message may be sent once at most under each.
"""

from sqlalchemy import CheckConstraint, Index, text

from closeline.store.tables.columns import BIG, COUNT, INSTANT, filled, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only, mutable

_PICK = ("tenant_id", "pick_id")
_STATES = ("PENDING", "SENDING", "SENT", "MISSED", "CANCELLED", "UNKNOWN")
_KINDS = ("POST", "SUPERSEDED", "VOIDED")
_ONLY_SENT = text("state = 'SENT'")

delivery = mutable(
    "delivery",
    key("tenant_id"),
    key("pick_id"),
    key("channel"),
    key("kind"),
    given("payload"),
    given("payload_hash"),
    # Of a notice: what the message that it calls back says from now on.
    maybe("edited"),
    # Of what its readers see, which is what an observer sees.
    given("text_hash"),
    given("state"),
    given("attempts", COUNT),
    # The fencing token: whoever claims the row raises it, and a result counts only under the newest.
    given("token", COUNT),
    given("resends", COUNT),
    maybe("lease_until", INSTANT),
    given("not_before", INSTANT),
    given("deadline", INSTANT),
    given("chat"),
    maybe("message_id"),
    maybe("sent_at", INSTANT),
    # Since when nobody knows whether it arrived, and people were told so.
    maybe("held_at", INSTANT),
    maybe("detail"),
    given("updated_at", INSTANT),
    refers(_PICK, "pick"),
    one_of("state", _STATES),
    one_of("kind", _KINDS),
    CheckConstraint("state <> 'SENT' OR (message_id IS NOT NULL AND sent_at IS NOT NULL)", name="sent_told"),
    CheckConstraint("(state = 'SENDING') = (lease_until IS NOT NULL)", name="sending_leased"),
    CheckConstraint("token >= 0", name="token_range"),
    CheckConstraint("resends >= 0", name="resends_range"),
    Index(None, "tenant_id", "channel", "state"),
    Index(
        None, "tenant_id", "channel", "chat", "message_id", unique=True, sqlite_where=_ONLY_SENT,
        postgresql_where=_ONLY_SENT,
    ),
)  # fmt: skip

delivery_attempt = append_only(
    "delivery_attempt",
    key("attempt_id"),
    given("tenant_id"),
    given("pick_id"),
    given("channel"),
    given("attempt", COUNT),
    given("outcome"),
    given("detail"),
    given("at", INSTANT),
    # Null: made before deliveries had kinds and tokens.
    maybe("kind"),
    maybe("token", COUNT),
    maybe("payload_hash"),
    refers(_PICK, "pick"),
)

observed_message = append_only(
    "observed_message",
    key("tenant_id"),
    key("channel"),
    key("chat"),
    key("message_id"),
    given("number", BIG),
    given("text_hash"),
    # Null: a message that is none of ours.
    maybe("pick_id"),
    maybe("kind"),
    given("sent_at", INSTANT),
    given("seen_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    refers(_PICK, "pick"),
    one_of("kind", _KINDS),
    filled("message_id"),
    Index(None, "tenant_id", "channel", "number"),
    Index(None, "tenant_id", "pick_id"),
)

delivery_anomaly = append_only(
    "delivery_anomaly",
    key("tenant_id"),
    key("anomaly_id"),
    given("pick_id"),
    given("channel"),
    given("kind"),
    given("what"),
    given("chat"),
    given("message_id"),
    given("detail"),
    given("at", INSTANT),
    refers(_PICK, "pick"),
    one_of("kind", _KINDS),
    filled("what"),
    Index(None, "tenant_id", "pick_id"),
)
