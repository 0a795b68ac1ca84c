"""Watched: which published picks are alive, and what later quotes made of each of them."""

from sqlalchemy import CheckConstraint, UniqueConstraint

from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, NUMBER, flag, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only, mutable

_PICK = ("tenant_id", "pick_id")

# The guard of invariant P5: a published pick holds the place of its market, and leaves it when it ends. The key is
# what the database refuses a second one by. It is the fold of `pick_event`, and can be rebuilt from it.
live_pick = mutable(
    "live_pick",
    key("tenant_id"),
    key("strategy"),
    key("event_id"),
    key("market_key"),
    given("pick_id"),
    refers(_PICK, "pick"),
    UniqueConstraint(*_PICK),
)

# No key of `quote_id`: retention may let go of a quote that was only looked at; its price and book are kept here.
pick_validity = append_only(
    "pick_validity",
    key("tenant_id"),
    key("pick_id"),
    key("seq", COUNT),
    given("rules"),
    given("state"),
    given("refresh", FLAG),
    given("reasons"),
    maybe("ev", NUMBER),
    maybe("market_line_quarters", COUNT),
    maybe("line_quarters", COUNT),
    maybe("price_text"),
    maybe("book"),
    maybe("quote_id", BIG),
    given("at", INSTANT),
    refers(_PICK, "pick"),
    one_of("state", ("VALID", "MOVED_BUT_OK", "INVALIDATED")),
    CheckConstraint("seq >= 1", name="seq_range"),
    CheckConstraint("(price_text IS NULL) = (quote_id IS NULL)", name="price_quoted"),
    flag("refresh"),
)
