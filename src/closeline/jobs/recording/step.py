"""A step: one transaction, and nobody else's step of the same tenant beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

from closeline.jobs.desk import Desk
from closeline.store import events
from closeline.store.desk import switches
from closeline.store.session import Session, unit_of_work


@contextmanager
def step(desk: Desk, *, chain: str | None = None, publishes: bool = False) -> Iterator[Session]:
    """Open the transaction of a step: the same content sent twice at once is one row and two equal answers.

    chain: whose steps wait for each other; left out, those of the desk's tenant. publishes: whether it may publish;
    switches are held before the chain then, as everywhere, so that nobody waits in a ring.
    """
    with unit_of_work(desk.engine) as session:
        if publishes:
            switches.stand_still(session)
        events.hold(session, chain=chain or desk.tenant_id)
        yield session
