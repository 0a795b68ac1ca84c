"""A SYNTHETIC league of twelve players who play every day, as the files that a person would import."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.props.statistics import Statistic
from closeline.jobs.importing import import_archive
from closeline.jobs.props.training import TrainingAsked
from closeline.jobs.shelf import Archive
from closeline.maths.props.training.settings import MEAN, OUTLINE, VARIANCE, Settings
from closeline.providers.catalog import recognise
from closeline.store.players.signing import SigningKey
from tests.builders.desks import a_desk
from tests.builders.records import make_seeded, opened

FIRST = date(2024, 10, 22)
DAYS = 40
# The day after the last of them, whose games have prices and have not been played yet.
TONIGHT = FIRST + timedelta(days=DAYS)
SEEN_AT = datetime.combine(TONIGHT, time(17), UTC)
STARTS_AT = SEEN_AT + timedelta(hours=7, minutes=10)
# As many as the usual training wants: eighty days before the first variances, and a fold after them.
LONG = 110
TEAMS = (("BOS", "Boston Celtics"), ("MIA", "Miami Heat"))
PER_TEAM = 6
ROOKIE = 99
# The last of the home team came three games ago: too few to forecast him by.
_ROOKIE_GAMES = 3
KEY = SigningKey(bytes(32))
# Few trees, few days: seconds matter more than scores.
TINY = TrainingAsked(statistics=(Statistic.PRA,), settings=Settings(
    folds=1, window_years=1, validate_days=6, outline_days=10, bins=16, mean=replace(MEAN, rounds=8, depth=2, rate=0.3),
    outline=replace(OUTLINE, rounds=5, depth=2, rate=0.4), variance=replace(VARIANCE, rounds=4, depth=2, rate=0.3),
))  # fmt: skip
_COUNTS = (
    "pts", "reb", "ast", "stl", "blk", "tov", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "pf",
    "plus_minus",
)  # fmt: skip


def player_games(days: int = DAYS, seed: int = 5) -> bytes:
    """Give the box scores of so many days in a row, as CSV."""
    generator, rows = np.random.default_rng(seed), []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        for side, (team, _) in enumerate(TEAMS):
            at_home = (number + side) % 2 == 0
            facing = TEAMS[1 - side][0]
            rows += [_row(generator, number, day, place, (team, facing), at_home) for place in _places(side)]
        if number >= days - _ROOKIE_GAMES:
            rows.append(_row(generator, number, day, 2, ("BOS", "MIA"), number % 2 == 0) | _named(ROOKIE))
    return _as_csv(rows)


def player_props(*, lines: int = 6, days: int = DAYS) -> bytes:
    """Give a book's lines on some players of the day after so many: points + rebounds + assists, and one of threes."""
    later = timedelta(days=days - DAYS)
    start, seen_at = STARTS_AT + later, SEEN_AT + later
    asked = [
        (_name(place % 2, place // 2), "player_points_rebounds_assists", _line(place // 2)) for place in range(lines)
    ]
    asked += [(_name(0, 0), "player_threes", 1.5), ("Nobody Known", "player_points_rebounds_assists", 20.5)]
    home, away = (name for _, name in (TEAMS if days % 2 == 0 else TEAMS[::-1]))
    return _as_csv([
        {
            "event_id": "synthetic-tonight", "commence_time": f"{start:%Y-%m-%dT%H:%M:%SZ}", "home_team": home,
            "away_team": away, "player": player, "market": market, "bookmaker": "draftkings",
            "snapshot_time": f"{seen_at:%Y-%m-%dT%H:%M:%SZ}", "line": line, "over_odds": 105, "under_odds": -125,
        }
        for player, market, line in asked
    ])  # fmt: skip


def take_in(engine, content: bytes, name: str, *, now: datetime = SEEN_AT):
    """Import a file into a record as the command does."""
    payload = RawPayload(name, content, now)
    feed = recognise(payload)
    return import_archive(a_desk(engine, now=now), Archive(payload, feed.name, feed.parse(payload)))


def make_priced(url: str) -> None:
    """Fill a record with the games of the league and tonight's lines."""
    make_seeded(url)
    with opened(url) as engine:
        take_in(engine, player_games(), "player_games.csv")
        take_in(engine, player_props(), "player_props.csv")


PRICED = ("prop league priced", make_priced)


def _name(side: int, place: int) -> str:
    return f"Synthetic {'Home' if side == 0 else 'Away'} {'ABCDEF'[place]}son"


def _named(number: int) -> dict[str, object]:
    return {"player_id": number, "player_name": "Synthetic Rookie"}


def _line(place: int) -> float:
    return 38.5 - 4 * place


def _places(side: int) -> range:
    return range(PER_TEAM * side, PER_TEAM * (side + 1))


def _row(generator, number, day, whose, teams, at_home):
    """Give one player's line: the earlier of a team score more."""
    side, place = divmod(whose, PER_TEAM)
    threes, twos, free = generator.poisson([2.5 - 0.3 * place, 6.0 - 0.6 * place, 3.0 - 0.3 * place]).tolist()
    offensive, defensive, assists = generator.poisson([1.5, 5.0 - 0.4 * place, 5.0 - 0.5 * place]).tolist()
    counted = (
        3 * threes + 2 * twos + free, offensive + defensive, assists, 1, 1, 2, threes + twos, 2 * (threes + twos) + 1,
        threes, 2 * threes + 1, free, free + 1, offensive, defensive, 2, 0,
    )  # fmt: skip
    return {
        "season": 2024, "season_type": "regular", "game_date": day.isoformat(), "game_id": f"{22400000 + number:010}",
        "player_id": 1 + whose, "player_name": _name(side, place), "team": teams[0], "opponent": teams[1],
        "home": str(at_home).lower(), "minutes": 40.0, **dict(zip(_COUNTS, counted, strict=True)),
    }  # fmt: skip


def _as_csv(rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
