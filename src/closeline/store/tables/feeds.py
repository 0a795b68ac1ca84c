"""Feeds: every call that was made of them, what the calls cost, and what is wrong with them now."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from closeline.store.tables.columns import COUNT, FLAG, INSTANT, filled, flag, given, key, maybe, refers
from closeline.store.tables.metadata import append_only, mutable

poll = append_only(
    "poll",
    key("poll_id"),
    given("feed"),
    given("kind"),
    maybe("league"),
    given("address"),
    given("purpose"),
    given("slot"),
    given("asked_at", INSTANT),
    given("received_at", INSTANT),
    given("outcome"),
    maybe("http_status", COUNT),
    given("error_code"),
    given("fault"),
    given("attempts", COUNT),
    maybe("payload_sha"),
    maybe("content_at", INSTANT),
    maybe("snapshot_id"),
    given("accepted", COUNT),
    given("unchanged", COUNT),
    given("quarantined", COUNT),
    given("results", COUNT),
    maybe("interval_seconds", COUNT),
    given("credits_reserved", COUNT),
    maybe("credits_last", COUNT),
    maybe("credits_used", COUNT),
    maybe("credits_remaining", COUNT),
    # What our own ledger had left once this was settled, and of how many; null for what is free.
    maybe("credits_left", COUNT),
    maybe("credits_plan", COUNT),
    refers(["payload_sha"], "raw_payload"),
    refers(["snapshot_id"], "snapshot"),
    filled("poll_id"),
    filled("feed"),
    UniqueConstraint("feed", "received_at"),
    Index(None, "league", "kind", "received_at"),
    Index(None, "payload_sha"),
)

quota_entry = append_only(
    "quota_entry",
    key("account"),
    key("seq", COUNT),
    given("entry"),
    given("reservation"),
    given("purpose"),
    given("credits", COUNT),
    given("period"),
    given("left_after", COUNT),
    given("held_after", COUNT),
    given("unknown_after", COUNT),
    maybe("told", COUNT),
    maybe("apart", COUNT),
    given("at", INSTANT),
    filled("entry"),
    CheckConstraint("seq >= 1", name="seq_range"),
    CheckConstraint("left_after >= 0", name="left_after_range"),
    Index(None, "account", "at"),
    Index(None, "reservation"),
)

# Who is out on a call: at most one for each job and scope, until it is done or its time is over.
poll_claim = mutable(
    "poll_claim",
    key("job"),
    key("scope"),
    given("slot"),
    given("token", COUNT),
    given("done", FLAG),
    given("expires_at", INSTANT),
    flag("done"),
)

ops_incident = mutable(
    "ops_incident",
    key("tenant_id"),
    key("kind"),
    key("scope"),
    given("league"),
    given("text"),
    given("inputs"),
    given("opened_at", INSTANT),
    given("last_at", INSTANT),
    given("repeats", COUNT),
    maybe("closed_at", INSTANT),
    # As the table of alerts had it when the incident opened.
    maybe("severity"),
    # When the log was told of it; null until then.
    maybe("told_at", INSTANT),
    # Who has seen it since it opened; whoever opens it again has been seen by nobody.
    maybe("acknowledged_at", INSTANT),
    maybe("acknowledged_by"),
    maybe("acknowledged_why"),
    refers(["tenant_id"], "tenant"),
    filled("kind"),
    filled("scope"),
)
