"""What `closeline board` prints: prices with their worth and age, opportunities with every leg's, and what changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from closeline.cli.printing import NONE, counted, number, print_table, say

if TYPE_CHECKING:
    from closeline.domain.board import Board, EventCard, LiveQuote, Opportunity, Row
    from closeline.domain.board.changes import Changes
    from closeline.schemas.record import BoardState

_COLUMNS = (
    "starts (UTC)", "selection", "book", "price#", "fair#", "fair %#", "EV %#", "Kelly %#", "hold %#", "moved#", "age#",
    "book's age#", "flags",
)  # fmt: skip
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
BEST = "best"


def say_board(board: "Board", *, total: int, limit: int, by_value: bool, arbs: bool) -> None:
    """Print a board, or the opportunities of it alone."""
    say(_headline(board, total))
    if not arbs:
        rows = in_order(board, by_value=by_value)
        _say_rows("Prices", rows[: limit or None], board)
        if limit and len(rows) > limit:
            say(f"and {len(rows) - limit} more; --limit 0 shows all")
    _say_opportunities(board.opportunities, board, limit)
    say("EV and Kelly are at the fair price of the other books, per unit risked; no price is promised to stand")


def in_order(board: "Board", *, by_value: bool) -> "list[Row]":
    """Return the rows of a board as they are listed: the dearest first, or in the board's own order."""
    return sorted(board.rows, key=_by_value) if by_value else list(board.rows)


def say_changes(news: "Changes", before: "Board", board: "Board", *, arbs: bool) -> None:
    """Print what reads otherwise; nothing where that is only ages, or figures behind what is printed."""
    from closeline.domain.board.changes import named, row_id

    known = named(before.rows)
    rows = [] if arbs else [
        *news.added, *(row for row in news.changed if _worth_of(row) != _worth_of(known[row_id(row)])),
    ]  # fmt: skip
    gone = () if arbs else news.removed
    offers = None if _offers(before) == _offers(board) else news.opportunities
    if not rows and not gone and offers is None:
        return
    say(f"{news.made_at:%Y-%m-%d %H:%M:%S} UTC, version {news.version}{_made_up(board)}")
    if rows:
        _say_rows("New and changed", rows, board)
    for name in gone:
        say(f"gone: {name}")
    if offers is not None:
        _say_opportunities(offers, board, 0)


def _worth_of(row: "Row") -> tuple[str, ...]:
    """Return what of a row is news when it reads otherwise: price, fair odds, value and flags, as printed."""
    return (row.quote.price.text, _fair(row), _percent(row.fair), _percent(row.ev, signed=True), _flags(row))


def _offers(board: "Board") -> "list[tuple[object, ...]]":
    """Return the opportunities of a board as printed, without the ages of their legs."""
    return [
        (
            item.event_id, item.kind, number(100 * item.margin, 2, signed=True), _window(item),
            *((f"{100 * leg.stake_share:.1f}", leg.quote.series, leg.quote.line_quarters, leg.quote.price.text)
              for leg in item.legs),
        )
        for item in board.opportunities
    ]  # fmt: skip


def _headline(board: "Board", total: int) -> str:
    shown = f"{len(board.rows)} of {total} prices, {counted(len(board.events), 'event')}"
    return f"board of {board.made_at:%Y-%m-%d %H:%M:%S} UTC: {shown}{_made_up(board)}"


def _made_up(board: "Board") -> str:
    return "  SYNTHETIC: these games and prices are made up" if board.synthetic else ""


def _by_value(row: "Row") -> tuple[float, str]:
    return (-row.ev if row.ev is not None else 1.0, row.quote.event_id)


def _say_rows(title: str, rows: "Sequence[Row]", board: "Board") -> None:
    cards = {card.event_id: card for card in board.events}
    print_table(title, _COLUMNS, [_cells(row, cards, board.made_at) for row in rows], empty="none of these")


def _cells(row: "Row", cards: "Mapping[str, EventCard]", now: datetime) -> tuple[object, ...]:
    from closeline.schemas.board.writing import selection_label

    quote = row.quote
    card = cards.get(quote.event_id)
    moved = None if row.movement is None else row.movement.probability_points
    return (
        f"{card.starts_at:%a %d %H:%M}" if card else NONE, selection_label(quote, card), quote.book, _price(quote),
        _fair(row), _percent(row.fair), _percent(row.ev, signed=True), _percent(row.kelly),
        _percent(row.hold), number(moved, 1, signed=True), age_text((now - quote.seen_at).total_seconds()),
        "" if quote.updated_at is None else age_text((now - quote.updated_at).total_seconds()), _flags(row),
    )  # fmt: skip


def _fair(row: "Row") -> str:
    from closeline.domain.odds import rounded_american

    return "" if row.fair is None else f"{rounded_american(1 / row.fair):+d}"


def _flags(row: "Row") -> str:
    steam = row.movement is not None and row.movement.steam
    return " ".join([*([BEST] if row.best else []), *(["STEAM"] if steam else []), *row.flags])


def _percent(value: float | None, *, signed: bool = False) -> str:
    return number(None if value is None else 100 * value, 1, signed=signed)


def age_text(seconds: float) -> str:
    """Write an age in its largest whole unit."""
    seconds = max(seconds, 0.0)
    for unit, length in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def say_state(found: "BoardState | None") -> None:
    """Say how the live board does; of a record that never had one, nothing."""
    if found is None or found.made_at is None:
        return
    say(
        f"board {found.version} of {found.made_at:%Y-%m-%d %H:%M:%S} UTC, {age_text(found.age_seconds or 0.0)} old, "
        f"{found.rows} prices; said at {found.told_at:%H:%M:%S} UTC"
    )
    if found.faults or found.shelf_faults or found.write_faults:
        say(
            f"  {found.faults} boards could not be made, the shelf failed {found.shelf_faults} times"
            f"{f' (now: {found.shelf_reason})' if found.shelf_reason else ''}, the record {found.write_faults} times; "
            f"last: {found.last_fault or NONE}"
        )
    if found.waiting or found.merged or found.refused:
        since = "" if found.waiting_since is None else f" since {found.waiting_since:%Y-%m-%d %H:%M:%S} UTC"
        say(
            f"  {found.waiting} opinions wait for the record{since}, {found.merged} were merged, "
            f"{found.refused} refused; batches of {found.batch_rows}"
        )


def _say_opportunities(found: "Sequence[Opportunity]", board: "Board", limit: int) -> None:
    """Print opportunities, arbitrage first, those that leave most before the others."""
    cards = {card.event_id: card for card in board.events}
    ranked = sorted(found, key=lambda item: (item.kind, -item.margin))
    print_table("Arbitrage and middles", ("kind", "left %#", "wins both", "bets"), [
        (
            item.kind, number(100 * item.margin, 2, signed=True), _window(item, cards.get(item.event_id)),
            _legs(item, cards),
        )
        for item in ranked[: limit or None]
    ])  # fmt: skip
    if limit and len(ranked) > limit:
        say(f"and {len(ranked) - limit} more; --limit 0 shows all")


def _window(item: "Opportunity", card: "EventCard | None" = None) -> str:
    from closeline.schemas.board.writing import window_label

    return window_label(item, card) or NONE


def _price(quote: "LiveQuote") -> str:
    """Write a price as it was quoted; a book may write +105 as 105."""
    from closeline.domain.odds import OddsFormat

    unsigned = quote.price.format is OddsFormat.AMERICAN and quote.price.text[:1].isdigit()
    return f"{'+' if unsigned else ''}{quote.price.text}"


def _legs(item: "Opportunity", cards: "Mapping[str, EventCard]") -> str:
    from closeline.schemas.board.writing import selection_label

    return "; ".join(
        f"{100 * leg.stake_share:.1f} % {selection_label(leg.quote, cards.get(item.event_id))} {_price(leg.quote)} "
        f"at {leg.quote.book} ({age_text(leg.age_seconds)} old)"
        for leg in item.legs
    )
