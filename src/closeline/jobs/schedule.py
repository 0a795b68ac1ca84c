"""Schedule: when jobs are due that no event sets going. Slots are UTC instants, so clock changes add and lose none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from closeline.domain.leagues import League, eastern

SUNDAY = 6
# What stands between the league and the day in a slot of an opening night.
FIRST = ":first:"
WEEKLY_AT = time(3, 0)
RECONCILED_AT = time(4, 0)
DAILY_AT = time(7, 0)
NIGHTLY_AT = time(5, 30)
# In New York, before any archive opens its markets and after the last result of the night.
OPENING_NIGHT_AT = time(5, 0)


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a job runs: every `every`, or else as the list that holds it says."""

    job: str
    every: timedelta | None = None


# The week's learning, in order: the shape of scores first, because probabilities are calibrated on top of it.
# On Sunday at 03:00 UTC.
WEEKLY = (Cadence("tune.distribution"), Cadence("tune.calibration"), Cadence("tune.policy"))
# Every day at 07:00 UTC. What an archive says of the night before is assumed to be received later than that.
DAILY = (Cadence("tune.bias"),)
# Every night at 05:30 UTC: what the grades of the day add up to, and whether the last picks do worse than before.
NIGHTLY = (Cadence("view.rollups"), Cadence("view.drift"))
# Every day at 04:00 UTC, in the night of the American games: what should have a result or a grade by now and has none.
RECONCILING = (Cadence("settle.reconcile"),)
EMBEDDED = (Cadence("publish.deliver", timedelta(minutes=5)), Cadence("settle.sweep", timedelta(minutes=15)))


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A job that is due at a moment, for a league."""

    at: datetime
    order: int
    job: str
    league: League
    slot: str
    first: bool = False


def weekly(first: date, last: date, leagues: tuple[League, ...]) -> Iterator[Due]:
    """Yield the weekly learning of leagues between two days, both included."""
    day = first + timedelta(days=(SUNDAY - first.weekday()) % 7)
    while day <= last:
        moment = datetime.combine(day, WEEKLY_AT, UTC)
        for league in leagues:
            for order, cadence in enumerate(WEEKLY):
                yield Due(moment, order, cadence.job, league, f"{league}:{moment.isoformat()}")
        day += timedelta(days=7)


def daily(days: Iterable[date], leagues: tuple[League, ...]) -> Iterator[Due]:
    """Yield what leagues are due every morning, on each of these days."""
    yield from _every_day(days, leagues, DAILY, DAILY_AT)


def nightly(days: Iterable[date], leagues: tuple[League, ...]) -> Iterator[Due]:
    """Yield what leagues are due every night, on each of these days."""
    yield from _every_day(days, leagues, NIGHTLY, NIGHTLY_AT)


def reconciling(days: Iterable[date], leagues: tuple[League, ...]) -> Iterator[Due]:
    """Yield what looks, on each of these days, for results and grades that are missing."""
    yield from _every_day(days, leagues, RECONCILING, RECONCILED_AT)


def _every_day(
    days: Iterable[date], leagues: tuple[League, ...], cadences: tuple[Cadence, ...], at: time
) -> Iterator[Due]:
    for day in days:
        moment = datetime.combine(day, at, UTC)
        for league in leagues:
            for order, cadence in enumerate(cadences):
                yield Due(moment, order, cadence.job, league, f"{league}:{moment.isoformat()}")


def opening_night(publish_from: date, leagues: tuple[League, ...]) -> Iterator[Due]:
    """Yield what is learned from warm-up before the first day on which anything is published."""
    moment = eastern(publish_from, OPENING_NIGHT_AT)
    for league in leagues:
        for order, job in enumerate(("tune.distribution", "tune.calibration", "tune.policy")):
            yield Due(moment, order, job, league, f"{league}{FIRST}{publish_from.isoformat()}", first=True)


def opening_nights(slots: Iterable[str]) -> dict[str, date]:
    """Return from which day each league was published, as the slots of its opening night say."""
    nights = (slot.partition(FIRST) for slot in slots if FIRST in slot)
    return {league: date.fromisoformat(day) for league, _, day in nights}


def slot_of(moment: datetime, every: timedelta) -> str:
    """Return the name of the slot that a moment falls into: the floor of the UTC epoch by the period."""
    period = int(every.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // period * period, UTC).isoformat()
