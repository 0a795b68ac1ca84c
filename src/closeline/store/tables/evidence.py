"""Evidence: what was received, byte for byte, and what was read in it."""

from sqlalchemy import Index

from closeline.store.tables.columns import (
    BIG,
    BYTES,
    COUNT,
    FLAG,
    INSTANT,
    filled,
    flag,
    given,
    key,
    maybe,
    one_of,
    refers,
)
from closeline.store.tables.metadata import append_only, mutable

raw_payload = append_only(
    "raw_payload",
    key("payload_sha"),
    given("feed"),
    given("name"),
    given("size", COUNT),
    given("compressed", BYTES),
    given("received_at", INSTANT),
    filled("payload_sha"),
)

snapshot = append_only(
    "snapshot",
    key("snapshot_id"),
    given("payload_sha"),
    given("feed"),
    given("phase"),
    maybe("day"),
    given("received_at", INSTANT),
    given("parser_version"),
    refers(["payload_sha"], "raw_payload"),
    filled("snapshot_id"),
    Index(None, "received_at"),
)

# What a snapshot's answer was asked for: only by it may what the answer leaves out be called absent. Lists are JSON,
# null for all of them; events are the provider's own ids. The same bytes that come again are one snapshot: each time
# that they came stands here.
snapshot_coverage = append_only(
    "snapshot_coverage",
    key("snapshot_id"),
    key("received_at", INSTANT),
    given("feed"),
    given("provider"),
    given("league"),
    given("market_keys"),
    maybe("books"),
    maybe("events"),
    refers(["snapshot_id"], "snapshot"),
    filled("league"),
    Index(None, "feed", "league", "received_at"),
)

# Events of which a feed's last covering answers showed something: where an absence is looked for. It can be rebuilt.
offered_event = mutable(
    "offered_event",
    key("feed"),
    key("event_id"),
    given("last_seen_at", INSTANT),
    refers(["event_id"], "event"),
)

# A row that is not PRICED says from when on its series was not on offer; it has no price, and what stands in the column
# of one cannot be read as any.
quote = append_only(
    "quote",
    key("quote_id", BIG),
    given("snapshot_id"),
    given("event_id"),
    given("book"),
    given("market_key"),
    given("player_id"),
    given("side"),
    maybe("line_quarters", COUNT),
    given("price_text"),
    given("price_format"),
    given("price_exact"),
    given("price_assumed", FLAG),
    given("availability"),
    given("received_at", INSTANT),
    maybe("source_updated_at", INSTANT),
    maybe("previous_seen_at", INSTANT),
    given("place"),
    refers(["snapshot_id"], "snapshot"),
    refers(["event_id"], "event"),
    filled("price_text"),
    one_of("side", ("HOME", "AWAY", "DRAW", "OVER", "UNDER")),
    one_of("availability", ("PRICED", "SUSPENDED", "ABSENT")),
    flag("price_assumed"),
    Index(None, "event_id", "market_key", "received_at"),
    parted_by="quote_id",
)

quote_heartbeat = mutable(
    "quote_heartbeat",
    key("event_id"),
    key("book"),
    key("market_key"),
    key("player_id"),
    key("side"),
    given("quote_id", BIG),
    given("last_seen_at", INSTANT),
    given("snapshot_id"),
    refers(["quote_id"], "quote"),
    refers(["snapshot_id"], "snapshot"),
    Index(None, "snapshot_id"),
    Index(None, "quote_id"),
)

injury_report = append_only(
    "injury_report",
    key("report_id"),
    given("league"),
    maybe("team_id"),
    given("player_name"),
    maybe("player_id"),
    given("status"),
    given("detail"),
    maybe("reported_at", INSTANT),
    given("payload_sha"),
    given("place"),
    given("received_at", INSTANT),
    refers(["payload_sha"], "raw_payload"),
)

event_result = append_only(
    "event_result",
    key("event_id"),
    key("result_version", COUNT),
    given("status"),
    maybe("home_score", COUNT),
    maybe("away_score", COUNT),
    maybe("periods"),
    given("overtime", FLAG),
    given("shootout", FLAG),
    given("finality"),
    given("feed"),
    given("payload_sha"),
    given("place"),
    given("received_at", INSTANT),
    maybe("facts"),
    maybe("decided_by"),
    maybe("evidence"),
    refers(["event_id"], "event"),
    refers(["payload_sha"], "raw_payload"),
    one_of("finality", ("ARCHIVE", "LIVE")),
    one_of("decided_by", ("ARCHIVE", "QUORUM", "CONFIRMED", "PERSON")),
    flag("overtime"),
    flag("shootout"),
    Index(None, "received_at"),
)

result_report = append_only(
    "result_report",
    key("report_id"),
    given("event_id"),
    given("feed"),
    given("status"),
    given("words"),
    maybe("home_score", COUNT),
    maybe("away_score", COUNT),
    maybe("periods"),
    given("overtime", FLAG),
    given("shootout", FLAG),
    maybe("facts"),
    given("payload_sha"),
    given("place"),
    given("received_at", INSTANT),
    refers(["event_id"], "event"),
    refers(["payload_sha"], "raw_payload"),
    filled("report_id"),
    filled("feed"),
    flag("overtime"),
    flag("shootout"),
    Index(None, "event_id", "received_at"),
    Index(None, "payload_sha"),
    Index(None, "received_at"),
)

quarantine = append_only(
    "quarantine",
    key("quarantine_id"),
    given("payload_sha"),
    given("feed"),
    given("reason"),
    given("place"),
    given("excerpt"),
    given("prices", COUNT),
    given("received_at", INSTANT),
    refers(["payload_sha"], "raw_payload"),
    filled("reason"),
)

# A plan that was applied: what it was asked to keep, what it dropped in sums, who applied it and why.
retention_plan = append_only(
    "retention_plan",
    key("plan_id"),
    given("day"),
    given("policy"),
    given("summary"),
    given("actor"),
    given("why"),
    given("applied_at", INSTANT),
    filled("plan_id"),
    filled("why"),
)

# Tombstones. A quote or the bytes of a payload can be let go only while one of these names it: see `immutable.doors`.
dropped_quote = append_only(
    "dropped_quote",
    key("quote_id", BIG),
    given("plan_id"),
    given("digest"),
    refers(["plan_id"], "retention_plan"),
    filled("digest"),
)

dropped_payload = append_only(
    "dropped_payload",
    key("payload_sha"),
    given("plan_id"),
    given("stored_size", COUNT),
    refers(["plan_id"], "retention_plan"),
    refers(["payload_sha"], "raw_payload"),
)
