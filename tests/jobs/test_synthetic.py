"""Synthetic archives: plausible, deterministic, and marked for what they are."""

import csv
import io
import json
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pytest

from closeline.domain.identity import AliasTable
from closeline.domain.leagues import League, season_of, team_id
from closeline.jobs.demo import synthetic
from closeline.jobs.demo.synthetic import LAST_DAY, SEASONS, SOURCE, synthetic_archive, synthetic_archives
from closeline.providers.catalog import recognise
from closeline.store.packaged import read_artefact

LEAGUES = (League.NBA, League.NFL)
LAST = date(2022, 1, 15)


def made(league: League, seed: int = 1, last: date = LAST) -> bytes:
    return synthetic_archive(league, (2021,), np.random.default_rng(seed), last)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def numbers(table: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in table])


def decimal(american: np.ndarray) -> np.ndarray:
    return 1 + np.where(american > 0, american / 100, 100 / np.abs(american))


@pytest.mark.parametrize("league", LEAGUES)
def test_every_row_says_that_it_is_synthetic(league: League) -> None:
    assert {row["source"] for row in rows(made(league))} == {SOURCE} == {"SYNTHETIC"}


def test_the_files_are_named_for_what_they_are() -> None:
    names = [payload.name for payload in synthetic_archives(3)]

    assert names == ["synthetic_nba.csv", "synthetic_nfl.csv"]


@pytest.mark.parametrize("league", LEAGUES)
def test_one_seed_gives_one_archive_and_another_seed_another(league: League) -> None:
    assert made(league) == made(league)
    assert made(league) != made(league, seed=2)


@pytest.mark.parametrize("league", LEAGUES)
def test_the_importer_reads_every_row_and_rejects_nothing(league: League) -> None:
    [payload] = [item for item in synthetic_archives(1) if league in item.name]
    feed = recognise(payload)
    parsed = feed.parse(payload)

    assert feed.name == "games_table"
    assert parsed.rejected == ()
    assert len(parsed.events) == len(parsed.results) == len(rows(payload.content))
    assert len(parsed.quotes) == 12 * len(parsed.events)
    assert not any(quote.price.assumed for quote in parsed.quotes)


@pytest.mark.parametrize("league", LEAGUES)
def test_every_team_is_one_that_the_alias_table_knows(league: League) -> None:
    content = json.loads(read_artefact(f"teams_{league}.json"))
    table = AliasTable(
        [
            (league, provider, spelling, team_id(league, slug))
            for provider, spellings in content["aliases"].items()
            for spelling, slug in spellings.items()
        ]
    )
    teams = {row[name] for row in rows(made(league)) for name in ("home_team", "away_team")}

    assert len(teams) == len(content["teams"])
    assert len({table.resolve(league, "games_table", team) for team in teams}) == len(teams)


@pytest.mark.parametrize("league", LEAGUES)
def test_no_team_plays_twice_on_one_day(league: League) -> None:
    table = rows(made(league))
    played = Counter((row["game_date"], row[name]) for row in table for name in ("home_team", "away_team"))

    assert table
    assert max(played.values()) == 1


def test_no_football_team_plays_twice_within_three_days() -> None:
    days: dict[str, list[date]] = {}
    for row in rows(made(League.NFL)):
        for name in ("home_team", "away_team"):
            days.setdefault(row[name], []).append(date.fromisoformat(row["game_date"]))
    gaps = [(later - day).days for found in days.values() for day, later in pairwise(found)]

    assert min(gaps) >= 3


@pytest.mark.parametrize("league", LEAGUES)
def test_games_belong_to_their_season_and_end_on_the_last_day_at_the_latest(league: League) -> None:
    table = rows(made(league))

    assert {season_of(league, date.fromisoformat(row["game_date"])) for row in table} == {2021}
    assert max(row["game_date"] for row in table) <= LAST.isoformat()
    assert all(datetime.fromisoformat(row["start_time_utc"]).tzinfo for row in table)


def test_the_schedule_spreads_games_evenly_over_teams() -> None:
    table = rows(made(League.NBA, last=date(2022, 4, 6)))
    played = Counter(row[name] for row in table for name in ("home_team", "away_team"))

    assert max(played.values()) - min(played.values()) <= 2


@pytest.mark.parametrize("league", LEAGUES)
@pytest.mark.parametrize("phase", ["open", "close"])
@pytest.mark.parametrize(
    "sides",
    [("spread_price_home", "spread_price_away"), ("total_over_price", "total_under_price"), ("ml_home", "ml_away")],
)
def test_every_market_holds_a_plausible_margin(league: League, phase: str, sides: tuple[str, str]) -> None:
    table = rows(made(league))
    first, second = (1 / decimal(numbers(table, f"{phase}_{side}")) for side in sides)
    booksum = first + second

    assert booksum.min() > 1.0
    assert booksum.max() < 1.09
    assert 1.03 < booksum.mean() < 1.06


@pytest.mark.parametrize("league", LEAGUES)
def test_no_american_price_falls_into_the_hole_around_zero(league: League) -> None:
    table = rows(made(league))
    prices = np.concatenate([numbers(table, name) for name in table[0] if "price" in name or "_ml_" in name])

    assert np.abs(prices).min() >= 100


@pytest.mark.parametrize("league", LEAGUES)
@pytest.mark.parametrize(("line", "sign"), [("spread_home", -1), ("total", 1)])
def test_the_close_is_nearer_to_what_happened_than_the_open(league: League, line: str, sign: int) -> None:
    table = rows(synthetic_archive(league, SEASONS, np.random.default_rng(5)))
    home, away = numbers(table, "home_score"), numbers(table, "away_score")
    truth = home - away if line == "spread_home" else home + away
    opened = np.square(sign * numbers(table, f"open_{line}") - truth)
    closed = np.square(sign * numbers(table, f"close_{line}") - truth)

    assert closed.mean() < opened.mean()


@pytest.mark.parametrize("league", LEAGUES)
def test_scores_are_scores(league: League) -> None:
    table = rows(made(league))
    home, away = numbers(table, "home_score"), numbers(table, "away_score")

    assert min(home.min(), away.min()) >= 0
    assert np.std(home - away) > 8
    assert league is not League.NBA or np.all(home != away)


def test_the_demonstration_has_thousands_of_basketball_games_and_ends_both_leagues_together() -> None:
    nba, nfl = (rows(payload.content) for payload in synthetic_archives(1))

    assert len(nba) > 2000
    assert len(nfl) > 600
    assert nba[-1]["game_date"] == nfl[-1]["game_date"] == LAST_DAY.isoformat()


def test_prices_are_steps_of_five_and_carry_the_margin() -> None:
    assert synthetic._american(0.5, synthetic.MARGIN_OF_BOOK) == -110
    assert synthetic._american(0.2, 0.0) == 400
    assert synthetic._american(0.5, 0.0) == 100
