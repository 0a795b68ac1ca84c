"""Games that begin close together share one close, whatever minute the plan is made in, and a wrong clock hides none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.feeds import cadence
from closeline.domain.feeds.cadence import CLOSING_LEAD, CLOSING_SPAN, Game, day_plan
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget
from closeline.domain.leagues import League

DAWN = datetime(2026, 6, 10, 22, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MLB = League.MLB
STARTS = st.lists(st.integers(3, 120), min_size=1, max_size=8, unique=True)
MANY_STARTS = st.lists(st.integers(3, 300), min_size=1, max_size=14, unique=True)


def games_at(*minutes: float) -> list[Game]:
    return [Game(f"g{each}", MLB, DAWN + each * MINUTE) for each in minutes]


def made(games, credits_all, *, misses=(), of=lambda games, now: games):
    """Make each minute what is due by the plan of that minute; return when each call was made."""
    done: dict[League, datetime] = {}
    found, left = [], credits_all
    # A minute past the last start nothing is left to be closed.
    for minute in range(1 + max((game.starts_at - DAWN) // MINUTE for game in games)):
        now = DAWN + minute * MINUTE + timedelta(seconds=20)
        poll = cadence.due(day_plan(now, of(games, now), DayBudget(left, 0), {MLB: 3}, done), MLB, now)
        if poll is not None and minute not in misses:
            assert poll.purpose is Purpose.CLOSE
            done, left = {MLB: now}, left - 3
            found.append(now)
    return found


def closed(games, calls):
    reach = CLOSING_LEAD + CLOSING_SPAN + MINUTE
    return {game.event_id for game in games if any(at < game.starts_at <= at + reach for at in calls)}


def test_four_games_of_a_quarter_of_an_hour_are_closed_by_one_call_minute_by_minute():
    games = games_at(65, 70, 75, 80)

    assert [at.replace(second=0) for at in made(games, 1000)] == [DAWN + 63 * MINUTE]


def test_what_was_kept_for_a_late_close_is_there_when_it_comes():
    games = games_at(65, 70, 75, 80, 250)

    assert closed(games, made(games, 6)) == {game.event_id for game in games}


def test_the_twin_that_forgets_who_has_begun_pays_for_each_game():
    games = games_at(65, 70, 75, 80)
    calls = made(games, 1000, of=lambda games, now: [game for game in games if game.starts_at > now])

    assert len(calls) == 4


def test_a_shared_close_that_was_missed_is_made_up_for_by_the_next_game_once():
    games = games_at(65, 70, 75, 80)
    calls = made(games, 1000, misses=range(60, 66))

    assert len(calls) == 1
    assert closed(games, calls) == {"g70", "g75", "g80"}


@settings(max_examples=30, deadline=None)
@given(STARTS)
def test_calls_made_are_calls_planned_and_every_game_gets_its_close(minutes):
    check_made_as_planned(minutes)


@pytest.mark.campaign
@settings(max_examples=300, deadline=None)
@given(MANY_STARTS)
def test_calls_made_on_whole_days_are_calls_planned_and_every_game_gets_its_close(minutes):
    check_made_as_planned(minutes)


def check_made_as_planned(minutes):
    games = games_at(*sorted(minutes))
    planned = day_plan(DAWN, games, DayBudget(1000, 0), {MLB: 3}).polls
    for credits_all in (1000, 3 * len(planned)):
        calls = made(games, credits_all)

        assert [at.replace(second=0) for at in calls] == [poll.at for poll in planned]
        assert closed(games, calls) == {game.event_id for game in games}


def test_a_poll_of_the_future_has_answered_nothing():
    games, budget = games_at(45), DayBudget(1000, 1000)
    plan = day_plan(DAWN, games, budget, {MLB: 3})

    assert day_plan(DAWN, games, budget, {MLB: 3}, {MLB: DAWN + timedelta(hours=2)}) == plan
    assert len(plan.polls) > 40


def test_a_poll_by_a_clock_a_little_ahead_of_ours_is_not_made_again():
    games, at = games_at(1.5), DAWN + timedelta(milliseconds=300)

    assert cadence.due(day_plan(DAWN, games, DayBudget(9, 9), {MLB: 3}, {MLB: at}), MLB, DAWN) is None
