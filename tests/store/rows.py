"""One valid row for every table: all texts are 'x', so that all keys agree."""

from typing import Any

from sqlalchemy import Table

from closeline.store.session import Session
from closeline.store.tables import metadata
from closeline.store.tables.columns import BIG, BYTES, COUNT, FLAG, INSTANT, NUMBER, TEXT

WORDS = {
    "tenant_id": "default",
    "side": "HOME",
    "start_basis": "QUOTED",
    "basis": "QUOTED",
    "availability": "PRICED",
    "finality": "ARCHIVE",
    "decided_by": "ARCHIVE",
    "cause": None,
    "decision": "PICK",
    "tier": "A",
    "from_state": "PROPOSED",
    "to_state": "PUBLISHED",
    "result": "WIN",
    "role": "READER",
    "state": "DONE",
    "status": "ACTIVE",
    "supersedes": None,
    "settled_fraction_quarters": 4,
    "game_no": 1,
}
# A tombstone that named the row of its table would open the door to it.
OTHERS: dict[str, dict[str, Any]] = {
    "dropped_quote": {"quote_id": 99},
    "line_track": {"start_basis": "SCHEDULED"},
    "mapping_review": {"kind": "TEAM"},
    "pick_validity": {"state": "VALID"},
    "bet_step": {"kind": "SETTLED", "fraction_quarters": 4},
    "bankroll_entry": {"kind": "SET"},
    "kill_switch": {"step": "ON", "cause": "BY_HAND"},
    "person": {"erased_at": None},
    "delivery": {"kind": "POST", "state": "MISSED", "lease_until": None},
    "observed_message": {"kind": "POST"},
    "delivery_anomaly": {"kind": "POST"},
}
VALUES = {
    id(BIG): 1,
    id(BYTES): b"x",
    id(COUNT): 1,
    id(FLAG): True,
    id(INSTANT): 1,
    id(NUMBER): 0.5,
    id(TEXT): "x",
}


def row_of(table: Table, **other: Any) -> dict[str, Any]:
    """Give a row as the database keeps it, with `other` values where a test says so."""
    row = {column.name: WORDS.get(column.name, VALUES[id(column.type)]) for column in table.c}
    return row | OTHERS.get(table.name, {}) | other


def add(session: Session, table: Table, **other: Any) -> dict[str, Any]:
    """Record one valid row and give it back."""
    row = row_of(table, **other)
    session.append(table, tuple(row), [tuple(row.values())])
    return row


def fill(session: Session) -> None:
    """Record one row in every table, parents first."""
    for table in metadata.sorted_tables:
        if table.name != "tenant":
            add(session, table)


def a_quote_desk(session: Session, *, snapshots: int = 1, events: int = 1) -> None:
    """Record what quotes refer to: snapshots 's0'.. and events 'e0'.."""
    tables = metadata.tables
    add(session, tables["raw_payload"])
    add(session, tables["team"])
    for number in range(snapshots):
        add(session, tables["snapshot"], snapshot_id=f"s{number}")
    for number in range(events):
        add(session, tables["event"], event_id=f"e{number}")
