"""One fake per port: real behaviour in memory, and faults on request."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from closeline.domain.errors import InsideTransaction
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.feeds.fetching import Allowance, CallOutcome, Fetched, RawItem
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import Receipt
from closeline.store.session import inside_transaction

NOTHING_TOLD = Allowance()


class ChannelDied(Exception):
    """The process died while a channel was carrying."""


class FakeChannel:
    """Carries each message once, whoever asks how often; `dies_after` messages it takes the process with it."""

    repeatable = True

    def __init__(self, name: str = "fake", *, dies_after: int | None = None) -> None:
        self.name = name
        self.dies_after = dies_after
        self.carried: dict[str, Message] = {}
        self.asked: Counter[str] = Counter()

    def send(self, message: Message) -> Receipt:
        if inside_transaction():
            raise InsideTransaction
        if self.dies_after is not None and sum(self.asked.values()) >= self.dies_after:
            raise ChannelDied
        self.asked[message.name] += 1
        kept = self.carried.setdefault(message.name, message)
        assert kept == message, "a second sending must carry the same bytes"
        return Receipt(f"{self.name}-{message.name}")


class FakeFetcher:
    """Answers calls from a script and remembers them; what the script does not know is not found.

    The script maps the beginning of an address to what is answered: an answer, or a list of answers one after the
    other, the last for ever. Two threads may call it; `before` is run within each call.
    """

    def __init__(
        self, clock: Callable[[], datetime], script: Mapping[str, "Answer | list[Answer]"],
        before: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.script = dict(script)
        self.before = before
        self.calls: list[RawItem] = []
        self.lock = Lock()

    def fetch(self, item: RawItem) -> Fetched:
        if inside_transaction():
            raise InsideTransaction
        asked_at = self.clock()
        if self.before is not None:
            self.before()
        with self.lock:
            self.calls.append(item)
            answer = self._answer(item)
        at = self.clock()
        payload = None if answer.content is None else RawPayload(item.address, answer.content, at)
        outcome = answer.outcome
        return Fetched(
            item, outcome, asked_at, at, payload if outcome is CallOutcome.OK else None, answer.allowance,
            answer.status, answer.error_code, "" if outcome is CallOutcome.OK else f"{outcome} of the fake",
        )  # fmt: skip

    def _answer(self, item: RawItem) -> "Answer":
        known = sorted((start for start in self.script if item.address.startswith(start)), key=len)
        if not known:
            return Answer(outcome=CallOutcome.NOT_FOUND, status=404)
        scripted = self.script[known[-1]]
        if isinstance(scripted, Answer):
            return scripted
        return scripted.pop(0) if len(scripted) > 1 else scripted[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fake source answers."""

    content: bytes | None = None
    outcome: CallOutcome = CallOutcome.OK
    allowance: Allowance = NOTHING_TOLD
    status: int = 200
    error_code: str = ""
