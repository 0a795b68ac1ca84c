"""Trained prop models: the signed manifest of each, the pieces of bytes that it names, and two of them side by side."""

from sqlalchemy import CheckConstraint, Index

from closeline.store.tables.columns import (
    BYTES,
    COUNT,
    INSTANT,
    NUMBER,
    filled,
    given,
    key,
    maybe,
    probability,
    refers,
)
from closeline.store.tables.metadata import append_only

# What a player will do is the same for every tenant, so a model belongs to none.
prop_model = append_only(
    "prop_model",
    key("prop_model_version"),
    given("league"),
    given("statistic"),
    given("manifest"),
    given("public_key"),
    given("signature"),
    given("created_at", INSTANT),
    filled("prop_model_version"),
    filled("manifest"),
    filled("public_key"),
    filled("signature"),
    Index(None, "league", "statistic", "created_at"),
)

prop_model_part = append_only(
    "prop_model_part",
    key("prop_model_version"),
    key("name"),
    given("sha256"),
    given("size", COUNT),
    given("content", BYTES),
    refers(["prop_model_version"], "prop_model"),
    filled("sha256"),
    CheckConstraint("size >= 1", name="size_range"),
)

# What the model in force (first) and its challenger (second) said of one player's number at one moment, and the line
# that was on offer then, null without one. It is read to compare the two, and by nothing that judges or publishes.
prop_shadow = append_only(
    "prop_shadow",
    key("tenant_id"),
    key("shadow_id"),
    given("league"),
    given("event_id"),
    given("market_key"),
    given("first_version"),
    given("first_mean", NUMBER),
    given("first_variance", NUMBER),
    given("first_family"),
    given("second_version"),
    given("second_mean", NUMBER),
    given("second_variance", NUMBER),
    given("second_family"),
    given("games", COUNT),
    maybe("plays", NUMBER),
    maybe("line_quarters", COUNT),
    maybe("book"),
    maybe("over_exact"),
    maybe("under_exact"),
    given("as_of", INSTANT),
    given("recorded_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    refers(["event_id"], "event"),
    refers(["first_version"], "prop_model", ["prop_model_version"]),
    refers(["second_version"], "prop_model", ["prop_model_version"]),
    probability("plays"),
    filled("market_key"),
    CheckConstraint("first_mean > 0 AND second_mean > 0", name="mean_range"),
    CheckConstraint("first_variance > 0 AND second_variance > 0", name="variance_range"),
    CheckConstraint("games >= 0", name="games_range"),
    Index(None, "tenant_id", "second_version", "first_version"),
    Index(None, "event_id"),
)
