"""Synthetic archives: leagues that never played, for the demonstration and for tests. Nothing here is evidence.

A world has true strengths. The market knows them and what befell each game; its opening line is the truth and noise,
its closing line the truth and less noise. So there is something honest to find, and nothing that beats the close.
Every row says SYNTHETIC, and so does the name of every file, which the record keeps and every page shows.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League, eastern
from closeline.domain.odds import probability_to_american
from closeline.maths.distributions import ScoreDistribution, Side, no_push, pmf, read_pair, win_push_loss
from closeline.maths.simulate.streams import stream
from closeline.store.packaged import read_artefact

Floats = NDArray[np.float64]

SOURCE = "SYNTHETIC"
# The last day of the last season: the same for both leagues, so that one fortnight ends both.
LAST_DAY = date(2023, 12, 17)
SEASONS = (2021, 2022, 2023)
RECEIVED_AT = datetime(2024, 1, 1, tzinfo=UTC)
LEAGUES = (League.NBA, League.NFL)

MARGIN_OF_BOOK = 0.0476  # -110 on both sides
SHORTEST_PRICE = 100
NEVER = -1000
TIRED = 1000


@dataclass(frozen=True, slots=True)
class World:
    """What a league is made of. Deviations are in points.

    `team` is the spread of strengths and `carried` what a season leaves of it; `upset` is what befalls a game and is
    known to the market alone; `opening` and `closing` are the noise of its lines. First of a pair: margin; then total.
    `games_on` counts the games of a day by weekday, Monday first; each day draws from the teams that have played
    least, `spare` more of them than it needs, and leaves those out that played fewer than `rest` days ago.
    """

    begins: tuple[int, int]
    days: int
    home_edge: float
    level: float
    team: tuple[float, float]
    carried: float
    upset: tuple[float, float]
    opening: tuple[float, float]
    closing: tuple[float, float]
    games_on: tuple[int, ...]
    spare: int
    rest: int
    starts: tuple[time, ...]


# Football plays on Thursday, Sunday and Monday, every team once a week but for its byes.
WORLDS = {
    League.NBA: World(
        begins=(10, 24), days=165, games_on=(7, 6, 7, 5, 8, 6, 6), spare=4, rest=1,
        starts=(time(19), time(20), time(22)), home_edge=2.4, level=222.0, team=(4.2, 4.0), carried=0.88,
        upset=(1.1, 1.6), opening=(1.0, 1.7), closing=(0.3, 0.5),
    ),
    League.NFL: World(
        begins=(9, 7), days=123, games_on=(1, 0, 0, 1, 0, 0, 13), spare=0, rest=4,
        starts=(time(13), time(16, 25), time(20, 15)), home_edge=1.8, level=45.0, team=(4.5, 2.6), carried=0.75,
        upset=(0.9, 1.0), opening=(1.1, 1.3), closing=(0.4, 0.5),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fixture:
    """A game to be played: its season, its day, when it starts, and its teams by their place in the league."""

    season: int
    day: date
    starts_at: datetime
    home: int
    away: int


@dataclass(frozen=True, slots=True)
class Phase:
    """What the market asks in one phase, game by game: lines, and American prices, HOME or OVER first."""

    spread: Floats
    spread_prices: list[tuple[int, int]]
    total: Floats
    total_prices: list[tuple[int, int]]
    moneyline: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Played:
    """Seasons of a league that never was; `means` are the true margins and totals, shape (games, 2)."""

    league: League
    teams: Sequence[str]
    fixtures: Sequence[Fixture]
    means: Floats
    distributions: tuple[ScoreDistribution, ScoreDistribution]
    phases: Sequence[Phase]
    scores: Sequence[tuple[int, int]]


def synthetic_archives(seed: int, *, received_at: datetime = RECEIVED_AT) -> tuple[RawPayload, ...]:
    """Return the demonstration's files, the same bytes for the same seed."""
    return tuple(
        RawPayload(
            f"synthetic_{league}.csv",
            synthetic_archive(league, SEASONS, stream("synthetic", seed, league)),
            received_at,
        )
        for league in LEAGUES
    )


def synthetic_archive(league: League, seasons: Sequence[int], generator: Generator, last: date = LAST_DAY) -> bytes:
    """Return a games table (CSV, the documented import format) of seasons of a league, up to the day `last`."""
    return table_of(played(league, seasons, generator, last))


def played(league: League, seasons: Sequence[int], generator: Generator, last: date) -> Played:
    """Return seasons of a league up to the day `last`: what is known of them, and what is true."""
    world, teams = WORLDS[league], _team_names(league)
    fixtures = list(_schedule(world, seasons, len(teams), last, generator))
    means = _true_means(world, fixtures, len(teams), generator)
    distributions = read_pair(read_artefact(f"distribution_{league}.json").decode())
    phases = [
        market(distributions, means + generator.normal(0.0, noise, means.shape), shade=shade, generator=generator)
        for noise, shade in ((world.opening, 0.0), (world.closing, 1.0))
    ]
    scores = _scores(distributions, means, generator)
    return Played(league, teams, fixtures, means, distributions, phases, scores)


def _team_names(league: League) -> list[str]:
    return [str(team["name"]) for team in json.loads(read_artefact(f"teams_{league}.json"))["teams"]]


def _schedule(world: World, seasons: Sequence[int], teams: int, last: date, generator: Generator) -> Iterator[Fixture]:
    for season in seasons:
        first = date(season, *world.begins)
        played, since = np.zeros(teams), np.full(teams, NEVER)
        for offset in range(world.days):
            day = first + timedelta(days=offset)
            games = world.games_on[day.weekday()]
            if day > last or not games:
                continue
            # Less than one game is added, so that chance orders only teams that played equally often.
            tired = np.where(offset - since < world.rest, TIRED, 0)
            order = np.argsort(played + generator.random(teams) + tired, kind="stable")
            playing = generator.permutation(order[: 2 * games + world.spare])[: 2 * games]
            for number, (home, away) in enumerate(playing.reshape(-1, 2).tolist()):
                at = world.starts[number * len(world.starts) // games]
                yield Fixture(season, day, eastern(day, at), home, away)
            played[playing] += 1
            since[playing] = offset


def _true_means(world: World, fixtures: Sequence[Fixture], teams: int, generator: Generator) -> Floats:
    """Return the true mean margin and total of each game, shape (games, 2)."""
    spread = np.asarray(world.team)
    strength = generator.normal(0.0, spread, (teams, 2))
    fresh = spread * np.sqrt(1.0 - world.carried**2)
    means = np.empty((len(fixtures), 2))
    season = fixtures[0].season
    for number, game in enumerate(fixtures):
        if game.season != season:
            season = game.season
            strength = world.carried * strength + generator.normal(0.0, fresh, (teams, 2))
        home, away = strength[game.home], strength[game.away]
        means[number] = (world.home_edge + home[0] - away[0], world.level + home[1] + away[1])
    return means + generator.normal(0.0, world.upset, means.shape)


def market(
    distributions: tuple[ScoreDistribution, ScoreDistribution], means: Floats, *, shade: float, generator: Generator
) -> Phase:
    """Return what a book asks that believes in these means; `shade` 1 puts into the price what the line rounds off."""
    margin, total = distributions
    spread = -_half_points(means[:, 0])
    goal = _half_points(means[:, 1])
    home = _fair(margin, means[:, 0], spread, Side.HOME)
    over = _fair(total, means[:, 1], goal, Side.OVER)
    return Phase(
        spread,
        _prices(0.5 + shade * (home - 0.5), generator),
        goal,
        _prices(0.5 + shade * (over - 0.5), generator),
        _prices(_fair(margin, means[:, 0], np.zeros(len(means)), Side.HOME), generator),
    )


def _half_points(mean: Floats) -> Floats:
    return np.rint(2.0 * mean) / 2.0


def _fair(distribution: ScoreDistribution, means: Floats, lines: Floats, side: Side) -> Floats:
    games = np.arange(means.size)
    read = win_push_loss(
        pmf(distribution, means), distribution.support, games, lines, np.full(means.size, side, dtype=np.int64)
    )
    return no_push(read)


def _prices(fair: Floats, generator: Generator) -> list[tuple[int, int]]:
    margin = MARGIN_OF_BOOK * (1.0 + 0.1 * generator.standard_normal(fair.size).clip(-2.0, 2.0))
    return [(_american(p, m), _american(1.0 - p, m)) for p, m in zip(fair.tolist(), margin.tolist(), strict=True)]


def _american(fair: float, margin: float) -> int:
    """Return the price of a fair probability with the book's margin on it, in steps of five or ten."""
    asked = min(max(fair * (1.0 + margin), 0.02), 0.98)
    exact = float(probability_to_american(repr(asked)))
    step = 5 if abs(exact) < 250 else 10
    rounded = int(round(exact / step) * step)
    return rounded if abs(rounded) > SHORTEST_PRICE else SHORTEST_PRICE


def _scores(
    distributions: tuple[ScoreDistribution, ScoreDistribution], means: Floats, generator: Generator
) -> list[tuple[int, int]]:
    """Draw final scores: the margin first, then a total that a game with that margin can have."""
    margin, total = distributions
    won_by = _draw(pmf(margin, means[:, 0]), margin.values(), generator)
    mass, points = pmf(total, means[:, 1]), total.values()
    possible = (points[None, :] % 2 == won_by[:, None] % 2) & (points[None, :] >= np.abs(won_by)[:, None])
    mass = np.where(possible, mass, 0.0)
    scored = _draw(mass / mass.sum(axis=1, keepdims=True), points, generator)
    return [(int(s + m) // 2, int(s - m) // 2) for s, m in zip(scored, won_by, strict=True)]


def _draw(mass: Floats, values: NDArray[np.int64], generator: Generator) -> NDArray[np.int64]:
    reached = np.cumsum(mass, axis=1)
    place = (reached < generator.random((len(mass), 1))).sum(axis=1)
    return np.asarray(values[np.minimum(place, values.size - 1)])


_COLUMNS = (
    "source", "league", "season", "game_date", "start_time_utc", "home_team", "away_team", "home_score", "away_score",
)  # fmt: skip


def table_of(season: Played, until: date | None = None) -> bytes:
    """Return the games table of seasons; of those games alone that were played before the day `until`."""
    teams = season.teams
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*_COLUMNS, *(name for word in ("open", "close") for name in _market_columns(word))))
    for row, game in enumerate(season.fixtures):
        if until is not None and game.day >= until:
            continue
        head = (SOURCE, season.league, game.season, game.day, game.starts_at.isoformat())
        cells = (cell for phase in season.phases for cell in _market_cells(phase, row))
        writer.writerow((*head, teams[game.home], teams[game.away], *season.scores[row], *cells))
    return out.getvalue().encode()


def _market_columns(word: str) -> tuple[str, ...]:
    return (
        f"{word}_spread_home", f"{word}_spread_price_home", f"{word}_spread_price_away", f"{word}_total",
        f"{word}_total_over_price", f"{word}_total_under_price", f"{word}_ml_home", f"{word}_ml_away",
    )  # fmt: skip


def _market_cells(phase: Phase, row: int) -> tuple[float | int, ...]:
    # Zero is added so that a pick'em reads 0.0 and not -0.0.
    spread, total = float(phase.spread[row]) + 0.0, float(phase.total[row])
    return (spread, *phase.spread_prices[row], total, *phase.total_prices[row], *phase.moneyline[row])
