"""Subjects: what of a thing counts as its state, read from the live rows as one canonical text.

`kind:name` names a thing. Its state is the row itself, as the database keeps it; whoever changes the thing has the
state before and after hashed into the log, and anybody can compare the last hash with what is there now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select
from sqlalchemy.sql.elements import ColumnElement

from closeline.domain.clock import micros
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.ids import canonical_json
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event
from closeline.store.tables.evidence import event_result, retention_plan
from closeline.store.tables.governance import config_version
from closeline.store.tables.learning import calibration_event, decision_policy
from closeline.store.tables.prop_models import prop_model
from closeline.store.tables.reference import mapping_review
from closeline.store.tables.tenancy import api_key


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: the table it lives in, how its live row is found, and what does not count as its state.

    parts: the columns that its name spells, joined by `join`. shared: whether its changes are in the chain of the
    house. order: what makes one of several rows the live one; the first row of the statement.
    """

    table: Table
    parts: tuple[str, ...]
    join: str = "/"
    order: tuple[ColumnElement[Any], ...] = ()
    leaving_out: frozenset[str] = frozenset()
    shared: bool = False

    def chain(self, tenant_id: str) -> str:
        """Return the chain that tells of its changes."""
        return SYSTEM_CHAIN if self.shared else tenant_id

    def statement(self) -> Select[Any]:
        """Return the statement that finds the live row."""
        kept = [column for column in self.table.c if column.name not in self.leaving_out]
        where = [self.table.c[name] == bindparam(f"is_{name}") for name in self.parts]
        if "tenant_id" in self.table.c and "tenant_id" not in self.parts:
            where.append(self.table.c.tenant_id == bindparam("tenant"))
        return select(*kept).where(*where).order_by(*self.order).limit(1)


def _newest(table: Table, name: str) -> tuple[ColumnElement[Any], ...]:
    return (table.c.created_at.desc(), table.c[name])


# A key's name may be a person's and must be erasable; when it was last used is no change of it.
KINDS: Mapping[str, Kind] = {
    "api_key": Kind(api_key, ("key_id",), leaving_out=frozenset({"name", "last_used_at"})),
    "calibration": Kind(calibration_event, ("scope",), order=(calibration_event.c.seq.desc(),)),
    "config": Kind(config_version, ("tenant_id",), order=_newest(config_version, "config_version")),
    "mapping": Kind(mapping_review, ("review_id",), shared=True),
    # Told where a person ended it: what the desk does with picks by itself is in their steps.
    "pick": Kind(pick_event, ("pick_id",), order=(pick_event.c.seq.desc(),)),
    "policy": Kind(decision_policy, ("league",), order=_newest(decision_policy, "policy_version")),
    "prop_model": Kind(
        prop_model, ("league", "statistic"), order=_newest(prop_model, "prop_model_version"), shared=True
    ),
    "result": Kind(event_result, ("event_id", "result_version"), join="@", shared=True),
    "retention": Kind(retention_plan, ("plan_id",), shared=True),
}
_STATEMENTS = {name: kind.statement() for name, kind in KINDS.items()}

# Mutable tables of which no change is a decision: a machine writes them, and each can be rebuilt or expires.
MACHINE_STATE: Mapping[str, str] = {
    "board_state": "which boards were pressed: made again from quotes",
    "delivery": "how far each message is; every attempt is an append-only row of its own, and so is every anomaly",
    "idempotency_key": "answers kept for whoever asks again; they expire after a day",
    "job_run": "which slot ran; what a job did is told by its own events",
    "lease": "who works now; it lives for seconds",
    "live_pick": "the fold of the steps of picks, which are append-only",
    "offered_event": "what a feed offers now: made again from its answers",
    "ops_incident": "what is wrong now, opened and closed by looking; each alert is an append-only row of its own",
    "performance_rollup": "sums of grades: made again from them",
    "poll_claim": "who polls now; it expires",
    "quote_heartbeat": "when a price was last seen unchanged: evidence of the same quote, read from stored bytes",
    "reaction_cursor": "how far the log was looked through",
    "rollup_day": "which days were summed: made again",
    "tenant": "made with the record; no statement changes its row",
}

# Mutable tables whose changes are told by whoever makes them, and how.
TOLD_ELSEWHERE: Mapping[str, str] = {
    "feature_flag": "`flag:NAME@SCOPE`, in the transaction that sets it; its state is what `desk.flags` says of it",
    "person": "who somebody is may be erased: adding and erasing are events without hashes, by the reference alone",
}


def name_of(kind: str, *parts: object) -> str:
    """Return the name of a thing as the log spells it."""
    return f"{kind}:{KINDS[kind].join.join(map(str, parts))}"


def chain_of(subject: str, *, tenant_id: str) -> str:
    """Return the chain in which a thing's changes are told."""
    return KINDS[subject.partition(":")[0]].chain(tenant_id)


def state(session: Session, subject: str, *, tenant_id: str) -> str | None:
    """Return the live state of a thing as canonical JSON, null where there is none; KeyError for an unknown kind."""
    name, _, rest = subject.partition(":")
    kind = KINDS[name]
    # A scope or a league has slashes of its own: only the last parts are cut off.
    values = rest.rsplit(kind.join, len(kind.parts) - 1) if len(kind.parts) > 1 else [rest]
    if len(values) != len(kind.parts):
        return None
    given = {f"is_{column}": _read(kind.table, column, value) for column, value in zip(kind.parts, values, strict=True)}
    if "tenant_id" in kind.table.c and "tenant_id" not in kind.parts:
        given["tenant"] = tenant_id
    rows = session.rows(_STATEMENTS[name], given)
    return _text(rows[0]) if rows else None


def _read(table: Table, column: str, value: str) -> object:
    return int(value) if table.c[column].type.python_type is int else value


def _text(row: Row[*tuple[Any, ...]]) -> str:
    return canonical_json({name: _plain(value) for name, value in row._mapping.items()})  # noqa: SLF001 -- the documented way to read a row by name


def _plain(value: object) -> object:
    return micros(value) if isinstance(value, datetime) else value
