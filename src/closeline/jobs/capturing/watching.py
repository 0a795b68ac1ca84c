"""Watching: what no single poll can say.

How old a league's prices are, which games lack them, and what may be published. It asks nobody: it reads the polls that
were made, and those that were not.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from closeline.domain.events import PublishingModeChanged
from closeline.domain.feeds.cadence import Game
from closeline.domain.feeds.mode import Mode, Standing
from closeline.domain.feeds.seasons import Rest
from closeline.domain.feeds.wants import Kind
from closeline.domain.ids import canonical_json
from closeline.domain.leagues import League
from closeline.domain.picks.closing import CLOSE_SNAPSHOT_MISSING, CLV_V1
from closeline.jobs.capturing import seasons
from closeline.jobs.capturing.incidents import ALL_LEAGUES
from closeline.jobs.capturing.outing import leagues_of
from closeline.jobs.capturing.seasons import Resting
from closeline.jobs.capturing.wanting import odds_want
from closeline.jobs.desk import Desk
from closeline.jobs.monitoring import ruling, telling
from closeline.store.desk import incidents
from closeline.store.desk.alerts import Alert
from closeline.store.polls import calls, games
from closeline.store.polls.standing import league_standing
from closeline.store.session import Session

FEED_STALE = "FEED_STALE"
SCHEDULE_SILENT = "SCHEDULE_SILENT"
PROVIDER_ID_MISSING = "PROVIDER_ID_MISSING"
SPOOL_REFUSED = "SPOOL_REFUSED"
PUBLISHING = {Mode.EDGE_ONLY: "PUBLISHING_EDGE_ONLY", Mode.NONE: "PUBLISHING_OFF"}
# Of a league without a game so near nobody needs prices.
_NEAR = timedelta(days=1)
# A game so near must be known to whoever prices it, if that one was asked of late.
_NAMED_BY = timedelta(hours=6)
_ASKED_WITHIN = timedelta(hours=2)
# A close is looked for once the game has begun, and for so long.
_CLOSE_FROM, _CLOSE_UNTIL = timedelta(minutes=1), timedelta(hours=1)


def watch(session: Session, desk: Desk) -> list[PublishingModeChanged]:
    """Look at every league of a live desk; returns the changes of what may be published."""
    now, leagues = desk.clock(), leagues_of(desk)
    known = games.around(session, leagues, as_of=now)
    resting = {item.league: item for item in seasons.resting(session, desk, leagues, known)}
    stands = {league: league_standing(session, league, at=now) for league in leagues}
    rests = [league for league, item in resting.items() if item.rest is not Rest.UNHEARD]
    ruling.rule(session, desk, stands, rests)
    told = []
    for league, found in stands.items():
        near = any(game.league is league and now < game.starts_at <= now + _NEAR for game in known)
        _staleness(session, desk, league, found, near=near)
        change = None if _rests(session, desk, league, resting.get(league)) else _mode(session, desk, league, found)
        told += [change] if change else []
        mine = [game for game in known if game.league is league]
        _names(session, desk, league, mine)
        _closes(session, desk, league, mine)
    _spool(session, desk)
    telling.tell(session, desk)
    return told


def _staleness(session: Session, desk: Desk, league: League, found: Standing, *, near: bool) -> None:
    if near and found.stale and found.content_age is not None:
        minutes = int(found.content_age.total_seconds() // 60)
        text = f"nothing new of {league} for {minutes} minutes: publishing is {found.mode}"
        _meet(session, desk, league, FEED_STALE, league, text, {"age_minutes": minutes})
    elif found.content_age is not None:
        _close(session, desk, FEED_STALE, league)


def _rests(session: Session, desk: Desk, league: League, found: Resting | None) -> bool:
    """Say whether a league has no game soon, so that its silence is nobody's fault; a silent schedule is one."""
    if found is not None and found.rest is Rest.UNHEARD:
        hours = int((desk.clock() - found.heard_at).total_seconds() // 3600)
        text = f"no schedule of {league} was answered for {hours} hours: whether it is out of season nobody knows"
        _meet(session, desk, league, SCHEDULE_SILENT, league, text, {"hours": hours})
        return False
    _close(session, desk, SCHEDULE_SILENT, league)
    if found is None:
        return False
    for kind in PUBLISHING.values():
        _close(session, desk, kind, league)
    return True


def _mode(session: Session, desk: Desk, league: League, found: Standing) -> PublishingModeChanged | None:
    """Open and close what says that publishing is cut, and return the change where there is one."""
    if found.content_age is None:
        return None
    changed = False
    for mode, kind in PUBLISHING.items():
        if found.mode is mode:
            text = f"publishing of {league} is {mode}: {', '.join(found.reasons)}"
            changed |= _meet(session, desk, league, kind, league, text, {"reasons": ",".join(found.reasons)})
        else:
            changed |= _close(session, desk, kind, league)
    return PublishingModeChanged(league, found.mode, ",".join(found.reasons)) if changed else None


def _names(session: Session, desk: Desk, league: League, known: Sequence[Game]) -> None:
    now = desk.clock()
    soon = [game.event_id for game in known if now < game.starts_at <= now + _NAMED_BY]
    asked = max(
        (at for kind in (Kind.EVENTS, Kind.ODDS) if (at := calls.last_answered(session, kind, as_of=now).get(league))),
        default=None,
    )
    if not soon or asked is None or now - asked > _ASKED_WITHIN:
        return
    for feed in desk.feeds:
        if not feed.required_items(odds_want(league)):
            continue
        missing = set(games.unnamed(session, soon, provider=feed.provider))
        for event_id in soon:
            if event_id in missing:
                text = f"{feed.provider} knows nothing of {event_id}, which begins soon: no price of it can come"
                _meet(session, desk, league, PROVIDER_ID_MISSING, event_id, text, {"provider": feed.provider})
            else:
                _close(session, desk, PROVIDER_ID_MISSING, event_id)


def _closes(session: Session, desk: Desk, league: League, known: Sequence[Game]) -> None:
    now = desk.clock()
    begun = {game.event_id: game.starts_at for game in known if _CLOSE_FROM <= now - game.starts_at < _CLOSE_UNTIL}
    for event_id, seen in games.last_priced(session, list(begun)).items():
        age = begun[event_id] - seen
        if age > CLV_V1.max_age and not incidents.is_known(
            session, CLOSE_SNAPSHOT_MISSING, scope=event_id, tenant_id=desk.tenant_id
        ):
            minutes = int(age.total_seconds() // 60)
            text = f"{event_id} began {minutes} minutes after its last price was seen: it has no close"
            _meet(session, desk, league, CLOSE_SNAPSHOT_MISSING, event_id, text, {"age_minutes": minutes})


def _spool(session: Session, desk: Desk) -> None:
    if desk.spool is None:
        return
    state = desk.spool.state()
    if state.refused or state.spoiled:
        text = f"{state.refused} answers found no room in the spool, and {state.spoiled} could not be read again"
        inputs = {"refused": state.refused, "spoiled": state.spoiled}
        _meet(session, desk, ALL_LEAGUES, SPOOL_REFUSED, "spool", text, inputs)


def _meet(
    session: Session, desk: Desk, league: str, kind: str, scope: str, text: str, inputs: Mapping[str, str | int]
) -> bool:
    alert = Alert(desk.tenant_id, league, kind, text, canonical_json(dict(inputs)), desk.clock())
    return incidents.meet(session, alert, scope=scope)


def _close(session: Session, desk: Desk, kind: str, scope: str) -> bool:
    return incidents.close(session, kind, scope=scope, tenant_id=desk.tenant_id, at=desk.clock())
