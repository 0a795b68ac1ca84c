"""A chat in memory that is no stranger to doubt, and rounds of delivery through it at moments that a test names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from closeline.domain.clock import FixedClock
from closeline.domain.errors import InsideTransaction
from closeline.domain.ports import Look, Message, Sighting
from closeline.domain.publishing.delivery import OutcomeUnknown, Receipt, SurelyNotSent, Unseen, text_of
from closeline.flow.publish import carrying, reconciling
from closeline.store.desk import outbox
from closeline.store.session import inside_transaction, unit_of_work
from tests.builders.moments import OPENS
from tests.builders.records import TENANT, rows_of

CHAT = "-100"


@dataclass
class Chat:
    """Keeps every message that reaches it. `lands` says after how long what was sent is there for others to see."""

    name: str = "chat"
    repeatable: bool = False
    now: Callable[[], datetime] = field(default=lambda: OPENS)
    script: list[Exception | str] = field(default_factory=list)
    lands: timedelta = timedelta(0)
    messages: list[tuple[datetime, Message]] = field(default_factory=list)
    attempts: int = 0

    def send(self, message: Message) -> Receipt:
        """Carry a message, unless the script says otherwise: LOST takes it and loses the answer."""
        if inside_transaction():
            raise InsideTransaction
        self.attempts += 1
        said = self.script.pop(0) if self.script else "SENT"
        if isinstance(said, SurelyNotSent):
            raise said
        if said != "NEVER_CAME":
            self.messages.append((self.now(), message))
        if said != "SENT":
            raise OutcomeUnknown("the answer was lost")
        return Receipt(str(len(self.messages)), CHAT, self.now())

    def names(self) -> list[str]:
        """Return the names of the messages that are there, in the order in which they came."""
        return [message.name for _, message in self.messages]


@dataclass
class Reader:
    """Sees what has landed in a chat; blind, it sees nothing and says so."""

    chat: Chat
    blind: bool = False
    proved: bool = True
    channel: str = "chat"

    def look(self, after: int) -> Look:
        """Return the messages after a number that have landed by now."""
        if self.blind:
            return Look((), after, whole=False, fault="blind")
        now = self.chat.now()
        seen = tuple(
            Sighting(number, CHAT, str(number), text_of(message.payload), at)
            for number, (at, message) in enumerate(self.chat.messages, 1)
            if number > after and at + self.chat.lands <= now
        )
        return Look(seen, max((item.number for item in seen), default=after), whole=True, proved=self.proved)


class Post:
    """A record, a chat and a clock: `deliver` and `reconcile` are one round each, at the moment that the clock shows."""

    def __init__(self, engine: Engine, chat: Chat, clock: FixedClock, *, reader: Reader | None = None) -> None:
        self.engine, self.chat, self.clock = engine, chat, clock
        self.readers = (reader,) if reader else ()
        self.unseen = Unseen.HOLD
        chat.now = clock

    def claim(self) -> list[carrying.Parcel]:
        """Take the first step alone."""
        with unit_of_work(self.engine) as session:
            return carrying.plan(session, tenant_id=TENANT, channels=[self.chat], at=self.clock())

    def carry(self, parcels: list[carrying.Parcel]) -> list[carrying.Brought]:
        """Take the second."""
        return carrying.perform([self.chat], parcels, self.clock)

    def keep(self, brought: list[carrying.Brought]) -> int:
        """Take the third."""
        with unit_of_work(self.engine) as session:
            return carrying.keep(session, brought, tenant_id=TENANT)

    def deliver(self) -> int:
        """Take all three; returns the stale results."""
        return self.keep(self.carry(self.claim()))

    def reconcile(self) -> int:
        """Look, and decide; returns how many messages stay in doubt."""
        with unit_of_work(self.engine) as session:
            due = reconciling.plan(session, tenant_id=TENANT, observers=self.readers, at=self.clock())
        looks = reconciling.perform(self.readers, due)
        with unit_of_work(self.engine) as session:
            return reconciling.keep(
                session, due, looks, tenant_id=TENANT, channels=[self.chat], unseen=self.unseen, at=self.clock()
            )

    def rows(self, pick_id: str) -> list[outbox.Delivery]:
        """Return the rows of a pick."""
        with unit_of_work(self.engine, write=False) as session:
            return outbox.of_pick(session, pick_id, tenant_id=TENANT)

    def states(self) -> list[str]:
        """Return the state of every row of the record, by pick and kind."""
        with unit_of_work(self.engine, write=False) as session:
            return [row["state"] for row in rows_of(session, "SELECT state FROM delivery ORDER BY pick_id, kind")]
