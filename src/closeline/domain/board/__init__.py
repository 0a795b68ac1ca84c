"""The board: what every book offers now and what it is worth. One immutable version at a time.

Everything here is plain values: quotes go in as they were captured, rows come out as they are shown. The board is made
from memory, so that it lives on when the record cannot be written.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from closeline.domain.leagues import League
from closeline.domain.markets import Market, Side
from closeline.domain.odds import Price


class Availability(StrEnum):
    """Whether a side can be bet on: priced, shown without a price, or not in the last answer of its book."""

    PRICED = "PRICED"
    SUSPENDED = "SUSPENDED"
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event as the board shows it."""

    event_id: str
    league: League
    home: str
    away: str
    starts_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """One side of one market at one book as it stands.

    `changed_at` is when this price and line was first seen, `seen_at` when it was last seen, `updated_at` the book's
    own time; `player_id` is empty for game markets.
    """

    event_id: str
    book: str
    market: Market
    side: Side
    line_quarters: int | None
    price: Price
    changed_at: datetime
    seen_at: datetime
    updated_at: datetime | None = None
    availability: Availability = Availability.PRICED
    player_id: str = ""
    # One of many lines beside the main one, such as an alternate spread; it has no history of its own.
    alternate: bool = False

    @property
    def series(self) -> tuple[str, str, str, str, Side]:
        """Return the name of the series: (event, book, market key, player, side)."""
        return (self.event_id, self.book, self.market.key, self.player_id, self.side)


@dataclass(frozen=True, slots=True)
class Movement:
    """How a price has moved: the first one seen and its line, points of fair probability since then and per hour.

    `steam` says that several books moved the same way within minutes.
    """

    opened_text: str
    opened_line_quarters: int | None
    opened_at: datetime
    probability_points: float | None = None
    points_per_hour: float | None = None
    steam: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A quote with all that is known of its worth; a figure that cannot be had is None, and `flags` say why.

    `fair` is the consensus of the other books (leave-one-out), push-free; `own_fair` the book's own de-vigged; `hold`
    and `overround` the book's on this market; `ev` per unit risked and `kelly` the full share, both at `fair`.
    """

    quote: LiveQuote
    own_fair: float | None
    fair: float | None
    fair_books: tuple[str, ...]
    overround: float | None
    hold: float | None
    ev: float | None
    kelly: float | None
    best: bool
    movement: Movement | None
    flags: tuple[str, ...] = ()


class OpportunityKind(StrEnum):
    """What two books' prices make together."""

    ARBITRAGE = "ARBITRAGE"
    MIDDLE = "MIDDLE"


@dataclass(frozen=True, slots=True)
class Leg:
    """One bet of an opportunity, and how old its price is."""

    quote: LiveQuote
    stake_share: float
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Bets at two or more books of one market. Never a promise: a leg's age says how likely it still stands.

    `margin` is per unit staked over all. Of an arbitrage it is the most that is won: what is left when no stake comes
    back. Of a middle it is the least: what is left, mostly a loss, when one bet wins and the other loses. `flags` say
    whether a stake may come back, whole (PUSH_POSSIBLE) or by half (SPLIT_LINE). `window_quarters` are the results
    between which both bets of a middle win in full.
    """

    kind: OpportunityKind
    event_id: str
    market: Market
    legs: tuple[Leg, ...]
    margin: float
    window_quarters: tuple[int, int] | None = None
    player_id: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """One version of the board. Versions grow by one at each change; `made_at` is the desk's clock."""

    version: int
    made_at: datetime
    events: tuple[EventCard, ...]
    rows: tuple[Row, ...]
    opportunities: tuple[Opportunity, ...] = ()
    synthetic: bool = False
