"""Opinions: what each quote of the live board was worth, written down whenever that changed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from closeline.domain.board import Availability, LiveQuote, Row
from closeline.domain.board.health import BoardHealth
from closeline.domain.board.opinions import Opinion
from closeline.domain.clock import micros
from closeline.domain.digits import of_formula
from closeline.domain.markets import Side
from closeline.store.quotes.rows import market_of, price_of
from closeline.store.session import Session
from closeline.store.tables.model import board_state, quote_opinion

# There is one board; the row says how whoever makes it does.
THE_BOARD = "BOARD"
_KEY = ("event_id", "market_key", "player_id", "book", "side", "line_key", "judged_at")
_COLUMNS = (
    *_KEY, "line_quarters", "board_version", "price_text", "price_format", "price_exact", "price_assumed",
    "availability", "changed_at", "seen_at", "own_fair", "fair", "books", "overround", "ev", "kelly", "best", "flags",
)  # fmt: skip
_OF_EVENT = (
    select(quote_opinion)
    .where(quote_opinion.c.event_id == bindparam("event"), quote_opinion.c.judged_at <= bindparam("as_of"))
    .order_by(
        quote_opinion.c.judged_at, quote_opinion.c.market_key, quote_opinion.c.player_id, quote_opinion.c.line_key,
        quote_opinion.c.side, quote_opinion.c.book,
    )
)  # fmt: skip
_LAST_VERSION = select(func.max(quote_opinion.c.board_version))
_STATE = select(board_state).where(board_state.c.board == THE_BOARD)


def add(session: Session, opinions: Sequence[Opinion]) -> int:
    """Append opinions that are new and return how many; those that are there already are left out."""
    return session.append_new(quote_opinion, _COLUMNS, [_row(item) for item in opinions], _KEY)


def of_event(session: Session, event_id: str, *, as_of: datetime) -> list[Opinion]:
    """Return what the quotes of an event were worth by `as_of`, oldest first; movement is not kept."""
    return [_opinion(row) for row in session.rows(_OF_EVENT, {"event": event_id, "as_of": as_of})]


def last_version(session: Session) -> int:
    """Return the newest version of the board that the record knows of, 0 where it knows none."""
    return int(session.scalar(_LAST_VERSION) or 0)


def keep_health(session: Session, found: BoardHealth, *, at: datetime) -> None:
    """Write down how the board does, in place of what was known before."""
    insert = postgresql.insert if session.dialect == "postgresql" else sqlite.insert
    told = {"at": at, **asdict(found)}
    statement = insert(board_state).values(board=THE_BOARD, **told)
    session.execute(statement.on_conflict_do_update(index_elements=["board"], set_=told))


def health(session: Session) -> tuple[datetime, BoardHealth] | None:
    """Return how the board did when its maker last said so, and when that was; None where nobody ever made one."""
    row = next(iter(session.rows(_STATE)), None)
    if row is None:
        return None
    held = dict(row._mapping)  # noqa: SLF001 -- the documented way to read a row by name
    del held["board"]
    return held.pop("at"), BoardHealth(**held)


def _row(item: Opinion) -> tuple[object, ...]:
    row, quote = item.row, item.row.quote
    price = quote.price
    return (
        quote.event_id, quote.market.key, quote.player_id, quote.book, quote.side, quote.line_quarters or 0,
        micros(item.judged_at), quote.line_quarters, item.version, price.text, price.format,
        f"{price.exact.numerator}/{price.exact.denominator}", price.assumed, quote.availability,
        micros(quote.changed_at), micros(quote.seen_at), _kept(row.own_fair), _kept(row.fair), ",".join(row.fair_books),
        _kept(row.overround), _kept(row.ev), _kept(row.kelly), row.best, ",".join(row.flags),
    )  # fmt: skip


def _kept(value: float | None) -> float | None:
    return None if value is None else of_formula(value)


def _opinion(row: object) -> Opinion:
    held = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 -- the documented way to read a row by name
    price = price_of(held["price_text"], held["price_format"], held["price_exact"], bool(held["price_assumed"]))
    quote = LiveQuote(
        held["event_id"], held["book"], market_of(held["market_key"]), Side(held["side"]), held["line_quarters"], price,
        held["changed_at"], held["seen_at"], None, Availability(held["availability"]), held["player_id"],
    )  # fmt: skip
    overround = held["overround"]
    hold = None if overround is None else of_formula(1.0 - 1.0 / (1.0 + overround))
    return Opinion(held["board_version"], held["judged_at"], Row(
        quote, held["own_fair"], held["fair"], _words(held["books"]), overround, hold, held["ev"], held["kelly"],
        bool(held["best"]), None, _words(held["flags"]),
    ))  # fmt: skip


def _words(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
