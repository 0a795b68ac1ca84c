"""Governance: which limits were in force, what happened in which order, who must look, and which job ran when."""

from sqlalchemy import CheckConstraint, Index

from closeline.store.tables.columns import COUNT, INSTANT, filled, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only, mutable

config_version = append_only(
    "config_version",
    key("config_version"),
    given("tenant_id"),
    given("content"),
    given("actor"),
    given("why"),
    given("created_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    filled("config_version"),
)

event_log = append_only(
    "event_log",
    key("chain"),
    key("seq", COUNT),
    given("name"),
    given("body"),
    given("actor"),
    given("at", INSTANT),
    given("previous_hash"),
    given("hash"),
    filled("hash"),
    CheckConstraint("seq >= 1", name="seq_range"),
)

ops_alert = append_only(
    "ops_alert",
    key("alert_id"),
    given("tenant_id"),
    given("league"),
    given("kind"),
    given("text"),
    given("inputs"),
    given("at", INSTANT),
    refers(["tenant_id"], "tenant"),
    filled("alert_id"),
    filled("kind"),
    Index(None, "tenant_id", "league", "at"),
)

job_run = mutable(
    "job_run",
    key("job"),
    key("slot"),
    given("state"),
    given("attempts", COUNT),
    given("started_at", INSTANT),
    maybe("finished_at", INSTANT),
    maybe("detail"),
    maybe("expires_at", INSTANT),
    maybe("next_at", INSTANT),
    maybe("arguments"),
    one_of("state", ("DEAD", "DONE", "FAILED", "MISSED", "RUNNING")),
    Index(None, "state", "started_at"),
)

lease = mutable(
    "lease",
    key("name"),
    given("holder"),
    given("token", COUNT),
    given("renewals", COUNT),
    given("expires_at", INSTANT),
)

# Up to which event of a chain every reaction has ended: what is before it is never looked at again.
reaction_cursor = mutable("reaction_cursor", key("chain"), given("seq", COUNT))
