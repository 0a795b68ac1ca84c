"""Tenancy: whose record it is, who holds a key to it, and which calls have been answered."""

from sqlalchemy import CheckConstraint, UniqueConstraint

from closeline.store.tables.columns import COUNT, INSTANT, filled, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import mutable

DEFAULT_TENANT = "default"

tenant = mutable(
    "tenant",
    key("tenant_id"),
    given("name"),
    given("status"),
    given("created_at", INSTANT),
    filled("tenant_id"),
)

api_key = mutable(
    "api_key",
    key("tenant_id"),
    key("key_id"),
    given("name"),
    given("role"),
    given("secret_sha256"),
    given("created_at", INSTANT),
    given("expires_at", INSTANT),
    maybe("revoked_at", INSTANT),
    maybe("last_used_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    UniqueConstraint("key_id"),
    filled("key_id"),
    filled("secret_sha256"),
    one_of("role", ("ADMIN", "OPERATOR", "OPS", "READER", "SYSTEM")),
)

# An answer is null while the call is under way.
idempotency_key = mutable(
    "idempotency_key",
    key("tenant_id"),
    key("name"),
    given("request_hash"),
    maybe("answer_status", COUNT),
    maybe("answer"),
    given("at", INSTANT),
    refers(["tenant_id"], "tenant"),
    filled("name"),
)

# Who somebody is stands here alone; rows that are never changed hold `person_id`, which says nothing by itself.
person = mutable(
    "person",
    key("tenant_id"),
    key("person_id"),
    maybe("handle"),
    maybe("name"),
    maybe("email"),
    maybe("telegram_id"),
    given("added_at", INSTANT),
    maybe("erased_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    UniqueConstraint("tenant_id", "handle"),
    filled("person_id"),
    filled("handle"),
    CheckConstraint(
        "erased_at IS NULL OR (handle IS NULL AND name IS NULL AND email IS NULL AND telegram_id IS NULL)",
        name="erased_empty",
    ),
)
