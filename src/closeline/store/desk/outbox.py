"""The outbox: what has to go where, who has it in hand, and how it ended. A result counts under the newest token only.

How a row may move is told by `domain/publishing/delivery.py`; each function here makes one such move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, bindparam, or_, select, update

from closeline.domain.clock import micros
from closeline.domain.errors import CorruptRecord
from closeline.domain.ids import content_id, sha256_hex
from closeline.domain.publishing.delivery import QUIET, DeliveryState, MessageKind, Receipt, moved, text_of
from closeline.store.session import Session
from closeline.store.tables.desk import pick
from closeline.store.tables.outbox import delivery, delivery_attempt

_COLUMNS = (
    "tenant_id", "pick_id", "channel", "kind", "payload", "payload_hash", "edited", "text_hash", "state", "attempts",
    "token", "resends", "not_before", "deadline", "chat", "updated_at",
)  # fmt: skip
_KEY = (
    delivery.c.tenant_id == bindparam("tenant"), delivery.c.pick_id == bindparam("name"),
    delivery.c.channel == bindparam("channel_name"), delivery.c.kind == bindparam("kind_name"),
)  # fmt: skip
_ROWS = select(delivery, pick.c.event_id).join(
    pick, and_(pick.c.tenant_id == delivery.c.tenant_id, pick.c.pick_id == delivery.c.pick_id)
)
_ORDER = (delivery.c.not_before, delivery.c.pick_id, delivery.c.kind)
_OF_CHANNEL = (delivery.c.tenant_id == bindparam("tenant"), delivery.c.channel == bindparam("channel_name"))
_WAITING = _ROWS.where(
    *_OF_CHANNEL, delivery.c.state == "PENDING", delivery.c.not_before <= bindparam("moment")
).order_by(*_ORDER)  # fmt: skip
_LEFT = _ROWS.where(
    *_OF_CHANNEL, delivery.c.state == "SENDING", delivery.c.lease_until <= bindparam("moment")
).order_by(*_ORDER)  # fmt: skip
_DOUBTFUL = _ROWS.where(
    *_OF_CHANNEL,
    or_(
        and_(delivery.c.state == "UNKNOWN", delivery.c.not_before <= bindparam("moment")),
        and_(delivery.c.state == "SENDING", delivery.c.lease_until <= bindparam("landed")),
    ),
).order_by(*_ORDER)
_UNSENT = _ROWS.where(*_OF_CHANNEL, delivery.c.state.in_(("PENDING", "SENDING"))).order_by(*_ORDER)
_OPEN = _ROWS.where(*_OF_CHANNEL, delivery.c.state.in_(("PENDING", "SENDING", "UNKNOWN"))).order_by(*_ORDER)
_OF_PICK = _ROWS.where(
    delivery.c.tenant_id == bindparam("tenant"), delivery.c.pick_id == bindparam("name")
).order_by(delivery.c.channel, delivery.c.kind)  # fmt: skip
_CHANNELS = (
    select(delivery.c.channel)
    .where(delivery.c.tenant_id == bindparam("tenant"), delivery.c.state.in_(("PENDING", "SENDING", "UNKNOWN")))
    .distinct()
)


_CALLED_OFF = select(delivery.c.pick_id).where(*_OF_CHANNEL, delivery.c.kind != "POST").distinct()


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message on its way out: its bytes never change from here on. `edited`: what the one it calls back says now."""

    pick_id: str
    channel: str
    kind: MessageKind
    payload: str
    deadline: datetime
    edited: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox as it stood when it was read, or as it stands claimed."""

    tenant_id: str
    pick_id: str
    channel: str
    kind: MessageKind
    payload: str
    payload_hash: str
    edited: str | None
    text_hash: str
    state: DeliveryState
    attempts: int
    token: int
    resends: int
    lease_until: datetime | None
    not_before: datetime
    deadline: datetime
    chat: str
    message_id: str | None
    sent_at: datetime | None
    held_at: datetime | None
    detail: str | None
    updated_at: datetime
    event_id: str

    @property
    def receipt(self) -> Receipt | None:
        """Return what the channel said of the message; null before it was carried."""
        return None if self.message_id is None else Receipt(self.message_id, self.chat, self.sent_at)


def add(session: Session, news: Sequence[NewDelivery], *, tenant_id: str, at: datetime) -> None:
    """Append messages, in the transaction that decides that they go out."""
    moment = micros(at)
    session.append(delivery, _COLUMNS, [
        (tenant_id, new.pick_id, new.channel, str(new.kind), new.payload, sha256_hex(new.payload.encode()),
         new.edited, sha256_hex(text_of(new.payload).encode()), "PENDING", 0, 0, 0, moment, micros(new.deadline), "",
         moment)
        for new in news
    ])  # fmt: skip


def waiting(session: Session, *, tenant_id: str, channel: str, at: datetime) -> list[Delivery]:
    """Return what a channel has to carry by now, the longest waiting first."""
    return _found(session.rows(_WAITING, {"tenant": tenant_id, "channel_name": channel, "moment": at}))


def left(session: Session, *, tenant_id: str, channel: str, at: datetime) -> list[Delivery]:
    """Return what was claimed, whose claim has run out, and nobody came back."""
    return _found(session.rows(_LEFT, {"tenant": tenant_id, "channel_name": channel, "moment": at}))


def doubtful(session: Session, *, tenant_id: str, channel: str, at: datetime) -> list[Delivery]:
    """Return what may have been sent, once everything that was under way has landed."""
    bound = {"tenant": tenant_id, "channel_name": channel, "moment": at, "landed": at - QUIET}
    return _found(session.rows(_DOUBTFUL, bound))


def unsent(session: Session, *, tenant_id: str, channel: str) -> list[Delivery]:
    """Return what a channel has not carried as far as anybody knows, due or not."""
    return _found(session.rows(_UNSENT, {"tenant": tenant_id, "channel_name": channel}))


def open_ones(session: Session, *, tenant_id: str, channel: str) -> list[Delivery]:
    """Return what of a channel has not ended, in doubt or not."""
    return _found(session.rows(_OPEN, {"tenant": tenant_id, "channel_name": channel}))


def of_pick(session: Session, pick_id: str, *, tenant_id: str) -> list[Delivery]:
    """Return every message about a pick, by channel."""
    return _found(session.rows(_OF_PICK, {"tenant": tenant_id, "name": pick_id}))


def called_off(session: Session, *, tenant_id: str, channel: str) -> frozenset[str]:
    """Return the picks that a notice has called back, or will."""
    rows = session.rows(_CALLED_OFF, {"tenant": tenant_id, "channel_name": channel})
    return frozenset(str(row.pick_id) for row in rows)


def open_channels(session: Session, *, tenant_id: str) -> list[str]:
    """Return the channels that have messages which have not ended."""
    return sorted(str(row.channel) for row in session.rows(_CHANNELS, {"tenant": tenant_id}))


def claim(session: Session, item: Delivery, *, at: datetime, until: datetime, deadline: datetime) -> Delivery | None:
    """Take a message in hand until a moment, under a new token; null where somebody else was quicker."""
    _whole(item)
    moved(item.state, DeliveryState.SENDING)
    taken = _moves(
        session, item, at, state="SENDING", token=item.token + 1, attempts=item.attempts + 1, lease_until=until,
        deadline=deadline,
    )  # fmt: skip
    return _claimed(session, item) if taken else None


def sent(session: Session, item: Delivery, receipt: Receipt, *, at: datetime, outcome: str = "SENT") -> bool:
    """Record that a message arrived; false where the token is not the newest any more."""
    done = _ends(
        session, item, DeliveryState.SENT, at, chat=receipt.chat, message_id=receipt.message_id,
        sent_at=receipt.at or at, detail=None,
    )  # fmt: skip
    if done:
        _attempted(session, item, outcome, receipt.message_id, at)
    return done


def back(session: Session, item: Delivery, *, at: datetime, not_before: datetime, detail: str, resent: bool) -> bool:
    """Put a message back to be sent again; `resent`: after a doubt, which is counted."""
    done = _ends(
        session, item, DeliveryState.PENDING, at, not_before=not_before, resends=item.resends + int(resent),
        detail=detail,
    )  # fmt: skip
    if done:
        _attempted(session, item, "RESENT" if resent else "NOT_SENT", detail, at)
    return done


def untried(session: Session, item: Delivery, *, at: datetime, not_before: datetime) -> bool:
    """Put a message back that was claimed and never handed over: it was no attempt."""
    return _ends(session, item, DeliveryState.PENDING, at, not_before=not_before, attempts=item.attempts - 1)


def unknown(session: Session, item: Delivery, *, at: datetime, look_at: datetime, detail: str) -> bool:
    """Record that a message may have been sent, and from when it may be looked for."""
    done = _ends(session, item, DeliveryState.UNKNOWN, at, not_before=look_at, detail=detail)
    if done:
        _attempted(session, item, "UNKNOWN", detail, at)
    return done


def held(session: Session, item: Delivery, *, at: datetime, detail: str) -> bool:
    """Record that nobody knows whether a message arrived; false where that was recorded before, or others were quicker.

    The row stays UNKNOWN, and a later sighting still ends it.
    """
    if item.held_at is not None:
        return False
    return _moves(session, item, at, state="UNKNOWN", lease_until=None, held_at=at, detail=detail)


def missed(session: Session, item: Delivery, *, at: datetime, detail: str) -> bool:
    """Record that a message was not sent in time."""
    done = _ends(session, item, DeliveryState.MISSED, at, detail=detail)
    if done:
        _attempted(session, item, "MISSED", detail, at)
    return done


def cancelled(session: Session, item: Delivery, *, at: datetime, detail: str) -> bool:
    """Record that a message is not to be sent any more."""
    done = _ends(session, item, DeliveryState.CANCELLED, at, detail=detail)
    if done:
        _attempted(session, item, "CANCELLED", detail, at)
    return done


def _ends(session: Session, item: Delivery, to: DeliveryState, at: datetime, **more: object) -> bool:
    moved(item.state, to)
    return _moves(session, item, at, state=str(to), lease_until=None, **more)


def _moves(session: Session, item: Delivery, at: datetime, **values: object) -> bool:
    """Change a row that nobody has touched since it was read: its state and its token say so."""
    changed = session.execute(
        update(delivery)
        .where(*_KEY, delivery.c.state == bindparam("was"), delivery.c.token == bindparam("under"))
        .values(updated_at=at, **values),
        {**_key(item), "was": str(item.state), "under": item.token},
    )
    return changed.rowcount == 1


def _claimed(session: Session, item: Delivery) -> Delivery:
    (row,) = session.rows(_ROWS.where(*_KEY), _key(item))
    return _delivery(row)


def _key(item: Delivery) -> dict[str, str]:
    return {
        "tenant": item.tenant_id, "name": item.pick_id, "channel_name": item.channel, "kind_name": str(item.kind)
    }  # fmt: skip


def _attempted(session: Session, item: Delivery, outcome: str, detail: str, at: datetime) -> None:
    session.append(
        delivery_attempt,
        ("attempt_id", "tenant_id", "pick_id", "channel", "attempt", "outcome", "detail", "at", "kind", "token",
         "payload_hash"),
        [(content_id("attempt", item.tenant_id, item.pick_id, item.channel, item.kind, item.token, outcome, micros(at)),
          item.tenant_id, item.pick_id, item.channel, item.attempts, outcome, detail, micros(at), str(item.kind),
          item.token, sha256_hex(item.payload.encode()))],
    )  # fmt: skip


def _found(rows: Sequence[Row[*tuple[object, ...]]]) -> list[Delivery]:
    return [_delivery(row) for row in rows]


def _delivery(row: Row[*tuple[object, ...]]) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__slots__}
    values["kind"], values["state"] = MessageKind(values["kind"]), DeliveryState(values["state"])
    return Delivery(**values)


def _whole(item: Delivery) -> None:
    """Raise CorruptRecord where the bytes are not those that were laid down when the pick was published."""
    if sha256_hex(item.payload.encode()) != item.payload_hash:
        raise CorruptRecord(f"message of pick {item.pick_id} for {item.channel} must be as it was laid down, was not")
