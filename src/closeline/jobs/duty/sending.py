"""Publishing by hand: what is due now is published and carried, and a person is told what went where."""

from datetime import datetime

from closeline.flow.view import feed as view
from closeline.jobs.desk import Desk
from closeline.jobs.execute import execute
from closeline.jobs.reactions import REACTIONS
from closeline.jobs.run_inline import react, unfinished
from closeline.schemas.running.publishing import Carried, PublishRun, Reconciled, Uncertain
from closeline.store.desk import feed
from closeline.store.session import unit_of_work

PUBLISH, DELIVER, RECONCILE = "publish.picks", "publish.deliver", "publish.reconcile"


def publish_now(desk: Desk) -> PublishRun:
    """Publish what was proposed and not looked at yet, carry what waits, and say what moved.

    Nothing is done twice: what another worker has done, or is doing, is left to it.
    """
    begun = desk.clock()
    told = [event for event in unfinished(desk) if PUBLISH in REACTIONS[event.name]]
    before = _published(desk)
    react(desk, told)
    react(desk, execute(desk, DELIVER, _slot(begun), {}))
    with unit_of_work(desk.engine, write=False) as session:
        moved = feed.moved_since(session, begun, tenant_id=desk.tenant_id)
        found = [item for name in moved for item in view.sendings(session, name, tenant_id=desk.tenant_id, since=begun)]
        counted = feed.counted(session, tenant_id=desk.tenant_id)
        doubts = view.uncertain(session, tenant_id=desk.tenant_id)
    return PublishRun(
        jobs=len(told) + 1,
        published=_published(desk) - before,
        moved=found,
        channels=[Carried(channel=name, states=states) for name, states in counted.items()],
        uncertain=doubts,
    )


def reconcile_now(desk: Desk) -> Reconciled:
    """Look for messages of which nobody knows whether they arrived, and return those that stay so."""
    react(desk, execute(desk, RECONCILE, _slot(desk.clock()), {}))
    return Reconciled(uncertain=uncertain(desk))


def uncertain(desk: Desk) -> list[Uncertain]:
    """Return the messages of which nobody knows whether they arrived."""
    with unit_of_work(desk.engine, write=False) as session:
        return view.uncertain(session, tenant_id=desk.tenant_id)


def _published(desk: Desk) -> int:
    with unit_of_work(desk.engine, write=False) as session:
        return feed.number_of(session, tenant_id=desk.tenant_id)


def _slot(at: datetime) -> str:
    return f"by hand:{at.isoformat()}"
