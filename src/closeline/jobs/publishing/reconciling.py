"""The errand that looks for messages of which nobody knows whether they arrived."""

from collections.abc import Mapping, Sequence

from closeline.domain.events import Event
from closeline.domain.ports import Look
from closeline.flow.publish import reconciling
from closeline.flow.publish.reconciling import Round
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.store.session import Session

Seen = tuple[Round, Mapping[str, Look]]


def plan(session: Session, desk: Desk, arguments: Arguments) -> Round:
    """Note how far each observer has come."""
    del arguments
    return reconciling.plan(session, tenant_id=desk.tenant_id, observers=desk.observers, at=desk.clock())


def perform(desk: Desk, due: Round) -> Seen:
    """Let the observers look."""
    return due, reconciling.perform(desk.observers, due)


def keep(session: Session, desk: Desk, arguments: Arguments, seen: Seen) -> Sequence[Event]:
    """Keep what was seen, and decide."""
    del arguments
    due, looks = seen
    reconciling.keep(
        session, due, looks, tenant_id=desk.tenant_id, channels=desk.channels, unseen=desk.unseen, at=desk.clock()
    )
    return ()
