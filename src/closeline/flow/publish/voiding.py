"""Voiding: a published pick is declared void, before its game for a reason in words, after its start for a fact."""

from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import IllegalTransition, NotFound
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.picks.voids import Evidence, VoidReason, grade_reason, may_void
from closeline.flow.publish.moments import no_earlier, start_of
from closeline.flow.publish.withdrawal import withdraw
from closeline.store.desk import grounds, picks
from closeline.store.desk.picks import Pick
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Voiding:
    """For what a pick is to be void, on what evidence, by whom, and why in words."""

    reason: VoidReason
    evidence: Evidence | None
    actor: str
    why: str = ""
    live: bool = False
    notice: str | None = None


def void(session: Session, pick_id: str, asked: Voiding, *, tenant_id: str, at: datetime) -> Pick:
    """Declare a published pick void everywhere it was sent, and return it.

    Raises NotFound for no such pick and for evidence that the record does not hold of this event, Refused for what the
    closed list does not allow after the start, IllegalTransition for a pick that has ended.
    """
    item = picks.named(session, pick_id, tenant_id=tenant_id)
    state = picks.states(session, [pick_id], tenant_id=tenant_id)[pick_id][1]
    if state is not PickState.PUBLISHED:
        raise IllegalTransition(f"a pick must be PUBLISHED to be void, {pick_id} was {state}")
    event_id = item.selection.event_id
    until = no_earlier(session, tenant_id=tenant_id, league=League(item.league), at=at, live=asked.live)
    begun = start_of(session, event_id, by=until) <= until
    may_void(asked.reason, asked.evidence, asked.why, begun=begun)
    if asked.evidence is not None and not grounds.holds(session, event_id, asked.evidence, as_of=until):
        raise NotFound(f"evidence must be stored of {event_id}, {asked.evidence.text} was not")
    withdraw(
        session, item, PickState.VOIDED, reason=str(asked.reason), grade_reason=grade_reason(asked.reason, begun=begun),
        evidence=asked.evidence.text if asked.evidence else None, why=asked.why, actor=asked.actor, at=at,
        notice=asked.notice,
    )  # fmt: skip
    return item
