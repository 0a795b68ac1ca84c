"""The prices of one market beside each other: a side has one price, and two halves are of one line.

Where many lines stand under one key each of them is checked by itself, and none of them is the main one.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from closeline.domain.feeds.captures import ParsedQuote, ParsedSuspension, Rejected
from closeline.domain.markets import Market, Side, opposite_line
from closeline.providers.reasons import Reason
from closeline.providers.spellings import excerpt_of

Reading = ParsedQuote | ParsedSuspension | Rejected

_Pair = tuple[Market, str]


def checked(readings: Sequence[Reading]) -> Iterator[Reading]:
    """Yield the readings of one market without sides priced twice and halves that contradict each other."""
    priced = [reading for reading in readings if isinstance(reading, ParsedQuote)]
    if _are_plain(priced):
        yield from readings
        return
    quotes = _with_ladders(priced)
    alike = _grouped(quotes)
    lines = _lines(quotes)
    turn = iter(quotes)
    for reading in readings:
        if not isinstance(reading, ParsedQuote):
            yield reading
            continue
        quote = next(turn)
        fault = _repeated(quote, alike[place_of(quote)]) or _unpaired(quote, lines)
        if fault is None:
            yield quote
        else:
            excerpt = excerpt_of((str(quote.side), quote.line_quarters, quote.price.text))
            yield Rejected(fault, quote.place, excerpt)


def _are_plain(quotes: Sequence[ParsedQuote]) -> bool:
    """Say whether this is what nearly every market is: two sides of one game's main line, or one of them."""
    if not 0 < len(quotes) <= 2:
        return False
    first, last = quotes[0], quotes[-1]
    if first.player or first.alternate or last.player or last.alternate:
        return False
    if first is last:
        return True
    same = first.market == last.market and first.side is not last.side
    return same and last.line_quarters == opposite_line(first.market.type, first.line_quarters)


def _with_ladders(quotes: Sequence[ParsedQuote]) -> list[ParsedQuote]:
    """Return the quotes; of a player with several lines under one key none is said to be the main one."""
    if not any(quote.player for quote in quotes):
        return list(quotes)
    held: defaultdict[tuple[_Pair, Side], set[int | None]] = defaultdict(set)
    for quote in quotes:
        if quote.player:
            held[_pair(quote), quote.side].add(quote.line_quarters)
    ladders = {pair for (pair, _), lines in held.items() if len(lines) > 1}
    return [replace(quote, alternate=True) if _pair(quote) in ladders else quote for quote in quotes]


def _pair(quote: ParsedQuote) -> _Pair:
    return (quote.market, quote.player)


def place_of(quote: ParsedQuote) -> Hashable:
    """Return what one book may price once in one event."""
    line = quote.line_quarters if quote.alternate else None
    return (*_pair(quote), quote.alternate, quote.side, line)


def _grouped(quotes: Iterable[ParsedQuote]) -> dict[Hashable, list[ParsedQuote]]:
    found: defaultdict[Hashable, list[ParsedQuote]] = defaultdict(list)
    for quote in quotes:
        found[place_of(quote)].append(quote)
    return found


def _lines(quotes: Iterable[ParsedQuote]) -> dict[_Pair, dict[Side, set[int | None]]]:
    """Return the main lines of each side."""
    found: defaultdict[_Pair, dict[Side, set[int | None]]] = defaultdict(dict)
    for quote in quotes:
        if not quote.alternate:
            found[_pair(quote)].setdefault(quote.side, set()).add(quote.line_quarters)
    return found


def _repeated(quote: ParsedQuote, same: Sequence[ParsedQuote]) -> Reason | None:
    """Return a fault where a side is priced more than once; of equal prices the first stands."""
    if len(same) == 1:
        return None
    equal = len({(other.line_quarters, other.price) for other in same}) == 1
    return None if equal and quote is same[0] else Reason.DUPLICATE_PRICE


def _unpaired(quote: ParsedQuote, lines: dict[_Pair, dict[Side, set[int | None]]]) -> Reason | None:
    """Return a fault where the other side of the main line is of another line."""
    if quote.line_quarters is None or quote.alternate:
        return None
    expected = opposite_line(quote.market.type, quote.line_quarters)
    others = (found for side, found in lines[_pair(quote)].items() if side is not quote.side)
    return Reason.UNPAIRED_LINE if any(found - {expected} for found in others) else None
