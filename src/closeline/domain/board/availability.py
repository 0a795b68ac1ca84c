"""Availability: what one answer says of each series, whether it can be bet on or not. Pure.

An answer tells of what it shows, and by its silence of what it was asked for and does not show. Of anything else it
tells nothing. Absent is not withdrawn: a book that is away for a minute comes back; till then nothing of it is a price.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.board import Availability, LiveQuote
from closeline.domain.markets import Side

# (event, book, market key, player, side), as `LiveQuote.series`.
SeriesKey = tuple[str, str, str, str, Side]


@dataclass(frozen=True, slots=True)
class Suspension:
    """What a book shows without a price: one side; a whole market without `side`; all of the event without both.

    `player_id` counts only where `side` is given: a market that is suspended is so for everybody in it.
    """

    event_id: str
    book: str
    market_key: str | None = None
    player_id: str = ""
    side: Side | None = None

    def holds(self, series: SeriesKey) -> bool:
        """Say whether a series is one of those that are shown without a price."""
        event_id, book, market_key, player_id, side = series
        if (event_id, book) != (self.event_id, self.book) or self.market_key not in (None, market_key):
            return False
        return self.side is None or (self.side, self.player_id) == (side, player_id)


@dataclass(frozen=True, slots=True)
class Covered:
    """What an answer was asked for, in the record's names; None where all of a league's books or events were."""

    league: str
    market_keys: frozenset[str]
    books: frozenset[str] | None = None
    events: frozenset[str] | None = None
    # Whether lines beside the main one were asked for, too.
    alternates: bool = False

    def holds(self, series: SeriesKey) -> bool:
        """Say whether an answer that leaves this series out says that it is not on offer."""
        event_id, book, market_key, _, _ = series
        return (
            event_id.startswith(f"{self.league}_")
            and market_key in self.market_keys
            and (self.books is None or book in self.books)
            and (self.events is None or event_id in self.events)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer of a feed shows; `covered` is None where silence says nothing."""

    priced: frozenset[SeriesKey]
    suspended: tuple[Suspension, ...] = ()
    covered: Covered | None = None

    def says(self, series: SeriesKey) -> Availability | None:
        """Return what the answer says of a series; None where it says nothing."""
        if series in self.priced:
            return Availability.PRICED
        if any(item.holds(series) for item in self.suspended):
            return Availability.SUSPENDED
        if self.covered is not None and self.covered.holds(series):
            return Availability.ABSENT
        return None

    def says_of_line(self, quote: LiveQuote, shown: "LinesShown") -> Availability | None:
        """Return what the answer says of one line of a book; None where it says nothing.

        A line beside the main one is off with its book: suspended as its market is, absent where it was asked for and
        is not shown, or where its market was and the book shows nothing of it at all.
        """
        if not quote.alternate:
            return self.says(quote.series)
        if (quote.series, quote.line_quarters) in shown.lines:
            return Availability.PRICED
        if any(item.holds(quote.series) for item in self.suspended):
            return Availability.SUSPENDED
        if self.covered is None or not self.covered.holds(quote.series):
            return None
        return Availability.ABSENT if self.covered.alternates or quote.series[:4] not in shown.markets else None


@dataclass(frozen=True, slots=True)
class LinesShown:
    """What an answer shows: lines beside the main ones, and whose markets (event, book, market, player) at all."""

    lines: frozenset[tuple[SeriesKey, int | None]]
    markets: frozenset[tuple[str, str, str, str]]


def lines_shown(quotes: Sequence[LiveQuote]) -> LinesShown:
    """Return what the quotes of an answer show."""
    return LinesShown(
        frozenset((quote.series, quote.line_quarters) for quote in quotes if quote.alternate),
        frozenset(quote.series[:4] for quote in quotes),
    )


def gone(standing: Mapping[SeriesKey, Availability], answer: Answer) -> dict[SeriesKey, Availability]:
    """Return the series that an answer takes off offer, or shows to be off in another way than before.

    A series that never had a price is none: there is nothing that it could be off.
    """
    found: dict[SeriesKey, Availability] = {}
    for series, before in standing.items():
        now = answer.says(series)
        if now is not None and now is not Availability.PRICED and now is not before:
            found[series] = now
    return found


def after(
    previous: Mapping[SeriesKey, LiveQuote], shown: Iterable[LiveQuote], answer: Answer, *, at: datetime
) -> dict[SeriesKey, LiveQuote]:
    """Return every series as it stands after an answer: for a board that lives in memory.

    shown: the answer's own quotes, all of them PRICED. `changed_at` of a series that says what it said before stays;
    one that is off keeps its last price and line beside its availability, for people to see and for nothing to be made
    of. `seen_at` is when it last had a price.
    """
    found = dict(previous)
    for item in shown:
        before = previous.get(item.series)
        same = before is not None and _said(before) == _said(item)
        found[item.series] = replace(item, changed_at=before.changed_at) if before is not None and same else item
    states = {series: item.availability for series, item in previous.items()}
    for series, now in gone(states, answer).items():
        found[series] = replace(previous[series], availability=now, changed_at=at)
    return found


def _said(item: LiveQuote) -> tuple[object, ...]:
    price = item.price
    return (item.availability, item.line_quarters, price.text, price.format, price.assumed)
