"""Sightings: messages that an observer saw in a channel's chat, and what is wrong with the ones that are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from closeline.domain.clock import micros
from closeline.domain.ids import content_id, sha256_hex
from closeline.domain.ports import Sighting
from closeline.domain.publishing.delivery import MessageKind
from closeline.store.session import Session
from closeline.store.tables.outbox import delivery, delivery_anomaly, observed_message

_SHOWS_FOR = timedelta(days=6)
_LAST = select(func.max(observed_message.c.number)).where(
    observed_message.c.tenant_id == bindparam("tenant"), observed_message.c.channel == bindparam("channel_name")
)
_MEANT = select(delivery.c.text_hash, delivery.c.pick_id, delivery.c.kind).where(
    delivery.c.tenant_id == bindparam("tenant"), delivery.c.channel == bindparam("channel_name"),
    delivery.c.text_hash.in_(bindparam("hashes", expanding=True)),
)  # fmt: skip
_SEEN = (
    select(observed_message.c.chat, observed_message.c.message_id, observed_message.c.sent_at)
    .where(
        observed_message.c.tenant_id == bindparam("tenant"), observed_message.c.channel == bindparam("channel_name"),
        observed_message.c.pick_id == bindparam("name"), observed_message.c.kind == bindparam("kind_name"),
    )
    .order_by(observed_message.c.number)
)  # fmt: skip
_LAST_SENT = (
    select(delivery.c.chat, delivery.c.message_id)
    .where(
        delivery.c.tenant_id == bindparam("tenant"), delivery.c.channel == bindparam("channel_name"),
        delivery.c.state == "SENT", delivery.c.sent_at <= bindparam("moment"), delivery.c.sent_at > bindparam("since"),
    )
    .order_by(delivery.c.sent_at.desc(), delivery.c.updated_at.desc())
    .limit(1)
)  # fmt: skip
_SAW = select(observed_message.c.number).where(
    observed_message.c.tenant_id == bindparam("tenant"), observed_message.c.channel == bindparam("channel_name"),
    observed_message.c.chat == bindparam("of_chat"), observed_message.c.message_id == bindparam("of_message"),
)  # fmt: skip
_ANOMALIES = (
    select(delivery_anomaly)
    .where(delivery_anomaly.c.tenant_id == bindparam("tenant"))
    .order_by(delivery_anomaly.c.at, delivery_anomaly.c.anomaly_id)
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of ours that was seen."""

    chat: str
    message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something about a message that the protocol does not allow, kept for good."""

    pick_id: str
    channel: str
    kind: MessageKind
    what: str
    chat: str
    message_id: str
    detail: str


def last_number(session: Session, *, tenant_id: str, channel: str) -> int:
    """Return up to which number a channel was looked through; 0 before the first look."""
    return int(session.scalar(_LAST, {"tenant": tenant_id, "channel_name": channel}) or 0)


def keep(
    session: Session, seen: Sequence[Sighting], *, tenant_id: str, channel: str, at: datetime
) -> list[tuple[str, MessageKind]]:
    """Keep what was seen, and return which of our messages were among it; what is not ours is kept without its text."""
    hashes = [sha256_hex(item.text.encode()) for item in seen]
    bound = {"tenant": tenant_id, "channel_name": channel, "hashes": sorted(set(hashes))}
    ours = {row.text_hash: (row.pick_id, row.kind) for row in session.rows(_MEANT, bound)} if hashes else {}
    session.append_new(
        observed_message,
        ("tenant_id", "channel", "chat", "message_id", "number", "text_hash", "pick_id", "kind", "sent_at", "seen_at"),
        [
            (tenant_id, channel, item.chat, item.message_id, item.number, said, *ours.get(said, (None, None)),
             micros(item.at), micros(at))
            for item, said in zip(seen, hashes, strict=True)
        ],
        ("tenant_id", "channel", "chat", "message_id"),
        ignoring=("number", "seen_at", "text_hash", "pick_id", "kind", "sent_at"),
    )  # fmt: skip
    return [(name, MessageKind(kind)) for name, kind in dict.fromkeys(ours[said] for said in hashes if said in ours)]


def of_message(session: Session, pick_id: str, kind: MessageKind, *, tenant_id: str, channel: str) -> list[Seen]:
    """Return every message seen that says what this one says, the first first."""
    bound = {"tenant": tenant_id, "channel_name": channel, "name": pick_id, "kind_name": str(kind)}
    return [Seen(row.chat, row.message_id, row.sent_at) for row in session.rows(_SEEN, bound)]


def saw_the_last(session: Session, *, tenant_id: str, channel: str, by: datetime) -> bool:
    """Say whether the newest message that surely stood in a channel by a moment was seen; false where there is none.

    One of long ago shows nothing: after a week of silence Telegram numbers what it tells anew, from anywhere.
    """
    named = {"tenant": tenant_id, "channel_name": channel}
    sent = session.rows(_LAST_SENT, {**named, "moment": by, "since": by - _SHOWS_FOR})
    return bool(sent) and bool(session.rows(_SAW, {**named, "of_chat": sent[0].chat, "of_message": sent[0].message_id}))


def add_anomaly(session: Session, item: Anomaly, *, tenant_id: str, at: datetime) -> bool:
    """Append an anomaly once, and say whether it is new; the message that it is about names it."""
    name = content_id("delivery_anomaly", tenant_id, item.channel, item.chat, item.message_id, item.what)
    return session.append_new(
        delivery_anomaly,
        ("tenant_id", "anomaly_id", "pick_id", "channel", "kind", "what", "chat", "message_id", "detail", "at"),
        [(tenant_id, name, item.pick_id, item.channel, str(item.kind), item.what, item.chat, item.message_id,
          item.detail, micros(at))],
        ("tenant_id", "anomaly_id"),
        ignoring=("detail", "at"),
    ) == 1  # fmt: skip


def anomalies(session: Session, *, tenant_id: str) -> list[Anomaly]:
    """Return every anomaly, oldest first."""
    return [
        Anomaly(row.pick_id, row.channel, MessageKind(row.kind), row.what, row.chat, row.message_id, row.detail)
        for row in session.rows(_ANOMALIES, {"tenant": tenant_id})
    ]
