"""Comparing: two records table by table, by the names of their rows and the hashes of what the rows say."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, select

from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json
from closeline.store.record.replay.happened import Window
from closeline.store.session import Session
from closeline.store.tables import metadata

FIRST_FEW: Final = 5
_TEXT_MAX: Final = 400
_PROGRAM: Final = "code_version"


@dataclass(frozen=True, slots=True)
class Compared:
    """How a table is compared: by which time a row is of the window, which columns name it, and which say nothing."""

    table: str
    at: str
    name: tuple[str, ...]
    without: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None


_SERIES = ("event_id", "book", "market_key", "player_id", "side")
# Left out are numbers that the order of writing gave, running times, and moments at which a job happened to look.
TABLES: Final[tuple[Compared, ...]] = (
    Compared("snapshot", "received_at", ("snapshot_id",)),
    Compared("quote", "received_at", (*_SERIES, "received_at", "place"), ("quote_id",)),
    Compared("quote_heartbeat", "last_seen_at", _SERIES, ("quote_id",)),
    Compared("event_version", "received_at", ("event_id", "version")),
    Compared("injury_report", "received_at", ("report_id",)),
    Compared("result_report", "received_at", ("report_id",)),
    Compared("event_result", "received_at", ("event_id", "result_version")),
    Compared("market_evaluation", "received_at", ("snapshot_id", "event_id", "book", "market_key", "line_key")),
    Compared("sim_run", "as_of", ("run_id",)),
    Compared("sim_run_input", "as_of", ("run_id", "ordinal"), (), ("run_id", "sim_run")),
    Compared("sim_run_completion", "as_of", ("run_id",), ("runtime_ms", "completed_at"), ("run_id", "sim_run")),
    Compared("decomposition", "as_of", ("run_id",), (), ("run_id", "sim_run")),
    Compared("prediction", "as_of", ("prediction_id",)),
    Compared("candidate_finding", "as_of", ("prediction_id", "side", "ordinal")),
    Compared("pick", "proposed_at", ("pick_id",), ("quote_id",)),
    Compared("pick_event", "at", ("pick_id", "seq"), ("at",)),
    Compared("publication", "published_at", ("publication_id",)),
    Compared("line_track", "at", ("pick_id", "track_version"), ("at",)),
    Compared("grade", "graded_at", ("pick_id", "rules", "result_version"), ("graded_at",)),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same: its name, and what the record and the replay say where they differ."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A table in both records: how many rows each has, how many are not the same, and the first of those."""

    table: str
    recorded: int
    replayed: int
    missing: int
    added: int
    changed: int
    first: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Say whether both hold the same rows."""
        return not (self.missing or self.added or self.changed)


Digests = Mapping[str, bytes]


def digests(session: Session, how: Compared, window: Window) -> dict[str, bytes]:
    """Return the rows of a table within the window: each by its name, with the hash of what it says."""
    return {_name(how, row): _digest(said) for row, said in _rows(session, how, window)}


def said_of(session: Session, how: Compared, window: Window, names: set[str]) -> dict[str, dict[str, Any]]:
    """Return what some rows of a table say, by their names."""
    return {_name(how, row): said for row, said in _rows(session, how, window) if _name(how, row) in names}


def compared(how: Compared, before: Digests, after: Digests) -> tuple[Comparison, tuple[str, ...]]:
    """Compare two readings of a table; returns the sums, and the names of the first rows that are not the same."""
    missing = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    changed = [name for name, digest in before.items() if after.get(name, digest) != digest]
    sums = Comparison(how.table, len(before), len(after), len(missing), len(added), len(changed), ())
    return sums, tuple(sorted(missing)[:FIRST_FEW] + sorted(added)[:FIRST_FEW] + sorted(changed)[:FIRST_FEW])


def difference(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Difference:
    """Say in one line what is not the same about a row."""
    if before is None:
        return Difference(name, "only in the replay")
    if after is None:
        return Difference(name, "not in the replay")
    parts = [
        f"{name} was {was!r}, is {now!r}"
        for column in before
        if before[column] != after[column]
        for name, was, now in _apart(column, before[column], after[column])
    ]
    text = "; ".join(parts)
    return Difference(name, text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}...")


def _apart(column: str, was: object, now: object) -> Iterator[tuple[str, object, object]]:
    """Yield what differs in a column; of two JSON objects their parts, because whole ones nobody reads."""
    old, new = _read(was), _read(now)
    if old is None or new is None:
        yield column, was, now
        return
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{column}.{name}", old.get(name), new.get(name)


def _read(text: object) -> dict[str, Any] | None:
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    found = json.loads(text)
    return found if isinstance(found, dict) else None


def _rows(session: Session, how: Compared, window: Window) -> Iterator[tuple[Row[Any], dict[str, Any]]]:
    left_out = set(how.without)
    result = session.execute(_statement(how), {"tenant": window.tenant_id, **window.asked()})
    for row in result:
        held = row._mapping  # noqa: SLF001 -- the documented way to read a row by name
        said = {name: _plain(held[name]) for name in held if name not in left_out}
        yield row, said | _by_any_program(how, said)


def _by_any_program(how: Compared, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace without the name of the program that wrote it: another one may replay, and must find the same."""
    if how.table != "candidate_finding" or _PROGRAM not in str(said["inputs"]):
        return {}
    inputs = json.loads(said["inputs"])
    inputs.get("trace", {}).pop(_PROGRAM, None)
    return {"inputs": canonical_json(inputs)}


def _statement(how: Compared) -> Select[Any]:
    table = metadata.tables[how.table]
    if how.parent is None:
        return select(table).where(*_within(table, how.at))
    column, parent_name = how.parent
    parent = metadata.tables[parent_name]
    return select(table).where(table.c[column].in_(select(parent.c[column]).where(*_within(parent, how.at))))


def _within(table: Table, at: str) -> list[ColumnElement[bool]]:
    own = [table.c.tenant_id == bindparam("tenant")] if "tenant_id" in table.c else []
    return [*own, table.c[at] > bindparam("begin"), table.c[at] <= bindparam("until")]


def _name(how: Compared, row: Row[Any]) -> str:
    return " ".join(_text(getattr(row, column)) for column in how.name)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else "-" if value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return micros(value)
    # SQLite keeps no sign of zero.
    return value + 0.0 if isinstance(value, float) else value


def _digest(said: Mapping[str, Any]) -> bytes:
    return blake2b(canonical_json(dict(said)).encode(), digest_size=16).digest()
