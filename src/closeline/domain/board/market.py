"""The market as it stands: the newest quote of every series, and how each book's price came to be what it is.

It lives in memory and is made of what was captured, so that the board goes on when the record cannot be written. It is
written by one thread and holds no lock: whoever shares it brings one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from closeline.domain.board import Availability, EventCard, LiveQuote
from closeline.domain.board.availability import Answer, SeriesKey, lines_shown
from closeline.domain.markets import Market, Side, opposite_line
from closeline.domain.odds import Price

# An event leaves the board so long after its start: what is quoted in play is not evaluated.
LEAVES_AFTER = timedelta(hours=1)
# How far back movement looks; what is older is forgotten, but for the first price of each book.
REMEMBERED = timedelta(hours=2)

# (event, market, player): player is empty for game markets.
MarketKey = tuple[str, Market, str]
# (book, side, line): the line is None for a main line, which has one place however often it moves.
_Place = tuple[str, Side, int | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a book said of a market from a moment on: its main line, canonical side's, and a price for each side.

    `prices` follow `market.sides`; None where a side had no price then.
    """

    at: datetime
    line_quarters: int | None
    prices: tuple[Price | None, ...]


@dataclass(frozen=True, slots=True)
class MarketState:
    """One market of one event with every book's quotes; `marks` are each book's, oldest first, the opening one kept."""

    card: EventCard
    market: Market
    player_id: str
    quotes: tuple[LiveQuote, ...]
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)

    @property
    def key(self) -> MarketKey:
        """Return the name of the market."""
        return (self.card.event_id, self.market, self.player_id)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one answer showed at a moment: its events, the quotes it priced, and what it says by leaving quotes out.

    quotes: priced ones only, first and last seen at `at`; since when each stands is known by the market. `answer` says
    which series are off; without it silence says nothing. `teller` is whose answer it is, empty where nobody knows:
    what another has told is not taken away by the silence of this one.
    """

    at: datetime
    cards: tuple[EventCard, ...] = ()
    quotes: tuple[LiveQuote, ...] = ()
    answer: Answer | None = None
    teller: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a sighting did: the markets it touched, how many quotes it moved, left as they were, or brought too late.

    `strangers` are quotes of events without a card, which nobody can show.
    """

    touched: frozenset[MarketKey] = frozenset()
    moved: int = 0
    unchanged: int = 0
    late: int = 0
    strangers: int = 0


class LiveMarket:
    """The newest quotes, event cards and short price histories."""

    def __init__(self) -> None:
        """Start empty."""
        self._cards: dict[str, EventCard] = {}
        self._quotes: dict[MarketKey, dict[_Place, LiveQuote]] = {}
        self._marks: dict[MarketKey, dict[str, list[Mark]]] = {}
        # Whose word a book's main line (or, where true, its alternates) is.
        self._tellers: dict[tuple[SeriesKey, bool], str] = {}
        # When each place was last said to be off, and each book's lines beside the main one were last told of.
        self._off_at: dict[tuple[MarketKey, _Place], datetime] = {}
        self._ladders: dict[tuple[MarketKey, str], datetime] = {}

    @property
    def cards(self) -> Mapping[str, EventCard]:
        """Return the events by their ids."""
        return self._cards

    def markets(self) -> list[MarketKey]:
        """Return the markets that are held."""
        return list(self._quotes)

    def of_event(self, event_id: str) -> list[LiveQuote]:
        """Return every quote that is held of an event, in no order."""
        return [quote for key, places in self._quotes.items() if key[0] == event_id for quote in places.values()]

    def apply(self, sighting: Sighting) -> Change:
        """Take in what an answer showed. What was seen earlier than what is held changes nothing."""
        told = {card.event_id for card in sighting.cards if self._told(card)}
        touched = {key for key in self._quotes if key[0] in told} if told else set()
        known = [quote for quote in sighting.quotes if quote.event_id in self._cards]
        late = 0
        news: set[tuple[MarketKey, str]] = set()
        lines: list[tuple[MarketKey, LiveQuote]] = []
        moved = 0
        for quote in known:
            key = (quote.event_id, quote.market, quote.player_id)
            outcome = self._take(key, quote)
            if outcome is None:
                late += 1
                continue
            touched.add(key)
            if sighting.teller:
                self._tellers[quote.series, quote.alternate] = sighting.teller
            if quote.alternate:
                lines.append((key, quote))
            if outcome:
                moved += 1
                news.add((key, quote.book))
        off = [*self._lines_left_out(lines), *self._off(sighting)]
        for key, book in news:
            self._mark(key, book, sighting.at)
        return Change(
            frozenset(touched | set(off)), moved + len(off), len(known) - moved - late, late,
            len(sighting.quotes) - len(known),
        )  # fmt: skip

    def drop_ended(self, now: datetime) -> frozenset[MarketKey]:
        """Forget events whose start is long past, and say which markets went with them."""
        gone = {name for name, card in self._cards.items() if now - card.starts_at > LEAVES_AFTER}
        if not gone:
            return frozenset()
        keys = frozenset(key for key in self._quotes if key[0] in gone)
        for key in keys:
            del self._quotes[key]
            self._marks.pop(key, None)
        for name in gone:
            del self._cards[name]
        self._tellers = {told: teller for told, teller in self._tellers.items() if told[0][0] not in gone}
        self._off_at = {place: at for place, at in self._off_at.items() if place[0] not in keys}
        self._ladders = {ladder: at for ladder, at in self._ladders.items() if ladder[0] not in keys}
        return keys

    def states(self, keys: Iterable[MarketKey]) -> list[MarketState]:
        """Return markets as they stand, those that are not held left out; quotes by book, line and side."""
        return [
            MarketState(
                self._cards[key[0]], key[1], key[2], tuple(self._quotes[key].values()),
                {book: tuple(marks) for book, marks in self._marks.get(key, {}).items()},
            )
            for key in keys
            if key in self._quotes
        ]  # fmt: skip

    def _told(self, card: EventCard) -> bool:
        """Keep a card unless a later version is there, and say whether it says something new."""
        held = self._cards.get(card.event_id)
        if held == card or (held is not None and held.version > card.version):
            return False
        self._cards[card.event_id] = card
        return True

    def _take(self, key: MarketKey, quote: LiveQuote) -> bool | None:
        """Keep a quote: True when it says something new, False when not, None when it comes too late to count."""
        places = self._quotes.setdefault(key, {})
        place = (quote.book, quote.side, quote.line_quarters if quote.alternate else None)
        held = places.get(place)
        if self._is_late(quote, held, key, place):
            return None
        if held is None:
            places[place] = quote
            return True
        same = (held.line_quarters, held.price, held.availability) == (
            quote.line_quarters, quote.price, quote.availability,
        )  # fmt: skip
        places[place] = replace(quote, changed_at=held.changed_at) if same else quote
        return not same

    def _is_late(self, quote: LiveQuote, held: LiveQuote | None, key: MarketKey, place: _Place) -> bool:
        """Say whether a later word than this quote's is known of its place."""
        if held is None:
            # A line that its book has left out, or a whole book that is off, since this was seen.
            return quote.alternate and quote.seen_at < self._ladders.get((key, quote.book), quote.seen_at)
        said = _said_at(held)
        if held.availability is not Availability.PRICED:
            said = max(said, self._off_at.get((key, place), said))
        return (_said_at(quote), quote.seen_at, quote.changed_at) < (said, held.seen_at, held.changed_at)

    def _off(self, sighting: Sighting) -> Iterator[MarketKey]:
        """Take off what an answer says is not on offer, and yield the market of each quote that it changed."""
        answer = sighting.answer
        if answer is None:
            return
        names = {item.event_id for item in answer.suspended}
        league = f"{answer.covered.league}_" if answer.covered is not None else None
        shown = lines_shown(sighting.quotes)
        for key, places in self._quotes.items():
            if key[0] not in names and (league is None or not key[0].startswith(league)):
                continue
            for place, quote in places.items():
                if _said_at(quote) > sighting.at or not self._may_tell(sighting.teller, quote):
                    continue
                says = answer.says_of_line(quote, shown)
                if says is None or says is Availability.PRICED:
                    continue
                self._off_at[key, place] = sighting.at
                if quote.alternate:
                    self._told_of_lines(key, quote.book, sighting.at)
                if says is not quote.availability:
                    places[place] = replace(quote, availability=says, changed_at=sighting.at)
                    yield key

    def _may_tell(self, teller: str, quote: LiveQuote) -> bool:
        return not teller or self._tellers.get((quote.series, quote.alternate), teller) == teller

    def _told_of_lines(self, key: MarketKey, book: str, at: datetime) -> None:
        self._ladders[key, book] = max(at, self._ladders.get((key, book), at))

    def _lines_left_out(self, taken: Sequence[tuple[MarketKey, LiveQuote]]) -> Iterator[MarketKey]:
        """Forget alternates that their book no longer shows among its others, and yield the market of each."""
        lines: defaultdict[tuple[MarketKey, str], dict[_Place, datetime]] = defaultdict(dict)
        for key, quote in taken:
            lines[key, quote.book][quote.book, quote.side, quote.line_quarters] = quote.seen_at
        for (key, book), places in lines.items():
            held, at = self._quotes[key], max(places.values())
            self._told_of_lines(key, book, at)
            beside = [place for place in held if place[0] == book and place[2] is not None and place not in places]
            for place in [place for place in beside if _said_at(held[place]) < at]:
                del held[place]
                self._off_at.pop((key, place), None)
                yield key

    def _mark(self, key: MarketKey, book: str, at: datetime) -> None:
        """Write down what a book says of a market now, where that is new; a price that is gone leaves no mark."""
        market = key[1]
        places = self._quotes[key]
        mark = _as_it_stands(market, [places.get((book, side, None)) for side in market.sides], at)
        if mark is None:
            return
        marks = self._marks.setdefault(key, {}).setdefault(book, [])
        if marks and (marks[-1].line_quarters, marks[-1].prices) == (mark.line_quarters, mark.prices):
            return
        marks.append(mark)
        _forget_old(marks, at)


def _said_at(quote: LiveQuote) -> datetime:
    """Return when a quote's state was last told: what is off was last seen with a price when it had one."""
    return quote.seen_at if quote.availability is Availability.PRICED else quote.changed_at


def _as_it_stands(market: Market, sides: Sequence[LiveQuote | None], at: datetime) -> Mark | None:
    """Return the priced sides of a book as a mark, those left out whose line does not answer the first one's."""
    prices: list[Price | None] = []
    line: int | None = None
    for quote in sides:
        if quote is None or quote.availability is not Availability.PRICED:
            prices.append(None)
            continue
        own = quote.line_quarters if quote.side is market.sides[0] else opposite_line(market.type, quote.line_quarters)
        if not any(prices):
            line = own
        prices.append(quote.price if own == line else None)
    return Mark(at, line, tuple(prices)) if any(prices) else None


def _forget_old(marks: list[Mark], now: datetime) -> None:
    """Keep the opening mark, the one that stood when memory begins, and whatever came after it."""
    begins = bisect_right(marks, now - REMEMBERED, key=lambda mark: mark.at)
    if begins > 2:
        del marks[1 : begins - 1]
