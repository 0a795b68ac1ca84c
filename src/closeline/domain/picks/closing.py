"""Which quote is the close, the open and the best: selection only, no arithmetic on prices (clv-v1).

A close is never made up: when no quote qualifies, the answer says why, and what depends on it is null.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from closeline.domain.errors import BadInput
from closeline.domain.ids import content_id
from closeline.domain.leagues import League
from closeline.domain.markets import Side
from closeline.domain.odds import Price

CLOSE_SNAPSHOT_MISSING = "CLOSE_SNAPSHOT_MISSING"
START_NOT_CONFIRMED = "START_NOT_CONFIRMED"
CONSENSUS = "consensus"
# Where a configuration holds what differs from the first rule set, by league.
SECTION = "closing"
_BOOKS = re.compile(r"[a-z0-9_.-]+(\|[a-z0-9_.-]+)*")


class CloseQuality(StrEnum):
    """Whose price the close is."""

    REFERENCE = "REFERENCE"
    CONSENSUS = "CONSENSUS"
    TICKET_BOOK = "TICKET_BOOK"
    MISSING = "MISSING"


class MissingClose(StrEnum):
    """Why there is no close, from the furthest that any quote of an eligible book came."""

    NO_QUOTE = "NO_QUOTE"
    AFTER_START = "AFTER_START"
    NOT_OFFERED = "NOT_OFFERED"
    ONE_SIDED = "ONE_SIDED"
    UNDERROUND = "UNDERROUND"
    STALE = "STALE"
    OTHER_LINE = "OTHER_LINE"


class StartBasis(StrEnum):
    """Whether a start is when the game began, or when it was to begin because nobody said more.

    A game that was heard to be under way before it was to begin is ACTUAL at that hearing: it began no later.
    """

    ACTUAL = "ACTUAL"
    SCHEDULED = "SCHEDULED"


@dataclass(frozen=True, slots=True)
class ClosingRules:
    """One version of the rules that choose a close. `a|b` in the order names books of equal rank."""

    version: str
    reference_order: tuple[str, ...]
    max_age: timedelta


CLV_V1 = ClosingRules(
    "clv-v1", ("pinnacle", "circa", "bookmaker|betonlineag|betonline", CONSENSUS), timedelta(minutes=30)
)


def rules_of(config: str, league: League) -> ClosingRules:
    """Return a league's rules from the content of a configuration version; clv-v1 where it says nothing of them."""
    return changed_rules(json.loads(config).get(SECTION, {}).get(league, {}))


def changed_rules(wanted: Mapping[str, object]) -> ClosingRules:
    """Return clv-v1 with another `reference_order` or `max_age_minutes`, under a name made from what it says.

    Raises BadInput in one line for anything else, for an order without a book and for an age out of 1 to 1440 minutes.
    """
    unknown = sorted(set(wanted) - {"reference_order", "max_age_minutes"})
    if unknown:
        raise BadInput(f"closing must hold only reference_order and max_age_minutes, had {unknown[0]!r:.60}")
    order = _order(wanted.get("reference_order", list(CLV_V1.reference_order)))
    max_age = timedelta(minutes=_minutes(wanted.get("max_age_minutes", CLV_V1.max_age / timedelta(minutes=1))))
    if (order, max_age) == (CLV_V1.reference_order, CLV_V1.max_age):
        return CLV_V1
    name = content_id("closing-rules", *order, max_age // timedelta(seconds=1))
    return ClosingRules(f"{CLV_V1.version}+{name[:8]}", order, max_age)


def _order(value: object) -> tuple[str, ...]:
    books = tuple(value) if isinstance(value, list | tuple) else ()
    if not books or not all(isinstance(book, str) and _BOOKS.fullmatch(book) for book in books):
        raise BadInput(
            f"reference_order must be a list of books such as 'pinnacle' or 'circa|betonlineag', was {value!r:.80}"
        )
    return books


def _minutes(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 1440:
        raise BadInput(f"max_age_minutes must be a number from 1 to 1440, was {value!r:.60}")
    return value


@dataclass(frozen=True, slots=True)
class BookQuote:
    """One book's price of a selection and of its opposite, at the selection's own line.

    `captured_at` is when these prices were first seen and `seen_until` when they were last seen unchanged: a
    record that keeps changes only needs both. `snapshot_id` leads back to where the quote is kept.
    """

    book: str
    captured_at: datetime
    line_quarters: int | None
    price: Price
    opposite: Price | None
    seen_until: datetime | None = None
    in_play: bool = False
    suspended: bool = False
    snapshot_id: str = ""

    def seen_before(self, moment: datetime) -> datetime:
        """Return when the prices were last known to stand before `moment`.

        A sighting at or after it does not tell how long before it they still stood: only the first sighting is sure.
        """
        return self.captured_at if self.seen_until is None or self.seen_until >= moment else self.seen_until

    def age_at(self, moment: datetime) -> timedelta:
        """Return how long before `moment` the prices were last known to stand; never negative."""
        return max(moment - self.seen_before(moment), timedelta(0))


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """The close of a selection, or the reason why there is none."""

    quality: CloseQuality
    quote: BookQuote | None
    reason: MissingClose | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineTrack:
    """The first quote of a book, the best that a ticket could have waited for, the last before the start."""

    open: BookQuote | None
    best_after_publish: BookQuote | None
    close: BookQuote | None


def select_close(
    quotes: Iterable[BookQuote],
    *,
    starts_at: datetime,
    reference_order: Sequence[str] = CLV_V1.reference_order,
    ticket_book: str | None = None,
    max_age: timedelta = CLV_V1.max_age,
    start_confirmed: bool = True,
) -> ClosingLine:
    """Return the last two-sided quote strictly before the start, of the first book that has a fresh one.

    Of books of equal rank that one whose prices were seen last before the start, then the one that changed last.

    quotes: of one selection, any order, any books. starts_at: the actual start; a scheduled one is used with
    `start_confirmed=False`, which flags the answer. The ticket's own book is the last resort.
    """
    flags = () if start_confirmed else (START_NOT_CONFIRMED,)
    furthest: MissingClose | None = None
    by_book = _by_book(quotes)
    for rank, books in enumerate(_ranks(reference_order, ticket_book)):
        offered = [quote for book in books for quote in by_book.get(book, ())]
        verdicts = [(_refusal(quote, starts_at, max_age), quote) for quote in offered]
        eligible = [quote for refusal, quote in verdicts if refusal is None]
        if eligible:
            last = _latest(eligible, starts_at)
            return ClosingLine(_quality(rank, len(reference_order), last.book), last, None, flags)
        furthest = _furthest([furthest, *(refusal for refusal, _ in verdicts)])
    return ClosingLine(CloseQuality.MISSING, None, furthest or MissingClose.NO_QUOTE, flags)


def _by_book(quotes: Iterable[BookQuote]) -> dict[str, list[BookQuote]]:
    by_book: dict[str, list[BookQuote]] = {}
    for quote in quotes:
        by_book.setdefault(quote.book, []).append(quote)
    return by_book


def _ranks(reference_order: Sequence[str], ticket_book: str | None) -> list[list[str]]:
    ranks = [entry.split("|") for entry in reference_order]
    return ranks if ticket_book is None else [*ranks, [ticket_book]]


def _quality(rank: int, references: int, book: str) -> CloseQuality:
    if rank >= references:
        return CloseQuality.TICKET_BOOK
    return CloseQuality.CONSENSUS if book == CONSENSUS else CloseQuality.REFERENCE


def _captured_at(quote: BookQuote) -> datetime:
    return quote.captured_at


def _latest(eligible: Sequence[BookQuote], starts_at: datetime) -> BookQuote:
    lasts = [max(found, key=_captured_at) for found in _by_book(eligible).values()]
    return max(lasts, key=lambda quote: (quote.seen_before(starts_at), quote.captured_at))


def _furthest(refusals: Iterable[MissingClose | None]) -> MissingClose | None:
    steps = list(MissingClose)
    return max((refusal for refusal in refusals if refusal is not None), key=steps.index, default=None)


def _refusal(quote: BookQuote, starts_at: datetime, max_age: timedelta | None) -> MissingClose | None:
    """Return the first test, in the order of the enumeration, that a quote fails as a close."""
    if quote.captured_at >= starts_at:
        return MissingClose.AFTER_START
    if quote.in_play or quote.suspended:
        return MissingClose.NOT_OFFERED
    if quote.opposite is None:
        return MissingClose.ONE_SIDED
    if 1 / quote.price.exact + 1 / quote.opposite.exact < 1:
        return MissingClose.UNDERROUND
    if max_age is not None and quote.age_at(starts_at) > max_age:
        return MissingClose.STALE
    return None


def open_best_close(
    quotes: Iterable[BookQuote],
    *,
    side: Side,
    published_at: datetime,
    starts_at: datetime,
    book: str,
    max_age: timedelta | None = None,
) -> LineTrack:
    """Return the open, the best after publishing and the close of a selection at one book; None if none.

    The open is the first quote before the start. The best has the most favourable line, then price, of those
    that stood in [published_at, starts_at). The close is tested as in `select_close`, for age only if asked.
    """
    before = sorted((quote for quote in quotes if quote.book == book and _bettable(quote, starts_at)), key=_captured_at)
    later = [quote for quote in before if quote.seen_before(starts_at) >= published_at]
    closes = [quote for quote in before if _refusal(quote, starts_at, max_age) is None]
    return LineTrack(
        before[0] if before else None,
        max(later, key=lambda quote: favour(side, quote), default=None),
        closes[-1] if closes else None,
    )


def _bettable(quote: BookQuote, starts_at: datetime) -> bool:
    return quote.captured_at < starts_at and not quote.in_play and not quote.suspended


def favour(side: Side, quote: BookQuote) -> tuple[int, Fraction]:
    """Return a key that is larger for a better quote of `side`: the line first, then the price."""
    line = quote.line_quarters or 0
    return (-line if side is Side.OVER else line, quote.price.exact)
