"""Posting: what each channel will carry of a pick is laid into the outbox, in the transaction that publishes it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from closeline.domain.governance.notices import Notice
from closeline.domain.publishing.delivery import MessageKind, deadline_of
from closeline.flow.publish.rendering import rendered
from closeline.store.desk import outbox
from closeline.store.desk.outbox import NewDelivery
from closeline.store.desk.publications import NewPublication
from closeline.store.session import Session


def post(
    session: Session, news: Sequence[NewPublication], starts: Mapping[str, datetime], *, tenant_id: str,
    channels: Sequence[str], at: datetime, notice: str | None = None,
) -> None:  # fmt: skip
    """Lay down one message for each pick and channel: its bytes, and until when it may go out.

    starts: when the game of each pick begins. notice: what goes with every public message; null, what holds unset.
    """
    said, kind = Notice().text if notice is None else notice, MessageKind.POST
    outbox.add(session, [
        NewDelivery(
            new.pick_id, channel, kind,
            rendered(json.loads(new.terms), channel=channel, kind=kind, reason="", notice=said),
            deadline_of(kind, starts_at=starts[new.pick_id], announced_at=at),
        )
        for new in news
        for channel in channels
    ], tenant_id=tenant_id, at=at)  # fmt: skip
