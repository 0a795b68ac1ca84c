"""Recorded: what the record says of when things happened, so that a replay can look at the clock when they did."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from closeline.domain.clock import instant
from closeline.jobs.errands import Arguments
from closeline.jobs.run_inline import reaction_slot
from closeline.store.events import LoggedEvent
from closeline.store.record.replay.happened import Line, Moments

# A job decides within so long after it has begun; a result of another moment is another job's.
_SOON = timedelta(seconds=5)
_ABOUT = ("league", "snapshot_id", "as_of", "phase")
_Key = tuple[str, ...]


def key_of(event: LoggedEvent) -> _Key:
    """Return what an event is about, whatever it counts: by it the same event of two records is found."""
    return (event.chain, event.name, *(str(event.body.get(name, "")) for name in _ABOUT))


@dataclass(slots=True)
class Recorded:
    """The log of the window, and the moments of its jobs."""

    lines: Sequence[Line]
    moments: Moments
    _waiting: defaultdict[_Key, deque[Line]] = field(default_factory=lambda: defaultdict(deque))

    def __post_init__(self) -> None:
        """Order the lines by what they are about."""
        for line in self.lines:
            self._waiting[key_of(line.event)].append(line)

    def tells(self, event: LoggedEvent) -> bool:
        """Say whether the record has told of this, and was not found to have done so before."""
        return bool(self._waiting.get(key_of(event)))

    def same(self, event: LoggedEvent) -> LoggedEvent | None:
        """Return the record's own event for one of the replay, each once; null where it has none."""
        waiting = self._waiting.get(key_of(event))
        return waiting.popleft().event if waiting else None

    def begun(self, job: str, event: LoggedEvent) -> datetime | None:
        """Return when an event set a job going, null where it did not."""
        return self.moments.ran.get((job, reaction_slot(event)))

    def looked(self, job: str, body: Arguments, begun: datetime) -> datetime:
        """Return the moment that a job read from the clock, as its own rows tell it."""
        league = str(body.get("league", ""))
        if job in ("forecast.slate", "props.forecast"):
            made = self.moments.forecast.get((league, str(body.get("snapshot_id"))), [])
            return min((at for at in made if at >= begun), default=begun)
        if job == "publish.picks":
            return self.moments.went_out.get((league, instant(int(body.get("as_of") or 0))), begun)
        if job == "settle.results":
            return next(self._decided(begun, begun + _SOON), begun)
        return begun

    def swept(self, told_at: datetime) -> datetime:
        """Return when a sweep read the clock that was told of at a moment."""
        found = list(self._decided(told_at - _SOON, told_at))
        return found[-1] if found else told_at

    def at_of(self, snapshot_id: str, league: str = "") -> datetime | None:
        """Return when the record told first of a reading, null where it set nothing going."""
        found = (
            line.event.at
            for line in self.lines
            if line.event.body.get("snapshot_id") == snapshot_id and line.event.body.get("league") in (league, "", None)
        )
        return next(found, None)

    def _decided(self, first: datetime, last: datetime) -> Iterator[datetime]:
        return (at for at in self.moments.decided if first <= at <= last)
