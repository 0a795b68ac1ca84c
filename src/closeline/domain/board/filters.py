"""Filters: which rows of the board somebody wants to see."""

from dataclasses import dataclass

from closeline.domain.board import Board, Row
from closeline.domain.leagues import League


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which rows are wanted; what is left out lets everything pass.

    market: a market key such as `SPREAD:FULL_GAME`, or a type such as `SPREAD` for all its periods. min_ev: the least
    expected value per unit risked; a row without one does not pass. flags: all of which a row must carry.
    """

    league: League | None = None
    market: str | None = None
    book: str | None = None
    event: str | None = None
    min_ev: float | None = None
    best: bool = False
    flags: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Say whether every row passes."""
        return self == EVERYTHING

    def passes(self, row: Row, league: League | None) -> bool:
        """Say whether a row of an event of `league` is wanted."""
        quote = row.quote
        return (
            (self.league is None or league == self.league)
            and (self.market is None or self.market in (quote.market.key, quote.market.type))
            and (self.book is None or quote.book == self.book)
            and (self.event is None or quote.event_id == self.event)
            and (self.min_ev is None or (row.ev is not None and row.ev >= self.min_ev))
            and (row.best or not self.best)
            and all(flag in row.flags for flag in self.flags)
        )


EVERYTHING = BoardFilter()


def part(board: Board, wanted: BoardFilter) -> Board:
    """Return the board with the rows that pass, in their order, and the events and opportunities of these."""
    if wanted.is_open:
        return board
    leagues = {card.event_id: card.league for card in board.events}
    rows = tuple(row for row in board.rows if wanted.passes(row, leagues.get(row.quote.event_id)))
    shown = {row.quote.event_id for row in rows}
    return Board(
        board.version, board.made_at, tuple(card for card in board.events if card.event_id in shown), rows,
        tuple(found for found in board.opportunities if found.event_id in shown), board.synthetic,
    )  # fmt: skip
