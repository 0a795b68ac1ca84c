"""Laws of delivery: laid down with the publication, the same bytes, in time, once, and ended under the newest token."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, bindparam, select

from closeline.domain.ids import sha256_hex
from closeline.domain.publishing.delivery import CALL_MOST, LEASE, QUIET, text_of
from closeline.domain.publishing.labels import units
from closeline.domain.publishing.messages import TEXT_UNITS_MAX, visible_id
from closeline.store import events
from closeline.store.invariants.violation import Violation
from closeline.store.session import Session
from closeline.store.tables.desk import pick_event, publication
from closeline.store.tables.outbox import delivery, delivery_anomaly, delivery_attempt, observed_message

# What is put between the characters of a name so that no chat makes a link of it.
_JOINER = "\u2060"
_ROWS = (
    select(delivery, publication.c.published_at, publication.c.terms)
    .outerjoin(
        publication,
        (publication.c.tenant_id == delivery.c.tenant_id) & (publication.c.pick_id == delivery.c.pick_id),
    )
    .where(delivery.c.tenant_id == bindparam("tenant"))
    .order_by(delivery.c.pick_id, delivery.c.channel, delivery.c.kind)
)
_ATTEMPTS = (
    select(delivery_attempt, delivery.c.deadline, delivery.c.payload_hash.label("fixed"), delivery.c.token.label("top"))
    .join(
        delivery,
        (delivery.c.tenant_id == delivery_attempt.c.tenant_id)
        & (delivery.c.pick_id == delivery_attempt.c.pick_id)
        & (delivery.c.channel == delivery_attempt.c.channel)
        & (delivery.c.kind == delivery_attempt.c.kind),
    )
    .where(delivery_attempt.c.tenant_id == bindparam("tenant"))
    .order_by(
        delivery_attempt.c.pick_id, delivery_attempt.c.channel, delivery_attempt.c.kind, delivery_attempt.c.token,
        delivery_attempt.c.at,
    )
)  # fmt: skip
_SEEN = (
    select(observed_message)
    .where(observed_message.c.tenant_id == bindparam("tenant"), observed_message.c.pick_id.is_not(None))
    .order_by(observed_message.c.pick_id, observed_message.c.channel, observed_message.c.number)
)
_ODD = select(delivery_anomaly).where(delivery_anomaly.c.tenant_id == bindparam("tenant"))
_TAKEN_BACK = select(pick_event.c.pick_id, pick_event.c.to_state).where(
    pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.to_state.in_(("SUPERSEDED", "VOIDED"))
)
# Where a message stands, or may.
_STANDS = ("SENDING", "SENT", "UNKNOWN")


def laid_down_with_the_publication(session: Session, tenant_id: str) -> list[Violation]:
    """X1: every message is of a publication, which goes to the channels of its moment; who was told is told its end."""
    rows = session.rows(_ROWS, {"tenant": tenant_id})
    found = [
        Violation("X1", _name(row), "is of nothing that was published") for row in rows if row.published_at is None
    ]
    channels: dict[Any, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.kind == "POST" and row.published_at is not None:
            channels[row.published_at][row.pick_id].add(row.channel)
    for picks in channels.values():
        every = set().union(*picks.values())
        found += [
            Violation("X1", name, f"goes to {sorted(where)}, its moment to {sorted(every)}")
            for name, where in picks.items()
            if where != every
        ]
    return [*found, *_left_standing(session, rows, tenant_id)]


def _left_standing(session: Session, rows: Sequence[Row[Any]], tenant_id: str) -> Iterator[Violation]:
    """Yield the messages of picks that were taken back to which no notice was laid down."""
    ended = {row.pick_id: row.to_state for row in session.rows(_TAKEN_BACK, {"tenant": tenant_id})}
    notices = {(row.pick_id, row.channel, row.kind) for row in rows}
    for row in rows:
        kind = ended.get(row.pick_id)
        stands = row.kind == "POST" and row.state in _STANDS and kind is not None
        if stands and (row.pick_id, row.channel, kind) not in notices:
            yield Violation("X1", _name(row), f"is {row.state}, its pick {kind}, and no notice calls it back")


def none_is_left_under_way(session: Session, tenant_id: str) -> list[Violation]:
    """X2: no message waits or is under way long after its deadline, by the latest that the record knows of."""
    rows = session.rows(_ROWS, {"tenant": tenant_id})
    last = events.last_at(session, tenant_id=tenant_id)
    now = max([row.updated_at for row in rows] + ([] if last is None else [last]), default=None)
    late = LEASE + QUIET + CALL_MOST
    return [
        Violation("X2", _name(row), f"is {row.state}, its deadline was {row.deadline.isoformat()}")
        for row in rows
        if row.state in ("PENDING", "SENDING") and now is not None and now - row.deadline > late
    ]


def seen_as_sent(session: Session, tenant_id: str) -> list[Violation]:
    """X3: a message that was sent has its id, and what an observer saw under it is what was sent."""
    seen = {(row.channel, row.chat, row.message_id): row for row in session.rows(_SEEN, {"tenant": tenant_id})}
    found = []
    for row in session.rows(_ROWS, {"tenant": tenant_id}):
        sight = seen.get((row.channel, row.chat, row.message_id))
        if row.state == "SENT" and not row.message_id:
            found.append(Violation("X3", _name(row), "was sent and has no id"))
        elif row.state == "SENT" and sight is not None and sight.text_hash != row.text_hash:
            found.append(Violation("X3", _name(row), f"was seen with another text under {row.message_id}"))
    return found


def once_or_told(session: Session, tenant_id: str) -> list[Violation]:
    """X4: of one message one copy was seen, or each surplus one is named by an anomaly."""
    odd = {(row.channel, row.chat, row.message_id) for row in session.rows(_ODD, {"tenant": tenant_id})}
    copies: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in session.rows(_SEEN, {"tenant": tenant_id}):
        if (row.channel, row.chat, row.message_id) not in odd:
            copies[row.pick_id, row.channel, row.kind].append(row.message_id)
    return [
        Violation("X4", " ".join(what), f"was seen as {', '.join(names)}, and no anomaly names one too many")
        for what, names in copies.items()
        if len(names) > 1
    ]


def none_goes_out_late(session: Session, tenant_id: str) -> list[Violation]:
    """X5: nothing was sent after its deadline, which of a pick lies before the start."""
    return [
        Violation("X5", _name(row), f"was sent {row.at.isoformat()}, its deadline was {row.deadline.isoformat()}")
        for row in session.rows(_ATTEMPTS, {"tenant": tenant_id})
        if row.outcome == "SENT" and row.at - row.deadline > CALL_MOST
    ]


def the_same_bytes(session: Session, tenant_id: str) -> list[Violation]:
    """X6: every attempt carried the bytes that were laid down."""
    rows, attempts = (session.rows(asked, {"tenant": tenant_id}) for asked in (_ROWS, _ATTEMPTS))
    return [
        *(Violation("X6", _name(row), "holds other bytes than were laid down") for row in rows
          if sha256_hex(row.payload.encode()) != row.payload_hash),
        *(Violation("X6", _name(row), f"attempt {row.attempt} carried other bytes") for row in attempts
          if row.payload_hash is not None and row.payload_hash != row.fixed),
    ]  # fmt: skip


def doubt_is_looked_at(session: Session, tenant_id: str) -> list[Violation]:
    """X7: after an attempt whose end is unknown nothing was sent again unless somebody decided so."""
    found = []
    for _, rows in groupby(session.rows(_ATTEMPTS, {"tenant": tenant_id}), key=_name):
        # A doubt and what was decided about it may be of one moment: their order says nothing.
        claims = [list(claim) for _, claim in groupby(rows, key=lambda row: row.token or 0)]
        for before, after in pairwise(claims):
            if {row.outcome for row in before} & {"UNKNOWN", "RESENT"} == {"UNKNOWN"}:
                why = f"attempt {after[0].attempt} followed a doubt without a look"
                found.append(Violation("X7", _name(after[0]), why))
    return found


def tokens_only_grow(session: Session, tenant_id: str) -> list[Violation]:
    """X8: a result was recorded under the newest token, and each claim ended once."""
    found = []
    for name, group in groupby(session.rows(_ATTEMPTS, {"tenant": tenant_id}), key=_name):
        ends = [row for row in group if row.outcome in ("SENT", "SEEN", "MISSED", "CANCELLED")]
        if len(ends) > 1:
            found.append(Violation("X8", name, f"ended {len(ends)} times"))
        found += [
            Violation("X8", name, f"ended under token {row.token}, the newest is {row.top}")
            for row in ends
            if row.token is not None and row.token != row.top
        ]
    return found


def texts_are_plain(session: Session, tenant_id: str) -> list[Violation]:
    """X9: a text has at most 4,096 units of UTF-16 and asks no channel to read markup in it."""
    found = []
    for row in session.rows(_ROWS, {"tenant": tenant_id}):
        long = units(text_of(row.payload))
        if long > TEXT_UNITS_MAX:
            found.append(Violation("X9", _name(row), f"its text has {long} units of UTF-16"))
        elif "parse_mode" in json.loads(row.payload):
            found.append(Violation("X9", _name(row), "asks for markup to be read in it"))
    return found


def channels_agree(session: Session, tenant_id: str) -> list[Violation]:
    """X10: every channel names the same pick, by the same label and at the same price."""
    return [
        Violation("X10", _name(row), f"does not say {missing}")
        for row in session.rows(_ROWS, {"tenant": tenant_id})
        if row.terms is not None and (missing := _unsaid(row)) is not None
    ]


def _unsaid(row: Row[Any]) -> str | None:
    terms, text = json.loads(row.terms), text_of(row.payload).replace(_JOINER, "")
    if visible_id(row.pick_id) not in text and row.pick_id not in text:
        return visible_id(row.pick_id)
    return next((str(terms[name]) for name in ("label", "price") if str(terms[name]) not in text), None)


def _name(row: Row[Any]) -> str:
    return f"{row.pick_id} {row.channel} {row.kind}"
