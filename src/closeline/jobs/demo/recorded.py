"""Recorded days that never were: the demonstration's next two days, as a poller would have written them down.

They follow the synthetic seasons: the same teams and true strengths, so that what warm-up learned is of use. Each book
follows one market with a delay and an opinion of its own, and now and then one is plainly wrong. After the start the
books go on with prices in play, which must never be taken for a close. The names say SYNTHETIC wherever they are shown.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.ids import sha256_hex
from closeline.domain.leagues import League
from closeline.jobs.demo.synthetic import SEASONS, WORLDS, Fixture, Floats, Phase, Played, market, played, table_of
from closeline.maths.simulate.streams import stream

# The Sunday of a week with thirteen football games, and the Monday after it.
FIRST_DAY = date(2023, 12, 17)
LAST_DAY = date(2023, 12, 18)
BEGINS = datetime(2023, 12, 17, 16, 45, tzinfo=UTC)
# When the last game of the Monday has its result, and its picks their grades.
ENDS = datetime(2023, 12, 19, 8, 0, tzinfo=UTC)
OPENED_BEFORE = timedelta(hours=30)
IN_PLAY = timedelta(hours=2)
EVERY = timedelta(minutes=5)
# Football is warmed up and picked from; of basketball there is a board alone, so that a demonstration begins soon.
WARMED = (League.NFL,)
LIVE = (League.NFL, League.NBA)

WRONG = 0.02  # how often a book's new price is plainly wrong
WRONG_BY = 2.5  # in deviations of its own opinion
SWAY_IN_PLAY = 6.0  # how much further opinions swing during the game


@dataclass(frozen=True, slots=True)
class Book:
    """How a book follows the market: how late, how far off on its own (in points), how often it moves in 5 minutes."""

    key: str
    late: timedelta
    own: float
    moves: float


BOOKS = (
    Book("synthetic_harbour", timedelta(minutes=0), 0.10, 0.30),
    Book("synthetic_summit", timedelta(minutes=0), 0.15, 0.25),
    Book("synthetic_prairie", timedelta(minutes=5), 0.25, 0.15),
    Book("synthetic_delta", timedelta(minutes=10), 0.30, 0.12),
    Book("synthetic_canyon", timedelta(minutes=15), 0.35, 0.10),
    Book("synthetic_lagoon", timedelta(minutes=20), 0.40, 0.10),
    Book("synthetic_tundra", timedelta(minutes=30), 0.45, 0.08),
)


@dataclass(frozen=True, slots=True)
class RecordedDays:
    """What the demonstration runs on: seasons to warm up with, and days to live through."""

    archives: tuple[RawPayload, ...]
    changes: tuple[RawPayload, ...]
    events: tuple[RawPayload, ...]


def recorded_days(seed: int) -> RecordedDays:
    """Return the days and the seasons before them, the same for the same seed."""
    archives, changes, events = [], [], []
    for league in LIVE:
        generator = stream("recorded", seed, league)
        seasons = SEASONS if league in WARMED else SEASONS[-1:]
        season = played(league, seasons, generator, LAST_DAY)
        if league in WARMED:
            archives.append(RawPayload(f"synthetic_{league}.csv", table_of(season, FIRST_DAY), BEGINS))
        games = [place for place, game in enumerate(season.fixtures) if game.day >= FIRST_DAY]
        rows = [row for place in games for row in _rows(season, place, seed, generator)]
        changes.append(RawPayload(f"synthetic_{league}_changes.parquet", _parquet(rows), BEGINS))
        ended = [_ended(season, place, seed) for place in games]
        events.append(RawPayload(f"synthetic_{league}_events.parquet", _parquet(ended), BEGINS))
    return RecordedDays(tuple(archives), tuple(changes), tuple(events))


Row = Mapping[str, object]


def _name(league: League, game: Fixture, seed: int) -> str:
    return sha256_hex(f"synthetic:{seed}:{league}:{game.day}:{game.home}:{game.away}".encode())[:32]


def _head(season: Played, place: int, seed: int) -> dict[str, object]:
    game = season.fixtures[place]
    return {
        "event_id": _name(season.league, game, seed), "commence_time": game.starts_at,
        "home_team": season.teams[game.home], "away_team": season.teams[game.away],
    }  # fmt: skip


def _ended(season: Played, place: int, seed: int) -> Row:
    home, away = season.scores[place]
    return {**_head(season, place, seed), "home_score": float(home), "away_score": float(away)}


def _rows(season: Played, place: int, seed: int, generator: Generator) -> Iterator[Row]:
    """Yield every change of every book of one game, book by book."""
    head, starts_at = _head(season, place, seed), season.fixtures[place].starts_at
    times = _times(starts_at)
    opinion = _opinion(season, place, times, starts_at, generator)
    for book in BOOKS:
        moments = np.flatnonzero(generator.random(len(times)) < book.moves)
        moments = np.union1d(moments, [0])
        seen = np.maximum(moments - int(book.late / EVERY), 0)
        wrong = np.where(generator.random((moments.size, 1)) < WRONG, WRONG_BY, 1.0)
        own = book.own * wrong * generator.standard_normal((moments.size, 2))
        phase = market(season.distributions, opinion[seen] + own, shade=1.0, generator=generator)
        # Each change comes at a moment of its own within its five minutes.
        late = generator.integers(0, int(EVERY.total_seconds()), moments.size).tolist()
        seen_at = [times[moment] + timedelta(seconds=by) for moment, by in zip(moments, late, strict=True)]
        yield from _changes(head, book, seen_at, phase, starts_at)


def _times(starts_at: datetime) -> list[datetime]:
    steps = int((OPENED_BEFORE + IN_PLAY) / EVERY)
    first = starts_at - OPENED_BEFORE
    return [first + step * EVERY for step in range(steps)]


def _opinion(
    season: Played, place: int, times: Sequence[datetime], starts_at: datetime, generator: Generator
) -> Floats:
    """Return the market's mean margin and total at each time: a walk from its opening to its closing noise."""
    world, truth = WORLDS[season.league], season.means[place]
    opened = truth + generator.normal(0.0, world.opening)
    closed = truth + generator.normal(0.0, world.closing)
    before = sum(at < starts_at for at in times)
    share = np.minimum(np.arange(len(times)) / before, 1.0)[:, None]
    steps = generator.standard_normal((len(times), 2)) * 0.05 * np.asarray(world.opening)
    steps[before:] *= SWAY_IN_PLAY
    walk = np.cumsum(steps, axis=0)
    # Pinned at both ends of the time before the start: a bridge; from there on it is a walk.
    bridge: NDArray[np.float64] = walk - share * walk[before - 1]
    return np.asarray(opened + share * (closed - opened) + bridge, dtype=np.float64)


def _changes(
    head: Mapping[str, object], book: Book, times: Sequence[datetime], phase: Phase, starts_at: datetime
) -> Iterator[Row]:
    markets: Mapping[str, tuple[Sequence[float | None], Sequence[tuple[int, int]]]] = {
        "h2h": ([None] * len(times), phase.moneyline),
        "spreads": (phase.spread.tolist(), phase.spread_prices),
        "totals": (phase.total.tolist(), phase.total_prices),
    }
    for name, (points, prices) in markets.items():
        before: object = None
        for at, point, pair in zip(times, points, prices, strict=True):
            if (point, pair) == before:
                continue
            before = (point, pair)
            yield {
                **head, "commence_time_final": starts_at, "bookmaker": book.key, "market": name, "snapshot_time": at,
                "last_update": at, "point": None if point is None else point + 0.0,
                "price_home_or_over": float(pair[0]), "price_away_or_under": float(pair[1]), "in_play": at >= starts_at,
            }  # fmt: skip


def _parquet(rows: Sequence[Row]) -> bytes:
    held = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(held)
    return held.getvalue()
