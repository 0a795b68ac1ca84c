"""Superseding: a newer version takes a published pick's place. The old one ends and the new one goes out as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import IllegalTransition, NotFound, Refused
from closeline.domain.leagues import League
from closeline.domain.picks import PickState
from closeline.domain.picks.voids import SUPERSEDED
from closeline.domain.publishing.messages import TEMPLATE
from closeline.domain.settlement import settles
from closeline.flow.publish import MARGIN, leaves, permission, posting, terms
from closeline.flow.publish.moments import no_earlier, start_of
from closeline.flow.publish.withdrawal import withdraw
from closeline.store import quotes, references
from closeline.store.desk import picks, publications, successors
from closeline.store.desk.picks import Pick
from closeline.store.polls.standing import league_standing
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Replacing:
    """How a version goes out: by whom and why, on which channels, and whether feeds are polled."""

    channels: Sequence[str]
    actor: str
    why: str = ""
    live: bool = False
    disk_free: float | None = None
    notice: str | None = None


def supersede(session: Session, pick_id: str, how: Replacing, *, tenant_id: str, at: datetime) -> Pick:
    """Let the newest proposal that names a published pick take its place, and return that proposal.

    The chain stays linear: a pick is superseded once, by a pick that names it, on the same market of the same event,
    before the start. Raises NotFound for no such pick or no proposal, IllegalTransition for a pick that has ended, and
    Refused where the new one may not go out now; then the old one stands as it was.
    """
    old = picks.named(session, pick_id, tenant_id=tenant_id)
    _must_be_published(session, old)
    waiting = successors.proposed_for(session, pick_id, tenant_id=tenant_id)
    if not waiting:
        raise NotFound(f"a newer forecast must have proposed a pick in the place of {pick_id}, none has")
    new = picks.named(session, waiting[-1], tenant_id=tenant_id)
    _must_follow(old, new)
    _must_be_allowed(session, new, how, at)
    withdraw(
        session, old, PickState.SUPERSEDED, reason=f"{SUPERSEDED} by {new.pick_id}", grade_reason=SUPERSEDED,
        evidence=new.pick_id, why=how.why, actor=how.actor, at=at, notice=how.notice,
    )  # fmt: skip
    _go_out(session, new, how, at)
    return new


def _must_be_published(session: Session, old: Pick) -> None:
    state = picks.states(session, [old.pick_id], tenant_id=old.tenant_id)[old.pick_id][1]
    if state is not PickState.PUBLISHED:
        raise IllegalTransition(f"a pick must be PUBLISHED to be superseded, {old.pick_id} was {state}")


def _must_follow(old: Pick, new: Pick) -> None:
    """Raise Refused unless a pick names the one before it, on the same market of the same event."""
    places = [(item.selection.event_id, item.selection.market) for item in (old, new)]
    if new.supersedes != old.pick_id or places[0] != places[1]:
        raise Refused(f"a pick must supersede the one it names on the same market, {new.pick_id} does not")


def _must_be_allowed(session: Session, new: Pick, how: Replacing, at: datetime) -> None:
    """Raise Refused where the new version is too late, cannot be settled, is not on offer, or is withheld."""
    league, tenant_id, event_id = League(new.league), new.tenant_id, new.selection.event_id
    # First of all locks: nobody turns a switch until this transaction ends.
    withheld = permission.withheld(
        session, tenant_id=tenant_id, league=league, picks=[new], at=at, disk_free=how.disk_free,
        standing=league_standing(session, league, at=at, live=how.live),
    )  # fmt: skip
    if withheld:
        raise Refused(f"publishing must be allowed, was not: {withheld[new.pick_id]}; see: closeline status")
    if not settles(league, new.selection.market):
        raise Refused(f"market must be one that the rules settle, {new.selection.market.key} is none")
    until = no_earlier(session, tenant_id=tenant_id, league=league, at=at, live=how.live)
    starts_at = start_of(session, event_id, by=until)
    if starts_at - until < MARGIN:
        raise Refused(
            f"a pick must be superseded {MARGIN.seconds} seconds before its game, which starts {starts_at.isoformat()}"
        )
    series = (event_id, new.book, new.selection.market.key, new.selection.side)
    standing = quotes.standing(session, [event_id], as_of=at, players=bool(new.selection.market.player_id)).get(series)
    if standing is None or (standing.line_quarters, standing.price) != (new.selection.line_quarters, new.price):
        raise Refused(f"price of the new pick must still be on offer at {new.book}, is not; wait for a newer forecast")


def _go_out(session: Session, new: Pick, how: Replacing, at: datetime) -> None:
    event_id, tenant_id = new.selection.event_id, new.tenant_id
    known = references.versions(session, [event_id], as_of=at)
    event = known[event_id]
    names = references.team_names(session, sorted({event.home_team_id, event.away_team_id}))
    people = references.player_names(session, [new.selection.market.player_id])
    news = [terms.frozen(new, event, names, people)]
    picks.move(session, [new.pick_id], PickState.PUBLISHED, tenant_id=tenant_id, reason="SUPERSEDES", at=at,
               evidence=new.supersedes)  # fmt: skip
    publications.add(session, news, tenant_id=tenant_id, template=TEMPLATE, at=at)
    starts = {new.pick_id: event.starts_at}
    posting.post(session, news, starts, tenant_id=tenant_id, channels=how.channels, at=at, notice=how.notice)
    leaves.add(session, [new], known, tenant_id=tenant_id, at=at)
