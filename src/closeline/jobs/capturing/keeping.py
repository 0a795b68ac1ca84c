"""Keeping: one answer goes into the record whole, or not at all: bytes, poll, credits, and all that was read in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from closeline.domain.errors import StoreFault
from closeline.domain.events import Event
from closeline.domain.feeds.captures import Phase, RawPayload
from closeline.domain.feeds.fetching import CallOutcome
from closeline.domain.feeds.polling import Call
from closeline.domain.feeds.quota import Settled
from closeline.domain.feeds.staleness import content_moment
from closeline.domain.feeds.wants import Kind
from closeline.flow import capture
from closeline.flow.capture import Capture, Source
from closeline.jobs.capturing import incidents, spooling
from closeline.jobs.capturing.outing import Brought, coverage_of, received
from closeline.jobs.capturing.planning import CLAIM
from closeline.jobs.desk import Desk
from closeline.jobs.importing.injuries import Bulletin, keep_bulletin
from closeline.store.polls import calls, captures, claims, ledger
from closeline.store.polls.calls import Poll
from closeline.store.session import Session, unit_of_work

_TICK = timedelta(microseconds=1)
_RESULTS = frozenset({Kind.RESULTS, Kind.SCORES, Kind.SCHEDULE})
_FAULT_MOST = 300


def keep_each(
    session: Session, desk: Desk, arguments: Mapping[str, object], brought: Sequence[Brought]
) -> Sequence[Event]:
    """Keep what a call brought home; given one at a time, so that each is kept or not by itself."""
    del arguments
    return [event for item in brought for event in keep(session, desk, item)]


def keep(session: Session, desk: Desk, brought: Brought) -> Sequence[Event]:
    """Keep one answer and return what it set going; one that is in the record already adds nothing."""
    if calls.kept(session, [brought.call.poll_id]):
        return ()
    found = _stamped(session, desk, brought)
    call, payload = found.call, found.call.fetched.payload
    sha = None if payload is None else captures.keep_payload(session, payload, feed=call.planned.feed)
    figures = Capture() if payload is None or sha is None else _capture(session, desk, found, payload, sha)
    _record(session, desk, found, sha, figures)
    return figures.events


def keep_bytes(session: Session, desk: Desk, brought: Brought, fault: str) -> None:
    """Keep an answer that cannot be kept whole: its bytes and its poll, with what was wrong, and nothing read in it."""
    if calls.kept(session, [brought.call.poll_id]):
        return
    found = _stamped(session, desk, brought)
    payload = found.call.fetched.payload
    sha = None if payload is None else captures.keep_payload(session, payload, feed=found.call.planned.feed)
    _record(session, desk, Brought(found.call, fault=fault), sha, Capture())


def rescue(desk: Desk, brought: Sequence[Brought], fault: Exception) -> None:
    """See to it that bytes are not lost that could not be kept: in the spool while the record is away, else bare."""
    for item in brought:
        _rescue(desk, item, fault)


def _rescue(desk: Desk, brought: Brought, fault: Exception) -> None:
    if not isinstance(fault, StoreFault):
        try:
            with unit_of_work(desk.engine) as session:
                keep_bytes(session, desk, brought, f"{type(fault).__name__}: {fault}")
            kept(desk, [brought])
        except StoreFault:
            spooling.put(desk, brought.call)
    elif not brought.spooled:
        spooling.put(desk, brought.call)


def kept(desk: Desk, brought: Sequence[Brought]) -> None:
    """Let go of what waited in the spool once it is in the record."""
    for item in brought:
        if item.spooled and desk.spool is not None:
            desk.spool.remove(item.spooled)


def _stamped(session: Session, desk: Desk, brought: Brought) -> Brought:
    """Return the answer with a time of reception that no other of its feed has.

    The times of a feed only grow: a clock that was set back moves by the least step. What comes out of the spool keeps
    its own time, because it was received when it was received.
    """
    feed = brought.call.planned.feed
    calls.one_receiver(session, feed)
    last, at = calls.last_received(session, feed), brought.call.received_at
    if last is None or last < at:
        return brought
    if not brought.spooled:
        return received(desk, brought, last + _TICK)
    while calls.is_taken(session, feed, at):
        at += _TICK
    return brought if at == brought.call.received_at else received(desk, brought, at)


def _capture(session: Session, desk: Desk, found: Brought, payload: RawPayload, sha: str) -> Capture:
    call, at = found.call, found.call.received_at
    if found.bulletin is not None and call.planned.want.league is not None:
        bulletin = Bulletin(payload, call.planned.feed, call.planned.want.league, found.bulletin)
        return keep_bulletin(session, desk, bulletin, at=at).capture
    if found.parsed is None:
        return Capture()
    phase = Phase.RESULT if call.planned.want.kind in _RESULTS else Phase.LIVE
    source = Source(
        sha, call.planned.feed, phase, polled=True, coverage=coverage_of(call), answered_at=call.received_at
    )
    return capture.keep(session, source, found.parsed, desk.aliases.table(session), at=at)


def _record(session: Session, desk: Desk, found: Brought, sha: str | None, figures: Capture) -> None:
    """Put the credits right and write the poll down; then say what is wrong with the feed, or right again."""
    call, now = found.call, desk.clock()
    settled = _settled(session, desk, call, now)
    poll = _poll(session, desk, found, sha, figures, settled)
    calls.add(session, poll)
    claims.finish(session, CLAIM, call.planned.scope, call.planned.token)
    incidents.after(session, desk, poll, settled)


def _settled(session: Session, desk: Desk, call: Call, now: datetime) -> Settled | None:
    feed, fetched = call.planned.feed, call.fetched
    if call.planned.reservation.startswith(ledger.ADRIFT):
        return ledger.settle_adrift(
            session, feed, desk.quota, fetched.outcome, fetched.allowance, reservation=call.planned.reservation,
            credits_most=call.planned.item.credits_most, purpose=call.planned.purpose, at=now,
        )  # fmt: skip
    if call.planned.reservation:
        return ledger.settle(
            session, feed, desk.quota, fetched.outcome, fetched.allowance, reservation=call.planned.reservation, at=now
        )
    return ledger.tell(session, feed, desk.quota, fetched.allowance, at=now)


def _poll(
    session: Session, desk: Desk, found: Brought, sha: str | None, figures: Capture, settled: Settled | None
) -> Poll:
    call, fetched, want = found.call, found.call.fetched, found.call.planned.want
    told, paid = fetched.allowance, bool(call.planned.reservation)
    snapshot = next((event.snapshot_id for event in figures.events), None)
    return Poll(
        call.poll_id, call.planned.feed, want.kind, want.league, call.planned.item.address,
        call.planned.purpose, call.planned.slot, fetched.asked_at, fetched.received_at,
        CallOutcome.UNREADABLE if found.fault and fetched.outcome is CallOutcome.OK else fetched.outcome,
        fetched.status, fetched.error_code, (found.fault or fetched.fault)[:_FAULT_MOST], fetched.attempts, sha,
        _content_at(session, found, sha), snapshot, figures.accepted, figures.unchanged,
        sum(figures.quarantined.values()), figures.results, call.planned.interval_seconds,
        call.planned.item.credits_most, told.last, told.used, told.remaining,
        settled.account.left if settled and paid else None, desk.quota.credits if paid else None,
    )  # fmt: skip


def _content_at(session: Session, found: Brought, sha: str | None) -> datetime | None:
    """Return of when the content is: the newest update of a book in it, else when these bytes were seen first."""
    if sha is None or found.fault:
        return None
    at = found.call.received_at
    quotes = found.parsed.quotes if found.parsed else ()
    updates = [quote.source_updated_at for quote in quotes if quote.source_updated_at is not None]
    return content_moment(max(updates, default=None), calls.first_seen(session, sha) or at, at)
