"""Deaths on the way: a forked worker is killed at a named point between the record and a chat that takes all it is sent.

The chat is a file. What a worker has written into it arrives, whether or not the worker lives on, and up to a minute
later than it was written: a worker that dies leaves requests under way, as it would on a network. So nothing here
waits: the clock of each life is given.
"""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from closeline.domain.clock import FixedClock, instant, micros
from closeline.domain.ports import Look, Message, Sighting
from closeline.domain.publishing.delivery import LEASE, QUIET, MessageKind, Receipt, Unseen, text_of
from closeline.flow.publish import carrying, reconciling
from closeline.store.desk import outbox
from closeline.store.desk.outbox import NewDelivery
from closeline.store.session import Session, unit_of_work
from tests.builders.records import TENANT, opened, rows_of

PUBLISHING = ("publish: before the commit", "publish: after the commit")
SENDING = (
    "claim: before the commit", "claim: after the commit", "send: before the request", "send: the request is written",
    "send: after the answer", "keep: before the commit", "keep: after the commit",
)  # fmt: skip
LOOKING = ("look: before", "look: after", "decide: before the commit", "decide: after the commit")
LABELS = (*PUBLISHING, *SENDING, *LOOKING)
CHAT = "-100"
# After it whatever a life has left behind may be decided about; it is more than the longest way of a request.
LATER = LEASE + QUIET + timedelta(seconds=1)
LANDS_SECONDS_MAX = 60.0
Point = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wire:
    """The file of one chat: each line is a message, when it was written and when it is there."""

    path: Path

    def write(self, message: Message, at: datetime, seconds: float) -> int:
        """Add a message at once and whole, and return its number."""
        line = {
            "name": message.name, "text": text_of(message.payload), "at": micros(at),
            "lands": micros(at + timedelta(seconds=seconds)),
        }  # fmt: skip
        with self.path.open("ab", buffering=0) as file:
            file.write(json.dumps(line).encode() + b"\n")
        return len(self.lines())

    def lines(self) -> list[dict[str, str | int]]:
        """Return every message, the first first."""
        return [json.loads(line) for line in self.path.read_bytes().splitlines()] if self.path.exists() else []


class WireChannel:
    """A channel that dies at its points. Called repeatable, it is the naive policy: whatever is in doubt goes again."""

    def __init__(self, name: str, wire: Wire, clock: FixedClock, point: Point, seconds: float, *, naive: bool) -> None:
        self.name, self.repeatable = name, naive
        self._wire, self._clock, self._point, self._seconds = wire, clock, point, seconds

    def send(self, message: Message) -> Receipt:
        """Write the request, and live to see the answer or not."""
        self._point("send: before the request")
        number = self._wire.write(message, self._clock(), self._seconds)
        self._point("send: the request is written")
        return Receipt(str(number), CHAT, self._clock())


class WireObserver:
    """Sees what has landed in the file."""

    def __init__(self, channel: str, wire: Wire, clock: FixedClock) -> None:
        self.channel, self._wire, self._clock = channel, wire, clock

    def look(self, after: int) -> Look:
        """Return what is there by now."""
        seen = [
            Sighting(number, CHAT, str(number), str(line["text"]), instant(int(line["at"])))
            for number, line in enumerate(self._wire.lines(), 1)
            if number > after and int(line["lands"]) <= micros(self._clock())
        ]
        # Two requests may land in another order than they were written: nothing is passed over.
        gap = next((n for n, item in enumerate(seen, after + 1) if item.number != n), None)
        return Look(tuple(item for item in seen if gap is None or item.number < gap), after, whole=True, proved=True)


@dataclass(frozen=True, slots=True)
class Life:
    """One life of a worker: when it lives, where it dies (empty: it does not), and how long its requests take."""

    at: datetime
    dies_at: str = ""
    turn: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What a worker plays on: a channel with its file, and what publishes, where it is to publish at all."""

    url: str
    channel: str
    wire: Wire
    publish: Callable[[Session, datetime], object] | None = None
    naive: bool = False


def live(engine: Engine, stage: Stage, life: Life, point: Point) -> None:
    """Publish, carry and reconcile once each, the last two in the order of a worker that has just begun."""
    clock = FixedClock(life.at)
    channel = WireChannel(stage.channel, stage.wire, clock, point, life.seconds, naive=stage.naive)
    observers = () if stage.naive else (WireObserver(stage.channel, stage.wire, clock),)
    if stage.publish is not None:
        with unit_of_work(engine) as session:
            stage.publish(session, clock())
            point("publish: before the commit")
        point("publish: after the commit")
    _reconcile(engine, channel, observers, clock, point)
    _deliver(engine, channel, clock, point)
    _reconcile(engine, channel, observers, clock, point)


def _deliver(engine: Engine, channel: WireChannel, clock: FixedClock, point: Point) -> None:
    with unit_of_work(engine) as session:
        parcels = carrying.plan(session, tenant_id=TENANT, channels=[channel], at=clock())
        point("claim: before the commit")
    point("claim: after the commit")
    brought = carrying.perform([channel], parcels, clock)
    point("send: after the answer")
    with unit_of_work(engine) as session:
        carrying.keep(session, brought, tenant_id=TENANT)
        point("keep: before the commit")
    point("keep: after the commit")


def _reconcile(
    engine: Engine, channel: WireChannel, observers: Sequence[WireObserver], clock: FixedClock, point: Point
) -> None:  # fmt: skip
    with unit_of_work(engine) as session:
        due = reconciling.plan(session, tenant_id=TENANT, observers=observers, at=clock())
    point("look: before")
    looks = reconciling.perform(observers, due)
    point("look: after")
    with unit_of_work(engine) as session:
        reconciling.keep(
            session, due, looks, tenant_id=TENANT, channels=[channel], unseen=Unseen.HOLD, at=clock()
        )  # fmt: skip
        point("decide: before the commit")
    point("decide: after the commit")


def lived(stage: Stage, life: Life) -> bool:
    """Fork a worker, let it live its life, and say whether it was killed on the way."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            met: Counter[str] = Counter()

            def point(label: str) -> None:
                met[label] += 1
                if label == life.dies_at and met[label] == life.turn:
                    os.kill(os.getpid(), signal.SIGKILL)

            with opened(stage.url) as engine:
                live(engine, stage, life, point)
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise AssertionError(f"a worker must be killed or end well, did not: {life}")
    return os.WIFSIGNALED(status)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the messages of one channel: how often each is there, and how its row ended."""

    deaths: int
    lost: int
    doubled: int
    held: int
    sent: int
    messages: int


def play(
    engine: Engine, stage: Stage, chance: random.Random, *, at: datetime, labels: Sequence[str] = SENDING
) -> Tally:
    """Kill a worker at a point of chance, three times in ten its successor too, and let the next ones mend it."""
    killing = [chance.choice(labels)] + [chance.choice((*SENDING, *LOOKING))] * (chance.random() < 0.3)
    deaths = 0
    for label in killing:
        life = Life(at, label, chance.randint(1, 2), chance.uniform(0, LANDS_SECONDS_MAX))
        deaths += lived(stage, life)
        # The next worker begins at once, or much later.
        at += chance.choice((timedelta(seconds=1), LATER))
    for _ in range(5):
        live(engine, stage, Life(at), lambda label: None)
        found = tally(engine, stage, deaths)
        if found.sent == found.messages:
            break
        at += LATER
    return found


def lay_down(engine: Engine, channel: str, *, at: datetime, deadline: datetime) -> None:
    """Give a channel its messages about every published pick, as publishing does."""
    with unit_of_work(engine) as session:
        names = [str(row["pick_id"]) for row in rows_of(session, "SELECT pick_id FROM publication ORDER BY pick_id")]
        outbox.add(session, [
            NewDelivery(name, channel, MessageKind.POST, f"PICK {name}", deadline) for name in names
        ], tenant_id=TENANT, at=at)  # fmt: skip


def tally(engine: Engine, stage: Stage, deaths: int) -> Tally:
    """Count what is in the chat against what the record says: lost is what is neither there nor told as uncertain."""
    with unit_of_work(engine, write=False) as session:
        rows = rows_of(session, f"SELECT pick_id, state FROM delivery WHERE channel = '{stage.channel}'")
    times = Counter(str(line["name"]) for line in stage.wire.lines())
    states = Counter(str(row["state"]) for row in rows)
    absent = [row for row in rows if not times[str(row["pick_id"])] and row["state"] != "UNKNOWN"]
    doubled = sum(times[str(row["pick_id"])] > 1 for row in rows)
    return Tally(deaths, len(absent), doubled, states["UNKNOWN"], states["SENT"], len(rows))
