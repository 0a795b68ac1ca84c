"""The shelf: archives that have been read, cut into what each capture of each league day takes in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from closeline.domain.feeds.captures import (
    ParsedEvent,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    ParsedStart,
    Phase,
    RawPayload,
)
from closeline.domain.ids import sha256_hex
from closeline.domain.leagues import League, eastern

# That a game is on, where a source tells only how it ended, counts as received at the hour at which openers do.
_KNOWN_FROM = time(10)
_ORDER = {Phase.OPEN: 0, Phase.CLOSE: 1, Phase.RESULT: 2, Phase.LIVE: 3}


@dataclass(frozen=True, slots=True)
class Archive:
    """A file's bytes and what a feed read in them."""

    payload: RawPayload
    feed: str
    parsed: ParsedPayload

    @property
    def payload_sha(self) -> str:
        """Return the name under which the record keeps the bytes."""
        return sha256_hex(self.payload.content)


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A capture that an archive's timetable asks for: when, in which phase, of which league day."""

    at: datetime
    order: int
    league: League
    day: date
    phase: Phase

    @property
    def slot(self) -> str:
        """Return the name of the slot, the same in every run."""
        return f"{self.league}:{self.day.isoformat()}:{self.phase}"


@dataclass(slots=True)
class _Part:
    events: dict[str, ParsedEvent] = field(default_factory=dict)
    quotes: list[ParsedQuote] = field(default_factory=list)
    results: list[ParsedResult] = field(default_factory=list)
    starts: list[ParsedStart] = field(default_factory=list)


_Key = tuple[League, date, Phase]


@dataclass(frozen=True, slots=True)
class Slice:
    """One archive's share of one capture."""

    payload_sha: str
    feed: str
    parsed: ParsedPayload


class Shelf:
    """Archives by league, day and phase. Reading it is pure: the bytes were read when it was filled."""

    def __init__(self, archives: Iterable[Archive] = ()) -> None:
        """Cut the archives."""
        self.archives = tuple(archives)
        self._slices: defaultdict[_Key, list[Slice]] = defaultdict(list)
        for archive in self.archives:
            sha = archive.payload_sha
            for key, part in _cut(archive.parsed).items():
                self._slices[key].append(Slice(sha, archive.feed, _parsed(archive.parsed, part)))

    def slices(self, league: League, day: date, phase: Phase) -> tuple[Slice, ...]:
        """Return what each archive has for one capture."""
        return tuple(self._slices.get((league, day, phase), ()))

    def timetable(self) -> list[Opening]:
        """Return every capture that the archives hold, in the order in which they were received."""
        return sorted(
            Opening(_latest(slices, day), _ORDER[phase], league, day, phase)
            for (league, day, phase), slices in self._slices.items()
        )

    @property
    def leagues(self) -> tuple[League, ...]:
        """Return the leagues that the archives hold."""
        return tuple(sorted({league for league, _, _ in self._slices}))


def _cut(parsed: ParsedPayload) -> Mapping[_Key, _Part]:
    events = {event.provider_event_id: event for event in parsed.events}
    # By the start that was told last: what was seen after an earlier one may still be from before the game.
    begins = {name: event.starts_at for name, event in events.items()}
    begins |= {start.provider_event_id: start.starts_at for start in parsed.starts}
    parts: defaultdict[_Key, _Part] = defaultdict(_Part)
    for quote in parsed.quotes:
        event = events[quote.provider_event_id]
        # A price seen after the start is of the game in play: it waits for the capture that runs after the game.
        phase = quote.phase if quote.received_at < begins[quote.provider_event_id] else Phase.RESULT
        part = parts[(event.league, event.day, phase)]
        part.quotes.append(quote)
        part.events[event.provider_event_id] = event
    for result in parsed.results:
        event = events[result.provider_event_id]
        part = parts[(event.league, event.day, Phase.RESULT)]
        part.results.append(result)
        part.events[event.provider_event_id] = event
    for start in parsed.starts:
        event = events[start.provider_event_id]
        part = parts[(event.league, event.day, Phase.LIVE)]
        part.starts.append(start)
        part.events[event.provider_event_id] = event
    if parsed.boxes:
        for event in events.values():
            # Who plays whom was known before anybody played, and who plays is asked before.
            parts[(event.league, event.day, Phase.OPEN)].events[event.provider_event_id] = event
    return parts


def _parsed(whole: ParsedPayload, part: _Part) -> ParsedPayload:
    return replace(
        whole,
        events=tuple(part.events.values()),
        quotes=tuple(part.quotes),
        results=tuple(part.results),
        starts=tuple(part.starts),
        rejected=(),
        boxes=(),
    )


def _latest(slices: Iterable[Slice], day: date) -> datetime:
    receipts = (
        received_at
        for part in slices
        for received_at in (
            *(quote.received_at for quote in part.parsed.quotes),
            *(result.received_at for result in part.parsed.results),
            *(start.received_at for start in part.parsed.starts),
        )
    )
    return max(receipts, default=eastern(day, _KNOWN_FROM))
