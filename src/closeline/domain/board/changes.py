"""Changes between two versions of the board: what came, what is different, what went, and what was only seen again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from closeline.domain.board import Board, EventCard, Opportunity, Row
from closeline.domain.markets import line_text


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes one board of another, but for the order of its rows and events.

    `seen` holds, by the time at which they were seen again, the rows of which nothing else is different: at most
    pollings that is every row, and none of it is news. `opportunities` are all of the newer board where they differ.
    """

    made_at: datetime
    version: int
    synthetic: bool
    events: tuple[EventCard, ...] = ()
    gone_events: tuple[str, ...] = ()
    added: tuple[Row, ...] = ()
    changed: tuple[Row, ...] = ()
    removed: tuple[str, ...] = ()
    seen: tuple[tuple[datetime, tuple[str, ...]], ...] = ()
    opportunities: tuple[Opportunity, ...] | None = None

    @property
    def is_news(self) -> bool:
        """Say whether anything but the times at which prices were seen is different."""
        return bool(
            self.events or self.gone_events or self.added or self.changed or self.removed
            or self.opportunities is not None
        )  # fmt: skip


def row_id(row: Row) -> str:
    """Return the name of a row: its selection at its book, and whether that is beside the book's main line."""
    quote = row.quote
    line = "" if quote.line_quarters is None else f"/{line_text(quote.line_quarters)}"
    player = f"{quote.player_id}/" if quote.player_id else ""
    beside = "/alternate" if quote.alternate else ""
    return f"{quote.event_id}/{quote.market.key}/{player}{quote.side}{line}@{quote.book}{beside}"


def named(rows: Iterable[Row]) -> dict[str, Row]:
    """Return rows by their names."""
    return {row_id(row): row for row in rows}


def changes(old: Board, new: Board) -> Changes:
    """Return what makes the new board of the old one."""
    return changes_of_rows(old, named(old.rows), new, named(new.rows))


def changes_of_rows(old: Board, before: Mapping[str, Row], new: Board, after: Mapping[str, Row]) -> Changes:
    """Return what makes the rows `after` of the rows `before`, each some of the rows of its board."""
    cards, known = {card.event_id: card for card in new.events}, {card.event_id: card for card in old.events}
    changed, seen = _changed(before, after)
    return Changes(
        made_at=new.made_at, version=new.version, synthetic=new.synthetic,
        events=tuple(card for name, card in cards.items() if known.get(name) != card),
        gone_events=tuple(name for name in known if name not in cards),
        added=tuple(row for name, row in after.items() if name not in before),
        changed=changed, removed=tuple(name for name in before if name not in after), seen=seen,
        opportunities=None if old.opportunities == new.opportunities else new.opportunities,
    )  # fmt: skip


def applied(board: Board, news: Changes) -> Board:
    """Return the newer board. Rows that were added stand last; any other order is the reader's."""
    rows = named(board.rows)
    for name in news.removed:
        del rows[name]
    for at, names in news.seen:
        for name in names:
            rows[name] = _seen_at(rows[name], at)
    rows |= named(news.changed) | named(news.added)
    cards = {card.event_id: card for card in board.events if card.event_id not in news.gone_events}
    cards |= {card.event_id: card for card in news.events}
    opportunities = board.opportunities if news.opportunities is None else news.opportunities
    return Board(news.version, news.made_at, tuple(cards.values()), tuple(rows.values()), opportunities, news.synthetic)


def _changed(
    before: Mapping[str, Row], after: Mapping[str, Row]
) -> tuple[tuple[Row, ...], tuple[tuple[datetime, tuple[str, ...]], ...]]:
    changed, seen = [], defaultdict(list)
    for name, row in after.items():
        old = before.get(name)
        # A row that was carried over is the same object, and most are.
        if old is None or old is row or old == row:
            continue
        if _seen_at(old, row.quote.seen_at) == row:
            seen[row.quote.seen_at].append(name)
        else:
            changed.append(row)
    return tuple(changed), tuple((at, tuple(names)) for at, names in seen.items())


def _seen_at(row: Row, at: datetime) -> Row:
    return replace(row, quote=replace(row.quote, seen_at=at))
