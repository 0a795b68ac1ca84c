"""The plan of a day: never above the budget, closes first, and more credits never mean fewer polls."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.feeds import cadence
from closeline.domain.feeds.cadence import Game, day_plan
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget
from closeline.domain.leagues import League

NOON = datetime(2026, 11, 22, 17, 0, 30, tzinfo=UTC)
COSTS = {League.NFL: 3, League.NBA: 3}
MINUTE = timedelta(minutes=1)
RICH = DayBudget(100_000, 100_000)

MINUTES = st.integers(3, 3000)
GAMES = st.lists(st.tuples(st.sampled_from([League.NFL, League.NBA]), MINUTES), max_size=12).map(
    lambda found: [Game(f"{league}_{n}", league, NOON + minutes * MINUTE) for n, (league, minutes) in enumerate(found)]
)
BUDGETS = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda pair: DayBudget(max(pair), min(pair)))


def a_game(minutes: float, league: League = League.NFL, name: str = "") -> Game:
    return Game(name or f"{league}_{minutes}", league, NOON + minutes * MINUTE)


def closes(plan):
    return [poll for poll in plan.polls if poll.purpose is Purpose.CLOSE]


@settings(max_examples=60)
@given(GAMES, BUDGETS)
def test_a_plan_is_never_above_the_budget_and_leaves_closes_their_own(games, budget):
    plan = day_plan(NOON, games, budget, COSTS)
    others = sum(poll.credits for poll in plan.polls if poll.purpose is Purpose.PLANNED)

    assert plan.credits <= budget.closes
    assert others <= budget.others
    assert len({(poll.league, poll.at) for poll in plan.polls}) == len(plan.polls)


@settings(max_examples=60)
@given(GAMES, BUDGETS, st.integers(0, 200), st.integers(0, 200))
def test_more_budget_never_means_fewer_polls(games, budget, more_closes, more_others):
    more = DayBudget(budget.closes + more_closes + more_others, budget.others + more_others)
    small, big = day_plan(NOON, games, budget, COSTS), day_plan(NOON, games, more, COSTS)

    assert len(closes(small)) <= len(closes(big))
    if more_closes >= 3 * (len(closes(big)) - len(closes(small))):
        # What closes did not take of the addition is there for the others.
        assert len(small.polls) <= len(big.polls)


@settings(max_examples=60)
@given(GAMES)
def test_every_game_of_today_gets_a_closing_poll_that_is_before_it_and_not_long(games):
    plan = day_plan(NOON, games, RICH, COSTS)
    end = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    for game in games:
        if game.starts_at < end:
            near = [
                poll for poll in plan.polls
                if poll.league is game.league and poll.at < game.starts_at <= poll.at + cadence.CLOSING_SPAN + 3 * MINUTE
            ]  # fmt: skip
            assert near, game
    assert plan.closes_unpaid == 0


def test_closes_are_paid_before_anything_else():
    games = [a_game(60), a_game(300), a_game(240, League.NBA)]
    plan = day_plan(NOON, games, DayBudget(9, 9), COSTS)

    assert len(closes(plan)) == len(plan.polls) == 3


def test_the_close_of_most_games_is_paid_first():
    games = [a_game(60), *(a_game(200, name=f"late{n}") for n in range(8))]
    (only,) = day_plan(NOON, games, DayBudget(5, 5), COSTS).polls

    assert (only.games, only.at) == (8, cadence.slot_start(NOON + 198 * MINUTE))
    assert day_plan(NOON, games, DayBudget(5, 5), COSTS).closes_unpaid == 1


def test_games_that_begin_together_share_a_closing_poll():
    plan = day_plan(NOON, [a_game(60), a_game(70), a_game(76)], DayBudget(100, 0), COSTS)

    assert [poll.games for poll in closes(plan)] == [2, 1]


def test_the_budget_that_only_closes_may_use_is_left_alone_by_the_others():
    plan = day_plan(NOON, [a_game(90)], DayBudget(90, 6), COSTS)

    assert [poll.purpose for poll in plan.polls].count(Purpose.PLANNED) == 2


def test_a_rich_plan_polls_every_minute_of_the_day_of_a_game_and_hourly_days_before():
    today = day_plan(NOON, [a_game(120)], RICH, COSTS)
    ahead = day_plan(NOON, [a_game(4 * 24 * 60)], RICH, COSTS)
    gaps = [later.at - first.at for first, later in zip(today.polls, today.polls[1:], strict=False)]

    assert set(gaps) == {MINUTE}
    assert all(
        later.at - first.at >= timedelta(hours=1) for first, later in zip(ahead.polls, ahead.polls[1:], strict=False)
    )


def test_a_poor_plan_is_densest_near_the_start():
    plan = day_plan(NOON, [a_game(600)], DayBudget(60, 60), COSTS)
    away = [(NOON + 600 * MINUTE - poll.at) / MINUTE for poll in plan.polls]

    assert len([minutes for minutes in away if minutes <= 64]) >= len(away) / 3
    assert max(away) > 180


def test_a_league_that_costs_nothing_known_or_has_no_game_is_not_polled():
    assert day_plan(NOON, [a_game(60, League.MLB)], RICH, COSTS).polls == ()
    assert day_plan(NOON, [a_game(-60)], RICH, COSTS).polls == ()
    assert day_plan(NOON, [a_game(8 * 24 * 60)], RICH, COSTS).polls == ()


def test_what_was_answered_is_not_asked_again():
    game = a_game(1.5)
    plan = day_plan(NOON, [game], RICH, COSTS)
    poll = cadence.due(plan, League.NFL, NOON)
    assert poll is not None
    assert poll.purpose is Purpose.CLOSE
    again = day_plan(NOON, [game], RICH, COSTS, {League.NFL: NOON})

    assert cadence.due(again, League.NFL, NOON) is None


def test_a_poll_that_failed_is_still_due_a_little_later_and_then_left_alone():
    game = a_game(32.5)
    at = NOON - timedelta(seconds=30)
    plan = day_plan(at, [game], DayBudget(3, 3), COSTS, {League.NFL: at - timedelta(hours=1)})
    assert plan.polls
    later = at + timedelta(minutes=9)
    due = cadence.due(day_plan(later, [game], RICH, COSTS, {League.NFL: at - MINUTE}), League.NFL, later)

    assert due is not None
    assert due.at <= later


def test_the_twin_that_takes_whatever_fits_gives_fewer_polls_for_more_budget():
    """Taking the cheap ones where a dear one does not fit is the greedy rule that is not monotone."""

    def greedy(costs, budget):
        taken = 0
        for cost in costs:
            if cost <= budget:
                taken, budget = taken + 1, budget - cost
        return taken

    costs = [5, 2, 2]
    assert greedy(costs, 5) < greedy(costs, 4)

    def polls(budget):
        plan = day_plan(
            NOON, [a_game(60, League.NFL), a_game(60, League.NBA)], DayBudget(budget, budget),
            {League.NFL: 5, League.NBA: 2},
        )  # fmt: skip
        return len(plan.polls)

    assert [polls(budget) for budget in range(40)] == sorted(polls(budget) for budget in range(40))


@pytest.mark.parametrize(("minutes", "every"), [(60, timedelta(hours=1)), (3 * 24 * 60, timedelta(hours=6))])
def test_what_costs_nothing_is_asked_for_more_often_when_a_game_is_near(minutes, every):
    assert cadence.free_every([a_game(minutes)], League.NFL, NOON) == every


def test_games_that_have_begun_and_have_no_result_are_asked_about_for_days():
    games = [
        a_game(-60), a_game(60), a_game(-4 * 24 * 60), Game("done", League.NFL, NOON - MINUTE, decided=True),
    ]  # fmt: skip

    assert [game.starts_at for game in cadence.undecided(games, League.NFL, NOON)] == [NOON - 60 * MINUTE]
