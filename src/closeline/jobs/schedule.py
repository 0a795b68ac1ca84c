"""Schedule: when jobs are due that no event sets going. Slots are UTC instants, so clock changes add and lose none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from closeline.domain.leagues import League, eastern

SUNDAY = 6
# What stands between the league and the day in a slot of an opening night.
FIRST = ":first:"
WEEKLY_AT = time(3, 0)
DAILY_AT = time(7, 0)
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
EMBEDDED = (Cadence("publish.deliver", timedelta(minutes=5)),)


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
    for day in days:
        moment = datetime.combine(day, DAILY_AT, UTC)
        for league in leagues:
            for order, cadence in enumerate(DAILY):
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
