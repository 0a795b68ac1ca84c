"""Every call that was made of a feed: what was asked, what came of it, and what the record made of the answer."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, func, or_, select

from closeline.domain.clock import CLOCKS_APART, micros
from closeline.domain.feeds.blocks import BLOCKING, LOOK_BACK, Known, Refusal
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.mode import Sighting
from closeline.domain.feeds.wants import Kind
from closeline.domain.leagues import League
from closeline.store import events
from closeline.store.session import Session
from closeline.store.tables.feeds import poll

# Where nobody planned the next poll, the one after it is expected a day later.
_UNPLANNED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Poll:
    """A call as the record holds it; what it did not bring is null. The address never holds a key."""

    poll_id: str
    feed: str
    kind: Kind
    league: League | None
    address: str
    purpose: str
    slot: str
    asked_at: datetime
    received_at: datetime
    outcome: CallOutcome
    http_status: int | None = None
    error_code: str = ""
    fault: str = ""
    attempts: int = 1
    payload_sha: str | None = None
    content_at: datetime | None = None
    snapshot_id: str | None = None
    accepted: int = 0
    unchanged: int = 0
    quarantined: int = 0
    results: int = 0
    interval_seconds: int | None = None
    credits_reserved: int = 0
    credits_last: int | None = None
    credits_used: int | None = None
    credits_remaining: int | None = None
    credits_left: int | None = None
    credits_plan: int | None = None


_COLUMNS = tuple(field.name for field in fields(Poll))
_INSTANTS = frozenset({"asked_at", "received_at", "content_at"})
_POLLS = select(*(poll.c[name] for name in _COLUMNS))
_KEPT = select(poll.c.poll_id).where(poll.c.poll_id.in_(bindparam("names", expanding=True)))
_LAST_RECEIVED = select(func.max(poll.c.received_at)).where(poll.c.feed == bindparam("feed_name"))
_TAKEN = select(poll.c.poll_id).where(poll.c.feed == bindparam("feed_name"), poll.c.received_at == bindparam("moment"))
# What a clock that was ahead wrote counts for nothing, or it would hide what was asked since it was put right.
_BY_NOW = poll.c.asked_at <= bindparam("by")
_LAST_OK = (
    select(poll.c.league, func.max(poll.c.asked_at).label("at"))
    .where(poll.c.kind == bindparam("what"), poll.c.outcome == CallOutcome.OK, poll.c.league.is_not(None), _BY_NOW)
    .group_by(poll.c.league)
)
_LAST_TRIES = (
    select(poll.c.feed, poll.c.league, func.max(poll.c.asked_at).label("at"))
    .where(poll.c.kind == bindparam("what"), _BY_NOW)
    .group_by(poll.c.feed, poll.c.league)
)
# Who says that it has no such thing, or does not understand, has answered: it is not asked again soon.
_ANSWERS = (CallOutcome.OK, CallOutcome.NOT_FOUND, CallOutcome.BAD_REQUEST)
_ADDRESSES = (
    select(
        poll.c.feed, poll.c.address, func.max(poll.c.asked_at).label("tried_at"),
        func.max(case((poll.c.outcome.in_(_ANSWERS), poll.c.asked_at))).label("answered_at"),
    )
    .where(poll.c.kind == bindparam("what"), poll.c.asked_at > bindparam("after"), _BY_NOW)
    .group_by(poll.c.feed, poll.c.address)
)  # fmt: skip
_LAST_OF_FEEDS = (
    select(poll.c.feed, func.max(poll.c.received_at).label("at"))
    .where(poll.c.outcome == CallOutcome.OK)
    .group_by(poll.c.feed)
)
_NEWEST = select(poll.c.feed, func.max(poll.c.received_at).label("at")).group_by(poll.c.feed).subquery()
_LAST_OF_EACH = (
    _POLLS.join(_NEWEST, and_(_NEWEST.c.feed == poll.c.feed, _NEWEST.c.at == poll.c.received_at))
    .where(poll.c.outcome == CallOutcome.CIRCUIT_OPEN)
    .order_by(poll.c.feed)
)
_LAST_FUNDED = (
    select(poll.c.feed, func.max(poll.c.received_at).label("at"))
    .where(poll.c.credits_remaining > 0)
    .group_by(poll.c.feed)
)
_answered = _LAST_OF_FEEDS.subquery()
_FAILED = (
    select(poll.c.feed, func.count().label("failed"))
    .join(_answered, _answered.c.feed == poll.c.feed, isouter=True)
    .where(poll.c.outcome.not_in(_ANSWERS), or_(_answered.c.at.is_(None), poll.c.received_at > _answered.c.at))
    .group_by(poll.c.feed)
    .order_by(poll.c.feed)
)
_LAST_OF_FEED = (
    _POLLS.where(poll.c.feed == bindparam("feed_name")).order_by(poll.c.received_at.desc()).limit(bindparam("most"))
)
_FIRST_SEEN = select(func.min(poll.c.received_at)).where(poll.c.payload_sha == bindparam("sha"))
_OF_LEAGUE = (
    _POLLS.where(poll.c.league == bindparam("league_code"), poll.c.kind == bindparam("what"))
    .order_by(poll.c.received_at.desc())
    .limit(bindparam("most"))
)
_LAST_OF_KIND = (
    _POLLS.where(poll.c.kind == bindparam("what"), poll.c.outcome == CallOutcome.OK, _BY_NOW)
    .order_by(poll.c.received_at.desc())
    .limit(1)
)
_BROUGHT = (
    _POLLS.where(
        poll.c.league == bindparam("league_code"), poll.c.kind == bindparam("what"), poll.c.content_at.is_not(None)
    )
    .order_by(poll.c.received_at.desc())
    .limit(bindparam("most"))
)
_REFUSALS = (
    select(poll.c.feed, poll.c.kind, poll.c.address, poll.c.outcome, poll.c.received_at)
    .where(poll.c.asked_at > bindparam("after"), _BY_NOW, poll.c.outcome.in_(bindparam("outcomes", expanding=True)))
    .order_by(poll.c.received_at)
)
_SINCE = (
    _POLLS.where(poll.c.received_at > bindparam("after")).order_by(poll.c.received_at.desc()).limit(bindparam("most"))
)
_SINCE_OF_LEAGUE = _SINCE.where(poll.c.league == bindparam("league_code"))


def one_receiver(session: Session, feed: str) -> None:
    """Make every other writer of a feed's polls wait until this unit of work ends."""
    events.hold(session, chain=f"poll:{feed}")


def add(session: Session, new: Poll) -> None:
    """Keep a call; raises AppendOnlyViolation when it is there already, or is received no later than the one before."""
    row = [
        micros(value) if name in _INSTANTS and value is not None else value
        for name, value in zip(_COLUMNS, astuple(new), strict=True)
    ]
    session.append(poll, _COLUMNS, [row])


def kept(session: Session, poll_ids: Sequence[str]) -> set[str]:
    """Return which of these polls are in the record."""
    rows = session.rows(_KEPT, {"names": list(poll_ids)}) if poll_ids else ()
    return {row.poll_id for row in rows}


def last_received(session: Session, feed: str) -> datetime | None:
    """Return when a feed's last answer was received, null before the first."""
    found: datetime | None = session.scalar(_LAST_RECEIVED, {"feed_name": feed})
    return found


def is_taken(session: Session, feed: str, at: datetime) -> bool:
    """Say whether a feed has an answer that was received at this very moment."""
    return bool(session.rows(_TAKEN, {"feed_name": feed, "moment": at}))


def last_answered(session: Session, kind: Kind, *, as_of: datetime) -> dict[League, datetime]:
    """Return when each league was last asked for a kind of thing with an answer, as it stands at a moment."""
    return {League(row.league): row.at for row in session.rows(_LAST_OK, {"what": kind, "by": as_of + CLOCKS_APART})}


def last_tried(session: Session, kind: Kind, *, as_of: datetime) -> dict[tuple[str, League | None], datetime]:
    """Return when each feed was last asked for a kind of thing by a moment, by league, whatever came of it."""
    rows = session.rows(_LAST_TRIES, {"what": kind, "by": as_of + CLOCKS_APART})
    return {(row.feed, None if row.league is None else League(row.league)): row.at for row in rows}


def addresses_asked(
    session: Session, kind: Kind, *, after: datetime, as_of: datetime
) -> dict[tuple[str, str], tuple[datetime, datetime | None]]:
    """Return when each address (feed, address) was last asked since a moment: at all, and with an answer."""
    rows = session.rows(_ADDRESSES, {"what": kind, "after": after, "by": as_of + CLOCKS_APART})
    return {(row.feed, row.address): (row.tried_at, row.answered_at) for row in rows}


def last_success(session: Session) -> dict[str, datetime]:
    """Return when each feed last answered."""
    return {row.feed: row.at for row in session.rows(_LAST_OF_FEEDS)}


def left_alone(session: Session) -> list[Poll]:
    """Return the last poll of each feed that was not asked because its circuit was open."""
    return [_poll(row) for row in session.rows(_LAST_OF_EACH)]


def failed_since(session: Session) -> dict[str, int]:
    """Return how many calls of each feed failed since it last answered; a feed of which none did is left out."""
    return {row.feed: int(row.failed) for row in session.rows(_FAILED)}


def newest_of(session: Session, feed: str, *, most: int) -> list[Poll]:
    """Return the last polls of a feed, the newest first."""
    return [_poll(row) for row in session.rows(_LAST_OF_FEED, {"feed_name": feed, "most": most})]


def is_silent(session: Session, feed: str, *, most: int = 3) -> bool:
    """Say whether a feed was asked and none of its last polls was answered."""
    last = newest_of(session, feed, most=most)
    return bool(last) and not any(item.outcome in _ANSWERS for item in last)


def first_seen(session: Session, payload_sha: str) -> datetime | None:
    """Return when these bytes were received first, null when they never were."""
    found: datetime | None = session.scalar(_FIRST_SEEN, {"sha": payload_sha})
    return found


def of_league(session: Session, league: League, kind: Kind, *, most: int) -> list[Poll]:
    """Return the last polls of a league for a kind of thing, oldest first."""
    rows = session.rows(_OF_LEAGUE, {"league_code": league, "what": kind, "most": most})
    return [_poll(row) for row in reversed(rows)]


def last_of(session: Session, kind: Kind, *, as_of: datetime) -> Poll | None:
    """Return the last poll for a kind of thing that was answered by a moment, of whatever league; null before it."""
    rows = session.rows(_LAST_OF_KIND, {"what": kind, "by": as_of + CLOCKS_APART})
    return _poll(rows[0]) if rows else None


def known(session: Session, *, now: datetime) -> Known:
    """Return what the calls of the last days say of the feeds, for `blocks`."""
    rows = session.rows(_REFUSALS, {"after": now - LOOK_BACK, "outcomes": list(BLOCKING), "by": now + CLOCKS_APART})
    refusals = [
        Refusal(row.feed, Kind(row.kind), row.address, CallOutcome(row.outcome), row.received_at) for row in rows
    ]
    funded = {row.feed: row.at for row in session.rows(_LAST_FUNDED)}
    return Known(refusals, last_success(session), funded)


def since(session: Session, after: datetime, *, most: int, league: League | None = None) -> list[Poll]:
    """Return the polls received after a moment, the newest first; of one league where asked."""
    asked = {"after": after, "most": most}
    if league is None:
        return [_poll(row) for row in session.rows(_SINCE, asked)]
    return [_poll(row) for row in session.rows(_SINCE_OF_LEAGUE, {**asked, "league_code": league})]


def sightings(session: Session, league: League, *, most: int) -> list[Sighting]:
    """Return the last polls of a league's prices that brought something, oldest first, for the publishing mode.

    A later one that brought nothing comes last: it tells how the credits stand.
    """
    asked = {"league_code": league, "what": Kind.ODDS}
    brought = [_poll(row) for row in reversed(session.rows(_BROUGHT, {**asked, "most": most}))]
    last = of_league(session, league, Kind.ODDS, most=1)
    return [_sighting(item) for item in (*brought, *(item for item in last if item.content_at is None))]


def _sighting(item: Poll) -> Sighting:
    interval = _UNPLANNED if item.interval_seconds is None else timedelta(seconds=item.interval_seconds)
    return Sighting(item.received_at, item.content_at, interval, item.credits_left, item.credits_plan)


def _poll(row: object) -> Poll:
    named = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    league = named["league"]
    named |= {
        "kind": Kind(named["kind"]), "outcome": CallOutcome(named["outcome"]),
        "league": None if league is None else League(league),
    }  # fmt: skip
    return Poll(**named)
