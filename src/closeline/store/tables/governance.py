"""Governance: which limits were in force, what happened in which order, who must look, and which job ran when."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

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

# What somebody would have in force; a configuration version only once it is activated.
config_proposal = append_only(
    "config_proposal",
    key("tenant_id"),
    key("proposal_id"),
    given("base_version"),
    given("content"),
    given("actor"),
    given("why"),
    given("created_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    filled("proposal_id"),
    filled("content"),
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
    # Null: told of no change, or before changes were told.
    maybe("subject"),
    maybe("before_hash"),
    maybe("after_hash"),
    maybe("why"),
    filled("hash"),
    CheckConstraint("seq >= 1", name="seq_range"),
    Index(None, "chain", "subject", "seq"),
)

# What will be signed and shown: one leaf for each publication, numbered without gaps from 0 for each tenant.
log_leaf = append_only(
    "log_leaf",
    key("tenant_id"),
    key("log_index", COUNT),
    given("kind"),
    given("pick_id"),
    given("salt"),
    given("leaf"),
    given("leaf_hash"),
    given("at", INSTANT),
    refers(["tenant_id", "pick_id"], "pick"),
    UniqueConstraint("tenant_id", "pick_id", "kind"),
    filled("kind"),
    filled("leaf_hash"),
    CheckConstraint("log_index >= 0", name="log_index_range"),
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
