"""What the verbs ask of the outside world."""

from dataclasses import dataclass
from typing import Protocol

from closeline.domain.captures import RawPayload


@dataclass(frozen=True, slots=True)
class RawItem:
    """Something that a feed wants fetched: an address in the fetcher's own terms."""

    feed: str
    address: str


class Fetcher(Protocol):
    """Brings bytes from outside. Raises InsideTransaction when a transaction is open."""

    def fetch(self, item: RawItem) -> RawPayload:
        """Return the bytes at an address, as they were received."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to carry: fixed bytes under a name that makes sending it twice harmless."""

    pick_id: str
    payload: str


class Channel(Protocol):
    """A place where picks are published."""

    name: str

    def send(self, message: Message) -> str:
        """Carry a message and return the channel's own id for it."""
        ...
