"""Carrying: what is in the outbox goes to every channel, in three steps, with no transaction open while it is sent.

The first step claims: what was claimed and never came back may have been sent, and `reconciling` finds out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from closeline.domain.clock import Clock
from closeline.domain.errors import CloselineError, InsideTransaction
from closeline.domain.governance.switches import stops_channel
from closeline.domain.ports import Channel, Message
from closeline.domain.publishing.delivery import (
    LEASE,
    MARGIN,
    DeliveryState,
    MessageKind,
    OutcomeUnknown,
    Receipt,
    SurelyNotSent,
    looked_for_at,
    may_go,
    next_try,
)
from closeline.flow.publish.missing import miss
from closeline.store import references
from closeline.store.desk import outbox, sightings, switches
from closeline.store.desk.outbox import Delivery
from closeline.store.desk.sightings import Anomaly
from closeline.store.references import EventVersion
from closeline.store.session import Session

log = structlog.get_logger()

# So many at a time: at the pace of the slowest chat they are out long before their claim ends.
BATCH = 20
CALLED_OFF = "the pick ended before it was sent"
TOO_LATE = "it could not be sent before its deadline"
NOTHING_TO_CALL_BACK = "the message that it is about was never sent"
STALE = "STALE_RESULT"


class Fate(StrEnum):
    """What became of one message on one errand."""

    SENT = "SENT"
    NOT_SENT = "NOT_SENT"
    UNKNOWN = "UNKNOWN"
    UNTRIED = "UNTRIED"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one channel has to carry: claimed messages, and for each notice what it answers."""

    channel: str
    repeatable: bool
    deliveries: tuple[Delivery, ...]
    answers: tuple[tuple[str, Receipt | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """One message that was claimed, and what became of it."""

    item: Delivery
    repeatable: bool
    fate: Fate
    at: datetime
    receipt: Receipt | None = None
    detail: str = ""
    retry_after: timedelta | None = None


def plan(session: Session, *, tenant_id: str, channels: Sequence[Channel], at: datetime) -> list[Parcel]:
    """Claim what each channel has to carry by now: the first step. What comes too late is missed."""
    return [_claimed(session, tenant_id, channel, at) for channel in channels]


def _claimed(session: Session, tenant_id: str, channel: Channel, at: datetime) -> Parcel:
    found = outbox.waiting(session, tenant_id=tenant_id, channel=channel.name, at=at)
    if channel.repeatable:
        # What nobody came back from may simply go again where a second sending is harmless.
        found += outbox.left(session, tenant_id=tenant_id, channel=channel.name, at=at)
    events = references.versions(session, sorted({item.event_id for item in found}), as_of=at)
    called_off = outbox.called_off(session, tenant_id=tenant_id, channel=channel.name) if found else frozenset()
    on = switches.turned_on(session, tenant_id=tenant_id) if found else []
    taken: list[Delivery] = []
    answers: list[tuple[str, Receipt | None]] = []
    for item in found:
        if not channel.repeatable and len(taken) == BATCH:
            break
        deadline = _deadline(item, events)
        if not _goes(session, item, at, deadline, called_off):
            continue
        # It waits while a switch is on, until its deadline; what takes a pick back is stopped by its channel's alone.
        notice = item.kind is not MessageKind.POST
        if any(stops_channel(switch, channel.name, notice=notice) for switch in on):
            continue
        if item.kind is not MessageKind.POST and not _may_call_back(session, item, answers, at):
            continue
        until = at if channel.repeatable else at + LEASE
        claimed = outbox.claim(session, item, at=at, until=until, deadline=deadline)
        if claimed is not None:
            taken.append(claimed)
    return Parcel(channel.name, channel.repeatable, tuple(taken), tuple(answers))


def _deadline(item: Delivery, events: Mapping[str, EventVersion]) -> datetime:
    """Return until when a message may go: a game that was moved forward since shortens the time that is left."""
    if item.kind is not MessageKind.POST or item.event_id not in events:
        return item.deadline
    return min(item.deadline, events[item.event_id].starts_at - MARGIN)


def _goes(session: Session, item: Delivery, at: datetime, deadline: datetime, called_off: frozenset[str]) -> bool:
    """Say whether a message still goes out, and end it where it does not. One in doubt is left to `reconciling`."""
    pending = item.state is DeliveryState.PENDING
    if item.kind is MessageKind.POST and item.pick_id in called_off:
        if pending:
            outbox.cancelled(session, item, at=at, detail=CALLED_OFF)
        return False
    if may_go(at, deadline=deadline):
        return True
    if pending:
        miss(session, item, at=at, detail=TOO_LATE)
    return False


def _may_call_back(
    session: Session, item: Delivery, answers: list[tuple[str, Receipt | None]], at: datetime
) -> bool:  # fmt: skip
    """Say whether a notice may go out yet: it waits for what it is about, and falls away where that never went out."""
    rows = outbox.of_pick(session, item.pick_id, tenant_id=item.tenant_id)
    post = next((row for row in rows if row.channel == item.channel and row.kind is MessageKind.POST), None)
    if post is None or post.state in (DeliveryState.SENDING, DeliveryState.PENDING):
        return False
    if post.state is DeliveryState.MISSED or (post.state is DeliveryState.CANCELLED and not post.resends):
        outbox.cancelled(session, item, at=at, detail=NOTHING_TO_CALL_BACK)
        return False
    if post.state is DeliveryState.UNKNOWN and post.held_at is None:
        return False
    answers.append((item.pick_id, post.receipt))
    return True


def perform(channels: Sequence[Channel], parcels: Sequence[Parcel], clock: Clock) -> list[Brought]:
    """Hand the messages over, with no transaction open: the second step."""
    ports = {channel.name: channel for channel in channels}
    return [brought for parcel in parcels for brought in _carried(ports[parcel.channel], parcel, clock)]


def _carried(channel: Channel, parcel: Parcel, clock: Clock) -> Iterator[Brought]:
    answers, quiet = dict(parcel.answers), None
    for item in parcel.deliveries:
        now = clock()
        lease = None if parcel.repeatable else item.lease_until
        if quiet is not None or not may_go(now, deadline=item.deadline, lease_until=lease):
            yield Brought(item, parcel.repeatable, Fate.UNTRIED, now, retry_after=quiet)
            continue
        found = _handed_over(channel, item, answers.get(item.pick_id), clock)
        # What one message is asked to wait for, those behind it would be asked for too.
        quiet = found.retry_after
        yield found


def _handed_over(channel: Channel, item: Delivery, answers: Receipt | None, clock: Clock) -> Brought:
    message = Message(item.pick_id, item.payload, item.kind, answers, item.edited or "")
    harmless = channel.repeatable
    try:
        receipt = channel.send(message)
    except SurelyNotSent as fault:
        return Brought(item, harmless, Fate.NOT_SENT, clock(), detail=fault.reason, retry_after=fault.retry_after)
    except OutcomeUnknown as fault:
        return Brought(item, harmless, Fate.NOT_SENT if harmless else Fate.UNKNOWN, clock(), detail=fault.reason)
    except InsideTransaction:
        raise
    except CloselineError as fault:
        return Brought(item, harmless, Fate.NOT_SENT if harmless else Fate.UNKNOWN, clock(), detail=str(fault))
    return Brought(item, harmless, Fate.SENT, clock(), receipt)


def keep(session: Session, brought: Sequence[Brought], *, tenant_id: str) -> int:
    """Record what was carried: the third step. Returns how many results came under a token that is not the newest."""
    stale = 0
    for each in brought:
        kept = _KEPT[each.fate](session, each)
        stale += int(not kept)
        if not kept:
            _told_too_late(session, each, tenant_id)
    if stale:
        log.warning("stale_results", results=stale)
    return stale


def _sent(session: Session, each: Brought) -> bool:
    if each.receipt is None:
        raise ValueError("what was sent must have its receipt, had none")
    if outbox.sent(session, each.item, each.receipt, at=each.at):
        return True
    # It came home late and nobody has claimed the row since: what it brings ends the doubt.
    now = _now(session, each.item)
    doubted = now is not None and (now.state, now.token) == (DeliveryState.UNKNOWN, each.item.token)
    return now is not None and doubted and outbox.sent(session, now, each.receipt, at=each.at)


def _not_sent(session: Session, each: Brought) -> bool:
    item = each.item
    log.warning("not_sent", channel=item.channel, pick_id=item.pick_id, fault=each.detail)
    again = next_try(each.at, attempts=item.attempts, deadline=item.deadline, retry_after=each.retry_after)
    if again is None:
        return miss(session, item, at=each.at, detail=f"{TOO_LATE}: {each.detail}")
    return outbox.back(session, item, at=each.at, not_before=again, detail=each.detail, resent=False)


def _unknown(session: Session, each: Brought) -> bool:
    log.warning("outcome_unknown", channel=each.item.channel, pick_id=each.item.pick_id, fault=each.detail)
    return outbox.unknown(session, each.item, at=each.at, look_at=looked_for_at(each.at), detail=each.detail)


def _untried(session: Session, each: Brought) -> bool:
    again = each.at + (each.retry_after or timedelta(0))
    if again > each.item.deadline:
        return miss(session, each.item, at=each.at, detail=TOO_LATE)
    return outbox.untried(session, each.item, at=each.at, not_before=again)


_KEPT = {Fate.SENT: _sent, Fate.NOT_SENT: _not_sent, Fate.UNKNOWN: _unknown, Fate.UNTRIED: _untried}


def _told_too_late(session: Session, each: Brought, tenant_id: str) -> None:
    """Keep the receipt of a message whose row others have in hand: it is in the chat, and it may be one too many."""
    if each.receipt is None or each.repeatable:
        return
    item, receipt = each.item, each.receipt
    now = _now(session, item)
    if now is None or (now.chat, now.message_id) != (receipt.chat, receipt.message_id):
        detail = f"token {item.token} came home after it had changed hands"
        anomaly = Anomaly(item.pick_id, item.channel, item.kind, STALE, receipt.chat, receipt.message_id, detail)
        sightings.add_anomaly(session, anomaly, tenant_id=tenant_id, at=each.at)


def _now(session: Session, item: Delivery) -> Delivery | None:
    rows = outbox.of_pick(session, item.pick_id, tenant_id=item.tenant_id)
    return next((row for row in rows if row.channel == item.channel and row.kind is item.kind), None)
