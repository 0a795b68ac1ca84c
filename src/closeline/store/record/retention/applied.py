"""Applied: a plan that was shown is carried out whole, with a tombstone for everything that goes, or not at all."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, delete, select, update

from closeline.domain.clock import micros
from closeline.domain.errors import BadInput, Refused
from closeline.domain.events import SYSTEM_CHAIN, RetentionApplied
from closeline.domain.ids import canonical_json
from closeline.store import events
from closeline.store.record import changes, subjects
from closeline.store.record.retention.plan import Plan, Tally, plan
from closeline.store.record.retention.policy import RetentionPolicy
from closeline.store.session import Session
from closeline.store.tables.evidence import dropped_payload, dropped_quote, quote, raw_payload, retention_plan

_ISO_DAY = len("2026-01-01")
_AT_ONCE = 5000
_EVERY = select(retention_plan).order_by(retention_plan.c.applied_at, retention_plan.c.plan_id)
_NAMED = select(retention_plan.c.applied_at).where(retention_plan.c.plan_id == bindparam("name"))
_DELETE = delete(quote).where(quote.c.quote_id.in_(bindparam("names", expanding=True)))
_EMPTY = (
    update(raw_payload)
    .where(raw_payload.c.payload_sha.in_(bindparam("names", expanding=True)))
    .values(compressed=b"")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AppliedPlan:
    """A plan that was carried out."""

    plan_id: str
    day: str
    policy: RetentionPolicy
    quotes: int
    payloads: int
    payload_bytes: int
    actor: str
    why: str
    applied_at: datetime


def apply(session: Session, policy: RetentionPolicy, plan_id: str, *, actor: str, why: str, at: datetime) -> Plan:
    """Drop exactly what a plan names, and return it.

    Raises BadInput for a name that is none or a reason that is empty, Refused for a plan of a day to come, one that was
    applied, and one that the record or the policy no longer leads to.
    """
    if not why.strip():
        raise BadInput("why must say why, was empty; it stands in the record beside what was dropped")
    day = _day_of(plan_id)
    # Until this unit ends nobody else applies a plan: both would drop by the same reading of the record.
    events.hold(session, chain=SYSTEM_CHAIN)
    _must_be_open(session, plan_id, day, at)
    found = plan(session, policy, day)
    if found.plan_id != plan_id:
        message = (
            f"plan must be what the record leads to now, {plan_id} was not: it leads to {found.plan_id}; "
            f"look at it with `closeline retention plan --at {day}`"
        )
        raise Refused(message)
    if found.is_empty:
        raise Refused(f"plan must drop something, {plan_id} was empty; there is nothing to apply")
    _bury(session, found, actor=actor, why=why, at=at)
    _drop(session, found)
    size = sum(found.payloads.values())
    told = RetentionApplied("", plan_id, len(found.quotes), len(found.payloads), size, actor, why)
    subject = subjects.name_of("retention", plan_id)
    change = changes.since(session, subject, None, tenant_id=SYSTEM_CHAIN, why=why)
    events.record(session, told, tenant_id=SYSTEM_CHAIN, actor=actor, at=at, change=change)
    return found


def _day_of(plan_id: str) -> date:
    try:
        return date.fromisoformat(plan_id[:_ISO_DAY])
    except ValueError:
        message = f"plan must be named as `closeline retention plan` names it, was {plan_id!r}"
        raise BadInput(message) from None


def _must_be_open(session: Session, plan_id: str, day: date, at: datetime) -> None:
    applied_at = session.scalar(_NAMED, {"name": plan_id})
    if applied_at is not None:
        raise Refused(f"plan must not be applied twice, {plan_id} was on {applied_at:%Y-%m-%d %H:%M} UTC")
    if day > at.date():
        raise Refused(f"plan must be of today or before, {plan_id} was of {day}; wait until then")


def _bury(session: Session, found: Plan, *, actor: str, why: str, at: datetime) -> None:
    """Write the tombstones: they open the door through which the rows may go."""
    session.append(
        retention_plan, ("plan_id", "day", "policy", "summary", "actor", "why", "applied_at"),
        [(
            found.plan_id, found.day.isoformat(), found.policy.to_json(), canonical_json(_summary(found)), actor, why,
            micros(at),
        )],
    )  # fmt: skip
    session.append(dropped_quote, ("quote_id", "plan_id", "digest"), [
        (number, found.plan_id, digest) for number, digest in sorted(found.quotes.items())
    ])  # fmt: skip
    session.append(dropped_payload, ("payload_sha", "plan_id", "stored_size"), [
        (sha, found.plan_id, size) for sha, size in sorted(found.payloads.items())
    ])  # fmt: skip


def _drop(session: Session, found: Plan) -> None:
    for some in _chunks(sorted(found.quotes)):
        session.execute(_DELETE, {"names": some})
    for some in _chunks(sorted(found.payloads)):
        session.execute(_EMPTY, {"names": some})


def _chunks(names: Sequence[object]) -> Iterator[list[object]]:
    return (list(names[start : start + _AT_ONCE]) for start in range(0, len(names), _AT_ONCE))


def _summary(found: Plan) -> dict[str, dict[str, tuple[int, int]]]:
    parts = {
        "quotes_kept": found.quotes_kept,
        "quotes_dropped": found.quotes_dropped,
        "payloads_kept": found.payloads_kept,
        "payloads_dropped": found.payloads_dropped,
    }
    return {name: {why: (tally.count, tally.size) for why, tally in part.items()} for name, part in parts.items()}


def applied(session: Session) -> list[AppliedPlan]:
    """Return every plan that was applied, oldest first."""
    return [
        AppliedPlan(
            row.plan_id, row.day, RetentionPolicy.from_json(row.policy), _sum(row.summary, "quotes_dropped").count,
            _sum(row.summary, "payloads_dropped").count, _sum(row.summary, "payloads_dropped").size, row.actor, row.why,
            row.applied_at,
        )
        for row in session.rows(_EVERY)
    ]  # fmt: skip


def _sum(summary: str, part: str) -> Tally:
    pairs = json.loads(summary)[part].values()
    return Tally(sum(count for count, _ in pairs), sum(size for _, size in pairs))
