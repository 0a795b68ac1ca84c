"""History: what every book showed of a selection, moment by moment, beside the other side's price."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from closeline.domain.markets import Market, Side, market, opposite, opposite_line
from closeline.domain.picks.closing import BookQuote
from closeline.store.quotes import Quote, Series

_Key = tuple[str, str, Side]


@dataclass(slots=True)
class Histories:
    """The quotes of events, sorted once and read for any selection."""

    _rows: Mapping[tuple[str, str], Mapping[str, list[Quote]]]
    _until: Mapping[int, datetime]
    _made: dict[_Key, tuple[BookQuote, ...]] = field(default_factory=dict)

    def of(self, event_id: str, of: Market, side: Side) -> tuple[BookQuote, ...]:
        """Return every book's quotes of one side, books in order of name and each book's by time."""
        key = (event_id, of.key, side)
        if key not in self._made:
            books = self._rows.get((event_id, of.key), {})
            self._made[key] = tuple(quote for book in sorted(books) for quote in self._of_book(books[book], of, side))
        return self._made[key]

    def selections(self, event_id: str) -> list[tuple[Market, Side]]:
        """Return every two-way market of an event with its sides, in order of name."""
        keys = sorted(key for event, key in self._rows if event == event_id)
        return [(of, side) for of in map(market, keys) if len(of.sides) == 2 for side in of.sides]

    def _of_book(self, rows: Sequence[Quote], of: Market, side: Side) -> list[BookQuote]:
        latest: dict[Side, Quote] = {}
        found: list[BookQuote] = []
        for moment, shown in groupby(rows, key=attrgetter("received_at")):
            latest.update({row.side: row for row in shown})
            mine, answer = latest.get(side), latest.get(opposite(side))
            # At a moment at which only the other side was shown there is nothing to quote.
            if mine is None or self._until[mine.quote_id] < moment:
                continue
            # The other side's price counts only as long as that side was shown, at the line that answers this one.
            gone = answer is not None and self._until[answer.quote_id] < moment
            if answer is None or gone or opposite_line(of.type, mine.line_quarters) != answer.line_quarters:
                answer = None
            # A pair stood no longer than either half of it.
            until = min(self._until[row.quote_id] for row in (mine, answer or mine))
            found.append(BookQuote(
                mine.book, moment, mine.line_quarters, mine.price, answer.price if answer else None,
                seen_until=max(until, moment), snapshot_id=mine.snapshot_id,
            ))  # fmt: skip
        return found


def histories(rows: Sequence[Quote], seen: Mapping[Series, datetime]) -> Histories:
    """Sort quotes, oldest first, for reading; `seen` says when each series was last seen."""
    sorted_rows: defaultdict[tuple[str, str], defaultdict[str, list[Quote]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        sorted_rows[row.event_id, row.market.key][row.book].append(row)
    return Histories(sorted_rows, seen_until(rows, seen))


def seen_until(rows: Sequence[Quote], seen: Mapping[Series, datetime]) -> dict[int, datetime]:
    """Return when each quote was last seen: what its successor remembers of it, or the heart of its series."""
    until: dict[int, datetime] = {}
    before: dict[Series, Quote] = {}
    for row in rows:
        known = before.get(row.series)
        if known is not None:
            until[known.quote_id] = max(row.previous_seen_at or known.received_at, known.received_at)
        until[row.quote_id] = max(seen.get(row.series, row.received_at), row.received_at)
        before[row.series] = row
    return until
