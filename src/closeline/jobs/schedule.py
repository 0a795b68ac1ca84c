"""Schedule: when jobs are due that no event sets going. Slots are UTC instants, so clock changes add and lose none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from closeline.domain.clock import EPOCH
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


_NEXT_SAYS_MORE = "the next run does what this one would have done"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a job runs: every `every`, or else as the list that holds it says.

    good_for: how long after its instant a slot is still worth running; null, until the next one is due. Of slots that
    were missed only the last is caught up, and only so long; `why` says why the others need not be.
    """

    job: str
    every: timedelta | None = None
    good_for: timedelta | None = None
    why: str = _NEXT_SAYS_MORE


# The week's learning, in order: the shape of scores first, because probabilities are calibrated on top of it.
# On Sunday at 03:00 UTC.
WEEKLY = (Cadence("tune.distribution"), Cadence("tune.calibration"), Cadence("tune.policy"))
# Every day at 07:00 UTC. What an archive says of the night before is assumed to be received later than that.
# A morning that was missed is not made up for on the next day: that day's own says more.
DAILY = (Cadence("tune.bias", good_for=timedelta(hours=17)),)
# Every night at 05:30 UTC: what the grades of the day add up to, whether the last picks do worse than before, and
# whether models of players still are what they say.
NIGHTLY = (Cadence("view.rollups"), Cadence("view.drift"), Cadence("props.watch"))
# Every day at 04:00 UTC, in the night of the American games: what should have a result or a grade by now and has none.
RECONCILING = (Cadence("settle.reconcile"),)
EMBEDDED = (
    Cadence("publish.deliver", timedelta(minutes=1), why="the next run carries whatever is still waiting"),
    Cadence("publish.reconcile", timedelta(minutes=1), why="the next look sees what this one would have seen"),
    Cadence("review.validity", timedelta(minutes=2)),
    Cadence("settle.sweep", timedelta(minutes=15)),
)


_POLLED = "a poll that was missed cannot be made up for: the next one tells how things stand then"
# What a desk with live feeds does beside. What each run asks for is said by the plan of the day; closes go first.
LIVE = (
    Cadence("capture.close", timedelta(minutes=1), why=_POLLED),
    Cadence("capture.poll", timedelta(minutes=1), why=_POLLED),
    Cadence("capture.watch", timedelta(minutes=1)),
    Cadence("store.partitions", timedelta(days=1)),
    Cadence("store.slots", timedelta(days=1)),
    Cadence("evaluate.board", timedelta(minutes=1), why="a board that was not made cannot be made up for"),
    Cadence("capture.schedule", timedelta(minutes=5), why=_POLLED),
    Cadence("capture.results", timedelta(minutes=5), why=_POLLED),
    Cadence("capture.scores", timedelta(minutes=5), why=_POLLED),
    Cadence("capture.injuries", timedelta(minutes=5), why=_POLLED),
)


def often() -> tuple[str, ...]:
    """Return the jobs of a running desk that run several times a day, and leave a row each time."""
    found = (*LIVE, *EMBEDDED)
    return tuple(cadence.job for cadence in found if cadence.every is not None and cadence.every < timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Series:
    """All slots of a cadence, of one league or of none: `first`, and every `every` from there on, for ever.

    stem: what stands before the instant in the name of a slot. Instants are UTC: no change of clocks adds or loses one.
    """

    cadence: Cadence
    first: datetime
    every: timedelta
    stem: str
    arguments: Mapping[str, str | int | float | bool | None]

    @property
    def good_for(self) -> timedelta:
        """Return how long a slot is worth running."""
        return self.cadence.good_for or self.every

    def latest(self, now: datetime) -> datetime:
        """Return the last instant of the series that is not after `now`."""
        return self.first + (now - self.first) // self.every * self.every

    def slot(self, at: datetime) -> str:
        """Return the name of the slot of an instant."""
        return f"{self.stem}{at.isoformat()}"

    def instant(self, slot: str) -> datetime | None:
        """Return the instant of a slot's name, null when it is none of this series."""
        if not slot.startswith(self.stem) or not slot[len(self.stem) : len(self.stem) + 1].isdigit():
            return None
        try:
            return datetime.fromisoformat(slot.removeprefix(self.stem))
        except ValueError:
            return None

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the instants in (after, until]."""
        at = self.latest(after) + self.every
        while at <= until:
            yield at
            at += self.every


_EPOCH_SUNDAY, _EPOCH_DAY = date(1970, 1, 4), date(1970, 1, 1)
_A_DAY = timedelta(days=1)


def series(leagues: tuple[League, ...], *, live: bool = False) -> Iterator[Series]:
    """Yield the slots of everything that a running desk does without being set going, in the order in which it is done.

    What is done for the whole desk comes first, then the week's learning, then what each night and morning needs.
    """
    for cadence in (*(LIVE if live else ()), *EMBEDDED):
        if cadence.every is not None:
            yield Series(cadence, EPOCH, cadence.every, "", {})
    for league in leagues:
        for cadence in WEEKLY:
            first = datetime.combine(_EPOCH_SUNDAY, WEEKLY_AT, UTC)
            yield Series(cadence, first, 7 * _A_DAY, f"{league}:", {"league": league, "first": False})
    for cadences, at in ((RECONCILING, RECONCILED_AT), (NIGHTLY, NIGHTLY_AT), (DAILY, DAILY_AT)):
        for league in leagues:
            for cadence in cadences:
                first = datetime.combine(_EPOCH_DAY, at, UTC)
                yield Series(cadence, first, _A_DAY, f"{league}:", {"league": league})


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
