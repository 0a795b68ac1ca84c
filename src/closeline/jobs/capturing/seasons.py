"""Seasons: which leagues of the desk rest, why, and how many games of their preseason were set aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.feeds.cadence import Game
from closeline.domain.feeds.captures import ParsedSport
from closeline.domain.feeds.seasons import HEARD_WITHIN, Rest, rest
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.jobs.capturing.outing import read_back
from closeline.jobs.desk import Desk
from closeline.store.polls import calls, captures
from closeline.store.session import Session

_ASIDE = "PRESEASON"
# A game that has just been played is no rest yet.
_JUST = timedelta(days=1)
# A list that is older than this says nothing any more.
_LISTED_WITHIN = timedelta(days=2)
_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Resting:
    """A league that has no game soon: why, when its schedule was last answered, and the preseason games set aside."""

    league: League
    rest: Rest
    heard_at: datetime
    set_aside: int = 0


def resting(session: Session, desk: Desk, leagues: Sequence[League], known: Sequence[Game]) -> list[Resting]:
    """Return the leagues that have no game soon though a schedule was asked for them; `known` are the games around."""
    now = desk.clock()
    busy = {game.league for game in known if game.starts_at > now - _JUST}
    heard = _heard(session, now)
    idle = [league for league in leagues if league not in busy and league in heard]
    listed = sports(session, desk) if idle else None
    return [
        Resting(league, rest(league, listed, heard[league], now), heard[league], _set_aside(session, league, now))
        for league in idle
    ]


def sports(session: Session, desk: Desk) -> tuple[ParsedSport, ...] | None:
    """Return the competitions that were listed of late; null where no list is known."""
    now = desk.clock()
    last = calls.last_of(session, Kind.SPORTS, as_of=now)
    if last is None or now - last.received_at > _LISTED_WITHIN:
        return None
    parsed = read_back(session, desk, last)
    return None if parsed is None else parsed.sports


def _heard(session: Session, now: datetime) -> dict[League, datetime]:
    found: dict[League, datetime] = {}
    for kind in (Kind.EVENTS, Kind.SCHEDULE):
        for league, at in calls.last_answered(session, kind, as_of=now).items():
            found[league] = max(at, found.get(league, at))
    return found


def _set_aside(session: Session, league: League, now: datetime) -> int:
    """Return how many preseason games the newest answers hold: those of the preseason, else those of the schedule."""
    for kind in (Kind.PRESEASON, Kind.SCHEDULE):
        newest = {
            poll.address: poll.payload_sha
            for poll in calls.of_league(session, league, kind, most=_LOOKED_AT)
            if poll.payload_sha is not None and now - poll.received_at <= HEARD_WITHIN
        }
        count = captures.count_aside(session, sorted({sha for sha in newest.values() if sha}), reason=_ASIDE)
        if count:
            return count
    return 0
