"""One fake per port: real behaviour in memory, and faults on request."""

from collections import Counter

from closeline.domain.captures import RawPayload
from closeline.domain.errors import InsideTransaction, NotFound
from closeline.domain.ports import Message, RawItem
from closeline.store.session import inside_transaction


class FakeFetcher:
    """Brings what it was given, and refuses inside a transaction as the port demands."""

    def __init__(self, *payloads: RawPayload) -> None:
        self.payloads = {payload.name: payload for payload in payloads}
        self.fetched: list[RawItem] = []

    def fetch(self, item: RawItem) -> RawPayload:
        if inside_transaction():
            raise InsideTransaction
        self.fetched.append(item)
        if item.address not in self.payloads:
            raise NotFound(f"payload must be at {item.address}, was not")
        return self.payloads[item.address]


class ChannelDied(Exception):
    """The process died while a channel was carrying."""


class FakeChannel:
    """Carries each message once, whoever asks how often; `dies_after` messages it takes the process with it."""

    def __init__(self, name: str = "fake", *, dies_after: int | None = None) -> None:
        self.name = name
        self.dies_after = dies_after
        self.carried: dict[str, Message] = {}
        self.asked: Counter[str] = Counter()

    def send(self, message: Message) -> str:
        if inside_transaction():
            raise InsideTransaction
        if self.dies_after is not None and sum(self.asked.values()) >= self.dies_after:
            raise ChannelDied
        self.asked[message.pick_id] += 1
        kept = self.carried.setdefault(message.pick_id, message)
        assert kept == message, "a second sending must carry the same bytes"
        return f"{self.name}-{message.pick_id}"
