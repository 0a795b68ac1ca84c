"""Known: what a desk's record had received of an event by a moment."""

from closeline.flow.view.known import known_then
from closeline.jobs.desk import Desk
from closeline.schemas.again.known import KnownAsked, KnownThen
from closeline.store.session import unit_of_work


def known_of(desk: Desk, asked: KnownAsked) -> KnownThen:
    """Return what was known of an event at one moment, or at two; raises NotFound where nobody knew of it."""
    with unit_of_work(desk.engine, write=False) as session:
        return known_then(session, asked.event_id, tenant_id=desk.tenant_id, at=asked.at, other=asked.other)
