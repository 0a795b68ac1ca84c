"""Capture: bytes that a feed has read become events, quotes and results of the record.

Names become ids only here, by the alias table. What cannot be used goes to quarantine with its reason and its place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from closeline.domain.captures import (
    Basis,
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    ParsedStart,
    Phase,
)
from closeline.domain.errors import LookAhead
from closeline.domain.events import OddsCaptured, ResultsCaptured, ResultsReported
from closeline.domain.identity import AliasTable
from closeline.domain.leagues import event_id
from closeline.domain.settlement.quorum import DecidedBy, Report
from closeline.store import captures, quotes, references, results
from closeline.store.captures import SetAside, UnknownSpelling
from closeline.store.quotes import NewQuote
from closeline.store.references import NewEvent
from closeline.store.results import EventResult, reports
from closeline.store.session import Session

UNKNOWN_TEAM = "UNKNOWN_TEAM"
SAME_TEAM = "SAME_TEAM_TWICE"
# An id that comes back for other teams, or with home and away exchanged, is somebody's mistake: never a silent join.
OTHER_TEAMS = "OTHER_TEAMS"
_DAY_LETTERS = len("2023_11_15")


@dataclass(frozen=True, slots=True)
class Capture:
    """What a capture came to. Received = accepted + unchanged + quarantined, in prices; results are counted apart.

    `unpriced` counts records set aside that held no price, such as a result that could not be read.
    """

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    results: int = 0
    unpriced: Mapping[str, int] = field(default_factory=dict)
    events: tuple[OddsCaptured | ResultsCaptured | ResultsReported, ...] = ()

    def __add__(self, other: "Capture") -> "Capture":
        """Add two captures up."""
        return Capture(
            self.received + other.received,
            self.accepted + other.accepted,
            self.unchanged + other.unchanged,
            dict(Counter(self.quarantined) + Counter(other.quarantined)),
            self.results + other.results,
            dict(Counter(self.unpriced) + Counter(other.unpriced)),
            self.events + other.events,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where parsed records come from: stored bytes, the feed that read them, the phase and day they cover."""

    payload_sha: str
    feed: str
    phase: Phase
    day: str | None = None


@dataclass(frozen=True, slots=True)
class _Resolved:
    events: dict[str, NewEvent]
    unknown: dict[str, str]
    questions: tuple[UnknownSpelling, ...]


def keep(session: Session, source: Source, parsed: ParsedPayload, aliases: AliasTable, *, at: datetime) -> Capture:
    """Keep what a feed read in stored bytes: the third step of the verb, after planning and fetching.

    Raises LookAhead when the bytes claim something to have been received after `at`.
    """
    _refuse_the_future(parsed, at)
    snapshot = captures.add_snapshot(
        session, payload_sha=source.payload_sha, feed=source.feed, phase=source.phase, day=source.day, parsed=parsed,
        received_at=at,
    )  # fmt: skip
    resolved = _resolve(session, parsed, aliases, at)
    if resolved.events:
        references.add_events(
            session, list(resolved.events.values()), provider=parsed.provider, payload_sha=source.payload_sha
        )
        for told_later in _later_starts(parsed.starts, resolved.events):
            references.add_events(session, told_later, provider=parsed.provider, payload_sha=source.payload_sha)
    aside = [SetAside(item.reason, item.place, item.excerpt, item.prices) for item in parsed.rejected]
    aside += _orphans(parsed.quotes, resolved.unknown)
    aside += _orphan_results(parsed.results, resolved.unknown)
    captures.set_aside(session, aside, payload_sha=source.payload_sha, feed=source.feed, received_at=at)
    captures.ask_for_mapping(
        session, resolved.questions, provider=parsed.provider, payload_sha=source.payload_sha, at=at
    )
    named = _named_quotes(parsed.quotes, resolved.events)
    kept = quotes.keep(session, named, snapshot_id=snapshot.snapshot_id) if named else quotes.Kept(0, 0)
    ended = _named_results(parsed.results, resolved.events)
    _keep_endings(session, source, parsed, resolved.events, ended)
    reasons, unpriced = counted(aside)
    leagues = sorted({event.league for event in resolved.events.values()})
    told: list[OddsCaptured | ResultsCaptured | ResultsReported] = []
    for league in leagues:
        if named and source.phase is not Phase.RESULT:
            told.append(OddsCaptured(
                league, snapshot.snapshot_id, source.phase, kept.accepted, kept.unchanged, reasons.total(),
            ))  # fmt: skip
        if ended:
            heard = ResultsCaptured if parsed.archive else ResultsReported
            told.append(heard(league, snapshot.snapshot_id, len(ended)))
    received = len(parsed.quotes) + sum(item.prices for item in parsed.rejected)
    return Capture(received, kept.accepted, kept.unchanged, dict(reasons), len(ended), dict(unpriced), tuple(told))


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
    latest = max((received_at for _, received_at in _receipts(parsed)), default=at)
    if latest > at:
        message = f"a capture at {at.isoformat()} must hold nothing received later, was given {latest.isoformat()}"
        raise LookAhead(message)


def _resolve(session: Session, parsed: ParsedPayload, aliases: AliasTable, at: datetime) -> _Resolved:
    names = [event.provider_event_id for event in parsed.events]
    known = references.events_by_alias(session, provider=parsed.provider, names=names)
    taken = references.aliases_of_days(
        session,
        provider=parsed.provider,
        leagues=sorted({event.league for event in parsed.events}),
        days=sorted({event.day.isoformat() for event in parsed.events}),
    )
    received = _received(parsed, at)
    events: dict[str, NewEvent] = {}
    unknown: dict[str, str] = {}
    questions: list[UnknownSpelling] = []
    for event in parsed.events:
        home = aliases.resolve(event.league, parsed.provider, event.home)
        away = aliases.resolve(event.league, parsed.provider, event.away)
        if home is None or away is None or home == away:
            unknown[event.provider_event_id] = SAME_TEAM if home is not None and home == away else UNKNOWN_TEAM
            questions.extend(
                UnknownSpelling(event.league, name, aliases.suggest(name, league=event.league), event.place)
                for name, team in ((event.home, home), (event.away, away))
                if team is None
            )
            continue
        named = known.get(event.provider_event_id)
        if named is not None and not named.startswith(event_id(event.league, away, home, event.day)[:-_DAY_LETTERS]):
            unknown[event.provider_event_id] = OTHER_TEAMS
            continue
        name = named or _free_name(event, home, away, taken)
        taken.setdefault(name, event.provider_event_id)
        events[event.provider_event_id] = _new_event(event, name, home, away, received[event.provider_event_id])
    return _Resolved(events, unknown, tuple(questions))


def _free_name(event: ParsedEvent, home: str, away: str, taken: Mapping[str, str]) -> str:
    # Two ids of one provider for one pair on one day are a double-header: the first seen is the first game.
    game_no = event.game_no
    name = event_id(event.league, away, home, event.day, game_no)
    while taken.get(name, event.provider_event_id) != event.provider_event_id:
        game_no += 1
        name = event_id(event.league, away, home, event.day, game_no)
    return name


def _received(parsed: ParsedPayload, at: datetime) -> dict[str, datetime]:
    received = {event.provider_event_id: at for event in parsed.events}
    for name, received_at in _receipts(parsed):
        received[name] = min(received.get(name, at), received_at)
    return received


def _receipts(parsed: ParsedPayload) -> Iterator[tuple[str, datetime]]:
    yield from ((quote.provider_event_id, quote.received_at) for quote in parsed.quotes)
    yield from ((result.provider_event_id, result.received_at) for result in parsed.results)
    yield from ((start.provider_event_id, start.received_at) for start in parsed.starts)


def _new_event(event: ParsedEvent, name: str, home: str, away: str, received_at: datetime) -> NewEvent:
    game_no = int(name.rpartition("_g")[2]) if "_g" in name[-4:] else 1
    return NewEvent(
        name, event.league, event.season, event.day.isoformat(), home, away, game_no, event.provider_event_id,
        event.starts_at, event.start_basis, event.neutral, event.home_pitcher, event.away_pitcher, event.place,
        received_at, event.playoff,
    )  # fmt: skip


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


def _orphans(parsed: Sequence[ParsedQuote], unknown: Mapping[str, str]) -> list[SetAside]:
    return [
        SetAside(
            unknown[quote.provider_event_id], f"{quote.place} {quote.market.key} {quote.side}",
            quote.provider_event_id, 1,
        )
        for quote in parsed
        if quote.provider_event_id in unknown
    ]  # fmt: skip


def _orphan_results(parsed: Sequence[ParsedResult], unknown: Mapping[str, str]) -> list[SetAside]:
    return [
        SetAside(unknown[item.provider_event_id], f"{item.place} result", item.provider_event_id, 0)
        for item in parsed
        if item.provider_event_id in unknown
    ]


def _named_quotes(parsed: Sequence[ParsedQuote], events: Mapping[str, NewEvent]) -> list[NewQuote]:
    return [
        NewQuote(
            events[quote.provider_event_id].event_id, quote.book, quote.market, quote.side, quote.line_quarters,
            quote.price, quote.received_at, quote.source_updated_at, quote.place,
        )
        for quote in parsed
        if quote.provider_event_id in events
    ]  # fmt: skip


def _named_results(parsed: Sequence[ParsedResult], events: Mapping[str, NewEvent]) -> list[EventResult]:
    return [
        EventResult(
            events[item.provider_event_id].event_id, 1, item.status, item.home_score, item.away_score, item.periods,
            item.overtime, item.shootout, item.received_at, item.place, item.facts, DecidedBy.ARCHIVE,
        )
        for item in parsed
        if item.provider_event_id in events
    ]  # fmt: skip
