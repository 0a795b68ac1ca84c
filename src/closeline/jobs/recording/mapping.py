"""Mapping: a person says what a spelling means, or that it means nothing; what was set aside for it is read again."""

import difflib

from closeline.domain.errors import BadInput, Refused
from closeline.domain.events import SYSTEM_CHAIN, SpellingMapped
from closeline.domain.identity import ANY_PROVIDER
from closeline.flow.capture.drifting import MAPPING_DRIFT, drift_scope
from closeline.jobs.desk import Desk
from closeline.jobs.learning.limiting import ACTOR_MAX, WHY_MAX, a_line
from closeline.jobs.recording.again import ReadAgain, read_again
from closeline.schemas.record import Mapped
from closeline.store import events
from closeline.store.desk import incidents
from closeline.store.record import changes, subjects
from closeline.store.references import reviews
from closeline.store.references.reviews import Review
from closeline.store.session import Session, unit_of_work

_NEAR = 3


def accept(
    desk: Desk, review_id: str, answer: str, *, why: str, actor: str, any_provider: bool = False
) -> Mapped:  # fmt: skip
    """Append an alias for the spelling of a review, close it, and read again what was set aside for it.

    All of it is there afterwards, or none of it. Raises NotFound for no such review, BadInput for an id that is none of
    its league, and Refused for a review that is closed and a spelling that means another one already.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine) as session:
        # Two people at once: the second sees what the first has decided.
        events.hold(session, chain=SYSTEM_CHAIN)
        review = _open(session, review_id)
        _must_be_known(session, desk, review, answer)
        provider = ANY_PROVIDER if any_provider else review.provider
        known = reviews.meanings(session, review, provider)
        if known - {answer}:
            message = f"spelling must mean one, {review.spelling[:100]!a} of {provider} means {min(known - {answer})}"
            raise Refused(f"{message} already: two meanings would be none")
        if not known:
            reviews.add_alias(session, review, answer, any_provider=any_provider)
        _close(session, desk, review, (reviews.ACCEPTED, answer), person, reason)
        done = read_again(session, desk, review)
    return _mapped(review, provider, (reviews.ACCEPTED, answer), person, reason, done)


def reject(desk: Desk, review_id: str, *, why: str, actor: str) -> Mapped:
    """Close a review without an alias: what has this spelling stays set aside, and nobody is asked again.

    Raises NotFound for no such review and Refused for one that is closed.
    """
    reason, person = a_line("why", why, WHY_MAX), a_line("actor", actor, ACTOR_MAX)
    with unit_of_work(desk.engine) as session:
        events.hold(session, chain=SYSTEM_CHAIN)
        review = _open(session, review_id)
        _close(session, desk, review, (reviews.REJECTED, None), person, reason)
    return _mapped(review, review.provider, (reviews.REJECTED, None), person, reason, None)


def _open(session: Session, review_id: str) -> Review:
    review = reviews.review_named(session, review_id)
    if review.state != reviews.OPEN:
        said = f"{review.state.lower()}{f' as {review.answer}' if review.answer else ''}"
        raise Refused(f"review must be open, {review_id} was {said} already")
    return review


def _must_be_known(session: Session, desk: Desk, review: Review, answer: str) -> None:
    if reviews.is_known(session, review, answer):
        return
    # A team's name is no id, but says which one is meant.
    meant = desk.aliases.table(session).meaning(review.league, answer[:100])
    near = [meant] if meant else difflib.get_close_matches(answer[:100], reviews.ids_of(session, review), _NEAR)
    kind = review.kind.lower()
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise BadInput(f"{kind} must be the whole id of one {kind} of {review.league}, was {answer[:100]!a}{hint}")


def _close(
    session: Session, desk: Desk, review: Review, decided: tuple[str, str | None], actor: str, why: str
) -> None:  # fmt: skip
    state, answer = decided
    at = desk.clock()
    subject = subjects.name_of("mapping", review.review_id)
    before = subjects.state(session, subject, tenant_id=desk.tenant_id)
    if not reviews.decide(session, review, state, answer=answer, actor=actor, why=why, at=at):
        raise Refused(f"review must be open, {review.review_id} was closed meanwhile")
    told = SpellingMapped(
        review.league, review.review_id, review.kind, review.provider, review.spelling, answer or "", actor, why
    )
    change = changes.since(session, subject, before, tenant_id=desk.tenant_id, why=why)
    events.record(session, told, tenant_id=desk.tenant_id, actor=actor, at=at, change=change)
    if not reviews.any_waiting(session, provider=review.provider, league=review.league):
        scope = drift_scope(review.provider, review.league)
        incidents.close(session, MAPPING_DRIFT, scope=scope, tenant_id=desk.tenant_id, at=at)


def _mapped(
    review: Review, provider: str, decided: tuple[str, str | None], actor: str, why: str, done: ReadAgain | None
) -> Mapped:
    state, answer = decided
    kept = done.capture if done else None
    return Mapped(
        review_id=review.review_id, decision=state, kind=review.kind, league=review.league, provider=provider,
        spelling=review.spelling, answer=answer, actor=actor, why=why, payloads=done.payloads if done else 0,
        accepted=kept.accepted if kept else 0, still_set_aside=sum(kept.quarantined.values()) if kept else 0,
        unreadable=done.unreadable if done else 0,
    )  # fmt: skip
