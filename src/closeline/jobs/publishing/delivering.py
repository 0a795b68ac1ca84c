"""The errand that carries the outbox to the channels of the desk."""

from collections.abc import Sequence

from closeline.domain.events import Event
from closeline.flow.publish import carrying
from closeline.flow.publish.carrying import Brought, Parcel
from closeline.jobs.desk import Desk
from closeline.jobs.errands import Arguments
from closeline.store.session import Session


def plan(session: Session, desk: Desk, arguments: Arguments) -> list[Parcel]:
    """Claim what is to be carried."""
    del arguments
    return carrying.plan(session, tenant_id=desk.tenant_id, channels=desk.channels, at=desk.clock())


def perform(desk: Desk, parcels: list[Parcel]) -> list[Brought]:
    """Hand it over."""
    return carrying.perform(desk.channels, parcels, desk.clock)


def keep(session: Session, desk: Desk, arguments: Arguments, brought: list[Brought]) -> Sequence[Event]:
    """Record what became of it."""
    del arguments
    carrying.keep(session, brought, tenant_id=desk.tenant_id)
    return ()
