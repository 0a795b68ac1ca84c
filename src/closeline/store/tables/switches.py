"""Switches: flags that a person set, and kill switches with every step that was taken with them."""

from sqlalchemy import CheckConstraint, Index

from closeline.store.tables.columns import COUNT, FLAG, INSTANT, filled, flag, given, key, one_of
from closeline.store.tables.metadata import append_only, mutable

# Of the whole installation where the chain is SYSTEM, else of the tenant that the chain is named for.
feature_flag = mutable(
    "feature_flag",
    key("chain"),
    key("name"),
    key("scope"),
    given("is_on", FLAG),
    given("actor"),
    given("why"),
    given("at", INSTANT),
    filled("name"),
    filled("scope"),
    filled("actor"),
    filled("why"),
    flag("is_on"),
)

kill_switch = append_only(
    "kill_switch",
    key("chain"),
    key("switch_id"),
    key("seq", COUNT),
    given("step"),
    given("scope"),
    given("cause"),
    given("actor"),
    given("why"),
    given("at", INSTANT),
    one_of("step", ("LIFTED", "ON")),
    filled("scope"),
    filled("cause"),
    filled("actor"),
    filled("why"),
    CheckConstraint("seq IN (1, 2)", name="seq_range"),
    # First it is put on, then it is lifted, and after that nothing.
    CheckConstraint("(seq = 1) = (step = 'ON')", name="step_order"),
    Index(None, "chain", "at"),
)
