"""Calls: a job, a slot and its arguments, as runners hand them about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.leagues import League
from closeline.jobs import schedule
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.run_inline import reaction_slot
from closeline.store.events import LoggedEvent


@dataclass(frozen=True, slots=True)
class Call:
    """A job that is asked for, for a slot. Arguments are JSON scalars, so that any queue carries it."""

    job: str
    slot: str
    arguments: Arguments

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes two calls the same."""
        return self.job, self.slot


def due(now: datetime, leagues: tuple[League, ...], *, live: bool = False) -> Iterator[Call]:
    """Yield what is due at a moment: the present slot of each series, while it is still worth running."""
    for item in schedule.series(leagues, live=live):
        at = item.latest(now)
        if now - at < item.good_for:
            yield Call(item.cadence.job, item.slot(at), item.arguments)


def reactions_to(told: Iterable[LoggedEvent]) -> Iterator[Call]:
    """Yield what events set going, in their order."""
    for event in told:
        for job in REACTIONS[event.name]:
            yield Call(job, reaction_slot(event), event.body)


def leagues_of(desk: Desk) -> tuple[League, ...]:
    """Return the leagues for which a desk is on duty."""
    return desk.shelf.leagues or desk.leagues or tuple(League)
