"""Benchmark 10: a whole replay through all ten verbs on SQLite, how its cost grows, and where the time goes.

There is no rival: the promise is that cost grows linearly in games (slope of seconds on games, log-log) and that the
database takes less than 40 % of the time. The archives are SYNTHETIC.

Growth is judged by the processor's time, which a neighbour on the machine hardly touches. The database's share is
judged by the clock on the wall, because what a commit costs is waiting for the disk; its share of the processor's time
stands beside it. The weekly learning is followed apart: it fits again over a history that expands, and has nothing to
fit before the five hundredth game, so that it bends the line upward whatever the rest does.
"""

import math
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Self

from benchmarks.timing import Figure, report, seconds
from closeline.domain.clock import FixedClock
from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League
from closeline.jobs.demo.synthetic import synthetic_archive
from closeline.jobs.desk import Desk
from closeline.jobs.replaying.backtest import backtest
from closeline.jobs.shelf import Archive, Shelf
from closeline.maths.simulate.streams import stream
from closeline.providers.archives.games_table import GamesTable
from closeline.store.database.engine import open_engine
from closeline.store.packaged.seed import DEFAULT_TENANT, seed
from closeline.store.schema import ready
from closeline.store.session import unit_of_work

SIZES = (250, 2_500, 25_000)
SLOPE_LOW, SLOPE_HIGH = 0.95, 1.05
STORAGE_MOST = 0.40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Inside a session's own calls the database is being asked; `_transaction` holds the commits.
STORAGE = ("store/session.py", "sqlalchemy/engine/base.py", "sqlalchemy/engine/result.py")
LEARNING = ("flow/tune/",)
ROOMS = ("capture", "evaluate", "forecast", "gate", "pick", "publish", "review", "settle", "tune", "tune/bias")
INTERVAL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay: games, seconds by the wall and by the processor, the database's share of each, learning's share."""

    games: int
    wall: float
    processor: float
    storage_of_wall: float
    storage_of_processor: float
    learning_of_processor: float
    rooms_of_processor: tuple[float, ...]


def desk_of(games: int, folder: Path) -> Desk:
    """Return a desk whose archive holds so many games, publishing from the second half on."""
    seasons = range(2001, 2003 + games // 1_000)
    table = synthetic_archive(League.NBA, seasons, stream("benchmark", games), date(2026, 6, 30))
    lines = table.splitlines(keepends=True)
    payload = RawPayload("synthetic_nba.csv", b"".join(lines[: games + 1]), NOW)
    parsed = GamesTable().parse(payload)
    days = sorted({event.day for event in parsed.events})
    engine = open_engine(f"sqlite:///{folder / 'replay.db'}")
    ready(engine)
    with unit_of_work(engine) as session:
        seed(session)
    shelf = Shelf([Archive(payload, "games_table", parsed)])
    return Desk(engine, FixedClock(NOW), DEFAULT_TENANT, shelf, publish_from=days[len(days) // 2])


def replay(games: int) -> Replay:
    """Run one replay under both clocks, looking at where it is as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(games, Path(folder))
        before = time.process_time()
        with Sampler(signal.SIGALRM, signal.ITIMER_REAL) as wall, Sampler(signal.SIGPROF, signal.ITIMER_PROF) as busy:
            took = seconds(lambda: backtest(desk))
        spent = time.process_time() - before
    return Replay(games, took, spent, wall.share(STORAGE), busy.share(STORAGE), busy.share(LEARNING), tuple(
        busy.share((f"flow/{room}/", f"flow/{room}.py")) for room in ROOMS
    ))  # fmt: skip


class Sampler:
    """Looks at the stack every five milliseconds of one clock, and counts what it finds there."""

    def __init__(self, alarm: signal.Signals, timer: int) -> None:
        """Start at nothing; `alarm` is the signal that `timer` sends."""
        self._alarm, self._timer = alarm, timer
        self._looks = 0
        self._found: Counter[frozenset[str]] = Counter()

    def __enter__(self) -> Self:
        """Begin to look."""
        signal.signal(self._alarm, self._look)
        signal.setitimer(self._timer, INTERVAL_SECONDS, INTERVAL_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        signal.setitimer(self._timer, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        self._looks += 1
        files: set[str] = set()
        while frame is not None:
            files.add(frame.f_code.co_filename)
            frame = frame.f_back
        self._found[frozenset(files)] += 1

    def share(self, place: tuple[str, ...]) -> float:
        """Return the share of looks that found one of the files of `place` on the stack."""
        seen = sum(
            count for files, count in self._found.items() if any(part in name for part in place for name in files)
        )
        return seen / max(self._looks, 1)


def slope(games: Sequence[int], seconds_taken: Sequence[float]) -> float:
    """Return the slope of log seconds on log games, by least squares."""
    x = [math.log(item) for item in games]
    y = [math.log(item) for item in seconds_taken]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / sum((a - x_mean) ** 2 for a in x)


def figures(most: int) -> list[Figure]:
    """Measure each size once and judge growth and storage; report pace, and what stands beside the two."""
    replay(SIZES[0])  # compiled kernels are cached and imports done before anything counts
    replays = [replay(size) for size in SIZES if size <= most]
    return [*grown(replays), *shares(replays[-1]), *paces(replays)]


def grown(replays: Sequence[Replay]) -> list[Figure]:
    """Judge growth by the processor's time, and report it by the wall's and without the weekly learning."""
    games = [item.games for item in replays]
    within = f"linear, {games[0]} to {games[-1]} games"
    found = slope(games, [item.processor for item in replays])
    kept = SLOPE_LOW <= found <= SLOPE_HIGH
    without = slope(games, [item.processor * (1 - item.learning_of_processor) for item in replays])
    wall = slope(games, [item.wall for item in replays])
    budget = f"{SLOPE_LOW}-{SLOPE_HIGH}"
    return [
        Figure("replay: growth, slope of processor seconds on games", found, (found, found), budget, kept, within),
        reported("replay: growth without the weekly learning", without, within),
        reported("replay: growth by the wall", wall, within),
    ]


def shares(largest: Replay) -> list[Figure]:
    """Judge the database's share of the wall's time, and report the shares of the processor's."""
    share = largest.storage_of_wall
    name, of = "replay: share of the time in the database", f"{largest.games} games"
    return [
        Figure(name, share, (share, share), f"< {STORAGE_MOST}", share < STORAGE_MOST, of),
        reported(f"{name}, of the processor's", largest.storage_of_processor, of),
        reported("replay: share of the weekly learning, of the processor's", largest.learning_of_processor, of),
        *(
            reported(f"replay: share of {room}, of the processor's", share, of)
            for room, share in zip(ROOMS, largest.rooms_of_processor, strict=True)
        ),
    ]


def paces(replays: Sequence[Replay]) -> list[Figure]:
    """Report games a second by the wall, and milliseconds of the processor for each game."""
    found = []
    for item in replays:
        name, each = f"{item.games} games", 1e3 * item.processor / item.games
        found.append(reported(f"replay: games a second, {name}", item.games / item.wall, "none found"))
        found.append(reported(f"replay: processor milliseconds a game, {name}", each, "none found"))
    return found


def reported(name: str, value: float, against: str) -> Figure:
    """Return a figure that is shown and not judged."""
    return Figure(name, value, (value, value), "reported", True, against)


def main() -> None:
    """Print the figures."""
    report(figures(SIZES[-1]), "Benchmark 10: a whole replay through all ten verbs (SYNTHETIC archives)")


if __name__ == "__main__":
    main()
