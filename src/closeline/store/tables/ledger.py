"""Ledger: the bets of people who stake, each step of a bet's life, and what flowed into and out of their bankroll.

A bet names the pick that it followed by `(tenant_id, pick_id)`, if any; its own terms are in its own row.
"""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from closeline.store.tables.columns import BIG, COUNT, FLAG, INSTANT, filled, flag, given, key, maybe, one_of, refers
from closeline.store.tables.metadata import append_only

_SIDES = ("HOME", "AWAY", "DRAW", "OVER", "UNDER")
_BET = ("tenant_id", "bet_id")

bet = append_only(
    "bet",
    key("bet_id"),
    given("tenant_id"),
    given("league"),
    given("event_id"),
    given("selection_id"),
    given("market_key"),
    given("side"),
    maybe("line_quarters", COUNT),
    given("book"),
    given("price_text"),
    given("price_format"),
    given("price_exact"),
    given("stake", BIG),
    given("denomination"),
    given("placed_at", INSTANT),
    maybe("external_id"),
    maybe("pick_id"),
    given("note"),
    given("recorded_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    refers(["event_id"], "event"),
    refers(["tenant_id", "pick_id"], "pick"),
    UniqueConstraint(*_BET),
    UniqueConstraint("tenant_id", "book", "external_id"),
    one_of("side", _SIDES),
    filled("price_text"),
    filled("selection_id"),
    filled("book"),
    filled("denomination"),
    filled("external_id"),
    CheckConstraint("stake > 0", name="stake_range"),
    Index(None, "tenant_id", "event_id"),
    Index(None, "event_id"),
)

bet_step = append_only(
    "bet_step",
    key("tenant_id"),
    key("bet_id"),
    key("seq", COUNT),
    given("kind"),
    maybe("result"),
    maybe("fraction_quarters", COUNT),
    maybe("profit", BIG),
    maybe("reason"),
    maybe("rules"),
    maybe("evidence"),
    maybe("ended_at", INSTANT),
    maybe("supersedes", COUNT),
    given("by_hand", FLAG),
    given("actor"),
    given("at", INSTANT),
    refers(_BET, "bet"),
    one_of("kind", ("PLACED", "SETTLED", "VOIDED")),
    one_of("result", ("WIN", "LOSS", "PUSH", "VOID")),
    CheckConstraint("fraction_quarters IN (2, 4)", name="fraction_quarters_known"),
    CheckConstraint(
        "kind = 'PLACED' OR (result IS NOT NULL AND profit IS NOT NULL AND ended_at IS NOT NULL)", name="ending_told"
    ),
    CheckConstraint("result <> 'VOID' OR profit = 0", name="void_free"),
    CheckConstraint("result <> 'PUSH' OR profit = 0", name="push_free"),
    CheckConstraint("seq >= 1", name="seq_range"),
    CheckConstraint("supersedes < seq", name="supersedes_range"),
    flag("by_hand"),
)

bankroll_entry = append_only(
    "bankroll_entry",
    key("tenant_id"),
    key("entry_id"),
    given("kind"),
    given("denomination"),
    given("amount", BIG),
    given("external_id"),
    given("note"),
    given("actor"),
    given("at", INSTANT),
    given("recorded_at", INSTANT),
    refers(["tenant_id"], "tenant"),
    one_of("kind", ("SET", "DEPOSIT", "WITHDRAWAL")),
    filled("denomination"),
    CheckConstraint("amount > 0", name="amount_range"),
)
