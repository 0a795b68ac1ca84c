"""Carrying: what was published goes to every channel, in three steps, with no transaction open while it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.ports import Channel, Message
from closeline.store.desk import publications
from closeline.store.desk.publications import PendingDelivery
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one channel has to carry."""

    channel: str
    deliveries: tuple[PendingDelivery, ...]


def plan(session: Session, *, tenant_id: str, channels: Sequence[str]) -> list[Parcel]:
    """Read what each channel still has to carry: the first step of delivery."""
    return [
        Parcel(channel, tuple(publications.pending(session, tenant_id=tenant_id, channel=channel)))
        for channel in channels
    ]


def perform(channels: Sequence[Channel], parcels: Sequence[Parcel]) -> list[tuple[str, PendingDelivery, str]]:
    """Hand the messages over, with no transaction open: the second step. Channels carry a message twice harmlessly."""
    ports = {channel.name: channel for channel in channels}
    return [
        (parcel.channel, item, ports[parcel.channel].send(Message(item.pick_id, item.payload)))
        for parcel in parcels
        for item in parcel.deliveries
    ]


def keep(
    session: Session, carried: Sequence[tuple[str, PendingDelivery, str]], *, tenant_id: str, at: datetime
) -> None:
    """Record what was carried: the third step."""
    for channel in sorted({name for name, _, _ in carried}):
        messages = [(item, message_id) for name, item, message_id in carried if name == channel]
        publications.sent(session, tenant_id=tenant_id, channel=channel, messages=messages, at=at)
