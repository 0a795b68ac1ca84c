"""Pacing: how long a message waits so that a channel is asked no more often than it lets us; the clock is given.

Source of the limits: the FAQ of the Bot API, about one message a second per chat, twenty a minute per group and thirty
a second over all chats. Edits count too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` messages in any `seconds`, of one chat or of all."""

    most: int
    seconds: float
    everywhere: bool = False


TELEGRAM: Final = (Pace(1, 1.0), Pace(20, 60.0), Pace(30, 1.0, everywhere=True))


@dataclass(frozen=True, slots=True)
class Paced:
    """One message that went out: when, in seconds that only run forward, and to which chat."""

    at: float
    chat: str


def wait_before(
    past: Sequence[Paced], chat: str, now: float, *, paces: Sequence[Pace] = TELEGRAM, held_until: float = 0.0
) -> float:
    """Return how many seconds a message to a chat must wait. `held_until`: until when the channel asked for quiet."""
    waits = [held_until - now, 0.0]
    for pace in paces:
        counted = sorted(item.at for item in past if pace.everywhere or item.chat == chat)
        if len(counted) >= pace.most:
            waits.append(counted[-pace.most] + pace.seconds - now)
    return max(waits)


def remembered(past: Sequence[Paced], now: float, *, paces: Sequence[Pace] = TELEGRAM) -> list[Paced]:
    """Return what still counts: a message older than the longest pace does not."""
    longest = max((pace.seconds for pace in paces), default=0.0)
    return [item for item in past if now - item.at < longest]
