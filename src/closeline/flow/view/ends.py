"""Ends: what later quotes made of a pick, and the chain of its versions."""

from closeline.domain.markets import MarketType, line_text
from closeline.domain.picks import PickState
from closeline.domain.picks.chains import chain_of
from closeline.schemas import picks as shapes
from closeline.store.desk import picks, successors, validity
from closeline.store.desk.picks import Pick
from closeline.store.session import Session

_NOTHING = frozenset({PickState.EXPIRED, PickState.REJECTED})


def marks_of(session: Session, pick_id: str, *, tenant_id: str) -> list[shapes.ValidityMark]:
    """Return every look that said something new of a pick, the oldest first."""
    of = picks.named(session, pick_id, tenant_id=tenant_id).selection.market.type
    return [
        shapes.ValidityMark(
            seq=item.seq, state=item.state, refresh=item.refresh, reasons=list(item.reasons), ev=item.ev,
            market_line=_line(item.market_line_quarters, of), line=_line(item.line_quarters, of),
            price=item.price_text, book=item.book, rules=item.rules, at=item.at,
        )
        for item in validity.history(session, [pick_id], tenant_id=tenant_id).get(pick_id, [])
    ]  # fmt: skip


def chain(session: Session, pick: Pick, *, tenant_id: str) -> list[shapes.ChainLink]:
    """Return the versions of a pick, the first one first; of a pick alone, itself."""
    links = successors.links(session, pick.selection.event_id, tenant_id=tenant_id)
    states = picks.states(session, sorted(links), tenant_id=tenant_id)
    # What came to nothing is in nobody's chain but its own.
    kept = {name: old for name, old in links.items() if name == pick.pick_id or states[name][1] not in _NOTHING}
    names = chain_of(pick.pick_id, kept)
    return [
        shapes.ChainLink(
            pick_id=name, pick_version=picks.named(session, name, tenant_id=tenant_id).pick_version,
            state=states[name][1],
        )
        for name in names
    ]  # fmt: skip


def _line(quarters: int | None, of: MarketType) -> str | None:
    return None if quarters is None else line_text(quarters, signed=of is MarketType.SPREAD)
