"""The laws of delivery, of what later quotes make of a pick, of voids and of switches find what is planted."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from closeline.domain.publishing.delivery import Receipt
from closeline.store.desk import outbox
from closeline.store.invariants import CHECKS, violations
from closeline.store.session import unit_of_work
from tests import databases
from tests.builders.moments import MINUTE, OPENS
from tests.builders.planting import missed
from tests.builders.records import TENANT, a_copy, opened
from tests.builders.stories import make_rated, published_game

FIRST = "(SELECT min(pick_id) FROM publication)"
OF_FIRST = f"pick_id = {FIRST} AND channel = 'telegram'"
DAY = 86_400_000_000


def make_sent(url: str) -> None:
    """Fill a record with picks that went out on two channels, were claimed once and carried."""
    make_rated(url)
    with opened(url) as engine:
        published_game(engine, channels=("app", "telegram"))
        with unit_of_work(engine) as session:
            for channel in ("app", "telegram"):
                for place, item in enumerate(outbox.waiting(session, tenant_id=TENANT, channel=channel, at=OPENS)):
                    held = outbox.claim(session, item, at=OPENS, until=OPENS + MINUTE, deadline=item.deadline)
                    assert held is not None
                    outbox.sent(session, held, Receipt(f"{place}", "chat", OPENS), at=OPENS)


@pytest.fixture
def sent(new_databases: databases.Databases) -> Iterator[Engine]:
    with a_copy(new_databases, "sent", make_sent) as engine:
        yield engine


def seen(message: str, text_hash: str = "text_hash") -> str:
    """Give the statement by which an observer saw the first pick's message under an id."""
    return f"""INSERT INTO observed_message (tenant_id, channel, chat, message_id, number, text_hash, pick_id, kind,
        sent_at, seen_at) SELECT tenant_id, channel, chat, '{message}', 1, {text_hash}, pick_id, kind, sent_at, sent_at
        FROM delivery WHERE {OF_FIRST}"""


def attempt(outcome: str, token: int, later: int = 0, payload_hash: str = "payload_hash") -> str:
    """Give the statement of one more attempt at the first pick's message."""
    return f"""INSERT INTO delivery_attempt (attempt_id, tenant_id, pick_id, channel, attempt, outcome, detail, at, kind,
        token, payload_hash) SELECT '{outcome}{token}', tenant_id, pick_id, channel, {token}, '{outcome}', '',
        sent_at + {later}, kind, {token}, {payload_hash} FROM delivery WHERE {OF_FIRST}"""


def look(seq: int, state: str) -> str:
    """Give the statement of a look at the first pick."""
    return f"""INSERT INTO pick_validity (tenant_id, pick_id, seq, rules, state, refresh, reasons, at) SELECT tenant_id,
        pick_id, {seq}, 'v', '{state}', {{no}}, '[]', published_at + {seq} FROM publication WHERE pick_id = {FIRST}"""


def voided(reason: str, evidence: str, later: int) -> str:
    """Give the statement by which the first pick is void."""
    return f"""INSERT INTO pick_event (tenant_id, pick_id, seq, from_state, to_state, reason, evidence, at)
        SELECT tenant_id, pick_id, 3, 'PUBLISHED', 'VOIDED', '{reason}', {evidence}, published_at + {later}
        FROM publication WHERE pick_id = {FIRST}"""


def switch(step: str, seq: int, earlier: int, scope: str = "global") -> str:
    """Give the statement of a step with a switch, so many microseconds before the first publication."""
    return f"""INSERT INTO kill_switch (chain, switch_id, seq, step, scope, cause, actor, why, at) SELECT 'default', 'k',
        {seq}, '{step}', '{scope}', 'BY_HAND', 'a', 'w', min(published_at) - {earlier} FROM publication"""


def anomaly(name: str, message: str) -> str:
    """Give the statement by which a copy of the first pick's message is written down as one too many."""
    return f"""INSERT INTO delivery_anomaly (tenant_id, anomaly_id, pick_id, channel, kind, what, chat, message_id,
        detail, at) SELECT tenant_id, '{name}', pick_id, channel, kind, 'TWICE', chat, '{message}', '', sent_at
        FROM delivery WHERE {OF_FIRST}"""


def told(subject: str, at: int) -> str:
    """Give the statement of a row of the log that tells of a change."""
    return f"""INSERT INTO event_log (chain, seq, name, body, actor, at, previous_hash, hash, subject, why)
        VALUES ('default', 9000, 'n', '{{}}', 'a', {at}, 'p', 'h', '{subject}', 'w')"""


def a_key(name: str, at: int) -> str:
    """Give the statement of a key that was made at a moment."""
    return f"""INSERT INTO api_key (tenant_id, key_id, name, role, secret_sha256, created_at, expires_at)
        VALUES ('default', '{name}', 'n', 'READER', 'h', {at}, {at} + 1)"""


PLANTED = {
    "X1 a message of nothing": ("X1", "publication", [f"DELETE FROM publication WHERE pick_id = {FIRST}"]),
    "X1 a channel that was left out": ("X1", "delivery", [f"DELETE FROM delivery WHERE {OF_FIRST}"]),
    "X2 a message that waits for ever": ("X2", "delivery", [
        f"UPDATE delivery SET state = 'PENDING', deadline = deadline - 9000 * {DAY} WHERE {OF_FIRST}"
    ]),
    "X3 another text was seen": ("X3", "observed_message", [seen("0", "'other'"), seen("1", "'other'")]),
    "X4 a second copy that nobody wrote down": ("X4", "observed_message", [seen("0"), seen("777")]),
    "X4 a third copy beside one that was told of twice": ("X4", "observed_message", [
        seen("0"), seen("776"), seen("777"), anomaly("a", "776"), anomaly("b", "776"),
    ]),
    "X1 a pick that is void and still stands": ("X1", "pick_event", [voided("EVENT_CANCELLED", "NULL", 0)]),
    "A3 a switch that nobody told of": ("A3", "kill_switch", [switch("ON", 1, DAY)]),
    "A3 a pick that was taken back in silence": ("A3", "pick_event", [voided("EVENT_CANCELLED", "NULL", 0)]),
    "A3 a flag that was set in silence": ("A3", "feature_flag", [
        """INSERT INTO feature_flag (chain, name, scope, is_on, actor, why, at)
        VALUES ('default', 'PUBLISH_ENABLED_ALL', 'tenant', {no}, 'a', 'w', 1)"""
    ]),
    "A3 a key that was made in silence": ("A3", "event_log", [told("api_key:known", 1), a_key("quiet", 2)]),
    "A3 a step that never happened": ("A3", "event_log", [told("kill_switch:k", 1)]),
    "X5 sent after the deadline": ("X5", "delivery_attempt", [attempt("SENT", 2, later=100 * DAY)]),
    "X6 the bytes were made again": ("X6", "delivery", [f"UPDATE delivery SET payload = '{{}}' WHERE {OF_FIRST}"]),
    "X6 an attempt with other bytes": ("X6", "delivery_attempt", [attempt("NOT_SENT", 2, payload_hash="'other'")]),
    "X7 sent again without a look": ("X7", "delivery_attempt", [attempt("UNKNOWN", 2), attempt("NOT_SENT", 3)]),
    "X8 ended twice": ("X8", "delivery_attempt", [attempt("SENT", 2)]),
    "X8 ended under a stale token": ("X8", "delivery", [f"UPDATE delivery SET token = 9 WHERE {OF_FIRST}"]),
    "X9 markup is asked for": ("X9", "delivery", [
        f"""UPDATE delivery SET payload = '{{"parse_mode": "HTML", "text": "a"}}' WHERE {OF_FIRST}"""
    ]),
    "X9 a text without an end": ("X9", "delivery", [
        f"UPDATE delivery SET payload = '\"{'x' * 5000}\"' WHERE {OF_FIRST}"
    ]),
    "X10 another price": ("X10", "delivery", [
        f"""UPDATE delivery SET payload = '{{"text": "a PICK at +900"}}' WHERE {OF_FIRST}"""
    ]),
    "P6 valid again": ("P6", "pick_validity", [look(1, "INVALIDATED"), look(2, "VALID")]),
    "P6 a look that is lost": ("P6", "pick_validity", [look(2, "VALID")]),
    "P7 a reason that is none": ("P7", "pick_event", [voided("REGRET", "NULL", 0)]),
    "P7 a person after the start": ("P7", "pick_event", [voided("OPERATOR", "NULL", 100 * DAY)]),
    "P7 evidence that is not there": ("P7", "pick_event", [voided("EVENT_CANCELLED", f"'{'0' * 64}'", 100 * DAY)]),
    "P8 published while a switch was on": ("P8", "kill_switch", [switch("ON", 1, DAY)]),
}  # fmt: skip


ALLOWED = {
    "lifted before": ("P8", "kill_switch", [switch("ON", 1, 2 * DAY), switch("LIFTED", 2, DAY)]),
    "of another league": ("P8", "kill_switch", [switch("ON", 1, DAY, "league:nhl")]),
    "void before the start": ("P7", "pick_event", [voided("OPERATOR", "NULL", 60_000_000)]),
    "seen once": ("X4", "observed_message", [seen("0")]),
    "seen as it was sent": ("X3", "observed_message", [seen("0")]),
    "each copy too many is told of": ("X4", "observed_message", [seen("0"), seen("777"), anomaly("a", "777")]),
    "sent again after a look in the moment of the doubt": ("X7", "delivery_attempt", [
        attempt("RESENT", 2), attempt("UNKNOWN", 2), attempt("NOT_SENT", 3),
    ]),
    "told in its moment": ("A3", "event_log", [told("api_key:known", 1), a_key("known", 1)]),
    "a key from before keys were told": ("A3", "event_log", [told("api_key:known", 2), a_key("old", 1)]),
}  # fmt: skip


def spelled(plants: dict[str, tuple[str, str, list[str]]], kind: str) -> dict[str, tuple[str, str, list[str]]]:
    """Give plants with a truth as a database spells it."""
    no = "0" if kind == "sqlite" else "false"
    return {
        name: (law, table, [item.replace("{no}", no) for item in statements])
        for name, (law, table, statements) in plants.items()
    }


def test_every_planted_violation_is_found_at_its_row(sent, database_kind):
    assert missed(sent, spelled(PLANTED, database_kind)) == {}


def test_what_is_allowed_breaks_no_law(sent):
    assert missed(sent, ALLOWED) == {key: [] for key in ALLOWED}


def test_picks_that_went_out_on_two_channels_break_no_law(sent):
    with unit_of_work(sent, write=False) as session:
        found = violations(session, tenant_id=TENANT)

    assert {law: rows for law, rows in found.items() if rows} == {}
    assert {law for law, _, _ in PLANTED.values()} < set(CHECKS)
