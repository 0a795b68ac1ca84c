"""The two ways to a record for somebody with a model of their own, on a desk whose clock a test moves."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from closeline.client import Record
from closeline.client.in_process import InProcess
from closeline.client.over_http import OverHttp
from closeline.domain.clock import FixedClock
from closeline.domain.ports import Channel
from closeline.jobs.desk import Desk
from closeline.tenancy.access import Role
from tests.builders.callers import Door
from tests.builders.desks import a_desk
from tests.builders.moments import OPENS


@dataclass(frozen=True)
class Way:
    """A record, the desk behind it, and what moves its clock."""

    record: Record
    desk: Desk
    engine: Engine

    def at(self, now: datetime) -> None:
        clock = self.desk.clock
        assert isinstance(clock, FixedClock)
        clock.now = now


@contextmanager
def in_process(desk: Desk) -> Iterator[Record]:
    yield Record(InProcess(desk))


@contextmanager
def over_http(desk: Desk) -> Iterator[Record]:
    door = Door(desk)
    with door.client as client:
        client.headers["Authorization"] = f"Bearer {door.a_key(Role.OPERATOR)}"
        yield Record(OverHttp(client))


WAYS: dict[str, Callable[..., object]] = {"in_process": in_process, "over_http": over_http}


@contextmanager
def by(name: str, engine: Engine, *, now: datetime = OPENS, channels: Sequence[Channel] = ()) -> Iterator[Way]:
    desk = a_desk(engine, now=now, channels=channels)
    with WAYS[name](desk) as record:  # type: ignore[attr-defined]
        yield Way(record, desk, engine)
