"""Wiring: settings become an engine, a clock, channels and one frozen desk. Only here providers are chosen."""

from closeline.config import Settings, files, read_settings
from closeline.providers.excerpts import excerpt_at
from closeline.store.schema.upgrading import RoleState, SchemaState
from closeline.wiring.asking import asks_for_prices, fetcher, injury_feeds, live_feeds
from closeline.wiring.carriers import notice_text
from closeline.wiring.demonstration import demo_desk, demo_settings, vendors
from closeline.wiring.desks import board_shelf, live_desk, open_desk, opener, quota_plan
from closeline.wiring.log import LOG_FILE
from closeline.wiring.props import signing_key
from closeline.wiring.reading import demo_archives, read, read_archive, read_archives, read_file
from closeline.wiring.record import downgrade, grant_roles, retention_policy, role_grants, schema_state
from closeline.wiring.senses import clock, new_name, new_reference, new_secret
from closeline.wiring.upgrades import upgrade
from closeline.wiring.watching import tell_metrics, watched

__all__ = [
    "LOG_FILE", "RoleState", "SchemaState", "Settings", "asks_for_prices", "board_shelf", "clock", "demo_archives",
    "demo_desk", "demo_settings", "downgrade", "excerpt_at", "fetcher", "files", "grant_roles", "injury_feeds",
    "live_desk", "live_feeds", "new_name", "new_reference", "new_secret", "notice_text", "open_desk", "opener",
    "quota_plan", "read", "read_archive", "read_archives", "read_file", "read_settings", "retention_policy",
    "role_grants", "schema_state", "signing_key", "tell_metrics", "upgrade", "vendors", "watched",
]  # fmt: skip
