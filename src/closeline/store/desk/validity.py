"""Validity as it is written down: a row for each change of what later quotes made of a published pick."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, exists, select, type_coerce

from closeline.domain.clock import micros
from closeline.domain.ids import canonical_json
from closeline.domain.picks import Validity
from closeline.store.session import Session
from closeline.store.tables.desk import pick
from closeline.store.tables.model import sim_run
from closeline.store.tables.watched import live_pick, pick_validity

_COLUMNS = (
    "tenant_id", "pick_id", "seq", "rules", "state", "refresh", "reasons", "ev", "market_line_quarters",
    "line_quarters", "price_text", "book", "quote_id", "at",
)  # fmt: skip
_OF_PICKS = (
    select(pick_validity)
    .where(
        pick_validity.c.tenant_id == bindparam("tenant"),
        pick_validity.c.pick_id.in_(bindparam("names", expanding=True)),
    )
    .order_by(pick_validity.c.pick_id, pick_validity.c.seq)
)

# A game is forecast again at most once an hour, in microseconds, however often its prices go up and down.
_NOT_SOONER = 3_600_000_000
# Of the picks that are alive, the last mark where it asks for a newer forecast and none was made since.
_LATER = pick_validity.alias("later")
_BEHIND = (
    select(live_pick.c.event_id)
    .join(
        pick_validity,
        (pick_validity.c.tenant_id == live_pick.c.tenant_id) & (pick_validity.c.pick_id == live_pick.c.pick_id),
    )
    .join(pick, (pick.c.tenant_id == live_pick.c.tenant_id) & (pick.c.pick_id == live_pick.c.pick_id))
    .where(
        live_pick.c.tenant_id == bindparam("tenant"),
        live_pick.c.event_id >= bindparam("first_id"),
        live_pick.c.event_id < bindparam("after_id"),
        pick_validity.c.refresh,
        ~exists().where(
            _LATER.c.tenant_id == pick_validity.c.tenant_id,
            _LATER.c.pick_id == pick_validity.c.pick_id,
            _LATER.c.seq > pick_validity.c.seq,
        ),
        ~exists().where(
            sim_run.c.tenant_id == live_pick.c.tenant_id,
            sim_run.c.event_id == live_pick.c.event_id,
            sim_run.c.run_id != pick.c.run_id,
            type_coerce(sim_run.c.as_of, BigInteger) > type_coerce(pick_validity.c.at, BigInteger) - _NOT_SOONER,
        ),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a look said of a pick; `price_text`, `line_quarters` and `book` are of the best offer then, null without.

    reasons: names of `domain.picks.validity.Reason`, then what changed of the premise in words, where something did.
    """

    tenant_id: str
    pick_id: str
    seq: int
    rules: str
    state: Validity
    refresh: bool
    reasons: tuple[str, ...]
    ev: float | None
    market_line_quarters: int | None
    line_quarters: int | None
    price_text: str | None
    book: str | None
    quote_id: int | None
    at: datetime

    def says(self) -> tuple[object, ...]:
        """Return what makes a mark a new one: the state, the flag, the reasons and the rules, and no mere price."""
        return self.state, self.refresh, self.reasons, self.rules


def add(session: Session, marks: Sequence[Mark]) -> None:
    """Append marks."""
    session.append(pick_validity, _COLUMNS, [
        (
            item.tenant_id, item.pick_id, item.seq, item.rules, item.state, item.refresh,
            canonical_json(list(item.reasons)), item.ev, item.market_line_quarters, item.line_quarters,
            item.price_text, item.book, item.quote_id, micros(item.at),
        )
        for item in marks
    ])  # fmt: skip


def history(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, list[Mark]]:
    """Return the marks of picks, oldest first; a pick that nobody has looked at is not there."""
    found: dict[str, list[Mark]] = {}
    for row in session.rows(_OF_PICKS, {"tenant": tenant_id, "names": list(names)}) if names else ():
        found.setdefault(row.pick_id, []).append(_mark(row))
    return found


def last(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, Mark]:
    """Return the last mark of each pick that has one."""
    return {name: marks[-1] for name, marks in history(session, names, tenant_id=tenant_id).items()}


def behind(session: Session, *, tenant_id: str, league: str) -> frozenset[str]:
    """Return the events of live picks that a look called behind, of which no newer forecast was made since."""
    asked = {"tenant": tenant_id, "first_id": f"{league}_", "after_id": f"{league}`"}
    return frozenset(row.event_id for row in session.rows(_BEHIND, asked))


def _mark(row: Row[Any]) -> Mark:
    fields = dict(row._mapping)  # noqa: SLF001 -- the documented way to read a row by name
    fields["state"], fields["reasons"] = Validity(fields["state"]), tuple(json.loads(fields["reasons"]))
    return Mark(**fields | {"refresh": bool(fields["refresh"])})
