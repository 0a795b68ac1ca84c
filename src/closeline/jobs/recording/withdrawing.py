"""Withdrawing by hand: a person ends a published pick before its result, and who was told of it is told that, too."""

from datetime import datetime

from closeline.domain.leagues import League
from closeline.domain.picks.voids import evidence_named, reason_named
from closeline.flow.publish import superseding, voiding
from closeline.flow.publish.superseding import Replacing
from closeline.flow.publish.voiding import Voiding
from closeline.jobs.desk import Desk
from closeline.jobs.execute import execute
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.recording.step import step
from closeline.jobs.run_inline import react
from closeline.schemas.ending.withdrawing import Superseded, Voided
from closeline.store.desk import feed, picks
from closeline.store.session import Session


def supersede(desk: Desk, pick_id: str, *, why: str, actor: str) -> Superseded:
    """Let the newest proposal take a published pick's place, and carry what says so.

    Raises BadInput, NotFound, IllegalTransition and Refused; then nothing has changed.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with step(desk, publishes=True) as session:
        # The moment is read when it is this one's turn: who waited long is not let in by the time at which he came.
        at = desk.clock()
        pick_id = _whole(session, pick_id, desk.tenant_id)
        old = picks.named(session, pick_id, tenant_id=desk.tenant_id)
        how = Replacing(
            [channel.name for channel in desk.channels], person, reason, live=desk.follows(League(old.league)),
            disk_free=desk.disk_free(), notice=desk.notice.text,
        )  # fmt: skip
        new = superseding.supersede(session, pick_id, how, tenant_id=desk.tenant_id, at=at)
    _carry(desk, pick_id, at)
    return Superseded(
        pick_id=pick_id, superseded_by=new.pick_id, pick_version=new.pick_version, actor=person, why=reason, at=at
    )


def void(desk: Desk, pick_id: str, *, reason: str, evidence: str | None, why: str | None, actor: str) -> Voided:
    """Declare a published pick void, and carry what says so.

    Raises BadInput, NotFound, IllegalTransition and Refused; then nothing has changed.
    """
    cause, ground = reason_named(reason), evidence_named(evidence) if evidence is not None else None
    words = a_line("why", why, WHY_MAX) if why is not None else ""
    person = a_line("actor", actor, ACTOR_MAX)
    with step(desk) as session:
        at = desk.clock()
        pick_id = _whole(session, pick_id, desk.tenant_id)
        item = picks.named(session, pick_id, tenant_id=desk.tenant_id)
        asked = Voiding(cause, ground, person, words, live=desk.follows(League(item.league)), notice=desk.notice.text)
        voiding.void(session, pick_id, asked, tenant_id=desk.tenant_id, at=at)
        state = picks.states(session, [pick_id], tenant_id=desk.tenant_id)[pick_id][1]
    _carry(desk, pick_id, at)
    return Voided(
        pick_id=pick_id, reason=cause, evidence=ground.text if ground else None, state=state, actor=person, why=words,
        at=at,
    )  # fmt: skip


def _whole(session: Session, name: str, tenant_id: str) -> str:
    """Return the name of a pick that was given as readers see it, such as `#P-1f3a90c2`; another one as it is."""
    short = name.upper().removeprefix("#").startswith("P-")
    return feed.full_name(session, name.upper(), tenant_id=tenant_id) if short else name


def _carry(desk: Desk, pick_id: str, at: datetime) -> None:
    """Carry at once what waits: who follows the pick must not wait for the next round."""
    react(desk, execute(desk, "publish.deliver", f"by hand:{pick_id}:{at.isoformat()}", {}))
