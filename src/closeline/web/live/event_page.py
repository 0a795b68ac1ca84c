"""The page of one event: each market with every book beside the others, how its line moved, and every price seen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.board import Board, EventCard, Row
from closeline.domain.board.editions import ShelfHealth
from closeline.domain.markets import Market, line_quarters, market
from closeline.jobs.showing.event import EventShown
from closeline.schemas.ending.clv import Snapshot
from closeline.web.live import words
from closeline.web.live.charts import MovementChart, movement_chart
from closeline.web.live.lines import Line, OpportunityLine, line_of, opportunity_line

HISTORY_SHOWN = 200


@dataclass(frozen=True, slots=True)
class BookLine:
    """One book at one line of a market: its price for each side, null where it has none."""

    book: str
    line: str
    hold: str
    seen_at: datetime
    sides: tuple[Line | None, ...]


@dataclass(frozen=True, slots=True)
class MarketShown:
    """One market: its sides in their order, every book at every line, and the picture of its movement."""

    key: str
    name: str
    sides: tuple[str, ...]
    books: tuple[BookLine, ...]
    chart: MovementChart | None


@dataclass(frozen=True, slots=True)
class PastPrice:
    """A price that was seen, written."""

    at: datetime
    until: datetime
    book: str
    market: str
    side: str
    price: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class EventPage:
    """The page before it is written; `name` is the event's own where the board no longer shows it."""

    event_id: str
    edition: str
    name: str
    league: str
    starts_at: datetime | None
    made_at: datetime | None
    age: str
    old: bool
    held_over: str | None
    synthetic: bool
    markets: tuple[MarketShown, ...]
    opportunities: tuple[OpportunityLine, ...]
    past: tuple[PastPrice, ...]
    past_more: int
    note: str | None


def event_page(shown: EventShown, event_id: str, health: ShelfHealth, now: datetime) -> EventPage:
    """Gather the page of an event."""
    board = shown.board
    card = board.events[0] if board is not None and board.events else None
    since = max(now - board.made_at, timedelta(0)) if board is not None else timedelta(0)
    latest = list(reversed(shown.history))
    return EventPage(
        event_id=event_id, edition=shown.edition, name=f"{card.away} at {card.home}" if card else event_id,
        league=words.league_name(card.league) if card else "", starts_at=card.starts_at if card else None,
        made_at=board.made_at if board else None, age=words.age(since.total_seconds()) if board else "",
        old=since >= words.BOARD_OLD_AFTER, held_over=health.reason, synthetic=board.synthetic if board else False,
        markets=_markets(board.rows if board else (), card, shown.history),
        opportunities=_bets(board, card),
        past=tuple(_past(item, card) for item in latest[:HISTORY_SHOWN]), past_more=max(0, len(latest) - HISTORY_SHOWN),
        note=shown.note,
    )  # fmt: skip


def _bets(board: Board | None, card: EventCard | None) -> tuple[OpportunityLine, ...]:
    found = sorted(board.opportunities if board else (), key=lambda one: one.margin, reverse=True)
    return tuple(opportunity_line(one, {card.event_id: card} if card else {}) for one in found)


def _markets(rows: Sequence[Row], card: EventCard | None, history: Sequence[Snapshot]) -> tuple[MarketShown, ...]:
    held: defaultdict[tuple[Market, str], list[Row]] = defaultdict(list)
    for row in rows:
        held[row.quote.market, row.quote.player_id].append(row)
    return tuple(_market(of, player, found, card, history) for (of, player), found in held.items())


def _market(
    of: Market, player: str, rows: Sequence[Row], card: EventCard | None, history: Sequence[Snapshot]
) -> MarketShown:
    name = words.market_name(of)
    books: defaultdict[tuple[str, int], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        line = row.quote.line_quarters or 0
        # Both sides of a spread stand at one line, seen from the home team.
        books[row.quote.book, -line if of.type == "SPREAD" and row.quote.side == "AWAY" else line][row.quote.side] = row
    seen = [item for item in history if item.market_key == of.key and not player]
    return MarketShown(
        key=of.key, name=f"{player}: {name}" if player else name,
        sides=tuple(_side(side, card) for side in of.sides),
        books=tuple(_book_line(book, of, held, card) for (book, _), held in sorted(books.items())),
        chart=movement_chart(f"moves-{of.type.lower()}-{of.period.lower()}", of, _side(of.sides[0], card), seen),
    )  # fmt: skip


def _book_line(book: str, of: Market, held: dict[str, Row], card: EventCard | None) -> BookLine:
    some = next(iter(held.values()))
    first = held.get(of.sides[0])
    line = words.line((first or some).quote.line_quarters, of)
    sides = tuple(line_of(held[side], card) if side in held else None for side in of.sides)
    return BookLine(book, line, words.percent(some.hold), max(row.quote.seen_at for row in held.values()), sides)


def _side(side: str, card: EventCard | None) -> str:
    names = {"HOME": card.home, "AWAY": card.away} if card else {}
    return names.get(side, side.title())


def _past(item: Snapshot, card: EventCard | None) -> PastPrice:
    of = market(item.market_key)
    line = "" if item.line is None else f" {words.line(line_quarters(item.line), of)}"
    return PastPrice(
        item.captured_at, item.seen_until, item.book, words.market_name(of), f"{_side(item.side, card)}{line}",
        _price(item), item.assumed,
    )  # fmt: skip


def _price(item: Snapshot) -> str:
    """Write a price as it was quoted; a book may write +105 as 105, which as a decimal price would be another."""
    american = item.price.isdigit() and float(item.price) != item.decimal
    return f"{'+' if american else ''}{item.price}".replace("-", words.MINUS)
