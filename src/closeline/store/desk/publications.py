"""Publications and deliveries: what became official, and where it still has to go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from closeline.domain.clock import micros
from closeline.domain.errors import NotFound
from closeline.domain.ids import content_id, sha256_hex
from closeline.store.session import Session
from closeline.store.tables.desk import delivery, delivery_attempt, publication

_PENDING = (
    select(delivery.c.pick_id, delivery.c.payload, delivery.c.attempts)
    .where(
        delivery.c.tenant_id == bindparam("tenant"), delivery.c.channel == bindparam("channel_name"),
        delivery.c.state == "PENDING",
    )
    .order_by(delivery.c.pick_id)
)  # fmt: skip
_SENT = (
    update(delivery)
    .where(
        delivery.c.tenant_id == bindparam("tenant"), delivery.c.pick_id == bindparam("name"),
        delivery.c.channel == bindparam("channel_name"),
    )
    .values(
        state="SENT", attempts=delivery.c.attempts + 1, message_id=bindparam("message"),
        updated_at=bindparam("moment"),
    )
)  # fmt: skip
_OF_PICK = select(publication).where(
    publication.c.tenant_id == bindparam("tenant"), publication.c.pick_id == bindparam("name")
)
_DELIVERIES = (
    select(delivery.c.channel, delivery.c.state, delivery.c.message_id)
    .where(delivery.c.tenant_id == bindparam("tenant"), delivery.c.pick_id == bindparam("name"))
    .order_by(delivery.c.channel)
)
_PICK_OF = select(publication.c.pick_id).where(
    publication.c.tenant_id == bindparam("tenant"), publication.c.publication_id == bindparam("name")
)


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A pick on its way out: the terms as every channel will show them."""

    pick_id: str
    is_official: bool
    terms: str
    reason_codes: str
    payload: str


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A message that a channel has not carried yet."""

    pick_id: str
    payload: str
    attempts: int


def add(
    session: Session, news: Sequence[NewPublication], *, tenant_id: str, channels: Sequence[str], template: str,
    at: datetime,
) -> None:  # fmt: skip
    """Append publications and a delivery for each channel, in the transaction that publishes."""
    moment = micros(at)
    session.append(
        publication,
        ("publication_id", "tenant_id", "pick_id", "is_official", "visibility", "template_version", "terms",
         "reason_codes", "published_at"),
        [
            (publication_id(new.pick_id, tenant_id=tenant_id), tenant_id, new.pick_id, new.is_official, "premium",
             template, new.terms, new.reason_codes, moment)
            for new in news
        ],
    )  # fmt: skip
    session.append(
        delivery,
        (
            "tenant_id",
            "pick_id",
            "channel",
            "payload",
            "payload_hash",
            "state",
            "attempts",
            "message_id",
            "updated_at",
        ),
        [
            (
                tenant_id,
                new.pick_id,
                channel,
                new.payload,
                sha256_hex(new.payload.encode()),
                "PENDING",
                0,
                None,
                moment,
            )
            for new in news
            for channel in channels
        ],
    )


def pending(session: Session, *, tenant_id: str, channel: str) -> list[PendingDelivery]:
    """Return what a channel still has to carry."""
    rows = session.rows(_PENDING, {"tenant": tenant_id, "channel_name": channel})
    return [PendingDelivery(row.pick_id, row.payload, row.attempts) for row in rows]


def sent(
    session: Session,
    *,
    tenant_id: str,
    channel: str,
    messages: Sequence[tuple[PendingDelivery, str]],
    at: datetime,
) -> None:
    """Mark messages as carried, with the channel's own ids for them."""
    for item, message_id in messages:
        session.execute(_SENT, {
            "tenant": tenant_id, "name": item.pick_id, "channel_name": channel, "message": message_id, "moment": at,
        })  # fmt: skip
    session.append(
        delivery_attempt,
        ("attempt_id", "tenant_id", "pick_id", "channel", "attempt", "outcome", "detail", "at"),
        [
            (content_id("attempt", tenant_id, item.pick_id, channel, item.attempts + 1), tenant_id, item.pick_id,
             channel, item.attempts + 1, "SENT", message_id, micros(at))
            for item, message_id in messages
        ],
    )  # fmt: skip


def of_pick(
    session: Session, pick_id: str, *, tenant_id: str
) -> tuple[datetime | None, list[tuple[str, str, str | None]]]:
    """Return when a pick was published and (channel, state, message id) of each delivery."""
    rows = session.rows(_OF_PICK, {"tenant": tenant_id, "name": pick_id})
    deliveries = session.rows(_DELIVERIES, {"tenant": tenant_id, "name": pick_id})
    return (
        rows[0].published_at if rows else None,
        [(row.channel, row.state, row.message_id) for row in deliveries],
    )


def pick_of(session: Session, publication_id: str, *, tenant_id: str) -> str:
    """Return the pick that a publication is of; raises NotFound for no such publication."""
    found = session.scalar(_PICK_OF, {"tenant": tenant_id, "name": publication_id})
    if found is None:
        raise NotFound(_not_found(session, publication_id, tenant_id))
    return str(found)


def _not_found(session: Session, name: str, tenant_id: str) -> str:
    if session.rows(_OF_PICK, {"tenant": tenant_id, "name": name}):
        asked = publication_id(name, tenant_id=tenant_id)
        return f"publish_id must name a publication, was the pick_id {name}; the publish_id of that pick is {asked}"
    return f"publication must be in the record, {name} was not; the picks that are published show their publish_id"


def publication_id(pick_id: str, *, tenant_id: str) -> str:
    """Return the name of a pick's publication."""
    return content_id("publication", tenant_id, pick_id)
