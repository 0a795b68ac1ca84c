"""Pressing the board: an edition made of a version, once.

Every row is written as text at once, from parts that come again and again: what a quote is on, its price, its times.
What comes out is byte for byte what `writing.plain_page` says, dumped; `tests/schemas` holds one against the other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from math import isfinite

from closeline.domain.board import Board, EventCard, LiveQuote, Movement, Row
from closeline.domain.board.editions import Edition
from closeline.domain.clock import EPOCH
from closeline.domain.ids import sha256_hex
from closeline.domain.markets import Market, Side
from closeline.domain.odds import OddsFormat, Price
from closeline.schemas.board.writing import (
    Plain,
    dumped,
    headed,
    label_of,
    packed,
    plain_page,
    plain_price,
    plain_row,
    time_text,
)

# Every version asks for each of its quotes in turn: fewer would be forgotten before they are asked for again.
_REMEMBERED = 65_536
_BEFORE_PRICE = ("row_id", "event_id", "label", "book", "market_key", "side", "line", "player_id", "alternate")
_ANY_PRICE = Price.quoted("-110", OddsFormat.AMERICAN)
_TRUTH = {True: "true", False: "false"}


def press(board: Board) -> Edition:
    """Make the edition of a board. Raises ValueError for a figure that is not finite."""
    body = pressed(board)
    digest = sha256_hex(body)
    content = headed(board.version, digest, body)
    return Edition(board, content, packed(content), digest)


def pressed(board: Board) -> bytes:
    """Return the JSON of a whole board in the form of `BoardPage`, but for the name of its edition."""
    plain = plain_page(board, ())
    del plain["edition"]
    # A quote inside a text stands behind a backslash: the key can be found nowhere else.
    before, _, after = dumped(plain).partition(b'"rows":[]')
    cards = {card.event_id: card for card in board.events}
    return b'%b"rows":[%b]%b' % (before, ",".join(row_texts(board.rows, cards)).encode(), after)


def row_texts(rows: Iterable[Row], cards: Mapping[str, EventCard]) -> list[str]:
    """Return rows as JSON in the form of `BoardRow`. Raises ValueError for a figure that is not finite."""
    names = {event_id: (card.home, card.away) for event_id, card in cards.items()}
    return [_row(row, names.get(row.quote.event_id)) for row in rows]


def _row(row: Row, names: tuple[str, str] | None) -> str:
    return (
        f'{_quote(row.quote, names)},"own_fair":{_number(row.own_fair)},"fair":{_number(row.fair)},'
        f'"fair_books":{_texts(row.fair_books)},"overround":{_number(row.overround)},"hold":{_number(row.hold)},'
        f'"ev":{_number(row.ev)},"kelly":{_number(row.kelly)},"best":{_TRUTH[row.best]},'
        f'"movement":{_movement(row.movement)},"flags":{_texts(row.flags)}}}'
    )


def _quote(quote: LiveQuote, names: tuple[str, str] | None) -> str:
    price = quote.price
    named = _named(
        quote.event_id, quote.book, quote.market, quote.side, quote.line_quarters, quote.player_id, quote.alternate,
        names,
    )  # fmt: skip
    # Asked for by its text and its two whole numbers: what a fraction is looked up by takes longer than all the rest.
    priced = _price(price.text, price.format, price.assumed, price.exact.numerator, price.exact.denominator)
    return (
        f'{named},{priced},"availability":"{quote.availability}","changed_at":{_time(quote.changed_at)},'
        f'"seen_at":{_time(quote.seen_at)},"updated_at":{_time(quote.updated_at)}'
    )


def _movement(moved: Movement | None) -> str:
    if moved is None:
        return "null"
    return (
        f'{{"opened":{_text(moved.opened_text)},"opened_line":{_line(moved.opened_line_quarters)},'
        f'"opened_at":{_time(moved.opened_at)},"probability_points":{_number(moved.probability_points)},'
        f'"points_per_hour":{_number(moved.points_per_hour)},"steam":{_TRUTH[moved.steam]}}}'
    )


def _number(value: float | None) -> str:
    if value is None:
        return "null"
    if not isfinite(value):
        message = f"figure of the board must be finite, was {value}"
        raise ValueError(message)
    # As JSON is dumped: a float by its own text, whatever kind of float it is; a whole number may stand for one.
    return str(value) if type(value) is int else float.__repr__(value)


@lru_cache(maxsize=_REMEMBERED)
def _named(
    event_id: str, book: str, market: Market, side: Side, line: int | None, player_id: str, alternate: bool,  # noqa: FBT001 (a cache key, not a switch)
    names: tuple[str, str] | None,
) -> str:  # fmt: skip
    """Return what a quote is on, the first values of its row, and the brace before them."""
    quote = LiveQuote(
        event_id, book, market, side, line, _ANY_PRICE, EPOCH, EPOCH, player_id=player_id, alternate=alternate
    )
    row = plain_row(Row(quote, None, None, (), None, None, None, None, best=False, movement=None), None)
    row["label"] = label_of(event_id, market, side, line, player_id, names)
    return "{" + _inside({key: row[key] for key in _BEFORE_PRICE})


@lru_cache(maxsize=_REMEMBERED)
def _price(text: str, form: OddsFormat, assumed: bool, numerator: int, denominator: int) -> str:  # noqa: FBT001
    return _inside(plain_price(Price(text, form, Fraction(numerator, denominator), assumed)))


def _inside(plain: Plain) -> str:
    """Return the JSON of an object without its braces."""
    return dumped(plain).decode()[1:-1]


@lru_cache(maxsize=_REMEMBERED)
def _time(at: datetime | None) -> str:
    return "null" if at is None else f'"{time_text(at)}"'


@lru_cache(maxsize=_REMEMBERED)
def _text(value: str) -> str:
    return dumped(value).decode()


@lru_cache(maxsize=_REMEMBERED)
def _texts(values: tuple[str, ...]) -> str:
    return dumped(values).decode()


@lru_cache(maxsize=_REMEMBERED)
def _line(quarters: int | None) -> str:
    return "null" if quarters is None else repr(quarters / 4)
