"""Tenancy: whose record it is."""

from closeline.store.tables.columns import INSTANT, filled, given, key
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
