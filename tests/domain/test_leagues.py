"""Leagues count their days in New York, and name teams and events for good."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.leagues import (
    SEASON_STARTS_IN,
    SPORT_KEYS,
    League,
    eastern,
    event_id,
    league_day,
    season_of,
    team_id,
)


def test_every_league_has_a_sport_key_and_a_first_month():
    assert set(SPORT_KEYS.values()) == set(League) == set(SEASON_STARTS_IN)


@pytest.mark.parametrize(
    ("league", "day", "season"),
    [
        (League.NFL, date(2024, 2, 11), 2023),
        (League.NFL, date(2023, 9, 7), 2023),
        (League.NBA, date(2024, 6, 17), 2023),
        (League.NBA, date(2023, 10, 24), 2023),
        (League.NCAAB, date(2024, 3, 31), 2023),
        (League.MLB, date(2024, 3, 20), 2024),
    ],
)
def test_a_season_is_named_for_the_year_in_which_it_began(league, day, season):
    assert season_of(league, day) == season


def test_a_game_at_ten_in_california_belongs_to_the_evening_on_which_it_began():
    assert league_day(datetime(2023, 11, 16, 6, 0, tzinfo=UTC)) == date(2023, 11, 16)
    assert league_day(datetime(2023, 11, 16, 3, 30, tzinfo=UTC)) == date(2023, 11, 15)


@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 9), 24), (date(2024, 3, 10), 23), (date(2024, 11, 3), 25)])
def test_a_day_in_new_york_has_the_hours_that_the_clocks_give_it(day, hours):
    assert eastern(day + timedelta(days=1), time(0)) - eastern(day, time(0)) == timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.times())
def test_a_wall_clock_time_of_a_day_lies_on_that_day(day, at):
    assert league_day(eastern(day, at)) == day


def test_an_event_is_named_by_its_teams_its_day_and_its_number_when_there_are_two():
    home, away = team_id(League.MLB, "red-sox"), team_id(League.MLB, "yankees")

    assert event_id(League.MLB, away, home, date(2023, 6, 18)) == "mlb_yankees_red-sox_2023_06_18"
    assert event_id(League.MLB, away, home, date(2023, 6, 18), 2) == "mlb_yankees_red-sox_2023_06_18_g2"
