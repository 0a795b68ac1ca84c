"""What the polling of feeds hands from step to step: the calls that are due, and what they brought home."""

from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.errors import BadInput, CloselineError
from closeline.domain.feeds.captures import Coverage, ParsedPayload, RawPayload
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.polling import Call, PlannedCall
from closeline.domain.feeds.wants import Kind
from closeline.domain.forecasts.injuries import ParsedInjuries
from closeline.domain.leagues import League
from closeline.domain.ports import InjuryFeed, LiveFeed
from closeline.jobs.desk import Desk
from closeline.store.polls import captures
from closeline.store.polls.calls import Poll
from closeline.store.session import Session


@dataclass(frozen=True, slots=True)
class Brought:
    """A call and what its bytes say; `fault` is why they could not be read, `spooled` their name in the spool."""

    call: Call
    parsed: ParsedPayload | None = None
    bulletin: ParsedInjuries | None = None
    fault: str = ""
    spooled: str = ""


# How a feed's own words name the books that it was asked for; without them it was asked for all it has.
_BOOKS = "bookmakers"
Outing = tuple[PlannedCall, ...]


def read(desk: Desk, call: Call, *, spooled: str = "") -> Brought:
    """Read what a call brought, by the feed that asked for it; bytes that cannot be read are kept with the fault."""
    payload = call.fetched.payload
    if payload is None or call.fetched.outcome is not CallOutcome.OK:
        return Brought(call, spooled=spooled)
    try:
        return _read(desk, call, payload, spooled)
    except BadInput as fault:
        return Brought(call, fault=f"{type(fault).__name__}: {fault}", spooled=spooled)


def _read(desk: Desk, call: Call, payload: RawPayload, spooled: str) -> Brought:
    want = call.planned.want
    if want.kind is Kind.INJURIES:
        feed = injury_feed(desk, call.planned.feed)
        if feed is None or want.league is None:
            return Brought(call, fault="no such feed of injuries", spooled=spooled)
        return Brought(call, bulletin=feed.parse(payload, want.league), spooled=spooled)
    if want.kind is Kind.SPORTS:
        # A list of sports says how the credits stand; which of them are played is read back from it (`seasons`).
        return Brought(call, spooled=spooled)
    source = live_feed(desk, call.planned.feed)
    if source is None:
        return Brought(call, fault="no such feed", spooled=spooled)
    return Brought(call, parsed=source.parse(payload), spooled=spooled)


def read_back(session: Session, desk: Desk, poll: Poll) -> ParsedPayload | None:
    """Return what the kept bytes of a poll say, by its feed or by whoever recognises them; null where nobody can."""
    if poll.payload_sha is None:
        return None
    feed = live_feed(desk, poll.feed)
    try:
        payload = captures.payload(session, poll.payload_sha)
        return feed.parse(payload) if feed is not None else desk.read(payload) if desk.read is not None else None
    except CloselineError:
        # Bytes that retention let go of say nothing any more.
        return None


def received(desk: Desk, brought: Brought, at: datetime) -> Brought:
    """Return what was brought as if received at another moment: its bytes are read again."""
    fetched = brought.call.fetched
    payload = None if fetched.payload is None else replace(fetched.payload, received_at=at)
    call = replace(brought.call, fetched=replace(fetched, received_at=at, payload=payload))
    return read(desk, call, spooled=brought.spooled)


def coverage_of(call: Call) -> Coverage | None:
    """Return what an answer of prices was asked for, so that what it leaves out is known to be off; null for others."""
    want = call.planned.want
    if want.kind not in (Kind.ODDS, Kind.EVENT_ODDS) or want.league is None:
        return None
    named = dict(call.planned.item.query).get(_BOOKS)
    books = tuple(named.split(",")) if named else None
    # A whole league's answer has no lines beside the main ones, whatever was wanted.
    beside = want.alternates and want.kind is Kind.EVENT_ODDS
    return Coverage(want.league, want.markets, books, (want.event,) if want.event else None, beside)


def live_feed(desk: Desk, name: str) -> LiveFeed | None:
    """Return a feed of the desk by name."""
    return next((feed for feed in desk.feeds if feed.name == name), None)


def injury_feed(desk: Desk, name: str) -> InjuryFeed | None:
    """Return a feed of injuries of the desk by name."""
    return next((feed for feed in desk.injury_feeds if feed.name == name), None)


def leagues_of(desk: Desk) -> tuple[League, ...]:
    """Return the leagues that a live desk asks about."""
    return desk.leagues or tuple(League)
