"""Rows of the board as the page writes them: every figure a text, every text to be escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.board import EventCard, Opportunity, OpportunityKind, Row
from closeline.domain.board.changes import row_id
from closeline.schemas.board.writing import window_label
from closeline.web.live import words
from closeline.web.report.words import NONE, percent, signed


@dataclass(frozen=True, slots=True)
class Line:
    """One row, written. `worth` is `above`, `below` or `none`; `ev_value` and `starts` are what rows are sorted by."""

    row_id: str
    event_id: str
    selection: str
    home: str
    away: str
    game: str
    league_code: str
    league: str
    starts_at: datetime | None
    market: str
    book: str
    american: str
    decimal: str
    decimal_exact: float
    fair: str
    fair_chance: str
    fair_books: str
    ev: str
    ev_value: float | None
    worth: str
    kelly: str
    hold: str
    moved: str
    opened: str
    seen_at: datetime
    changed_at: datetime
    best: bool
    notes: tuple[tuple[str, str], ...]


def line_of(row: Row, card: EventCard | None) -> Line:
    """Write a row of an event."""
    quote = row.quote
    home, away = (card.home, card.away) if card else ("Home", "Away")
    moved, opened = words.moved(row)
    return Line(
        row_id=row_id(row), event_id=quote.event_id, selection=words.selection(quote, home, away),
        home=home,
        away=away, game=f"{away} at {home}" if card else quote.event_id, league_code=card.league if card else "",
        league=words.LEAGUES_SHORT.get(card.league, card.league) if card else "",
        starts_at=card.starts_at if card else None,
        market=words.market_name(quote.market), book=quote.book, american=words.american(quote.price.american),
        decimal=f"{quote.price.decimal:.3f}", decimal_exact=quote.price.decimal,
        fair=words.fair_american(row.fair), fair_chance=percent(row.fair),
        fair_books=", ".join(row.fair_books), ev=percent_signed(row.ev), ev_value=row.ev, worth=_worth(row.ev),
        kelly=NONE if row.kelly is None else percent(row.kelly), hold=percent(row.hold), moved=moved, opened=opened,
        seen_at=quote.seen_at, changed_at=quote.changed_at, best=row.best, notes=tuple(words.notes(row)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LegLine:
    """One bet of an opportunity, written."""

    selection: str
    book: str
    american: str
    share: str
    age: str


@dataclass(frozen=True, slots=True)
class OpportunityLine:
    """An opportunity, written."""

    kind: str
    event_id: str
    game: str
    market: str
    margin: str
    window: str
    legs: tuple[LegLine, ...]


def opportunity_line(found: Opportunity, cards: Mapping[str, EventCard]) -> OpportunityLine:
    """Write an opportunity."""
    card = cards.get(found.event_id)
    home, away = (card.home, card.away) if card else ("Home", "Away")
    legs = tuple(
        LegLine(
            words.selection(leg.quote, home, away), leg.quote.book, words.american(leg.quote.price.american),
            percent(leg.stake_share), words.age(leg.age_seconds),
        )
        for leg in found.legs
    )  # fmt: skip
    # Where stakes may come back, less than the margin is left.
    most = " at most" if found.kind is OpportunityKind.ARBITRAGE and found.flags else ""
    return OpportunityLine(
        found.kind.title(), found.event_id, f"{away} at {home}", words.market_name(found.market),
        f"{percent_signed(found.margin)}{most}", window_label(found, card), legs,
    )  # fmt: skip


def percent_signed(value: float | None, digits: int = 1) -> str:
    """Write a share as a percentage with its sign; a dash for none."""
    return NONE if value is None else f"{signed(100 * value, digits)} %"


def _worth(value: float | None) -> str:
    if value is None:
        return "none"
    # What is written as nothing is neither above nor below it.
    return "above" if value >= 0.0005 else "below" if value <= -0.0005 else "none"
