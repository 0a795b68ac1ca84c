"""Laws of what follows a publication: what later quotes made of it, what took it back, and what had to stop it."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.errors import BadInput
from closeline.domain.events import SYSTEM_CHAIN
from closeline.domain.governance.switches import Switch, stops_publishing
from closeline.domain.markets import market
from closeline.domain.picks.voids import AFTER_START, VoidReason, evidence_named
from closeline.store.desk import grounds
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick, pick_event, publication
from closeline.store.tables.reference import event_version
from closeline.store.tables.switches import kill_switch
from closeline.store.tables.watched import pick_validity

_LOOKS = (
    select(pick_validity)
    .where(pick_validity.c.tenant_id == bindparam("tenant"))
    .order_by(pick_validity.c.pick_id, pick_validity.c.seq)
)
_VOIDS = (
    select(pick_event, pick.c.event_id)
    .join(pick, (pick.c.tenant_id == pick_event.c.tenant_id) & (pick.c.pick_id == pick_event.c.pick_id))
    .where(pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.to_state == "VOIDED")
    .order_by(pick_event.c.pick_id)
)
_STARTS = (
    select(event_version.c.starts_at)
    .where(event_version.c.event_id == bindparam("event"), event_version.c.received_at <= bindparam("moment"))
    .order_by(event_version.c.version.desc())
    .limit(1)
)
_OUT = (
    select(pick.c.pick_id, pick.c.league, pick.c.market_key, publication.c.published_at)
    .join(publication, (publication.c.tenant_id == pick.c.tenant_id) & (publication.c.pick_id == pick.c.pick_id))
    .where(pick.c.tenant_id == bindparam("tenant"))
    .order_by(pick.c.pick_id)
)
_STEPS = (
    select(kill_switch)
    .where(kill_switch.c.chain.in_((SYSTEM_CHAIN, bindparam("tenant"))))
    .order_by(kill_switch.c.chain, kill_switch.c.switch_id, kill_switch.c.seq)
)


def invalid_is_for_good(session: Session, tenant_id: str) -> list[Violation]:
    """P6: looks at a pick are numbered without gaps, and none finds it valid again after it was invalidated."""
    found = []
    for name, looks in groupby(session.rows(_LOOKS, {"tenant": tenant_id}), key=lambda row: str(row.pick_id)):
        ended = False
        for place, row in enumerate(looks, start=1):
            if row.seq != place:
                found.append(Violation("P6", f"{name}#{row.seq}", f"must be look {place}"))
            elif ended and row.state != "INVALIDATED":
                found.append(Violation("P6", f"{name}#{row.seq}", f"was INVALIDATED, is {row.state} again"))
            ended = ended or row.state == "INVALIDATED"
    return found


def void_for_a_fact(session: Session, tenant_id: str) -> list[Violation]:
    """P7: a pick is void for a reason of the list, after the start of its game for a fact that evidence shows."""
    return [
        Violation("P7", row.pick_id, why)
        for row in session.rows(_VOIDS, {"tenant": tenant_id})
        if (why := _groundless(session, row)) is not None
    ]


def _groundless(session: Session, row: Row[Any]) -> str | None:
    if row.reason not in set(VoidReason):
        return f"is void for {row.reason}, which is no reason"
    start = session.scalar(_STARTS, {"event": row.event_id, "moment": row.at})
    if start is None or start > row.at:
        return None
    if row.reason not in AFTER_START or row.evidence is None:
        return f"is void after its start for {row.reason}, on {row.evidence or 'no evidence'}"
    try:
        held = grounds.holds(session, row.event_id, evidence_named(row.evidence), as_of=row.at)
    except BadInput:
        held = False
    return None if held else f"rests on {row.evidence}, which the record does not hold of {row.event_id}"


def switches_stop(session: Session, tenant_id: str) -> list[Violation]:
    """P8, of switches: nothing was published while one that stops it was on."""
    on: dict[tuple[str, str], Row[Any]] = {}
    off: dict[tuple[str, str], Any] = defaultdict(lambda: None)
    for row in session.rows(_STEPS, {"tenant": tenant_id}):
        if row.step == "ON":
            on[row.chain, row.switch_id] = row
        else:
            off[row.chain, row.switch_id] = row.at
    return [
        Violation("P8", row.pick_id, f"went out while {step.scope} was off since {step.at.isoformat()}: {step.why}")
        for row in session.rows(_OUT, {"tenant": tenant_id})
        for name, step in on.items()
        if step.at < row.published_at
        and (off[name] is None or row.published_at < off[name])
        and stops_publishing(_switch(step), row.league, market(row.market_key).type)
    ]


def _switch(row: Row[Any]) -> Switch:
    return Switch(row.chain, row.switch_id, row.scope, row.cause, row.actor, row.why, row.at)
