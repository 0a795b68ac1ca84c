"""Reconciling: what may have been sent is looked for once all that was under way has landed, and only then decided.

Three steps, as in `carrying`. Nobody sends anything here: a message that is to go again goes back into the outbox.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from closeline.domain.ids import canonical_json
from closeline.domain.ports import Channel, Look, Observer
from closeline.domain.publishing.delivery import (
    NOTICES,
    QUIET,
    DeliveryState,
    Doubt,
    MessageKind,
    Receipt,
    Unseen,
    decided,
    may_go,
)
from closeline.flow.publish.missing import miss
from closeline.store.desk import incidents, outbox, restored, sightings
from closeline.store.desk.alerts import Alert
from closeline.store.desk.outbox import Delivery
from closeline.store.desk.sightings import Anomaly
from closeline.store.session import Session

log = structlog.get_logger()

UNCERTAIN = "DELIVERY_UNCERTAIN"
DOUBLED = "DELIVERY_DOUBLED"
TWICE = "SECOND_SIGHTING"
ALTERED = "SEEN_AS_ANOTHER"
NOT_SEEN = "it may have been sent, and nobody saw it"
NOBODY_LOOKS = "it may have been sent, and nobody can look"
SENT_AGAIN = "nobody saw it after the quiet period"
CALLED_OFF = "the pick ended while it was in doubt"
TOO_LATE = "it could not be sent before its deadline"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of looking: when it began, after which number each observed channel was looked through."""

    at: datetime
    after: Mapping[str, int]


def plan(session: Session, *, tenant_id: str, observers: Sequence[Observer], at: datetime) -> Round:
    """Note the moment and how far each observer has come: the first step."""
    return Round(at, {
        observer.channel: sightings.last_number(session, tenant_id=tenant_id, channel=observer.channel)
        for observer in observers
    })  # fmt: skip


def perform(observers: Sequence[Observer], due: Round) -> dict[str, Look]:
    """Look, with no transaction open: the second step."""
    return {observer.channel: observer.look(due.after[observer.channel]) for observer in observers}


def keep(
    session: Session, due: Round, looks: Mapping[str, Look], *, tenant_id: str, channels: Sequence[Channel],
    unseen: Unseen, at: datetime,
) -> int:  # fmt: skip
    """Keep what was seen, end what can be ended, and tell people of the rest: the third step. Returns what is in doubt.

    A look counts for what had landed before it began, and only where it went to the end.
    """
    doubts = 0
    repeatable = {channel.name for channel in channels if channel.repeatable}
    for name, told in looks.items():
        seen = sightings.keep(session, told.sightings, tenant_id=tenant_id, channel=name, at=at)
        for pick_id, kind in seen:
            _too_many(session, tenant_id, name, pick_id, kind, at)
        if told.fault:
            log.warning("observer_failed", channel=name, fault=told.fault)
    # A doubt may have ended elsewhere since: its incident ends here all the same.
    told_of = {item.scope for item in incidents.open_ones(session, tenant_id=tenant_id) if item.kind == UNCERTAIN}
    for name in sorted(told_of.union(outbox.open_channels(session, tenant_id=tenant_id))):
        _let_go(session, tenant_id, name, at)
        look = looks.get(name)
        # Where a second sending is harmless there is nothing to be afraid of.
        said = Unseen.RESEND if name in repeatable else unseen
        rows = outbox.doubtful(session, tenant_id=tenant_id, channel=name, at=due.at)
        if rows and look is not None and look.whole and not look.proved:
            # Who did not see what surely arrived last would not have seen these either.
            proved = sightings.saw_the_last(session, tenant_id=tenant_id, channel=name, by=due.at - QUIET)
            look = replace(look, whole=proved)
        held = [item for item in rows if _held(session, item, look, unseen=said, at=at)]
        _tell(session, tenant_id, name, held, at)
        doubts += len(held)
    return doubts


def _let_go(session: Session, tenant_id: str, channel: str, at: datetime) -> None:
    """Miss what waits past its deadline, whether or not anybody still carries to its channel."""
    for item in outbox.waiting(session, tenant_id=tenant_id, channel=channel, at=at):
        if not may_go(at, deadline=item.deadline):
            miss(session, item, at=at, detail=TOO_LATE)


def _held(
    session: Session, item: Delivery, look: Look | None, *, unseen: Unseen, at: datetime
) -> bool:  # fmt: skip
    """Decide about one message in doubt, and say whether it stays in doubt."""
    # What was seen between a backup and its restore is in no record: there "not seen" says nothing.
    lost = item.detail == restored.IN_DOUBT
    has_observer, observed = look is not None, look is not None and look.whole and not lost
    if item.state is DeliveryState.SENDING:
        if not outbox.unknown(session, item, at=at, look_at=at, detail="nobody came back from sending it"):
            return False
        item = replace(item, state=DeliveryState.UNKNOWN, lease_until=None)
    found = sightings.of_message(session, item.pick_id, item.kind, tenant_id=item.tenant_id, channel=item.channel)
    if not found and has_observer and not observed and item.held_at is None and may_go(at, deadline=item.deadline):
        # The observer could not look this time: the next round decides, unless the time is up.
        return True
    verdict = decided(
        seen=bool(found), observed=observed, unseen=Unseen.HOLD if has_observer else unseen, resends=item.resends,
        announced=_called_off(session, item), at=at, deadline=item.deadline,
    )  # fmt: skip
    if verdict is Doubt.SEEN:
        first = found[0]
        outbox.sent(session, item, Receipt(first.message_id, first.chat, first.sent_at), at=at, outcome="SEEN")
        _too_many(session, item.tenant_id, item.channel, item.pick_id, item.kind, at)
    elif verdict is Doubt.RESEND:
        outbox.back(session, item, at=at, not_before=at, detail=SENT_AGAIN, resent=True)
    elif verdict is Doubt.CANCEL:
        outbox.cancelled(session, item, at=at, detail=CALLED_OFF)
    else:
        why = restored.IN_DOUBT if lost else NOT_SEEN if observed else NOBODY_LOOKS
        outbox.held(session, item, at=at, detail=why)
    return verdict is Doubt.HOLD


def _called_off(session: Session, item: Delivery) -> bool:
    if item.kind is not MessageKind.POST:
        return False
    rows = outbox.of_pick(session, item.pick_id, tenant_id=item.tenant_id)
    return any(row.channel == item.channel and row.kind in NOTICES for row in rows)


def _too_many(
    session: Session, tenant_id: str, channel: str, pick_id: str, kind: MessageKind, at: datetime
) -> None:  # fmt: skip
    """Keep every message seen that is not the one which the record knows: it is one too many."""
    rows = outbox.of_pick(session, pick_id, tenant_id=tenant_id)
    known = next((row for row in rows if row.channel == channel and row.kind is kind), None)
    if known is None or known.state is not DeliveryState.SENT:
        return
    for seen in sightings.of_message(session, pick_id, kind, tenant_id=tenant_id, channel=channel):
        if (seen.chat, seen.message_id) == (known.chat, known.message_id):
            continue
        anomaly = Anomaly(
            pick_id, channel, kind, TWICE, seen.chat, seen.message_id, f"the record knows message {known.message_id}"
        )  # fmt: skip
        if sightings.add_anomaly(session, anomaly, tenant_id=tenant_id, at=at):
            text = f"pick {pick_id} stands twice in {channel}: message {seen.message_id} is one too many, delete it"
            alert = Alert(tenant_id, "", DOUBLED, text, canonical_json({"message_id": seen.message_id}), at)
            incidents.meet(session, alert, scope=f"{channel}:{pick_id}:{kind}")


def _tell(session: Session, tenant_id: str, channel: str, held: Sequence[Delivery], at: datetime) -> None:
    """Keep one incident open for as long as a channel has messages of which nobody knows whether they arrived."""
    if not held:
        incidents.close(session, UNCERTAIN, tenant_id=tenant_id, scope=channel, at=at)
        return
    text = f"{len(held)} messages of {channel} may have been sent and were not seen; look, then see docs/publishing.md"
    inputs = canonical_json({"picks": sorted({item.pick_id for item in held})})
    incidents.meet(session, Alert(tenant_id, "", UNCERTAIN, text, inputs, at), scope=channel)
