"""The board in Redis, where several processes make and show one board.

Redis holds the bytes of the newest edition and its version, and nothing that cannot be lost. A version is set only
where none as new is there; whoever is refused takes what is there instead, also where it is another's of the same
number, so that the one that makes boards finds it on the shelf and goes on from it. Every process keeps the last
edition that it had: when Redis is down, slow, flushed or has evicted the key, that one is handed out, and `health` says
so. Bytes that come back are strict JSON of the board's form, named by their hash; nothing is ever unpickled.

The newest version is looked up in a thread of its own, so that nobody who shows the board waits for a network.
"""

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

import redis
import structlog

from closeline.domain.board import Board
from closeline.domain.board.editions import Edition, ShelfHealth
from closeline.domain.clock import Clock
from closeline.domain.errors import CloselineError, CorruptRecord, UnreadableFile
from closeline.providers.foreign import SIZE_MAX
from closeline.providers.strict_json import loads
from closeline.schemas.board.pressing import press
from closeline.schemas.board.reading import edition_of

# Of nobody's tenant: prices are evidence that all share. The number is the form of the bytes.
KEY = "closeline:board:1"
TIMEOUT = timedelta(milliseconds=250)
LOOK_EVERY = timedelta(milliseconds=100)
# After a fault Redis is left alone for so long: a dead one must not cost every capture its time-out.
REST = timedelta(seconds=1)

_SET_IF_NEWER = """
local there = redis.call('HGET', KEYS[1], 'version')
if there and tonumber(there) and tonumber(there) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'packed', ARGV[2])
return 1
"""

log = structlog.get_logger()


class RedisShelf:
    """Holds the newest edition in Redis, and a copy of it here."""

    def __init__(
        self, url: str, clock: Clock, *, timeout: timedelta = TIMEOUT, look_every: timedelta = LOOK_EVERY,
        rest: timedelta = REST, key: str = KEY,
    ) -> None:  # fmt: skip
        """Stand ready; Redis is not asked before the first board is put or looked for."""
        seconds = timeout.total_seconds()
        self._redis: Any = redis.Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, health_check_interval=30,
            client_name="closeline-board",
        )  # fmt: skip
        self._clock, self._key, self._rest, self._look_every = clock, key, rest, look_every
        self._copy: Edition | None = None
        # The last edition that is known to have lain in Redis with its very bytes.
        self._agreed: Edition | None = None
        self._health = ShelfHealth("redis")
        self._last_fault: datetime | None = None
        self._lock = Lock()
        self._stopped = Event()
        self._looking: Thread | None = None

    def put(self, board: Board) -> None:
        """Make this board the newest, here and in Redis; what fails there is counted and made up for later."""
        known = self._copy
        if known is not None and board.version <= known.version:
            return
        edition = press(board)
        self._keep(edition)
        if not self._rests():
            self._guarded(lambda: self._send(edition))

    def newest(self) -> Board | None:
        """Return the newest board that this process knows; None before the first."""
        edition = self.edition()
        return None if edition is None else edition.board

    def edition(self) -> Edition | None:
        """Return the newest edition that this process knows; the first call looks for it, later ones never wait."""
        if self._looking is None:
            self._begin()
        return self._copy

    def health(self) -> ShelfHealth:
        """Say how the shelf does."""
        return self._health

    def look(self) -> None:
        """Fetch what is newer in Redis, and give it what it lacks. Nothing is raised: faults are counted."""
        self._guarded(self._exchange)

    def close(self) -> None:
        """Look no more."""
        self._stopped.set()
        if self._looking is not None:
            self._looking.join(timeout=5)
        self._redis.close()

    def _begin(self) -> None:
        with self._lock:
            if self._looking is not None:
                return
            self._looking = Thread(target=self._keep_looking, name="board-shelf", daemon=True)
        self.look()
        self._looking.start()

    def _keep_looking(self) -> None:
        while not self._stopped.wait(self._look_every.total_seconds()):
            if not self._rests():
                self.look()

    def _exchange(self) -> None:
        try:
            self._compare()
        except CorruptRecord:
            # Somebody else's bytes under our key: a cache may be dropped, and whoever has a board puts it back.
            self._redis.delete(self._key)
            raise

    def _compare(self) -> None:
        there = self._redis.hget(self._key, "version")
        if there is not None and not there.isdigit():
            raise CorruptRecord("version of the board in Redis must be a number, was not")
        version = -1 if there is None else int(there)
        mine = self._copy
        if mine is not None and version < mine.version:
            # Flushed, evicted, or a failover that lost the newest writes: it is given back what it had.
            self._send(mine)
        elif mine is None or version > mine.version or mine is not self._agreed:
            self._fetch()

    def _fetch(self) -> None:
        packed = self._redis.hget(self._key, "packed")
        if packed is not None:
            content = unpacked(packed)
            try:
                loads(content, "board in Redis")
            except UnreadableFile as fault:
                raise CorruptRecord("board in Redis must be strict JSON, was not") from fault
            self._agree(edition_of(content))

    def _send(self, edition: Edition) -> None:
        if self._redis.eval(_SET_IF_NEWER, 1, self._key, edition.version, edition.packed):
            with self._lock:
                self._agreed = edition
        else:
            self._fetch()

    def _keep(self, edition: Edition) -> None:
        with self._lock:
            if self._copy is None or edition.version > self._copy.version:
                self._copy = edition

    def _agree(self, there: Edition) -> None:
        """Take what lies in Redis, unless what is here is newer or the very same; of two of one version, that one."""
        with self._lock:
            mine = self._copy
            if mine is None or there.version > mine.version or _is_anothers(there, mine):
                self._copy = mine = there
            if there.name == mine.name:
                self._agreed = mine

    def _rests(self) -> bool:
        since = self._last_fault
        return since is not None and timedelta(0) <= self._clock() - since < self._rest

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (redis.RedisError, OSError, CloselineError) as fault:
            self._failed(fault)
        else:
            self._last_fault = None
            if self._health.held_over:
                log.info("board_shelf_well_again", kind="redis")
                self._health = replace(self._health, reason=None, since=None)

    def _failed(self, fault: Exception) -> None:
        """Count a fault, told by its kind alone: what a driver says may hold an address with its password."""
        now, before = self._clock(), self._health
        if not before.held_over:
            log.warning("board_shelf_failed", kind="redis", fault=type(fault).__name__)
        self._last_fault = now
        self._health = ShelfHealth("redis", before.faults + 1, type(fault).__name__, before.since or now)


def _is_anothers(there: Edition, mine: Edition) -> bool:
    return there.version == mine.version and there.digest != mine.digest


def unpacked(packed: bytes) -> bytes:
    """Return what was compressed, read no further than a board may reach; raises CorruptRecord for other bytes."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(SIZE_MAX + 1)
    except (OSError, EOFError, ValueError) as fault:
        raise CorruptRecord("board in Redis must be compressed by gzip, was not") from fault
    if len(content) > SIZE_MAX:
        raise CorruptRecord(f"board in Redis must be at most {SIZE_MAX} bytes, was more")
    return content
