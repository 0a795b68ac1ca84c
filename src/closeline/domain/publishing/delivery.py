"""Delivery of a message: its states, until when it may go out, when it is tried again, and what is surely not sent.

A channel without a key of its own for messages cannot promise exactly once. So one thing decides everything here: is
it sure that nothing was sent (try again), or is it unknown (wait until what is under way has landed, and look first)?
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from closeline.domain.errors import IllegalTransition


class MessageKind(StrEnum):
    """What a message says: the pick itself, or a notice about one that was sent.

    A notice is two acts: the sent message is edited, and a new message answers it.
    """

    POST = "POST"
    SUPERSEDED = "SUPERSEDED"
    VOIDED = "VOIDED"


NOTICES: Final = (MessageKind.SUPERSEDED, MessageKind.VOIDED)


class DeliveryState(StrEnum):
    """How far a message has come. UNKNOWN is told to people: it may have arrived, and nobody saw."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class Unseen(StrEnum):
    """What becomes of a message that may have been sent where nobody can look: it waits, or it goes out again."""

    HOLD = "hold"
    RESEND = "resend"


_PENDING, _SENDING, _UNKNOWN = DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN
_SENT, _MISSED, _CANCELLED = DeliveryState.SENT, DeliveryState.MISSED, DeliveryState.CANCELLED
TRANSITIONS: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = MappingProxyType({
    _PENDING: frozenset({_SENDING, _MISSED, _CANCELLED}),
    # A claim that ran out is claimed again where a second sending is harmless.
    _SENDING: frozenset({_SENDING, _PENDING, _SENT, _MISSED, _UNKNOWN}),
    _UNKNOWN: frozenset({_PENDING, _SENT, _CANCELLED}),
    _SENT: frozenset(),
    _MISSED: frozenset(),
    _CANCELLED: frozenset(),
})  # fmt: skip

# A post must be on its way this long before its game begins; the whole call to a channel is shorter.
MARGIN: Final = timedelta(seconds=60)
# A notice is worth sending after the start too: who followed the pick must hear of it.
NOTICE_FOR: Final = timedelta(hours=48)
# How long what was claimed belongs to who claimed it, and how long after that it may still be under way.
LEASE: Final = timedelta(minutes=2)
QUIET: Final = timedelta(seconds=90)
# The longest that one call to a channel takes, all in all: shorter than the margin and than the quiet period.
CALL_MOST: Final = timedelta(seconds=20)
# A message that never arrives, however often it is sent and looked for, is a case for a person.
RESENDS_MOST: Final = 3
_FIRST_WAIT: Final = timedelta(seconds=5)
_WAIT_MOST: Final = timedelta(minutes=5)


class SurelyNotSent(Exception):
    """The channel has not carried the message, and it is certain: it may be sent again as it is.

    `retry_after`: how long the channel asks to be left alone, null where it does not say.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        """Say why, without any secret: the reason is kept and shown."""
        super().__init__(reason)
        self.reason, self.retry_after = reason, retry_after


class OutcomeUnknown(Exception):
    """The channel may have carried the message: it must not be sent again before somebody has looked."""

    def __init__(self, reason: str) -> None:
        """Say why, without any secret: the reason is kept and shown."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel says of a message that it carried: its own id for it, in which chat, and by its own clock when."""

    message_id: str
    chat: str = ""
    at: datetime | None = None


def text_of(payload: str) -> str:
    """Return what a payload says to its readers: its text where it is a document with one, else all of it."""
    try:
        told = json.loads(payload)
    except ValueError:
        return payload
    text = told.get("text") if isinstance(told, dict) else None
    return text if isinstance(text, str) else payload


def moved(state: DeliveryState, to: DeliveryState) -> DeliveryState:
    """Return the state that a delivery moves to; raises IllegalTransition for a move that there is not."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition(f"delivery must move from {state} to one of {sorted(TRANSITIONS[state])}, was {to}")
    return to


def deadline_of(kind: MessageKind, *, starts_at: datetime, announced_at: datetime) -> datetime:
    """Return the last moment at which a message may be handed over."""
    return starts_at - MARGIN if kind is MessageKind.POST else announced_at + NOTICE_FOR


def wait_after(attempts: int, retry_after: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, and never less than is asked for."""
    doubled = min(_FIRST_WAIT * (1 << min(max(attempts - 1, 0), 10)), _WAIT_MOST)
    return doubled if retry_after is None else max(doubled, retry_after)


def next_try(
    at: datetime, *, attempts: int, deadline: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when a message that was surely not sent is tried again; null where that would be past its deadline."""
    again = at + wait_after(attempts, retry_after)
    return again if again <= deadline else None


def looked_for_at(at: datetime, *, lease_until: datetime | None = None) -> datetime:
    """Return from when a message in doubt may be looked for: what was under way has landed by then.

    at: when it became unknown. lease_until: of a claim that nobody came back from, until when it could still be sent.
    """
    return (at if lease_until is None else lease_until) + QUIET


def may_go(at: datetime, *, deadline: datetime, lease_until: datetime | None = None) -> bool:
    """Say whether a message may be handed over now: neither past its deadline nor past the claim under which it is."""
    return at <= deadline and (lease_until is None or at <= lease_until)


class Doubt(StrEnum):
    """What is done about a message that may have been sent, after the quiet period."""

    SEEN = "SEEN"
    RESEND = "RESEND"
    HOLD = "HOLD"
    CANCEL = "CANCEL"


def decided(
    *, seen: bool, observed: bool, unseen: Unseen, resends: int, announced: bool, at: datetime, deadline: datetime
) -> Doubt:
    """Return what becomes of a message in doubt.

    observed: somebody has looked since the quiet period ended. announced: a notice has called the pick off meanwhile.
    A message that was looked for and not seen is sent again once for each doubt, and has so many doubts at most; one
    that nobody can look for goes as `unseen` says.
    """
    if seen:
        return Doubt.SEEN
    if announced:
        return Doubt.CANCEL if observed else Doubt.HOLD
    if at > deadline:
        return Doubt.HOLD
    if observed:
        return Doubt.RESEND if resends < RESENDS_MOST else Doubt.HOLD
    return Doubt.RESEND if unseen is Unseen.RESEND else Doubt.HOLD
