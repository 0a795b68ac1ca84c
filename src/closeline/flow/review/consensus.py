"""Consensus: the closes of many books at one line become one fair close (devig-v1, clv-v1).

Each book's last quote that could have been the close speaks for it, at the line that has most weight behind it. A book
at a line nearby is carried there by the league's own distribution; one further off, or across a key number of football,
has no say. The ticket's own book never has.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from closeline.domain.board.books import is_exchange, is_sharp
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Side
from closeline.domain.odds import DevigMethod
from closeline.domain.picks.closing import BookQuote
from closeline.maths.consensus import KIND_WEIGHTS, BookKind, BookPrices, Consensus, consensus, freshness

QUARTERS_MAX = 6
KEY_NUMBERS = (12, 28)
_FOOTBALL = frozenset({League.NFL, League.NCAAF})
_ORDERS = {Side.HOME: 1, Side.AWAY: -1}

# (line, fair probability there, wanted line) -> fair probability at the wanted line, for the side at hand; in points.
Translate = Callable[[Sequence[tuple[float, float, float]]], Sequence[float]]
Fair = Callable[[Sequence[BookQuote], DevigMethod], Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class ConsensusClose:
    """What the books agreed on: the line, P(side wins | no push) there by each devig method, and who was asked.

    `captured_at` is when the youngest of the prices was first seen, `seen_until` when the one that was seen least
    lately was seen last.
    """

    line_quarters: int | None
    fair: Mapping[DevigMethod, float]
    books: tuple[str, ...]
    captured_at: datetime
    seen_until: datetime


@dataclass(frozen=True, slots=True)
class Voters:
    """The books' closes of one selection, who may be asked, and by which method their margins are taken out."""

    league: League
    market: Market
    side: Side
    starts_at: datetime
    max_age: timedelta
    method: DevigMethod


def consensus_close(
    voters: Voters, closes: Iterable[BookQuote], *, leave_out: str | None, fair: Fair, translate: Translate
) -> ConsensusClose | None:
    """Pool each book's last eligible quote; null when too few are left: one sharp book or three of the others.

    closes: at most one quote for each book, each eligible as a close by itself.
    """
    asked = [quote for quote in closes if quote.book != leave_out and not is_exchange(quote.book)]
    if not asked:
        return None
    line = _common_line(voters, asked)
    near = [quote for quote in asked if _reaches(voters, quote.line_quarters, line)]
    main = _pooled(voters, near, line, voters.method, fair, translate)
    if main is None or main.probabilities is None:
        return None
    books = frozenset(main.books)
    chosen = [quote for quote in near if quote.book in books]
    by_method = {voters.method: main.probabilities[0]}
    for method in DevigMethod:
        other = _pooled(voters, near, line, method, fair, translate) if method is not voters.method else None
        if other is not None and other.probabilities is not None:
            by_method[method] = other.probabilities[0]
    return ConsensusClose(
        line, by_method, tuple(sorted(books)), max(quote.captured_at for quote in chosen),
        min(quote.seen_before(voters.starts_at) for quote in chosen),
    )  # fmt: skip


def _pooled(
    voters: Voters, quotes: Sequence[BookQuote], line: int | None, method: DevigMethod, fair: Fair,
    translate: Translate,
) -> Consensus | None:  # fmt: skip
    own = fair(quotes, method)
    known = [(quote, chance) for quote, chance in zip(quotes, own, strict=True) if chance is not None]
    moved = [(quote, chance) for quote, chance in known if quote.line_quarters != line]
    asked = [((quote.line_quarters or 0) / 4, chance, (line or 0) / 4) for quote, chance in moved]
    there = {quote.book: chance for (quote, _), chance in zip(moved, translate(asked) if asked else (), strict=True)}
    opinions = [(quote, there.get(quote.book, chance)) for quote, chance in known]
    prices = [
        # What is pooled has no margin any more: as the prices of a fair book it goes through unchanged.
        BookPrices(quote.book, _kind(quote), (1.0 / chance, 1.0 / (1.0 - chance)), _age(voters, quote))
        for quote, chance in opinions
        if 0.0 < chance < 1.0
    ]
    limit = voters.max_age.total_seconds()
    return consensus(prices, DevigMethod.MULTIPLICATIVE, stale_after_seconds=limit) if prices else None


def _kind(quote: BookQuote) -> BookKind:
    return BookKind.SHARP if is_sharp(quote.book) else BookKind.RETAIL


def _age(voters: Voters, quote: BookQuote) -> float:
    return quote.age_at(voters.starts_at).total_seconds()


def _common_line(voters: Voters, quotes: Sequence[BookQuote]) -> int | None:
    """Return the line with most weight behind it; of two alike the one nearer to nought, so that both sides agree."""
    weights: Counter[int | None] = Counter()
    for quote in quotes:
        age = freshness(_age(voters, quote), voters.max_age.total_seconds())
        weights[quote.line_quarters] += KIND_WEIGHTS[_kind(quote)] * age  # type: ignore[assignment]
    turned = _ORDERS.get(voters.side, 1)
    return min(weights, key=lambda line: (-round(weights[line], 12), abs(line or 0), turned * (line or 0)))


def _reaches(voters: Voters, line: int | None, wanted: int | None) -> bool:
    if line == wanted:
        return True
    if line is None or wanted is None or abs(line - wanted) > QUARTERS_MAX:
        return False
    if voters.league not in _FOOTBALL or voters.market.type is not MarketType.SPREAD:
        return True
    low, high = sorted((line, wanted))
    return not any(low <= key <= high or low <= -key <= high for key in KEY_NUMBERS)
