"""Synthetic games that were forecast and have ended: nobody played them, and what was true of them is known."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from closeline.domain.feeds.captures import Basis, RawPayload, ResultStatus
from closeline.domain.leagues import League
from closeline.domain.markets import MONEYLINE
from closeline.maths.simulate.decomposition import Decomposition, Figure, TeamUnits
from closeline.store import forecasts, references, results
from closeline.store.forecasts import DERIVED, Forecast, Prediction, Run
from closeline.store.polls import captures
from closeline.store.references import NewEvent
from closeline.store.results import EventResult
from closeline.store.session import Session
from tests.builders.records import TENANT, rows_of

LEAGUE = League.NBA
FIRST_START = datetime(2023, 11, 1, 12, tzinfo=UTC)
# Six games a day.
APART = timedelta(hours=4)
_FIGURE = Figure(100.0, 100.0, 0.0)
_TEAM = TeamUnits(_FIGURE, Figure(1.0, 1.0, 0.0), (), 0.0)
LEVEL = Decomposition(_TEAM, _TEAM, (), 0.0, 200.0, 0.0, 200.0)


@dataclass(frozen=True)
class Ended:
    """What was said of one game, and how it ended; `told`: its periods are in the result."""

    home_win: float = 0.5
    won: bool = True
    overtime: float | None = 0.02
    went_over: bool = False
    neutral: bool = False
    told: bool = True
    forecast_late: bool = False


def ends(place: int) -> datetime:
    """Give when the result of a game is received, by its place among all."""
    return FIRST_START + place * APART + timedelta(hours=3)


def fair_games(count: int, seed: int) -> list[Ended]:
    """Give games that end as often as they were said to, from a seed."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        home_win, overtime = chance.uniform(0.25, 0.85), chance.uniform(0.03, 0.09)
        made.append(Ended(home_win, chance.random() < home_win, overtime, chance.random() < overtime))
    return made


def add_ended(session: Session, games: Sequence[Ended], *, first: int = 0) -> None:
    """Put games into the record, the first of them in a place of its own: events, forecasts and results."""
    sha = captures.keep_payload(session, RawPayload("made up", f"synthetic {first}".encode(), FIRST_START), feed="x")
    teams = [row["team_id"] for row in rows_of(session, "SELECT team_id FROM team WHERE league = 'nba' ORDER BY 1")]
    places = range(first, first + len(games))
    told = list(zip(places, games, strict=True))
    references.add_events(
        session, [_event(place, game, teams[0], teams[1]) for place, game in told], provider="x", payload_sha=sha
    )
    forecasts.add(session, [_forecast(place, game) for place, game in told], at=FIRST_START, runtime_ms=1)
    results.add(session, [_result(place, game) for place, game in told], feed="x", payload_sha=sha, finality="LIVE")


def name_of(place: int) -> str:
    """Give the name of a synthetic event."""
    return f"nba_synthetic_{place:04d}"


def _start(place: int) -> datetime:
    return FIRST_START + place * APART


def _event(place: int, game: Ended, home: str, away: str) -> NewEvent:
    start = _start(place)
    return NewEvent(
        name_of(place), LEAGUE, 2023, start.date().isoformat(), home, away, 1, name_of(place), start, Basis.QUOTED,
        game.neutral, None, None, f"row {place}", start - timedelta(days=2),
    )  # fmt: skip


def _forecast(place: int, game: Ended) -> Forecast:
    at = _start(place) + (timedelta(minutes=5) if game.forecast_late else -timedelta(hours=6))
    name = f"run {place}"
    run = Run(
        name, TENANT, LEAGUE, name_of(place), at, "exact-v1", 1, "r", "d", "c", 0.0, 1.0, 200.0, 1.0, "s", 0, 1.0, "x"
    )
    winner = Prediction(
        f"prediction {place}", TENANT, name, LEAGUE, name_of(place), MONEYLINE.key, "HOME", None, "", None, DERIVED,
        game.home_win, 0.0, game.home_win, None, None, None, None, None, at,
    )  # fmt: skip
    return Forecast(run, (), (winner,), replace(LEVEL, overtime=game.overtime).kept().to_json())


def _result(place: int, game: Ended) -> EventResult:
    quarters = [(25, 25)] * 4 if game.went_over else [(25, 25)] * 3 + [(28, 22) if game.won else (22, 28)]
    extra = [(8, 5) if game.won else (5, 8)] if game.went_over else []
    periods = tuple(quarters + extra)
    home, away = (sum(pair[side] for pair in periods) for side in (0, 1))
    return EventResult(
        name_of(place), 1, ResultStatus.FINAL, home, away, periods if game.told else (), game.went_over and game.told,
        False, ends(place),
    )  # fmt: skip
