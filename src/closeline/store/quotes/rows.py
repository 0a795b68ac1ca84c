"""Rows of quotes: what a row says, whether its side could be bet on, and the name of the series that it continues."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from closeline.domain.board import Availability
from closeline.domain.clock import micros
from closeline.domain.markets import Market, Side, market
from closeline.domain.odds import OddsFormat, Price

# A series: (event, book, market key, side). A player's line is a market of its own, and its key ends with the player.
Series = tuple[str, str, str, Side]
# A series as it is stored, and as the board names it: (event, book, kind, player, side); no player is the empty text.
AnySeries = tuple[str, str, str, str, Side]

COLUMNS = (
    "quote_id", "snapshot_id", "event_id", "book", "market_key", "player_id", "side", "line_quarters", "price_text",
    "price_format", "price_exact", "price_assumed", "availability", "received_at", "source_updated_at",
    "previous_seen_at", "place",
)  # fmt: skip
# What a row without a price holds in the columns of one: nothing that could be read as a price.
NO_PRICE = "NONE"
_NO_NUMBER = ""

market_of = lru_cache(maxsize=4096)(market)


@lru_cache(maxsize=65536)
def price_of(text: str, written: str, exact: str, assumed: bool) -> Price:  # noqa: FBT001
    """Return the price that a PRICED row holds; raises ValueError for the columns of any other."""
    return Price(text, OddsFormat(written), Fraction(exact), assumed=assumed)


@dataclass(frozen=True, slots=True)
class NewQuote:
    """A quote that a capture has read, for an event that is known."""

    event_id: str
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    received_at: datetime
    source_updated_at: datetime | None
    place: str
    player_id: str = ""

    @property
    def any_series(self) -> AnySeries:
        """Return the name of the series that this quote continues."""
        return (self.event_id, self.book, self.market.kind, self.player_id, self.side)

    @property
    def said(self) -> "Said":
        """Return what this quote says."""
        return Said(
            Availability.PRICED, self.line_quarters, self.price.text, self.price.format, exact_of(self.price),
            self.price.assumed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as the record holds it: a price. `previous_seen_at` is when the one before in its series was last seen.

    `gone_at` is when the next answer said that it is no longer on offer; None while it stands, and where another quote
    took its place.
    """

    quote_id: int
    snapshot_id: str
    event_id: str
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    received_at: datetime
    previous_seen_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def series(self) -> Series:
        """Return the name of the series that this quote continues."""
        return (self.event_id, self.book, self.market.key, self.side)


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says, as it is stored: a price and its line, or that there is none."""

    availability: Availability
    line_quarters: int | None = None
    price_text: str = NO_PRICE
    price_format: str = NO_PRICE
    price_exact: str = _NO_NUMBER
    price_assumed: bool = False

    @property
    def is_priced(self) -> bool:
        """Say whether there was a price."""
        return self.availability is Availability.PRICED

    @property
    def price(self) -> Price | None:
        """Return the price; None where there was none."""
        if not self.is_priced:
            return None
        return price_of(self.price_text, self.price_format, self.price_exact, self.price_assumed)


ABSENT = Said(Availability.ABSENT)


def exact_of(price: Price) -> str:
    """Return a price's exact decimal odds as they are stored."""
    return f"{price.exact.numerator}/{price.exact.denominator}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a series, as the next one is judged by it. `feed` is whose snapshot it came in."""

    received_at: datetime
    quote_id: int
    said: Said
    previous_seen_at: datetime | None
    feed: str

    @property
    def order(self) -> tuple[datetime, int]:
        """Return by what rows of a series are ordered."""
        return (self.received_at, self.quote_id)


def stored(
    series: AnySeries, entry: Entry, snapshot_id: str, *, updated_at: datetime | None, place: str
) -> tuple[object, ...]:
    """Return a row as the database keeps it."""
    event_id, book, market_key, player_id, side = series
    said, seen = entry.said, entry.previous_seen_at
    return (
        entry.quote_id, snapshot_id, event_id, book, market_key, player_id, side, said.line_quarters, said.price_text,
        said.price_format, said.price_exact, said.price_assumed, said.availability, micros(entry.received_at),
        None if updated_at is None else micros(updated_at), None if seen is None else micros(seen), place,
    )  # fmt: skip
