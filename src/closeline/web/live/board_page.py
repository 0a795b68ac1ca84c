"""The board page: what it shows, gathered from one edition."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.board import Board, OpportunityKind, Row
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.markets import MarketType
from closeline.jobs.showing import Showcase
from closeline.web.live import words
from closeline.web.live.asked import Asked
from closeline.web.live.lines import Line, OpportunityLine, line_of, opportunity_line

ROWS_A_PAGE = 250
OPPORTUNITIES_SHOWN = 30
_LAST = float("-inf")


@dataclass(frozen=True, slots=True)
class BoardShown:
    """The board page before it is written; all counts are of the whole board, `total` of the rows asked for."""

    asked: Asked
    edition: str
    made_at: datetime | None
    age: str
    old: bool
    held_over: str | None
    synthetic: bool
    figures: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    total: int
    pages: int
    opportunities: tuple[OpportunityLine, ...]
    opportunities_more: int
    leagues: tuple[str, ...]
    markets: tuple[str, ...]
    books: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Say whether every row that was asked for is on this page."""
        return self.pages <= 1


def board_shown(showcase: Showcase, asked: Asked, now: datetime) -> BoardShown:
    """Gather the page of the newest edition."""
    edition, health = showcase.newest(), showcase.health()
    if edition is None:
        return _nothing_yet(asked, health)
    board = edition.board
    part = showcase.part(edition, asked.wanted)
    cards = {card.event_id: card for card in board.events}
    ordered = _ordered(part, asked.sort)
    pages = max(1, -(-len(ordered) // ROWS_A_PAGE))
    first = (min(asked.page, pages) - 1) * ROWS_A_PAGE
    shown = sorted(part.opportunities, key=lambda found: found.margin, reverse=True)[:OPPORTUNITIES_SHOWN]
    since = max(now - board.made_at, timedelta(0))
    return BoardShown(
        asked=asked, edition=edition.name, made_at=board.made_at, age=words.age(since.total_seconds()),
        old=since >= words.BOARD_OLD_AFTER, held_over=health.reason, synthetic=board.synthetic,
        figures=_figures(edition),
        lines=tuple(line_of(row, cards.get(row.quote.event_id)) for row in ordered[first : first + ROWS_A_PAGE]),
        total=len(ordered), pages=pages, opportunities=tuple(opportunity_line(found, cards) for found in shown),
        opportunities_more=len(part.opportunities) - len(shown),
        leagues=_present(asked.league, (card.league for card in board.events)),
        markets=tuple(
            kind for kind in MarketType
            if kind == asked.market or any(row.quote.market.type is kind for row in board.rows)
        ),
        books=_present(asked.book, (row.quote.book for row in board.rows)),
    )  # fmt: skip


def _nothing_yet(asked: Asked, health: ShelfHealth) -> BoardShown:
    return BoardShown(
        asked=asked, edition="0", made_at=None, age="", old=False, held_over=health.reason, synthetic=False, figures=(),
        lines=(), total=0, pages=1, opportunities=(), opportunities_more=0, leagues=_present(asked.league, ()),
        markets=(asked.market,) if asked.market else (), books=_present(asked.book, ()),
    )  # fmt: skip


def _ordered(board: Board, sort: str) -> Sequence[Row]:
    if sort == "start":
        starts = {card.event_id: card.starts_at for card in board.events}
        return sorted(board.rows, key=lambda row: (starts.get(row.quote.event_id, board.made_at), row.quote.event_id))
    return sorted(board.rows, key=lambda row: _LAST if row.ev is None else row.ev, reverse=True)


def _figures(edition: Edition) -> tuple[tuple[str, str], ...]:
    board = edition.board
    kinds = [found.kind for found in board.opportunities]
    return (
        ("Games", words.count(len(board.events))),
        ("Prices", words.count(len(board.rows))),
        ("Books", words.count(len({row.quote.book for row in board.rows}))),
        ("Above zero", words.count(sum(1 for row in board.rows if row.ev is not None and row.ev > 0))),
        ("Arbitrages", words.count(kinds.count(OpportunityKind.ARBITRAGE))),
        ("Middles", words.count(kinds.count(OpportunityKind.MIDDLE))),
    )


def _present(asked: str, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for name in found} | ({asked} if asked else set())))
