"""Moments: from which knowledge a day is spoken of. A day that is over is seen from before its games, never after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from closeline.domain.leagues import League
from closeline.store.players import CUTOFF_BEFORE_START
from closeline.store.players.offered import Reading, events_of_day, readings_of
from closeline.store.references import EventVersion
from closeline.store.session import Session

# Which league's players the logs are of.
LEAGUE = League.NBA


@dataclass(frozen=True, slots=True)
class Moment:
    """A league day and the moment it is seen from: nothing that was received later is used.

    is_over: whether every game has begun by now; then nothing is published any more. events: as they were known then.
    readings: the snapshots with prices on players, oldest first.
    """

    day: date
    as_of: datetime
    is_over: bool
    events: Mapping[str, EventVersion]
    readings: Sequence[Reading]


def moment_of(session: Session, day: date, *, now: datetime, league: League = LEAGUE) -> Moment:
    """Return the moment of a day: now, or for one that is over when its last prices before its first game came in.

    Where no price of a player came in, a day that is over is seen from half an hour before its first game.
    """
    known = events_of_day(session, league, day, as_of=now)
    starts = sorted(item.starts_at for item in known.values())
    is_over = bool(starts) and starts[-1] <= now
    readings = readings_of(session, sorted(known), until=now)
    if not is_over:
        return Moment(day, now, is_over, known, readings)
    before = [item for item in readings if item.received_at < starts[0]]
    as_of = before[-1].received_at if before else starts[0] - CUTOFF_BEFORE_START
    return Moment(day, as_of, is_over, events_of_day(session, league, day, as_of=as_of), before)
