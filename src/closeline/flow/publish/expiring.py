"""Expiring: a proposal that nothing has become of ends before its game begins, or with the pick it would replace."""

from datetime import datetime, timedelta

from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.flow.publish import MARGIN
from closeline.flow.publish.moments import no_earlier, start_of
from closeline.store.desk import picks, successors
from closeline.store.session import Session

# No market is open for so long: who proposed earlier has had every chance.
_OPEN_AT_MOST = timedelta(days=60)


def expire(session: Session, *, tenant_id: str, league: League, at: datetime, live: bool = False) -> int:
    """Let proposals expire that come too late or whose place is not free any more, and return how many did."""
    names = successors.proposals(session, tenant_id=tenant_id, league=league, since=at - _OPEN_AT_MOST)
    if not names:
        return 0
    until = no_earlier(session, tenant_id=tenant_id, league=league, at=at, live=live)
    late, orphaned = [], []
    for name in names:
        item = picks.named(session, name, tenant_id=tenant_id)
        if start_of(session, item.selection.event_id, by=until) - until < MARGIN:
            late.append(name)
        elif item.supersedes is not None and _has_ended(session, item.supersedes, tenant_id):
            orphaned.append(name)
    picks.move(session, late, PickState.EXPIRED, tenant_id=tenant_id, reason="TOO_LATE", at=at)
    picks.move(session, orphaned, PickState.EXPIRED, tenant_id=tenant_id, reason="OVERTAKEN", at=at)
    return len(late) + len(orphaned)


def _has_ended(session: Session, pick_id: str, tenant_id: str) -> bool:
    return picks.states(session, [pick_id], tenant_id=tenant_id)[pick_id][1] is not PickState.PUBLISHED
