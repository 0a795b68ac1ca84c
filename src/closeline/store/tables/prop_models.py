"""Trained prop models: the signed manifest of each, and the pieces of bytes that it names."""

from sqlalchemy import CheckConstraint, Index

from closeline.store.tables.columns import BYTES, COUNT, INSTANT, filled, given, key, refers
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
