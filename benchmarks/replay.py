"""Benchmark 10: a whole replay through all ten verbs on SQLite, how its cost grows, and where the time goes.

There is no rival: the promise is that cost grows linearly in games (slope of seconds on games, log-log) and that the
database takes less than 40 % of it. The archives are SYNTHETIC.
"""

import math
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Self

from benchmarks.timing import Figure, report, seconds
from closeline.domain.captures import RawPayload
from closeline.domain.clock import FixedClock
from closeline.domain.leagues import League
from closeline.jobs.backtest import backtest
from closeline.jobs.desk import Desk
from closeline.jobs.shelf import Archive, Shelf
from closeline.jobs.synthetic import synthetic_archive
from closeline.maths.simulate.streams import stream
from closeline.providers.games_table import GamesTable
from closeline.store.database.engine import open_engine
from closeline.store.schema import ready
from closeline.store.seed import DEFAULT_TENANT, seed
from closeline.store.session import unit_of_work

SIZES = (250, 2_500, 25_000)
SLOPE_LOW, SLOPE_HIGH = 0.95, 1.05
STORAGE_MOST = 0.40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Inside a session's own calls the database is being asked; `_transaction` holds the commits.
STORAGE = ("store/session.py", "sqlalchemy/engine/base.py", "sqlalchemy/engine/result.py")
INTERVAL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay: how many games, how long, and the share of it that the database took."""

    games: int
    seconds: float
    storage: float


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
    """Run one replay under the clock, looking at where it is as it goes."""
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(games, Path(folder))
        with Sampler() as sampler:
            took = seconds(lambda: backtest(desk))
    return Replay(games, took, sampler.share)


class Sampler:
    """Looks at the stack every five milliseconds of real time and counts how often the database is on it."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.seen = 0
        self.storage = 0

    def __enter__(self) -> Self:
        """Begin to look."""
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, INTERVAL_SECONDS, INTERVAL_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.seen += 1
        while frame is not None:
            if frame.f_code.co_filename.endswith(STORAGE):
                self.storage += 1
                return
            frame = frame.f_back

    @property
    def share(self) -> float:
        """Return the share of looks that found the database at work."""
        return self.storage / max(self.seen, 1)


def slope(replays: Sequence[Replay]) -> float:
    """Return the slope of log seconds on log games, by least squares."""
    x = [math.log(item.games) for item in replays]
    y = [math.log(item.seconds) for item in replays]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / sum((a - x_mean) ** 2 for a in x)


def figures(most: int) -> list[Figure]:
    """Measure each size once and judge growth, storage and pace."""
    replay(SIZES[0])  # compiled kernels are cached and imports done before anything counts
    replays = [replay(size) for size in SIZES if size <= most]
    grown = slope(replays) if len(replays) > 1 else math.nan
    share = replays[-1].storage
    found = [
        Figure("replay: growth, slope of seconds on games", grown, (grown, grown), f"{SLOPE_LOW}-{SLOPE_HIGH}",
               SLOPE_LOW <= grown <= SLOPE_HIGH, f"linear, {replays[0].games} to {replays[-1].games} games"),
        Figure("replay: share of the time in the database", share, (share, share), f"< {STORAGE_MOST}",
               share < STORAGE_MOST, "the whole replay"),
    ]  # fmt: skip
    for item in replays:
        pace = item.games / item.seconds
        name = f"replay: games a second, {item.games} games"
        found.append(Figure(name, pace, (pace, pace), "reported", True, "none found"))
    return found


def main() -> None:
    """Print the figures."""
    report(figures(SIZES[-1]), "Benchmark 10: a whole replay through all ten verbs (SYNTHETIC archives)")


if __name__ == "__main__":
    main()
