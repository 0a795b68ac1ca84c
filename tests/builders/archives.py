"""A tiny league as a games table: eight teams, plausible lines, scores that follow from strengths and chance."""

import csv
import io
import random
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from closeline.domain.feeds.captures import RawPayload
from closeline.domain.leagues import League, eastern
from closeline.jobs.shelf import Archive
from closeline.providers.catalog import recognise

FIRST = date(2023, 11, 1)
RECEIVED_AT = datetime(2024, 2, 1, tzinfo=UTC)
TEAMS = {
    League.NBA: (
        "Boston Celtics", "Miami Heat", "Chicago Bulls", "Denver Nuggets", "Phoenix Suns", "Utah Jazz", "Toronto Raptors",
        "Dallas Mavericks",
    ),
    League.NFL: (
        "Chicago Bears", "Green Bay Packers", "Detroit Lions", "Minnesota Vikings", "Dallas Cowboys", "New York Giants",
        "Denver Broncos", "Buffalo Bills",
    ),
}  # fmt: skip
LEVEL = {League.NBA: (225.0, 12.0, 4.0), League.NFL: (45.0, 12.0, 4.0)}
PRICES = ("-110", "-105", "-115", "-108", "-112")
SPREAD_COLUMNS = ("spread_home", "spread_price_home", "spread_price_away")
TOTAL_COLUMNS = ("total", "total_over_price", "total_under_price")
WINNER_COLUMNS = ("ml_home", "ml_away")

Row = dict[str, object]


def rows(
    league: League = League.NBA, *, days: int = 20, games: int = 3, seed: int = 1, first: date = FIRST
) -> list[Row]:
    """Give the rows of a season: `games` games on each of `days` days."""
    chance = random.Random(f"{league}{seed}")
    teams = TEAMS[league]
    level, sd, spread = LEVEL[league]
    strength = {team: chance.gauss(0, spread) for team in teams}
    made: list[Row] = []
    for offset in range(days):
        playing = chance.sample(teams, 2 * games)
        for home, away in zip(playing[::2], playing[1::2], strict=True):
            day = first + timedelta(days=offset)
            margin = 2.5 + strength[home] - strength[away] + chance.gauss(0, 1.5)
            total = level + chance.gauss(0, 5)
            made.append(_row(league, day, home, away, margin, total, sd, chance))
    return made


def _row(
    league: League, day: date, home: str, away: str, margin: float, total: float, sd: float, chance: random.Random
) -> Row:
    row: Row = {
        "league": league.value, "season": day.year, "game_date": day.isoformat(),
        "start_time_utc": eastern(day, time(19)).isoformat(), "home_team": home, "away_team": away,
    }  # fmt: skip
    won_by = round(chance.gauss(margin, sd)) or 1
    scored = max(round(chance.gauss(total, sd)), abs(won_by) + 2)
    scored += (scored + won_by) % 2
    row |= {"home_score": (scored + won_by) // 2, "away_score": (scored - won_by) // 2}
    for phase, noise in (("open", 1.2), ("close", 0.3)):
        line = -round(2 * (margin + chance.gauss(0, noise))) / 2
        number = round(2 * (total + chance.gauss(0, 2 * noise))) / 2
        home_wins = statistics.NormalDist(0, 12.5).cdf(-line)
        cells = {
            "spread_home": line, "spread_price_home": chance.choice(PRICES), "spread_price_away": chance.choice(PRICES),
            "total": number, "total_over_price": chance.choice(PRICES), "total_under_price": chance.choice(PRICES),
            "ml_home": _american(home_wins), "ml_away": _american(1 - home_wins),
        }  # fmt: skip
        row |= {f"{phase}_{name}": cell for name, cell in cells.items()}
    return row


def _american(fair: float) -> int:
    """Give the price of a fair probability with a margin on it; the moneyline tells the spread's story."""
    asked = min(max(fair * 1.045, 0.03), 0.97)
    return -round(100 * asked / (1 - asked)) if asked > 0.5 else max(round(100 * (1 - asked) / asked), 101)


def without(made: Sequence[Row], *columns: str) -> list[Row]:
    return [{name: cell for name, cell in row.items() if name not in columns} for row in made]


def table(made: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in made for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    return text.getvalue().encode()


def archive_of(made: Sequence[Row], name: str = "games.csv") -> Archive:
    """Give rows as the bytes of a file, read by the feed that recognises them."""
    payload = RawPayload(name, table(made), RECEIVED_AT)
    feed = recognise(payload)
    return Archive(payload, feed.name, feed.parse(payload))


def an_archive(
    league: League = League.NBA, *, days: int = 20, games: int = 3, seed: int = 1, first: date = FIRST
) -> Archive:
    return archive_of(rows(league, days=days, games=games, seed=seed, first=first), f"{league}.csv")
