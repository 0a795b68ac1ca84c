"""Backtest: an archive's days, one after the other, through the same jobs as live. There is no second engine.

It can be stopped anywhere and started again: what a slot committed is never done twice, and what was interrupted is
taken up at the moment at which it stood.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby

from closeline.domain.clock import FixedClock
from closeline.domain.gates.bias import BIAS_DAYS
from closeline.domain.leagues import NEXT_DAY, League, eastern
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.jobs.run_inline import react, run, unfinished
from closeline.jobs.shelf import Opening

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at one moment."""

    at: datetime
    job: str
    slot: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Interlude:
    """What is done by somebody else at a moment between the steps; done again it must change nothing."""

    at: datetime
    play: Callable[[Desk], None]


def backtest(desk: Desk, progress: Progress | None = None, interludes: Sequence[Interlude] = ()) -> None:
    """Run every capture of the desk's archives in the order of time, and the learning that falls due between them.

    interludes: what happens in between, each before the first step that is not before its moment.
    """
    clock = FixedClock(desk.clock())
    standing = replace(desk, clock=clock)
    # All that one moment left behind is one queue again, as it was: reactions keep the order that they would have had.
    for at, events in groupby(sorted(unfinished(standing), key=lambda event: event.at), key=lambda event: event.at):
        clock.now = at
        react(standing, list(events))
    steps, waiting = list(timetable(desk)), deque(sorted(interludes, key=lambda item: item.at))
    for position, step in enumerate(steps):
        while waiting and waiting[0].at <= step.at:
            waiting.popleft().play(standing)
        clock.now = step.at
        run(standing, step.job, step.slot, step.arguments)
        if progress is not None:
            progress(position + 1, len(steps))
    for item in waiting:
        item.play(standing)


def timetable(desk: Desk) -> Iterator[Step]:
    """Yield the steps of a backtest: the payloads first, then captures and learning by time."""
    openings = desk.shelf.timetable()
    if not openings:
        return
    first = openings[0].day
    for archive in desk.shelf.archives:
        sha = archive.payload_sha
        yield Step(eastern(first, time(0, 0)), "capture.payload", sha, {"payload_sha": sha})
    steps = [
        Step(opening.at, "capture.archive", opening.slot, {
            "league": opening.league, "day": opening.day.isoformat(), "phase": opening.phase,
        })
        for opening in openings
    ] + [
        Step(due.at, due.job, due.slot, {"league": due.league, "first": due.first})
        for due in _learning(desk, openings)
    ]  # fmt: skip
    # Python's sort is stable: captures of one instant keep their order, and learning comes after them.
    yield from sorted(steps, key=lambda step: step.at)


def _mornings(openings: Sequence[Opening], league: League, last: date) -> list[date]:
    """Return the days, up to the one after the last, that have a game of a league in the four weeks before them."""
    played = {opening.day for opening in openings if opening.league is league}
    days = {day + timedelta(days=later) for day in played for later in range(1, BIAS_DAYS + 1)}
    return sorted(day for day in days if day <= last + NEXT_DAY)


def _nights(openings: Sequence[Opening], league: League) -> list[date]:
    """Return the days whose night, seen from New York, is the first after the results of a league's games."""
    return sorted({opening.day + 2 * NEXT_DAY for opening in openings if opening.league is league})


def _learning(desk: Desk, openings: Sequence[Opening]) -> Iterator[schedule.Due]:
    leagues, first, last = desk.shelf.leagues, openings[0].day, max(opening.day for opening in openings)
    yield from schedule.weekly(first, last + timedelta(days=7), leagues)
    for league in leagues:
        yield from schedule.daily(_mornings(openings, league, last), (league,))
        yield from schedule.reconciling(_nights(openings, league), (league,))
    # Nobody reads sums between the days of a backtest: the last night counts them all.
    yield from schedule.nightly((last + timedelta(days=8),), leagues)
    if desk.publish_from is not None and desk.publish_from <= last:
        yield from schedule.opening_night(desk.publish_from, leagues)
