"""How a league stands: what its last polls and the credits allow to be published."""

from datetime import datetime, timedelta

from closeline.domain.feeds.mode import FRESH_POLLS, Mode, Standing, standing
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.store.polls import calls
from closeline.store.session import Session

# Those that must be good, and the one before, from which the silence until the first of them is counted.
_SIGHTINGS = FRESH_POLLS + 1
# A record that was polled so lately belongs to a live desk, whoever else writes to it.
_LATELY = timedelta(days=1)

NOT_LIVE = Standing(Mode.FULL, (), None, stale=False)


def league_standing(session: Session, league: League, *, at: datetime, live: bool = True) -> Standing:
    """Return what may be published of a league at a moment, and why no more.

    live: whether who asks polls feeds itself. Who does not, and whose record nobody polled lately either, has nothing
    that could be stale: archives, backtests and the demonstration publish in full.
    """
    if not live and not any(
        at - poll.asked_at < _LATELY for poll in calls.of_league(session, league, Kind.ODDS, most=1)
    ):
        return NOT_LIVE
    return standing(calls.sightings(session, league, most=_SIGHTINGS), at)
