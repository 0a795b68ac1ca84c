"""Seeing: what a feed read in an answer becomes a sighting of the board, by names that are held in memory.

The record names events by the same function (`identity.naming`); what cannot be named there is not shown here. A player
whom nobody has mapped is left out, as in the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from closeline.domain.board import EventCard, LiveQuote
from closeline.domain.board.availability import Answer, Covered, Suspension
from closeline.domain.board.market import LEAVES_AFTER, Sighting
from closeline.domain.feeds.captures import Coverage, ParsedPayload
from closeline.domain.identity import AliasTable
from closeline.domain.identity.naming import KnownEvent, NamedEvent, name_events, remember
from closeline.domain.identity.turning import turned
from closeline.domain.leagues import League

NOBODY = AliasTable(())
# How long after its start an event's ids are remembered: what comes next is named beside it, as in the record.
REMEMBERS = timedelta(days=60)


class LiveNames:
    """What the board knows of teams, players and events. Whoever has the record teaches it; without, it goes on."""

    def __init__(self) -> None:
        """Start with no name at all."""
        self.aliases = self.players = NOBODY
        self._known: dict[str, tuple[KnownEvent, ...]] = {}
        self._cards: dict[str, EventCard] = {}

    def learn(
        self, aliases: AliasTable, players: AliasTable, known: Mapping[str, Iterable[KnownEvent]],
        cards: Iterable[EventCard] = (),
    ) -> None:  # fmt: skip
        """Take the record's tables for one's own; what it does not tell of is remembered beside them."""
        self.aliases, self.players = aliases, players
        for provider, events in known.items():
            self._known[provider] = _joined(tuple(events), self._known.get(provider, ()))
        self._cards |= {card.event_id: card for card in cards}

    def drop_ended(self, now: datetime) -> None:
        """Forget the cards of events that have left the board, and ids of events that are long past."""
        self._cards = {name: card for name, card in self._cards.items() if now - card.starts_at <= LEAVES_AFTER}
        self._known = {
            provider: tuple(item for item in events if now - item.starts_at <= REMEMBERS)
            for provider, events in self._known.items()
        }

    def sighting(self, parsed: ParsedPayload, *, at: datetime, coverage: Coverage | None = None) -> Sighting:
        """Return what an answer that was received at a moment shows of the events that can be named."""
        known = self._known.get(parsed.provider, ())
        named = name_events(parsed.events, self.aliases, known, provider=parsed.provider, archive=parsed.archive)
        self._known[parsed.provider] = remember(known, named)
        parsed = turned(parsed, named.turned)
        cards = {own_id: self._card(item) for own_id, item in named.events.items()}
        quotes = []
        for item in parsed.quotes:
            card = cards.get(item.provider_event_id)
            player = self._player(card.league, parsed.provider, item.player) if card and item.player else ""
            if card is not None and player is not None:
                quotes.append(LiveQuote(
                    card.event_id, item.book, item.market, item.side, item.line_quarters, item.price, at, at,
                    item.source_updated_at, player_id=player, alternate=item.alternate,
                ))  # fmt: skip
        priced = frozenset(quote.series for quote in quotes if not quote.alternate)
        suspended = tuple(self._suspensions(parsed, cards))
        covered = None if coverage is None else _covered(coverage, cards)
        return Sighting(
            at, tuple(cards.values()), tuple(quotes), Answer(priced, suspended, covered), parsed.provider
        )  # fmt: skip

    def _player(self, league: League, provider: str, spelling: str) -> str | None:
        return self.players.resolve(league, provider, spelling)

    def _card(self, named: NamedEvent) -> EventCard:
        """Return an event's card; another start makes another version."""
        event = named.parsed
        held = self._cards.get(named.event_id)
        if held is None:
            card = EventCard(named.event_id, event.league, event.home, event.away, event.starts_at)
        elif held.starts_at != event.starts_at:
            card = replace(held, starts_at=event.starts_at, version=held.version + 1)
        else:
            card = held
        self._cards[named.event_id] = card
        return card

    def _suspensions(self, parsed: ParsedPayload, cards: Mapping[str, EventCard]) -> Iterable[Suspension]:
        for item in parsed.suspended:
            card = cards.get(item.provider_event_id)
            player = self._player(card.league, parsed.provider, item.player) if card and item.player else ""
            if card is not None and player is not None:
                key = None if item.market is None else item.market.key
                yield Suspension(card.event_id, item.book, key, player, item.side)


def _joined(told: Sequence[KnownEvent], held: Sequence[KnownEvent]) -> tuple[KnownEvent, ...]:
    """Return the events that the record tells of with what else is remembered; of an id the record's word counts."""
    named = {name for item in told for name in item.names}
    own = {item.event_id: tuple(name for name in item.names if name not in named) for item in held}
    record = {item.event_id for item in told}
    return (
        *(replace(item, names=(*item.names, *own.get(item.event_id, ()))) for item in told),
        *(
            replace(item, names=own[item.event_id])
            for item in held
            if item.event_id not in record and own[item.event_id]
        ),
    )


def _covered(coverage: Coverage, cards: Mapping[str, EventCard]) -> Covered:
    """Return what an answer was asked for in the record's names; an event without a name is nobody's absence."""
    events = coverage.events
    return Covered(
        coverage.league,
        frozenset(market.key for market in coverage.markets),
        None if coverage.books is None else frozenset(coverage.books),
        None if events is None else frozenset(cards[own_id].event_id for own_id in events if own_id in cards),
        coverage.alternates,
    )
