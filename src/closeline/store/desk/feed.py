"""The app feed as the record has it: publications in the order of their leaves, which is that of their publishing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from closeline.domain.errors import BadInput, NotFound
from closeline.domain.publishing.leaf import PICK
from closeline.store.session import Session
from closeline.store.tables.desk import pick, pick_event, publication
from closeline.store.tables.governance import log_leaf
from closeline.store.tables.outbox import delivery, delivery_attempt

_PUBLISHED = (
    select(publication.c.pick_id, publication.c.publication_id, publication.c.terms, publication.c.published_at)
    .add_columns(log_leaf.c.log_index)
    .join(
        log_leaf,
        and_(log_leaf.c.tenant_id == publication.c.tenant_id, log_leaf.c.pick_id == publication.c.pick_id),
    )
    .where(publication.c.tenant_id == bindparam("tenant"), log_leaf.c.kind == PICK)
)
_AFTER = (
    _PUBLISHED.where(log_leaf.c.log_index > bindparam("after"))
    .order_by(log_leaf.c.log_index)
    .limit(bindparam("most"))
)  # fmt: skip
_OF_PICK = _PUBLISHED.where(publication.c.pick_id == bindparam("name"))
_ENDS = (
    select(pick_event.c.pick_id, pick_event.c.to_state, pick_event.c.reason, pick_event.c.at)
    .where(pick_event.c.tenant_id == bindparam("tenant"), pick_event.c.pick_id.in_(bindparam("names", expanding=True)))
    .order_by(pick_event.c.pick_id, pick_event.c.seq)
)
_NEXT = select(pick.c.supersedes, pick.c.pick_id).where(
    pick.c.tenant_id == bindparam("tenant"), pick.c.supersedes.in_(bindparam("names", expanding=True))
)
_BEGINNING = select(publication.c.pick_id).where(
    publication.c.tenant_id == bindparam("tenant"), publication.c.pick_id.like(bindparam("beginning"))
)
_ATTEMPTS = (
    select(delivery_attempt)
    .where(delivery_attempt.c.tenant_id == bindparam("tenant"), delivery_attempt.c.pick_id == bindparam("name"))
    .order_by(delivery_attempt.c.at, delivery_attempt.c.attempt)
)
_UNCERTAIN = (
    select(delivery.c.pick_id, delivery.c.channel, delivery.c.kind, delivery.c.updated_at, delivery.c.detail)
    .where(delivery.c.tenant_id == bindparam("tenant"), delivery.c.state == "UNKNOWN")
    .order_by(delivery.c.updated_at, delivery.c.pick_id, delivery.c.channel, delivery.c.kind)
)
_COUNTS = (
    select(delivery.c.channel, delivery.c.state, func.count().label("number"))
    .where(delivery.c.tenant_id == bindparam("tenant"))
    .group_by(delivery.c.channel, delivery.c.state)
    .order_by(delivery.c.channel, delivery.c.state)
)
_MOVED = (
    select(delivery.c.pick_id)
    .where(delivery.c.tenant_id == bindparam("tenant"), delivery.c.updated_at >= bindparam("since"))
    .distinct()
    .order_by(delivery.c.pick_id)
)
_NUMBER = select(func.count()).select_from(publication).where(publication.c.tenant_id == bindparam("tenant"))
BEFORE_ALL = -1
_BEGINNING_MIN = 6


@dataclass(frozen=True, slots=True)
class Published:
    """A publication in its place: `number` counts a tenant's publications from nought, without a gap."""

    number: int
    pick_id: str
    publication_id: str
    terms: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to carry a message, and what came of it."""

    channel: str
    kind: str
    attempt: int
    outcome: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message of which nobody knows whether it arrived, and since when."""

    pick_id: str
    channel: str
    kind: str
    since: datetime
    detail: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a pick has come, why, since when, and which one took its place."""

    state: str
    reason: str
    since: datetime
    superseded_by: str | None


def after(session: Session, number: int, *, tenant_id: str, most: int) -> list[Published]:
    """Return the publications behind a number, in their order; `BEFORE_ALL` is before the first."""
    rows = session.rows(_AFTER, {"tenant": tenant_id, "after": number, "most": most})
    return [Published(row.log_index, row.pick_id, row.publication_id, row.terms, row.published_at) for row in rows]


def of_pick(session: Session, pick_id: str, *, tenant_id: str) -> Published:
    """Return the publication of a pick; raises NotFound for a pick that was published before there were leaves."""
    rows = session.rows(_OF_PICK, {"tenant": tenant_id, "name": pick_id})
    if not rows:
        raise NotFound(f"pick must be in the log of publications, {pick_id} is older; run: closeline picks show ID")
    row = rows[0]
    return Published(row.log_index, row.pick_id, row.publication_id, row.terms, row.published_at)


def attempts_of(session: Session, pick_id: str, *, tenant_id: str) -> list[Attempt]:
    """Return every try to carry a message about a pick, the oldest first."""
    rows = session.rows(_ATTEMPTS, {"tenant": tenant_id, "name": pick_id})
    return [Attempt(row.channel, row.kind or "POST", row.attempt, row.outcome, row.detail, row.at) for row in rows]


def uncertain(session: Session, *, tenant_id: str) -> list[Doubtful]:
    """Return the messages of which nobody knows whether they arrived, the oldest first."""
    return [Doubtful(*row) for row in session.rows(_UNCERTAIN, {"tenant": tenant_id})]


def counted(session: Session, *, tenant_id: str) -> dict[str, dict[str, int]]:
    """Return how many messages each channel has in each state."""
    found: dict[str, dict[str, int]] = {}
    for row in session.rows(_COUNTS, {"tenant": tenant_id}):
        found.setdefault(row.channel, {})[row.state] = row.number
    return found


def number_of(session: Session, *, tenant_id: str) -> int:
    """Return how many picks a tenant has published."""
    return int(session.scalar(_NUMBER, {"tenant": tenant_id}))


def moved_since(session: Session, since: datetime, *, tenant_id: str) -> list[str]:
    """Return the picks of which a message has moved since a moment."""
    return [str(row.pick_id) for row in session.rows(_MOVED, {"tenant": tenant_id, "since": since})]


def stands(session: Session, names: Sequence[str], *, tenant_id: str) -> dict[str, Stand]:
    """Return how far each pick has come by now."""
    if not names:
        return {}
    bound = {"tenant": tenant_id, "names": list(names)}
    followers = {row.supersedes: row.pick_id for row in session.rows(_NEXT, bound)}
    return {
        row.pick_id: Stand(
            row.to_state, row.reason, row.at, followers.get(row.pick_id) if row.to_state == "SUPERSEDED" else None
        )
        for row in session.rows(_ENDS, bound)
    }


def full_name(session: Session, name: str, *, tenant_id: str) -> str:
    """Return the published pick that goes by a name or a visible id; raises NotFound, BadInput where several do."""
    short = name.removeprefix("#").removeprefix("P-").lower()
    if len(short) < _BEGINNING_MIN or not (short.isascii() and short.isalnum()):
        raise NotFound(f"pick must be named like #P-1f3a90c2, was {name[:60]!a}")
    rows = session.rows(_BEGINNING, {"tenant": tenant_id, "beginning": f"{short}%"})
    if not rows:
        raise NotFound(f"pick must be published, {name} was not; `closeline picks list` names those that are")
    if len(rows) > 1:
        raise BadInput(f"pick must be named in full where several begin alike, {len(rows)} begin with {short}")
    return str(rows[0].pick_id)
