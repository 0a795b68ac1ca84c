"""Evenings of the demonstration after a few days of a small league, in a record where picks come at once."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import NoReturn

from sqlalchemy import Engine

from closeline.domain.clock import FixedClock
from closeline.domain.ports import Channel, Message
from closeline.domain.publishing.delivery import Receipt
from closeline.jobs.demo import DemoOutcome, publish_from, run_demo
from closeline.jobs.demo.evening import CHAT, Chat, Stage
from closeline.jobs.demo.slate import evening_slate
from closeline.jobs.desk import Desk
from closeline.jobs.replaying.backtest import Interlude, backtest
from closeline.providers.channels import InAppFeed
from closeline.store.desk.outbox import Delivery
from closeline.wiring.demonstration import simulated_chat
from closeline.wiring.reading import archive_of
from tests.builders.archives import an_archive
from tests.builders.desks import a_desk
from tests.builders.records import make_trusting, opened

DAYS = an_archive(days=12)
OUTCOMES: dict[str, DemoOutcome] = {}


def evening_desk(engine: Engine) -> Desk:
    return a_desk(engine, [DAYS], channels=[InAppFeed()])


def a_stage(desk: Desk) -> Stage:
    return Stage(evening_slate(desk.shelf), simulated_chat, archive_of)


class StoppedError(Exception):
    """Somebody pulled the plug."""


def stopped(*_: object) -> NoReturn:
    raise StoppedError


def make_before(url: str) -> None:
    """Fill a record with the days, and stop when the evening would begin."""
    make_trusting(url)
    with opened(url) as engine:
        desk = evening_desk(engine)
        live = replace(desk, publish_from=publish_from(desk.shelf))
        with suppress(StoppedError):
            backtest(live, None, [Interlude(a_stage(desk).begins, stopped)])


BEFORE = ("before an evening", make_before)


def make_evening(url: str) -> None:
    """Go on from there: the evening, its results, and what is learned afterwards."""
    with opened(url) as engine:
        desk = evening_desk(engine)
        OUTCOMES[engine.dialect.name] = run_demo(desk, stage=a_stage(desk))


EVENING = ("an evening", make_evening, BEFORE)


class Forgetful:
    """A chat of which one message is said to be sent, and is sent nowhere."""

    name, repeatable = CHAT, False

    def __init__(self, chat: Chat, forgets: int) -> None:
        self._chat, self._left = chat, forgets

    @property
    def channel(self) -> Channel:
        return self

    def send(self, message: Message) -> Receipt:
        self._left -= 1
        return Receipt("99", "-1") if self._left == 0 else self._chat.channel.send(message)

    def restore(self, sent: list[Delivery]) -> None:
        self._chat.restore(sent)

    def reads(self) -> dict[str, str]:
        return self._chat.reads()


def forgetful(stage: Stage, forgets: int) -> Stage:
    """Give the stage with a chat that loses a message and says nothing of it."""

    @contextmanager
    def chat(clock: FixedClock) -> Iterator[Forgetful]:
        with simulated_chat(clock) as found:
            yield Forgetful(found, forgets)

    return replace(stage, chat=chat)
