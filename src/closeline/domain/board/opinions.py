"""Opinions: what a quote was worth when a board was made, for the record; and the queue in which they wait for it.

The queue is bounded. While the record cannot be written, what waits longest is merged: of each quote its last opinion
of that time stays, so that the record has no gap longer than the outage and memory no more than the board.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from closeline.domain.board import Board, Row

# A fair probability that moved by less than this is the same opinion.
FAIR_STEP = 0.001
WAITING_MOST = 40_000

# (event, market key, player, book, side, line): one quote of the board.
OpinionKey = tuple[str, str, str, str, str, int | None]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one row of the board said, of a version of it made at a moment."""

    version: int
    judged_at: datetime
    row: Row

    @property
    def key(self) -> OpinionKey:
        """Return the name of the quote that this is about."""
        return opinion_key(self.row)


def opinion_key(row: Row) -> OpinionKey:
    """Return the name of a row's quote."""
    quote = row.quote
    return (quote.event_id, quote.market.key, quote.player_id, quote.book, quote.side, quote.line_quarters)


def says_otherwise(before: Row | None, now: Row) -> bool:
    """Say whether a row is worth writing down after another of its quote: price, doubts, best, or a fair that moved."""
    if before is None:
        return True
    if (before.quote.price, before.quote.availability, before.flags, before.best) != (
        now.quote.price, now.quote.availability, now.flags, now.best,
    ):  # fmt: skip
        return True
    if before.fair is None or now.fair is None:
        return before.fair is not now.fair
    return abs(before.fair - now.fair) >= FAIR_STEP


class Backlog:
    """Opinions that wait to be written, oldest first, and how many were merged because they waited too long."""

    def __init__(self, *, most: int = WAITING_MOST) -> None:
        """Start empty."""
        self._most = most
        self._waiting: list[Opinion] = []
        self._said: dict[OpinionKey, Row] = {}
        self.merged = 0

    def __len__(self) -> int:
        """Return how many opinions wait."""
        return len(self._waiting)

    @property
    def oldest(self) -> Opinion | None:
        """Return what waits longest."""
        return self._waiting[0] if self._waiting else None

    def add(self, board: Board, rows: Iterable[Row]) -> int:
        """Queue the rows of a board that say something new, and return how many did."""
        before = len(self._waiting)
        for row in rows:
            key = opinion_key(row)
            if says_otherwise(self._said.get(key), row):
                self._said[key] = row
                self._waiting.append(Opinion(board.version, board.made_at, row))
        added = len(self._waiting) - before
        self._merge()
        return added

    def forget(self, events: Iterable[str]) -> None:
        """Forget what was said last of events that have left the board; what waits of them still waits."""
        gone = frozenset(events)
        if gone:
            self._said = {key: row for key, row in self._said.items() if key[0] not in gone}

    def first(self, count: int) -> Sequence[Opinion]:
        """Return the opinions that wait longest; they wait on until they are said to be written."""
        return tuple(self._waiting[:count])

    def written(self, opinions: Sequence[Opinion]) -> None:
        """Strike off what is in the record."""
        done = {id(item) for item in opinions}
        self._waiting = [item for item in self._waiting if id(item) not in done]

    def _merge(self) -> None:
        """Where too many wait, keep of the older half only each quote's last word; then of all of them."""
        for part in (len(self._waiting) // 2, len(self._waiting)):
            if len(self._waiting) <= self._most:
                return
            last = {item.key: at for at, item in enumerate(self._waiting[:part])}
            kept = [item for at, item in enumerate(self._waiting[:part]) if last[item.key] == at]
            self.merged += part - len(kept)
            self._waiting = kept + self._waiting[part:]
