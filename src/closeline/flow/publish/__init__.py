"""Publish: a proposed pick becomes official, once, and goes out unchanged on every channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from closeline.domain.clock import instant
from closeline.domain.events import PicksPublished
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.publishing.messages import TEMPLATE
from closeline.domain.settlement import settles
from closeline.flow.publish import leaves, permission, posting, terms
from closeline.store import references, results
from closeline.store.desk import picks, publications
from closeline.store.past.standing import own_runs
from closeline.store.polls import calls
from closeline.store.polls.standing import league_standing
from closeline.store.session import Session

# A pick must be seen before its game begins: one minute is the least that a channel may need.
MARGIN = timedelta(seconds=60)
NOT_SETTLEABLE = "NOT_SETTLEABLE"


def publish(
    session: Session, *, tenant_id: str, league: League, as_of: int, channels: Sequence[str], at: datetime,
    prediction_id: str | None = None, live: bool = False, disk_free: float | None = None, notice: str | None = None,
) -> PicksPublished:  # fmt: skip
    """Publish the picks proposed at a moment, or expire those that come too late: state, terms and outbox as one.

    prediction_id: the one prediction whose pick is to go out; left out, all that the house proposed at that moment.
    live: whether who publishes polls feeds; what their state, a kill switch, a flag or a full disk (`disk_free` is the
    share that is free) does not allow to be published is rejected. notice: what goes with every public message.
    """
    found = picks.of_moment(session, tenant_id=tenant_id, league=league, as_of=instant(as_of))
    own = own_runs(session, tenant_id=tenant_id, league=league) if found and prediction_id is None else frozenset()
    proposed = [
        item
        for item in found
        # A version that would take another's place goes out with the end of that one, in `superseding` alone.
        if item.supersedes is None
        and (item.run_id not in own if prediction_id is None else item.prediction_id == prediction_id)
    ]
    states = picks.states(session, [item.pick_id for item in proposed], tenant_id=tenant_id)
    waiting = [item for item in proposed if states[item.pick_id][1] is PickState.PROPOSED]
    until = _no_earlier(session, league, at, live=live)
    known = references.versions(session, sorted({item.selection.event_id for item in waiting}), as_of=until)
    sound = [item for item in waiting if settles(league, item.selection.market)]
    # Before its planned start too, where a feed has said that the game is under way.
    planned = {name: event.starts_at for name, event in known.items()}
    begins = planned | results.begun_at(session, planned, as_of=until) if planned else planned
    punctual = [item for item in sound if begins[item.selection.event_id] - until >= MARGIN]
    late = [item.pick_id for item in sound if item not in punctual]
    # Read here, in the transaction that publishes: it cannot change before the end of it.
    withheld = permission.withheld(
        session, tenant_id=tenant_id, league=league, picks=punctual, at=at, disk_free=disk_free,
        standing=league_standing(session, league, at=at, live=live),
    )  # fmt: skip
    in_time = [item for item in punctual if item.pick_id not in withheld]
    unsettled = [item.pick_id for item in waiting if item not in sound]
    names = references.team_names(
        session,
        sorted({team for event in known.values() for team in (event.home_team_id, event.away_team_id)}),
    )
    people = references.player_names(session, [item.selection.market.player_id for item in in_time])
    news = [terms.frozen(item, known[item.selection.event_id], names, people) for item in in_time]
    official = [item.pick_id for item in in_time]
    picks.move(session, official, PickState.PUBLISHED, tenant_id=tenant_id, reason="IN_TIME", at=at)
    picks.move(session, late, PickState.EXPIRED, tenant_id=tenant_id, reason="TOO_LATE", at=at)
    # Publish eligibility asks the engine that will grade: what it cannot settle never becomes official.
    picks.move(session, unsettled, PickState.REJECTED, tenant_id=tenant_id, reason=NOT_SETTLEABLE, at=at)
    for reason in sorted(set(withheld.values())):
        held = [name for name, why in withheld.items() if why == reason]
        picks.move(session, held, PickState.REJECTED, tenant_id=tenant_id, reason=reason, at=at)
    publications.add(session, news, tenant_id=tenant_id, template=TEMPLATE, at=at)
    starts = {item.pick_id: known[item.selection.event_id].starts_at for item in in_time}
    posting.post(session, news, starts, tenant_id=tenant_id, channels=channels, at=at, notice=notice)
    leaves.add(session, in_time, known, tenant_id=tenant_id, at=at)
    return PicksPublished(league, len(in_time), len(late))


def _no_earlier(session: Session, league: League, at: datetime, *, live: bool) -> datetime:
    """Return the moment by which a start has come: a clock that was set back does not bring back a game that began.

    Receptions of a feed only grow, so that the last one says how late it is at least (invariant J3).
    """
    last = calls.of_league(session, league, Kind.ODDS, most=1) if live else []
    return max([at, *(poll.received_at for poll in last)])
