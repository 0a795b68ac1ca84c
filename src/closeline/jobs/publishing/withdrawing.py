"""Withdrawing: live picks are watched until their games begin, and what fell behind gets a newer proposal."""

from collections.abc import Sequence

from closeline.domain.events import Event
from closeline.domain.leagues import League
from closeline.flow import pick
from closeline.flow.publish.expiring import expire
from closeline.flow.review import validity
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.store.desk import validity as validity_marks
from closeline.store.session import Session


def watch(session: Session, desk: Desk, arguments: Arguments) -> Sequence[Event]:
    """Look at every live pick, propose a newer version of those that fell behind, and let old proposals expire."""
    del arguments
    told: list[Event] = []
    for league in League:
        live = desk.follows(league)
        expire(session, tenant_id=desk.tenant_id, league=league, at=desk.clock(), live=live)
        changed = validity.watch(session, tenant_id=desk.tenant_id, league=league, at=desk.clock())
        told.extend([changed] if changed else [])
        pick.refresh(session, tenant_id=desk.tenant_id, league=league, at=desk.clock())
    return told


def behind(session: Session, desk: Desk, league: League) -> frozenset[str]:
    """Return the events that are to be forecast again: what was published of them has fallen behind since."""
    return validity_marks.behind(session, tenant_id=desk.tenant_id, league=league)
