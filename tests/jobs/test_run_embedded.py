"""The embedded runner: a slot runs once, however many runners wake, and a fault is tried again."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from closeline.domain.clock import FixedClock
from closeline.domain.errors import StoreUnavailable
from closeline.domain.leagues import League
from closeline.domain.ports import Message
from closeline.domain.publishing.delivery import MessageKind, Receipt
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.jobs.duty.run_embedded import EmbeddedRunner, due, wake
from closeline.jobs.shelf import Shelf
from closeline.store.database.engine import open_engine
from closeline.store.desk import outbox
from closeline.store.desk.outbox import NewDelivery
from closeline.store.session import unit_of_work
from tests.builders.records import TENANT, number, rows_of
from tests.fakes import FakeChannel

NOW = datetime(2024, 3, 6, 12, 2, 30, tzinfo=UTC)  # a Wednesday
WAIT_SECONDS_MAX = 30


def a_desk(engine: Engine, channel: object, now: datetime = NOW) -> Desk:
    return Desk(engine, FixedClock(now), TENANT, Shelf(), (channel,))  # type: ignore[arg-type]


def owe(engine: Engine, channel: str, picks: int) -> int:
    """Leave notices about so many picks of a record for a channel to carry: their games are over, notices may still go."""
    with unit_of_work(engine) as session:
        found = rows_of(session, "SELECT pick_id FROM publication ORDER BY pick_id")[:picks]
        news = [
            NewDelivery(str(row["pick_id"]), channel, kind, "{}", NOW + timedelta(hours=1))
            for row in found
            for kind in (MessageKind.POST, MessageKind.VOIDED)
        ]
        outbox.add(session, news, tenant_id=TENANT, at=NOW)
        session.execute(
            text("UPDATE delivery SET state = 'SENT', message_id = pick_id, sent_at = 0 WHERE kind = 'POST'")
        )
    return len(found)


class Slow(FakeChannel):
    """A channel that is still carrying when the other runner looks."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def send(self, message: Message) -> Receipt:
        self.begun.set()
        assert self.go_on.wait(WAIT_SECONDS_MAX)
        return super().send(message)


def in_threads(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS_MAX)
        assert not thread.is_alive()


def test_a_delivery_is_due_every_minute_and_learning_once_a_week() -> None:
    slots: dict[str, set[str]] = {}
    for minutes in range(0, 60, 1):
        for call in due(NOW + timedelta(minutes=minutes), (League.NBA,)):
            slots.setdefault(call.job, set()).add(call.slot)

    assert len(slots["publish.deliver"]) == 60
    assert slots["tune.calibration"] == {"nba:2024-03-03T03:00:00+00:00"}


def test_learning_keeps_its_order() -> None:
    jobs = [call.job for call in due(NOW, (League.NBA,)) if call.job.startswith("tune.")]

    assert jobs == [cadence.job for cadence in (*schedule.WEEKLY, *schedule.DAILY)]


def test_learning_is_not_due_before_its_hour() -> None:
    sunday = datetime(2024, 3, 3, 2, 59, tzinfo=UTC)
    slots = {call.slot for call in due(sunday, (League.NBA,)) if call.job == "tune.calibration"}

    assert slots == {"nba:2024-02-25T03:00:00+00:00"}


def test_the_bias_of_each_league_is_due_once_a_day_from_seven_on() -> None:
    morning = datetime(2024, 3, 6, 7, tzinfo=UTC)
    early = [call for call in due(morning - timedelta(seconds=1), tuple(League)) if call.job == "tune.bias"]
    calls = [
        {(call.slot, call.arguments["league"]) for call in due(morning + timedelta(hours=hours), tuple(League))
         if call.job == "tune.bias"}
        for hours in range(17)
    ]  # fmt: skip

    assert early == []
    assert len(calls[0]) == len(League)
    assert all(each == calls[0] for each in calls)


def test_what_a_channel_is_owed_is_carried_once(played: Engine) -> None:
    channel = FakeChannel()
    owed = owe(played, channel.name, 3)
    for minutes in (0, 1, 2, 3, 10):
        assert wake(a_desk(played, channel, NOW + timedelta(minutes=minutes))) == 0

    assert owed == 3
    assert Counter(channel.asked.values()) == {1: 3}


def test_of_two_runners_on_one_record_one_goes_out_and_the_other_stays_at_home(played: Engine) -> None:
    channel = Slow()
    owed = owe(played, channel.name, 3)
    url = played.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    engines = [open_engine(url) for _ in range(2)]

    def second() -> None:
        assert channel.begun.wait(WAIT_SECONDS_MAX)
        assert wake(a_desk(engines[1], channel)) == 0
        channel.go_on.set()

    in_threads([lambda: wake(a_desk(engines[0], channel)), second])
    for engine in engines:
        engine.dispose()

    with unit_of_work(played, write=False) as session:
        assert number(session, "SELECT count(*) FROM delivery WHERE state = 'SENT' AND attempts = 1") == owed
        assert number(session, "SELECT count(*) FROM delivery_attempt") == owed
    assert Counter(channel.asked.values()) == {1: 3}


def test_a_channel_that_cannot_carry_leaves_its_messages_due(played: Engine) -> None:
    class Faulty(FakeChannel):
        broken = True

        def send(self, message: Message) -> Receipt:
            if self.broken:
                raise StoreUnavailable("no folder")
            return super().send(message)

    channel = Faulty()
    owe(played, channel.name, 2)

    assert wake(a_desk(played, channel)) == 0
    channel.broken = False
    assert wake(a_desk(played, channel)) == 0
    assert not channel.carried
    assert wake(a_desk(played, channel, NOW + timedelta(minutes=1))) == 0
    assert len(channel.carried) == 2


def test_the_thread_wakes_the_desk_at_once_and_stops_when_told(played: Engine) -> None:
    carried = threading.Event()

    class Telling(FakeChannel):
        def send(self, message: Message) -> Receipt:
            carried.set()
            return super().send(message)

    channel = Telling()
    owe(played, channel.name, 1)
    runner = EmbeddedRunner(a_desk(played, channel), every=timedelta(hours=1))
    runner.start()
    came = carried.wait(WAIT_SECONDS_MAX)
    runner.stop()

    assert came
    assert sum(channel.asked.values()) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("APScheduler")]


@pytest.mark.parametrize("every", [timedelta(seconds=1), timedelta(minutes=1)])
def test_a_runner_that_was_never_started_ran_nothing(played: Engine, every: timedelta) -> None:
    channel = FakeChannel()
    owe(played, channel.name, 1)
    EmbeddedRunner(a_desk(played, channel), every=every)

    assert not channel.asked
