"""The follower: the one writer of the board. It holds the live market and makes each version from the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from threading import Lock

from closeline.domain.board import Board, EventCard, Row
from closeline.domain.board.batches import BatchSize
from closeline.domain.board.editions import ShelfHealth
from closeline.domain.board.health import BoardHealth
from closeline.domain.board.market import LiveMarket, MarketKey, Sighting
from closeline.domain.board.opinions import Backlog, Opinion
from closeline.domain.board.sighted import LiveNames
from closeline.domain.feeds.captures import Coverage, ParsedPayload
from closeline.domain.leagues import League
from closeline.domain.ports import BoardShelf
from closeline.maths.board.rules import DEFAULT_RULES, BoardRules
from closeline.maths.board.worth import MarketWorth, market_worths

# How often the record is asked for spellings that were mapped since, and events that it was told of elsewhere.
LEARNS_EVERY = timedelta(minutes=5)

# A record that failed costs every writer its time-outs: a capture is spared them for a while.
WRITES_AGAIN_AFTER = timedelta(minutes=1)

# How often a board that another's has overtaken on the shelf is made again at once; then the next capture does it.
MERGES_MAX = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What a feed read in an answer, when the answer was received, and what it had been asked for."""

    parsed: ParsedPayload
    at: datetime
    coverage: Coverage | None = None


class Follower:
    """Makes the next board of what was seen, re-evaluating only what changed or came of age.

    Safe to call from several threads: one takes at a time. Versions begin at the seconds since 1970 or behind whatever
    the shelf holds, so that they grow over restarts too.
    """

    def __init__(
        self,
        shelf: BoardShelf | None = None,
        *,
        rules: Mapping[League, BoardRules] = DEFAULT_RULES,
        synthetic: bool = False,
        keeps_opinions: bool = True,
    ) -> None:
        """Start with an empty market; `keeps_opinions` says whether somebody writes down what its quotes were worth."""
        self.names = LiveNames()
        self._market, self._backlog, self._batch = LiveMarket(), Backlog(), BatchSize()
        self._keeps_opinions = keeps_opinions
        self._shelf, self._rules, self._synthetic = shelf, rules, synthetic
        self._worths: dict[MarketKey, MarketWorth] = {}
        self._touched: set[MarketKey] = set()
        self._judged: Sequence[MarketWorth] = ()
        self._board: Board | None = None
        self._taken_over: Board | None = None
        self._version = 0
        self._shelf_faults = self._faults = self._write_faults = self._refused = 0
        self._last_fault = ""
        self._learned_at: datetime | None = None
        self._not_written_at: datetime | None = None
        self._warm = False
        self._lock = Lock()

    @property
    def board(self) -> Board | None:
        """Return the newest board, whether or not the shelf took it."""
        return self._board

    def take(self, seen: Sequence[Seen | Sighting], *, now: datetime) -> Board | None:
        """Take in what was seen and return the next board, None where nothing is new.

        Never raises: a fault is counted, and the last board stands. A shelf that fails has no say in what is next.
        """
        with self._lock:
            faults = self._shelf_faults
            board = self._made(seen, now)
            for _ in range(MERGES_MAX):
                if board is None or self._shelf_faults > faults or self._others() is None:
                    break
                board = self._made((), now) or board
            return board

    def rebuild(self, sightings: Sequence[Sighting], *, version: int, rules: Mapping[League, BoardRules]) -> None:
        """Take in what the record knows, which is older than all that is seen from now on; versions go on behind it."""
        with self._lock:
            self._rules, self._warm = rules, True
            self._version = max(self._version, version)
            self._worths.clear()
            for sighting in sightings:
                self._market.apply(sighting)

    def health(self) -> BoardHealth:
        """Return how the board does."""
        with self._lock:
            board, oldest = self._board, self._backlog.oldest
            shelf = self._shelf_health()
            return BoardHealth(
                version=board.version if board else 0, made_at=board.made_at if board else None,
                rows=len(board.rows) if board else 0, faults=self._faults,
                shelf_faults=self._shelf_faults + (shelf.faults if shelf else 0),
                shelf_reason=shelf.reason if shelf else None, write_faults=self._write_faults,
                last_fault=self._last_fault, waiting=len(self._backlog),
                waiting_since=oldest.judged_at if oldest else None, merged=self._backlog.merged,
                refused=self._refused, batch_rows=self._batch.rows,
            )  # fmt: skip

    def learned(self, at: datetime) -> None:
        """Note that the record was asked at a moment for names, or what it knew at the start."""
        self._learned_at = at

    def learns(self, now: datetime) -> bool:
        """Say whether the record is to be asked: at first, and from time to time for spellings that were mapped."""
        return self._learned_at is None or not timedelta(0) <= now - self._learned_at < LEARNS_EVERY

    def not_learned(self, fault: str) -> None:
        """Count that the record could not be asked."""
        with self._lock:
            self._faults += 1
            self._last_fault = fault

    def writes(self, now: datetime) -> bool:
        """Say whether opinions may be written beside a capture: not so soon after the record did not take them."""
        return self._not_written_at is None or not timedelta(0) <= now - self._not_written_at < WRITES_AGAIN_AFTER

    @property
    def is_warm(self) -> bool:
        """Say whether the follower knows what the record knew at the start."""
        return self._warm

    # ------------------------------------------------------------------------------------------------- opinions

    def waiting(self) -> Sequence[Opinion]:
        """Return the next batch of opinions for the record, those that wait longest."""
        with self._lock:
            return self._backlog.first(self._batch.rows)

    def written(self, opinions: Sequence[Opinion], took: timedelta) -> None:
        """Strike off a batch that is in the record, and learn from how long it took."""
        with self._lock:
            self._backlog.written(opinions)
            self._batch = self._batch.after(len(opinions), took / timedelta(milliseconds=1))

    def not_written(self, fault: str, *, at: datetime) -> None:
        """Count a batch that could not be written; it waits on, and the next is smaller."""
        with self._lock:
            self._write_faults += 1
            self._last_fault, self._not_written_at = fault, at
            self._batch = self._batch.after_failure()

    def refused(self, opinion: Opinion, fault: str) -> None:
        """Give up an opinion that the record will never take, so that the others get through; it is counted."""
        with self._lock:
            self._refused += 1
            self._last_fault = fault
            self._backlog.written([opinion])

    # ---------------------------------------------------------------------------------------------- the next one

    def _made(self, seen: Sequence[Seen | Sighting], now: datetime) -> Board | None:
        """Make the next board and put it on the shelf; None where nothing is new, or it cannot be made."""
        try:
            board = self._next(seen, now)
        except Exception as fault:  # noqa: BLE001 -- a board that cannot be made must not cost the capture
            self._failed(fault)
            return None
        if board is None:
            return None
        self._put(board)
        try:
            self._queue_opinions(board)
        except Exception as fault:  # noqa: BLE001 -- nor may opinions that cannot be queued; the board is out
            self._failed(fault)
        return board

    def _failed(self, fault: Exception) -> None:
        self._faults += 1
        self._last_fault = f"{type(fault).__name__}: {fault}"

    def _next(self, seen: Sequence[Seen | Sighting], now: datetime) -> Board | None:
        # What was seen waits here until it is on a board, whatever happens on the way.
        touched = self._touched
        touched |= self._caught_up()
        for item in seen:
            touched |= self._market.apply(self._sighting(item)).touched
        gone = self._market.drop_ended(now)
        self.names.drop_ended(now)
        for key in gone:
            self._worths.pop(key, None)
        self._backlog.forget({key[0] for key in gone})
        touched |= {key for key, worth in self._worths.items() if worth.due_at <= now}
        touched |= {key for key in self._market.markets() if key not in self._worths}
        states = self._market.states(touched)
        if not states and not gone:
            return None
        worths = market_worths(states, now=now, rules=self._rules)
        for state, worth in zip(states, worths, strict=True):
            self._worths[state.key] = worth
        self._touched = set()
        self._board, self._judged = self._assembled(now), worths
        return self._board

    def _queue_opinions(self, board: Board) -> None:
        """Queue what the record is to keep of a board; it is shown by then, and nobody who looks at it waits."""
        judged, self._judged = self._judged, ()
        if self._keeps_opinions:
            self._backlog.add(board, chain.from_iterable(worth.rows for worth in judged))

    def _sighting(self, item: Seen | Sighting) -> Sighting:
        return self.names.sighting(item.parsed, at=item.at, coverage=item.coverage) if isinstance(item, Seen) else item

    def _caught_up(self) -> set[MarketKey]:
        """Take over what another process has put on the shelf since; return the markets to look at again.

        They are all of them: what the other did not know, though it is older here, is on the next board too.
        """
        others = self._others()
        if others is None:
            return set()
        self._version, self._taken_over = others.version, others
        quotes = tuple(row.quote for row in others.rows)
        self._market.apply(Sighting(others.made_at, others.events, quotes))
        return set(self._market.markets())

    def _others(self) -> Board | None:
        """Return what lies on the shelf where another put it there, as new as what was made here, and nobody saw it."""
        shelved = self._shelved()
        if shelved is None or shelved is self._board or shelved is self._taken_over:
            return None
        return shelved if shelved.version >= self._version else None

    def _assembled(self, now: datetime) -> Board:
        cards = self._market.cards
        order = sorted(self._worths, key=lambda key: (cards[key[0]].starts_at, key[0], key[1].key, key[2]))
        rows: tuple[Row, ...] = tuple(chain.from_iterable(self._worths[key].rows for key in order))
        found = tuple(chain.from_iterable(self._worths[key].opportunities for key in order))
        shown = {key[0] for key in order}
        events = sorted((card for name, card in cards.items() if name in shown), key=_by_start)
        # The seconds since 1970 are ahead of whatever a desk counted before it was started anew.
        self._version = self._version + 1 if self._board is not None else max(self._version + 1, int(now.timestamp()))
        return Board(self._version, now, tuple(events), rows, found, self._synthetic)

    def _shelved(self) -> Board | None:
        try:
            return self._shelf.newest() if self._shelf is not None else None
        except Exception as fault:  # noqa: BLE001 -- whatever holds the shelf may be away
            self._shelf_failed(fault)
            return None

    def _shelf_health(self) -> ShelfHealth | None:
        return self._shelf.health() if self._shelf is not None else None

    def _put(self, board: Board) -> None:
        try:
            if self._shelf is not None:
                self._shelf.put(board)
        except Exception as fault:  # noqa: BLE001 -- a shelf that fails never stops a capture
            self._shelf_failed(fault)

    def _shelf_failed(self, fault: Exception) -> None:
        """Count a fault, told by its kind alone: what a driver says may hold an address with its password."""
        self._shelf_faults += 1
        self._last_fault = type(fault).__name__


def _by_start(card: EventCard) -> tuple[datetime, str]:
    return (card.starts_at, card.event_id)
