"""Capture: bytes that a feed has read become events, quotes and results of the record.

Names become ids only here, by the alias table. What cannot be used goes to quarantine with its reason and its place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from closeline.domain.errors import LookAhead
from closeline.domain.events import OddsCaptured, ResultsCaptured, ResultsReported
from closeline.domain.feeds.captures import Basis, ParsedPayload, ParsedStart, Phase
from closeline.domain.identity import AliasTable
from closeline.domain.identity.turning import turned
from closeline.domain.settlement.quorum import Report
from closeline.flow.capture.drifting import raise_alerts
from closeline.flow.capture.identity import receipts, resolve
from closeline.flow.capture.offers import Offers, named_results, offers_of, orphan_results
from closeline.flow.capture.players import resolve_players
from closeline.flow.capture.shapes import Capture, Source
from closeline.store import quotes, references, results
from closeline.store.polls import captures
from closeline.store.polls.captures import SetAside, Snapshot
from closeline.store.quotes import Asking, Kept, coverage
from closeline.store.references import NewEvent, reviews
from closeline.store.results import EventResult, reports
from closeline.store.session import Session

__all__ = ["UNKNOWN_TEAM", "Capture", "Source", "counted", "keep"]

UNKNOWN_TEAM = "UNKNOWN_TEAM"

_Told = OddsCaptured | ResultsCaptured | ResultsReported


def keep(session: Session, source: Source, parsed: ParsedPayload, aliases: AliasTable, *, at: datetime) -> Capture:
    """Keep what a feed read in stored bytes: the third step of the verb, after planning and fetching.

    Raises LookAhead when the bytes claim something to have been received after `at`.
    """
    _refuse_the_future(parsed, at)
    snapshot = captures.add_snapshot(
        session, payload_sha=source.payload_sha, feed=source.feed, phase=source.phase, day=source.day, parsed=parsed,
        received_at=source.answered_at or at, polled=source.polled,
    )  # fmt: skip
    resolved = resolve(session, parsed, aliases, at)
    players = resolve_players(session, parsed, resolved.events)
    parsed = turned(parsed, resolved.turned)
    if resolved.events:
        references.add_events(
            session, list(resolved.events.values()), provider=parsed.provider, payload_sha=source.payload_sha
        )
        for told_later in _later_starts(parsed.starts, resolved.events):
            references.add_events(session, told_later, provider=parsed.provider, payload_sha=source.payload_sha)
    offers = offers_of(parsed, resolved.events, resolved.unknown, players)
    aside = [SetAside(item.reason, item.place, item.excerpt, item.prices) for item in parsed.rejected]
    aside += [*offers.aside, *orphan_results(parsed.results, resolved.unknown)]
    captures.set_aside(session, aside, payload_sha=source.payload_sha, feed=source.feed, received_at=at)
    waiting = reviews.ask(
        session, (*resolved.questions, *players.questions), provider=parsed.provider, payload_sha=source.payload_sha,
        at=at,
    )  # fmt: skip
    if not parsed.archive:
        raise_alerts(session, parsed, waiting, resolved.unknown, at=at)
    kept = _keep_quotes(session, source, parsed, offers, snapshot)
    ended = named_results(parsed.results, resolved.events)
    _keep_endings(session, source, parsed, resolved.events, ended)
    reasons, unpriced = counted(aside)
    told = _told(source, parsed, snapshot, resolved.events, (offers, kept, ended), reasons.total())
    received = len(parsed.quotes) + sum(item.prices for item in parsed.rejected)
    return Capture(
        received, kept.accepted, kept.unchanged, dict(reasons), len(ended), dict(unpriced), tuple(told), kept.gone
    )


def _told(
    source: Source, parsed: ParsedPayload, snapshot: Snapshot, events: Mapping[str, NewEvent],
    found: tuple[Offers, Kept, Sequence[EventResult]], quarantined: int,
) -> Iterator[_Told]:  # fmt: skip
    offers, kept, ended = found
    leagues = {str(event.league) for event in events.values()}
    # An answer that shows nothing any more is news of its league too.
    leagues |= {str(source.coverage.league)} if source.coverage is not None and kept.gone else set()
    for league in sorted(leagues):
        if (offers.quotes or kept.gone) and source.phase is not Phase.RESULT:
            yield OddsCaptured(
                league, snapshot.snapshot_id, source.phase, kept.accepted, kept.unchanged, quarantined
            )  # fmt: skip
        if ended:
            heard = ResultsCaptured if parsed.archive else ResultsReported
            yield heard(league, snapshot.snapshot_id, len(ended))


def _keep_quotes(
    session: Session, source: Source, parsed: ParsedPayload, offers: Offers, snapshot: Snapshot
) -> Kept:  # fmt: skip
    asking = None
    if source.coverage is not None:
        answered_at = max((received_at for _, received_at in receipts(parsed)), default=snapshot.received_at)
        poll = coverage.poll_of(
            source.coverage, snapshot_id=snapshot.snapshot_id, feed=source.feed, provider=parsed.provider,
            received_at=source.answered_at or answered_at,
        )  # fmt: skip
        coverage.add(session, poll)
        asking = Asking(poll, offers.suspended, source.pending)
    if not offers.quotes and asking is None:
        return Kept(0, 0)
    return quotes.keep(session, offers.quotes, snapshot_id=snapshot.snapshot_id, asking=asking)


def counted(aside: Sequence[SetAside]) -> tuple[Counter[str], Counter[str]]:
    """Return what was set aside by its reason: prices, and records that held none."""
    prices: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for item in aside:
        prices[item.reason] += item.prices
        records[item.reason] += item.prices == 0
    return +prices, +records


def _keep_endings(
    session: Session, source: Source, parsed: ParsedPayload, events: Mapping[str, NewEvent],
    ended: Sequence[EventResult],
) -> None:  # fmt: skip
    """Keep how events ended: an archive's word is final, a live feed's is a report until a quorum bears it out."""
    if parsed.archive:
        results.add(session, ended, feed=source.feed, payload_sha=source.payload_sha, finality="ARCHIVE")
        return
    reports.add_reports(session, [
        Report(
            events[item.provider_event_id].event_id, source.feed, item.status, item.home_score, item.away_score,
            item.received_at, source.payload_sha, item.place, item.periods, item.overtime, item.shootout, item.facts,
            item.words,
        )
        for item in parsed.results
        if item.provider_event_id in events
    ])  # fmt: skip


def _refuse_the_future(parsed: ParsedPayload, at: datetime) -> None:
    latest = max((received_at for _, received_at in receipts(parsed)), default=at)
    if latest > at:
        message = f"a capture at {at.isoformat()} must hold nothing received later, was given {latest.isoformat()}"
        raise LookAhead(message)


def _later_starts(starts: Sequence[ParsedStart], events: Mapping[str, NewEvent]) -> Iterator[list[NewEvent]]:
    """Yield each event's next start, then each one's next but one: a version at a time, in the order of the telling."""
    waiting: defaultdict[str, list[NewEvent]] = defaultdict(list)
    for start in starts:
        if start.provider_event_id in events:
            waiting[start.provider_event_id].append(replace(
                events[start.provider_event_id], starts_at=start.starts_at, start_basis=Basis.QUOTED,
                received_at=start.received_at, place=start.place,
            ))  # fmt: skip
    for turn in range(max(map(len, waiting.values()), default=0)):
        yield [told[turn] for told in waiting.values() if turn < len(told)]
