"""The feed of The Odds API."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from closeline.domain.feeds.captures import (
    ParsedEvent,
    ParsedParticipant,
    ParsedPayload,
    ParsedQuote,
    ParsedResult,
    ParsedShown,
    ParsedSport,
    ParsedStart,
    ParsedSuspension,
    RawPayload,
    Rejected,
)
from closeline.domain.odds import OddsFormat
from closeline.providers.reasons import Reason
from closeline.providers.results.scoreboard import game_numbers
from closeline.providers.spellings import excerpt_of
from closeline.providers.strict_json import Json, looks_like_json, prices_in
from closeline.providers.the_odds_api import listings
from closeline.providers.the_odds_api.odds import event_readings
from closeline.providers.the_odds_api.prices import format_of, prices
from closeline.providers.the_odds_api.responses import Response, event_of, response_of
from closeline.providers.the_odds_api.scores import has_scores, result_of

PROVIDER = "the_odds_api"

_HEAD = 4096
_MARKS = (b'"sport_key"', b'"previous_timestamp"', b'"error_code"', b'"has_outrights"', b'"id":"par_', b'"id": "par_')


class TheOddsApi:
    """Responses of version 4: sports, events, odds, event odds, markets, their past, scores, and participants."""

    name = PROVIDER
    parser_version = "the_odds_api/3"

    def recognises(self, payload: RawPayload) -> bool:
        """Say whether this is JSON with the vendor's own keys."""
        head = payload.content[:_HEAD]
        return looks_like_json(head) and any(mark in head for mark in _MARKS)

    def parse(self, payload: RawPayload) -> ParsedPayload:
        """Read one response; what cannot be read is rejected with its path."""
        response = response_of(payload)
        every = list(prices([event for _, event in response.events]))
        odds = format_of(every)
        found = _Found()
        for event, record in _events(found.without_listings(response, payload.name), found.rejected):
            found.events.append(event)
            found.read(event, record, odds, response)
        found.set_aside(every)
        return ParsedPayload(
            PROVIDER,
            self.parser_version,
            tuple(found.events),
            tuple(found.quotes),
            tuple(found.results),
            tuple(found.rejected),
            starts=tuple(found.starts),
            suspended=tuple(found.suspended),
            sports=tuple(found.sports),
            shown=tuple(found.shown),
            participants=tuple(found.participants),
        )


class _Found:
    """What has been read of a response so far."""

    def __init__(self) -> None:
        self.events: list[ParsedEvent] = []
        self.quotes: list[ParsedQuote] = []
        self.results: list[ParsedResult] = []
        self.rejected: list[Rejected] = []
        self.suspended: list[ParsedSuspension] = []
        self.starts: list[ParsedStart] = []
        self.sports: list[ParsedSport] = []
        self.shown: list[ParsedShown] = []
        self.participants: list[ParsedParticipant] = []

    def set_aside(self, every: Sequence[Json]) -> None:
        """Reject the prices of a response that stand where nobody reads one, such as in a title."""
        unread = len(every) - len(self.quotes) - sum(item.prices for item in self.rejected)
        if unread > 0:
            self.rejected.append(Rejected(Reason.BAD_RECORD, "$", f"prices where none is read: {unread}", unread))

    def without_listings(self, response: Response, name: str) -> Response:
        """Add the sports and teams that a response lists, and return what is left: its events."""
        events = []
        for place, record in response.events:
            if listings.is_sport(record):
                sport = listings.sport_of(record)
                self.sports += [sport] if sport is not None else []
            elif listings.is_participant(record):
                told = listings.participant_of(record, name, place)
                if isinstance(told, ParsedParticipant):
                    self.participants.append(told)
                else:
                    self.rejected.append(Rejected(told, place, excerpt_of(record), 0))
            else:
                events.append((place, record))
        return replace(response, events=tuple(events))

    def read(self, event: ParsedEvent, record: dict[str, Json], odds: OddsFormat | None, response: Response) -> None:
        """Add an event's scores or its prices."""
        if has_scores(record):
            result = result_of(event, record, response.received_at)
            if result is None:
                self.rejected.append(Rejected(Reason.BAD_RESULT, event.place, excerpt_of(record.get("scores")), 0))
            else:
                self.results.append(result)
        bookmakers = record.get("bookmakers")
        if listings.is_shown(bookmakers):
            self.shown += listings.shown(event, bookmakers)
            return
        if response.past and bookmakers is None:
            # A list of the past says when a game was to begin then; what was told since goes before it.
            told = ParsedStart(event.provider_event_id, event.starts_at, response.received_at, event.place)
            self.starts.append(told)
        if odds is None:
            count = prices_in(bookmakers)
            if count:
                self.rejected.append(Rejected(Reason.UNCLEAR_FORMAT, event.place, excerpt_of(bookmakers), count))
        elif bookmakers is not None:
            self._read_prices(event, bookmakers, odds, response)

    def _read_prices(self, event: ParsedEvent, bookmakers: Json, odds: OddsFormat, response: Response) -> None:
        for reading in event_readings(event, bookmakers, odds, response.received_at):
            if isinstance(reading, ParsedQuote):
                self.quotes.append(reading)
            elif isinstance(reading, ParsedSuspension):
                self.suspended.append(reading)
            else:
                self.rejected.append(reading)


def _events(response: Response, rejected: list[Rejected]) -> Iterator[tuple[ParsedEvent, dict[str, Json]]]:
    kept: list[tuple[ParsedEvent, dict[str, Json]]] = []
    ids: set[str] = set()
    for place, record in response.events:
        event = event_of(record, place)
        if isinstance(event, ParsedEvent) and event.provider_event_id in ids:
            event = Reason.DUPLICATE_RECORD
        if isinstance(event, Reason) or not isinstance(record, dict):
            reason = event if isinstance(event, Reason) else Reason.BAD_RECORD
            rejected.append(Rejected(reason, place, excerpt_of(record), prices_in(record)))
            continue
        ids.add(event.provider_event_id)
        kept.append((event, record))
    numbers = game_numbers([event for event, _ in kept])
    for event, record in kept:
        yield replace(event, game_no=numbers[event.provider_event_id]), record
