"""Publish: a proposed pick becomes official, once, and goes out unchanged on every channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.clock import instant
from closeline.domain.events import PicksPublished
from closeline.domain.ids import canonical_json
from closeline.domain.labels import label
from closeline.domain.leagues import League
from closeline.domain.odds import rounded_american
from closeline.domain.picks import Decision, PickState
from closeline.domain.ports import Channel, Message
from closeline.domain.settlement import settles
from closeline.store import references
from closeline.store.desk import picks, publications
from closeline.store.desk.picks import Pick
from closeline.store.desk.publications import NewPublication, PendingDelivery
from closeline.store.past.standing import own_runs
from closeline.store.session import Session

TEMPLATE = "pick-v1"
# A pick must be seen before its game begins: one minute is the least that a channel may need.
MARGIN = timedelta(seconds=60)
NOT_SETTLEABLE = "NOT_SETTLEABLE"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one channel has to carry."""

    channel: str
    deliveries: tuple[PendingDelivery, ...]


def publish(
    session: Session, *, tenant_id: str, league: League, as_of: int, channels: Sequence[str], at: datetime,
    prediction_id: str | None = None,
) -> PicksPublished:  # fmt: skip
    """Publish the picks proposed at a moment, or expire those that come too late: state, terms and outbox as one.

    prediction_id: the one prediction whose pick is to go out; left out, all that the house proposed at that moment.
    """
    found = picks.of_moment(session, tenant_id=tenant_id, league=league, as_of=instant(as_of))
    own = own_runs(session, tenant_id=tenant_id, league=league) if found and prediction_id is None else frozenset()
    proposed = [
        item
        for item in found
        if (item.run_id not in own if prediction_id is None else item.prediction_id == prediction_id)
    ]
    states = picks.states(session, [item.pick_id for item in proposed], tenant_id=tenant_id)
    waiting = [item for item in proposed if states[item.pick_id][1] is PickState.PROPOSED]
    known = references.versions(session, sorted({item.selection.event_id for item in waiting}), as_of=at)
    sound = [item for item in waiting if settles(league, item.selection.market)]
    in_time = [item for item in sound if known[item.selection.event_id].starts_at - at >= MARGIN]
    late = [item.pick_id for item in sound if item not in in_time]
    unsettled = [item.pick_id for item in waiting if item not in sound]
    names = references.team_names(
        session,
        sorted({team for event in known.values() for team in (event.home_team_id, event.away_team_id)}),
    )
    news = [
        _news(item, home=names[event.home_team_id], away=names[event.away_team_id], starts_at=event.starts_at)
        for item in in_time
        for event in (known[item.selection.event_id],)
    ]
    picks.move(
        session,
        [item.pick_id for item in in_time],
        PickState.PUBLISHED,
        tenant_id=tenant_id,
        reason="IN_TIME",
        at=at,
    )
    picks.move(session, late, PickState.EXPIRED, tenant_id=tenant_id, reason="TOO_LATE", at=at)
    # Publish eligibility asks the engine that will grade: what it cannot settle never becomes official.
    picks.move(session, unsettled, PickState.REJECTED, tenant_id=tenant_id, reason=NOT_SETTLEABLE, at=at)
    publications.add(session, news, tenant_id=tenant_id, channels=channels, template=TEMPLATE, at=at)
    return PicksPublished(league, len(in_time), len(late))


def _news(item: Pick, *, home: str, away: str, starts_at: datetime) -> NewPublication:
    terms = {
        "pick_id": item.pick_id,
        "selection": item.selection.selection_id,
        "label": label(item.selection, home=home, away=away),
        "book": item.book,
        "price": item.price.text,
        "price_american": rounded_american(item.price.exact),
        "price_assumed": item.price.assumed,
        "decision": item.decision,
        "tier": item.tier,
        "probability": round(item.p_final, 4),
        "units": item.stake_micros / 1_000_000,
        "starts_at": starts_at.isoformat(),
    }
    text = canonical_json(terms)
    reasons = canonical_json(["EDGE"] if item.decision is Decision.PICK else ["LEAN_ONLY"])
    return NewPublication(item.pick_id, item.decision is Decision.PICK, text, reasons, text)


def plan(session: Session, *, tenant_id: str, channels: Sequence[str]) -> list[Parcel]:
    """Read what each channel still has to carry: the first step of delivery."""
    return [
        Parcel(channel, tuple(publications.pending(session, tenant_id=tenant_id, channel=channel)))
        for channel in channels
    ]


def perform(channels: Sequence[Channel], parcels: Sequence[Parcel]) -> list[tuple[str, PendingDelivery, str]]:
    """Hand the messages over, with no transaction open: the second step. Channels carry a message twice harmlessly."""
    ports = {channel.name: channel for channel in channels}
    return [
        (parcel.channel, item, ports[parcel.channel].send(Message(item.pick_id, item.payload)))
        for parcel in parcels
        for item in parcel.deliveries
    ]


def keep(
    session: Session, carried: Sequence[tuple[str, PendingDelivery, str]], *, tenant_id: str, at: datetime
) -> None:
    """Record what was carried: the third step."""
    for channel in sorted({name for name, _, _ in carried}):
        messages = [(item, message_id) for name, item, message_id in carried if name == channel]
        publications.sent(session, tenant_id=tenant_id, channel=channel, messages=messages, at=at)
