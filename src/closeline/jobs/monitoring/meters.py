"""Meters: one that tells several, and the edges of the desk with a meter on them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from closeline.domain.board import Board
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.feeds.fetching import CallOutcome, Fetched, RawItem
from closeline.domain.ports import BoardShelf, Fetcher, Meter

OK = "ok"


class Several:
    """Tells every one of several meters, in their order."""

    def __init__(self, *meters: Meter) -> None:
        """Tell these."""
        self._meters = meters

    def call(self, provider: str, outcome: str, seconds: float) -> None:
        """Tell of a call to the outside world."""
        for meter in self._meters:
            meter.call(provider, outcome, seconds)

    def job(self, job: str, outcome: str, seconds: float) -> None:
        """Tell of a job that ran."""
        for meter in self._meters:
            meter.job(job, outcome, seconds)

    def cache(self, operation: str, outcome: str, seconds: float) -> None:
        """Tell of a board that was put up or looked up."""
        for meter in self._meters:
            meter.cache(operation, outcome, seconds)

    def transaction(self, kind: str, outcome: str, seconds: float) -> None:
        """Tell of a transaction that ended."""
        for meter in self._meters:
            meter.transaction(kind, outcome, seconds)

    def batch(self, what: str, rows: int, outcome: str, seconds: float) -> None:
        """Tell of rows that were written together."""
        for meter in self._meters:
            meter.batch(what, rows, outcome, seconds)


@dataclass(frozen=True, slots=True)
class MeteredFetcher:
    """A fetcher whose calls are told to a meter."""

    fetcher: Fetcher
    meter: Meter

    def fetch(self, item: RawItem) -> Fetched:
        """Make one call, and tell of it."""
        began = perf_counter()
        fetched = self.fetcher.fetch(item)
        outcome = OK if fetched.outcome is CallOutcome.OK else str(fetched.outcome)
        self.meter.call(item.feed, outcome, perf_counter() - began)
        return fetched


@dataclass(frozen=True, slots=True)
class MeteredShelf:
    """A shelf whose boards are told to a meter."""

    shelf: BoardShelf
    meter: Meter

    def put(self, board: Board) -> None:
        """Make this board the newest, and tell of it."""
        with timed(lambda outcome, seconds: self.meter.cache("put", outcome, seconds)):
            self.shelf.put(board)

    def newest(self) -> Board | None:
        """Return the newest board, and tell of the look."""
        with timed(lambda outcome, seconds: self.meter.cache("newest", outcome, seconds)):
            return self.shelf.newest()

    def edition(self) -> Edition | None:
        """Return the newest board with its bytes; not timed, because every call for the board asks."""
        return self.shelf.edition()

    def health(self) -> ShelfHealth:
        """Say how the shelf does."""
        return self.shelf.health()


@contextmanager
def timed(tell: Callable[[str, float], None]) -> Iterator[None]:
    """Time a block and tell how it ended: "ok", or the class of what it raised."""
    began, outcome = perf_counter(), OK
    try:
        yield
    except BaseException as fault:
        outcome = type(fault).__name__
        raise
    finally:
        tell(outcome, perf_counter() - began)
