"""Laws of the log: no row was changed, left out or put in."""

from closeline.domain.events import SYSTEM_CHAIN
from closeline.store import events
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session


def the_chain_holds(session: Session, tenant_id: str) -> list[Violation]:
    """A1: each row's hash takes in the row before, from the first on, and no number is left out."""
    return [
        Violation("A1", f"{chain}#{seq}", "does not follow from the row before, or says something else than it did")
        for chain in (SYSTEM_CHAIN, tenant_id)
        for seq in events.broken_links(session, chain=chain)
    ]
