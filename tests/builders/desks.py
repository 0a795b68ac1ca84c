"""Desks: an engine, archives and a clock, as a job is handed them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine

from closeline.domain.clock import FixedClock
from closeline.domain.feeds.captures import ParsedPayload, RawPayload
from closeline.domain.ports import Channel
from closeline.jobs.desk import Desk
from closeline.jobs.replaying.backtest import Step, backtest, timetable
from closeline.jobs.run_inline import run
from closeline.jobs.shelf import Archive, Shelf
from closeline.providers.catalog import recognise
from tests.builders.archives import RECEIVED_AT, an_archive
from tests.builders.records import TENANT, make_trusting, opened


def a_desk(
    engine: Engine, archives: Sequence[Archive] = (), *, publish_from: date | None = None,
    channels: Sequence[Channel] = (), now: datetime = RECEIVED_AT, reads: bool = True,
) -> Desk:  # fmt: skip
    return Desk(
        engine, FixedClock(now), TENANT, Shelf(archives), tuple(channels), publish_from, read_again if reads else None
    )


def read_again(payload: RawPayload) -> ParsedPayload:
    return recognise(payload).parse(payload)


def later(desk: Desk, now: datetime) -> Desk:
    """Give the desk at another moment, with its ratings and aliases as they are."""
    return replace(desk, clock=FixedClock(now))


def until(desk: Desk, phase: str, *, day: date | None = None) -> Iterator[Step]:
    """Run a desk's timetable up to, and with, the capture of a phase; give the steps that are left."""
    steps = list(timetable(desk))
    for position, step in enumerate(steps):
        run(later(desk, step.at), step.job, step.slot, step.arguments)
        wanted = step.arguments.get("phase") == phase and (day is None or step.arguments.get("day") == day.isoformat())
        if wanted:
            return iter(steps[position + 1 :])
    return iter(())


SEASON_DAYS = 20


def make_played(url: str) -> None:
    """Fill a record with a season whose picks were published, tracked and graded."""
    make_trusting(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=SEASON_DAYS)]))


def make_short(url: str) -> None:
    """Fill a record with a few days only: enough to be compared as a whole."""
    make_trusting(url)
    with opened(url) as engine:
        backtest(a_desk(engine, [an_archive(days=5, games=2)]))


PLAYED = ("played", make_played)
