"""Offers: what a payload says of prices, in the record's names; what cannot be used is set aside with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from closeline.domain.board.availability import Suspension
from closeline.domain.feeds.captures import ParsedPayload, ParsedQuote, ParsedResult
from closeline.domain.settlement.quorum import DecidedBy
from closeline.flow.capture.players import UNKNOWN_PLAYER, Players
from closeline.store.polls.captures import SetAside
from closeline.store.quotes import NewQuote
from closeline.store.references import NewEvent
from closeline.store.results import EventResult

# One of many lines beside the main one: nothing of the record's series says which of them it would continue.
ALTERNATE_LINE = "ALTERNATE_LINE"


@dataclass(frozen=True, slots=True)
class Offers:
    """The prices of a payload that can be used, what is shown without one, and what is set aside."""

    quotes: tuple[NewQuote, ...]
    suspended: tuple[Suspension, ...]
    aside: tuple[SetAside, ...]


def offers_of(
    parsed: ParsedPayload, events: Mapping[str, NewEvent], unknown: Mapping[str, str], players: Players
) -> Offers:
    """Name the prices of a payload."""
    quotes: list[NewQuote] = []
    aside: list[SetAside] = []
    for quote in parsed.quotes:
        reason = _refusal(quote, events, unknown, players)
        if reason is not None:
            place = f"{quote.place} {quote.market.key} {quote.side}"
            aside.append(SetAside(reason, place, quote.player or quote.provider_event_id, 1))
        elif (event := events.get(quote.provider_event_id)) is not None:
            quotes.append(_named(quote, event, players))
    return Offers(tuple(quotes), _suspended(parsed, events, players), tuple(aside))


def _refusal(
    quote: ParsedQuote, events: Mapping[str, NewEvent], unknown: Mapping[str, str], players: Players
) -> str | None:
    if quote.provider_event_id in unknown:
        return unknown[quote.provider_event_id]
    event = events.get(quote.provider_event_id)
    if event is not None and quote.player and (quote.provider_event_id, quote.player) not in players.known:
        return UNKNOWN_PLAYER
    return ALTERNATE_LINE if quote.alternate else None


def _named(quote: ParsedQuote, event: NewEvent, players: Players) -> NewQuote:
    player = players.known[quote.provider_event_id, quote.player] if quote.player else ""
    return NewQuote(
        event.event_id, quote.book, quote.market, quote.side, quote.line_quarters, quote.price, quote.received_at,
        quote.source_updated_at, quote.place, player,
    )  # fmt: skip


def _suspended(parsed: ParsedPayload, events: Mapping[str, NewEvent], players: Players) -> tuple[Suspension, ...]:
    found = []
    for item in parsed.suspended:
        event = events.get(item.provider_event_id)
        if event is None or (item.player and (item.provider_event_id, item.player) not in players.known):
            continue
        player = players.known[item.provider_event_id, item.player] if item.player else ""
        key = None if item.market is None else item.market.key
        found.append(Suspension(event.event_id, item.book, key, player, item.side))
    return tuple(found)


def orphan_results(parsed: Sequence[ParsedResult], unknown: Mapping[str, str]) -> list[SetAside]:
    """Return the results of events that have no name: no price is lost by them, and nothing goes without a word."""
    return [
        SetAside(unknown[item.provider_event_id], f"{item.place} result", item.provider_event_id, 0)
        for item in parsed
        if item.provider_event_id in unknown
    ]


def named_results(parsed: Sequence[ParsedResult], events: Mapping[str, NewEvent]) -> list[EventResult]:
    """Return the results of events that have a name."""
    return [
        EventResult(
            events[item.provider_event_id].event_id, 1, item.status, item.home_score, item.away_score, item.periods,
            item.overtime, item.shootout, item.received_at, item.place, item.facts, DecidedBy.ARCHIVE,
        )
        for item in parsed
        if item.provider_event_id in events
    ]  # fmt: skip
