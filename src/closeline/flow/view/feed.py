"""The app feed: published picks in the order of their publishing, in the words that every other channel carries."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from closeline.domain.picks import PickState
from closeline.domain.publishing import messages
from closeline.domain.publishing.delivery import DeliveryState, MessageKind
from closeline.schemas.running import publishing as shapes
from closeline.store.desk import feed, outbox, validity
from closeline.store.desk.feed import Published, Stand
from closeline.store.desk.outbox import Delivery
from closeline.store.session import Session

_NOTICES = {PickState.VOIDED: MessageKind.VOIDED, PickState.SUPERSEDED: MessageKind.SUPERSEDED}
_LIVE = frozenset({PickState.PUBLISHED})


def items(session: Session, number: int, *, tenant_id: str, most: int, notice: str) -> list[shapes.FeedItem]:
    """Return at most so many published picks behind a number; `feed.BEFORE_ALL` is before the first."""
    return _shown(session, feed.after(session, number, tenant_id=tenant_id, most=most), tenant_id, notice)


def publication(session: Session, name: str, *, tenant_id: str, notice: str) -> shapes.Publication:
    """Return a published pick with where it went. Raises NotFound for none of this name, BadInput for several."""
    pick_id = feed.full_name(session, name, tenant_id=tenant_id)
    found = feed.of_pick(session, pick_id, tenant_id=tenant_id)
    return shapes.Publication(
        item=_shown(session, [found], tenant_id, notice)[0],
        deliveries=sendings(session, pick_id, tenant_id=tenant_id),
        notice=notice,
    )


def sendings(
    session: Session, pick_id: str, *, tenant_id: str, since: datetime | None = None
) -> list[shapes.Sending]:  # fmt: skip
    """Return the messages about a pick, by channel, with the tries to carry each; `since`: only those moved by then."""
    tries: defaultdict[tuple[str, str], list[shapes.Attempt]] = defaultdict(list)
    for each in feed.attempts_of(session, pick_id, tenant_id=tenant_id):
        tries[each.channel, each.kind].append(
            shapes.Attempt(attempt=each.attempt, outcome=each.outcome, detail=each.detail, at=each.at)
        )
    found = outbox.of_pick(session, pick_id, tenant_id=tenant_id)
    return [_sending(item, tries) for item in found if since is None or item.updated_at >= since]


def uncertain(session: Session, *, tenant_id: str) -> list[shapes.Uncertain]:
    """Return the messages of which nobody knows whether they arrived, the oldest first."""
    return [
        shapes.Uncertain(
            pick_id=item.pick_id, visible_id=messages.visible_id(item.pick_id), channel=item.channel, kind=item.kind,
            since=item.since, detail=item.detail,
        )
        for item in feed.uncertain(session, tenant_id=tenant_id)
    ]  # fmt: skip


def _shown(session: Session, found: Sequence[Published], tenant_id: str, notice: str) -> list[shapes.FeedItem]:
    names = [item.pick_id for item in found]
    stands = feed.stands(session, names, tenant_id=tenant_id)
    marks = validity.last(session, names, tenant_id=tenant_id)
    return [
        _item(item, stands[item.pick_id], str(mark.state) if (mark := marks.get(item.pick_id)) else None, notice)
        for item in found
    ]


def _item(found: Published, stand: Stand, valid: str | None, notice: str) -> shapes.FeedItem:
    told = json.loads(found.terms)
    return shapes.FeedItem(
        number=found.number,
        pick_id=found.pick_id,
        visible_id=messages.visible_id(found.pick_id),
        publish_id=found.publication_id,
        label=told["label"],
        published_at=found.published_at,
        state=stand.state,
        state_reason=stand.reason,
        state_since=stand.since,
        superseded_by=stand.superseded_by,
        validity=valid if stand.state in _LIVE else None,
        terms=_terms(told),
        text=_text(told, stand, notice),
    )


def _text(told: Mapping[str, object], stand: Stand, notice: str) -> str:
    """Return what the message of a pick says by now, wherever it is shown."""
    kind = _NOTICES.get(PickState(stand.state))
    lines = messages.edited_lines(told, kind, stand.reason) if kind else messages.pick_lines(told)
    return messages.written(lines, notice).text


def _terms(told: Mapping[str, object]) -> shapes.Terms:
    unset: dict[str, object] = dict.fromkeys(shapes.Terms.model_fields)
    older = {"is_official": told["decision"] == "PICK", "reasons": [], "visibility": "premium"}
    return shapes.Terms.model_validate({**unset, "template_version": "pick-v1", **older, **told})


def _sending(item: Delivery, tries: Mapping[tuple[str, str], Sequence[shapes.Attempt]]) -> shapes.Sending:
    return shapes.Sending(
        pick_id=item.pick_id, visible_id=messages.visible_id(item.pick_id), channel=item.channel, kind=item.kind,
        state=item.state, attempts=item.attempts, message_id=item.message_id, chat=item.chat, deadline=item.deadline,
        uncertain=item.state is DeliveryState.UNKNOWN, detail=item.detail,
        tries=list(tries.get((item.channel, item.kind), ())),
    )  # fmt: skip
