"""From one market of one archived game to its quotes, both sides at once.

The counting rule lives here: a side counts when it has a price, or when its market has a line and no price at
all (then -110 is assumed). A line with the price of one side only is a one-sided quote; nothing is assumed
beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.errors import ImpossiblePrice
from closeline.domain.feeds.captures import ParsedQuote, Phase, Rejected
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.odds import Price
from closeline.providers.cells import ASSUMED, Cell, american, quarters
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of

ARCHIVE_BOOK = "archive"


@dataclass(frozen=True, slots=True)
class Offer:
    """One market of one game as the cells have it: the home line or the total; HOME's or OVER's price first.

    `fault` marks an offer that must not be used; its prices are counted and rejected with that reason.
    """

    phase: Phase
    market: Market
    line: Cell
    prices: tuple[Cell, Cell]
    place: str
    book: str = ARCHIVE_BOOK
    fault: Reason | None = None


Reading = ParsedQuote | Rejected


def price_count(offer: Offer) -> int:
    """Return how many prices an offer holds, assumed ones included."""
    given = sum(price is not None for price in offer.prices)
    return given if given or not offer.market.has_line or offer.line is None else 2


def readings(offer: Offer, event: str, received_at: datetime) -> Iterator[Reading]:
    """Yield each price of an offer as a quote or as a rejection."""
    count = price_count(offer)
    if not count:
        return
    fault = offer.fault or _fault_of_line(offer)
    if fault is not None:
        yield Rejected(fault, offer.place, excerpt_of((offer.line, *offer.prices)), count)
        return
    line = quarters(offer.line) if offer.market.has_line else None
    unpriced = offer.prices == (None, None)
    for side, cell in zip(offer.market.sides, offer.prices, strict=True):
        if unpriced:
            yield _quote(offer, event, side, line, ASSUMED, received_at)
        elif cell is not None:
            yield _priced(offer, event, side, line, cell, received_at)


def _fault_of_line(offer: Offer) -> Reason | None:
    if not offer.market.has_line:
        return None
    if offer.line is None:
        return Reason.MISSING_LINE
    if quarters(offer.line) is not None:
        return None
    return Reason.UNREADABLE_CELL if isinstance(offer.line, str) else Reason.OFF_GRID_LINE


def _priced(offer: Offer, event: str, side: Side, line: int | None, cell: Cell, received_at: datetime) -> Reading:
    try:
        price = american(cell)
    except ImpossiblePrice:
        return Rejected(Reason.IMPOSSIBLE_PRICE, f"{offer.place} {side}", excerpt_of(cell))
    return _quote(offer, event, side, line, price, received_at)


def _quote(offer: Offer, event: str, side: Side, line: int | None, price: Price, received_at: datetime) -> ParsedQuote:
    mirrored = line is not None and side is Side.AWAY and offer.market.type is MarketType.SPREAD
    return ParsedQuote(
        event,
        offer.phase,
        offer.book,
        offer.market,
        side,
        -line if mirrored and line is not None else line,
        price,
        received_at,
        None,
        offer.place,
    )
