"""How many events there are to learn a calibration from: each counts once, whatever was said of it and how often."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from closeline.domain.clock import EPOCH
from closeline.domain.feeds.captures import ResultStatus
from closeline.domain.markets import TOTAL, is_of_players
from closeline.store.past.outcomes import CORRECTED, settled
from closeline.store.past.standing import guest_runs
from closeline.store.session import Session
from closeline.store.tables.evidence import event_result
from closeline.store.tables.model import prediction


def _beyond(points: ColumnElement[int], line: ColumnElement[int]) -> ColumnElement[bool]:
    return 4 * points + line != 0


_LINE = func.coalesce(prediction.c.line_quarters, 0)
_HOME, _AWAY = event_result.c.home_score, event_result.c.away_score
# As outcomes.won_of tells it, in quarters of a point.
_DECIDED = or_(
    and_(prediction.c.market_key == TOTAL.key, _beyond(_HOME + _AWAY, -_LINE)),
    and_(prediction.c.market_key != TOTAL.key, _beyond(_HOME - _AWAY, _LINE)),
)
_EVENTS = (
    select(func.count(prediction.c.event_id.distinct()))
    .join(event_result, event_result.c.event_id == prediction.c.event_id)
    .where(
        prediction.c.tenant_id == bindparam("tenant"),
        prediction.c.league == bindparam("league_code"),
        prediction.c.market_key.in_(bindparam("markets", expanding=True)),
        event_result.c.status == ResultStatus.FINAL,
        event_result.c.received_at <= bindparam("as_of"),
        ~CORRECTED,
        _DECIDED,
    )
)
_OF_THE_STANDING_MODEL = _EVENTS.where(prediction.c.run_id.not_in(bindparam("guests", expanding=True)))


def events_decided(
    session: Session, *, tenant_id: str, league: str, market_keys: Collection[str], as_of: datetime
) -> int:
    """Return how many events of a league `outcomes.settled` has a won or lost forecast of, in any of these markets."""
    if any(is_of_players(key) for key in market_keys):
        return _of_players(session, tenant_id, league, market_keys, as_of)
    guests = guest_runs(session, tenant_id=tenant_id, league=league, as_of=as_of)
    asked = {"tenant": tenant_id, "league_code": league, "markets": list(market_keys), "as_of": as_of}
    if guests:
        return int(session.scalar(_OF_THE_STANDING_MODEL, asked | {"guests": sorted(guests)}) or 0)
    return int(session.scalar(_EVENTS, asked) or 0)


def _of_players(session: Session, tenant_id: str, league: str, kinds: Collection[str], as_of: datetime) -> int:
    """Count by reading: what a player did stands in his lines, and not in the result of the game."""
    events: set[str] = set()
    for kind in kinds:
        known = settled(session, tenant_id=tenant_id, league=league, market_key=kind, since=EPOCH, as_of=as_of)
        events.update(name for name, decided in zip(known.events, known.decided.tolist(), strict=True) if decided)
    return len(events)
