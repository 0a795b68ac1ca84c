"""Announcing: what was sent of a pick is called back, wherever it was or may have been sent."""

import json
from datetime import datetime

from closeline.domain.errors import NotFound
from closeline.domain.governance.notices import Notice
from closeline.domain.publishing.delivery import DeliveryState, MessageKind, deadline_of
from closeline.flow.publish.rendering import edited, rendered
from closeline.store.desk import outbox, publications
from closeline.store.desk.outbox import Delivery, NewDelivery
from closeline.store.session import Session

CALLED_OFF = "the pick ended before it was sent"
_ON_ITS_WAY = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN})


def announce(
    session: Session, *, tenant_id: str, pick_id: str, kind: MessageKind, reason: str, at: datetime,
    notice: str | None = None,
) -> int:  # fmt: skip
    """Lay down a notice for every channel that has, or may have, carried a pick, and return how many.

    A post that has surely not gone out is cancelled. A second notice of the same kind changes nothing. Raises NotFound
    where the pick was not published.
    """
    terms = publications.terms_of(session, pick_id, tenant_id=tenant_id)
    if terms is None:
        raise NotFound(f"pick must be published before it is called back, {pick_id} was not")
    told, said = json.loads(terms), Notice().text if notice is None else notice
    rows = outbox.of_pick(session, pick_id, tenant_id=tenant_id)
    posts = {item.channel: item for item in rows if item.kind is MessageKind.POST}
    done = {item.channel for item in rows if item.kind is kind}
    concerned = [name for name, item in posts.items() if _may_have_arrived(session, item, at) and name not in done]
    outbox.add(session, [
        NewDelivery(
            pick_id, channel, kind, rendered(told, channel=channel, kind=kind, reason=reason, notice=said),
            deadline_of(kind, starts_at=posts[channel].deadline, announced_at=at),
            edited(told, channel=channel, kind=kind, reason=reason, notice=said),
        )
        for channel in concerned
    ], tenant_id=tenant_id, at=at)  # fmt: skip
    return len(concerned)


def _may_have_arrived(session: Session, item: Delivery, at: datetime) -> bool:
    """Call off a post that waits, and say whether it may be there all the same."""
    if item.state is not DeliveryState.PENDING:
        return item.state in _ON_ITS_WAY
    # A worker may have claimed it since it was read; what waits after a doubt that nobody could settle may be there.
    return not outbox.cancelled(session, item, at=at, detail=CALLED_OFF) or item.resends > 0
