"""Calls for single events: never above what the main plan leaves, never before it, more for more."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.feeds import event_odds
from closeline.domain.feeds.cadence import DayPlan, Game, day_plan
from closeline.domain.feeds.event_odds import EventPlan, Priced, event_plan, left_over, markets_named
from closeline.domain.feeds.polling import Purpose
from closeline.domain.feeds.quota import DayBudget
from closeline.domain.leagues import League
from closeline.domain.markets import Market, MarketType, Period

NOON = datetime(2026, 11, 22, 17, 0, 30, tzinfo=UTC)
COSTS = {League.NFL: 3, League.NBA: 3}
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RICH = DayBudget(100_000, 100_000)
IDLE = DayPlan(())

PRICED = st.lists(
    st.tuples(st.sampled_from([League.NFL, League.NBA]), st.integers(3, 1500), st.integers(1, 9)), max_size=8
).map(lambda found: [
    Priced(Game(f"{league}_{n}", league, NOON + minutes * MINUTE), cost) for n, (league, minutes, cost) in enumerate(found)
])  # fmt: skip
BUDGETS = st.tuples(st.integers(0, 9000), st.integers(0, 9000)).map(lambda pair: DayBudget(max(pair), min(pair)))


def planned(priced: list[Priced], budget: DayBudget) -> tuple[DayPlan, EventPlan]:
    plan = day_plan(NOON, [item.game for item in priced], budget, COSTS)
    return plan, event_plan(NOON, priced, plan, budget)


def spent(plan: DayPlan | EventPlan, *, closes: bool) -> int:
    return sum(poll.credits for poll in plan.polls if (poll.purpose is Purpose.CLOSE) is closes)


def an_event(minutes: float, cost: int = 2, **more: datetime) -> Priced:
    return Priced(Game(f"nba_{minutes}", League.NBA, NOON + minutes * MINUTE), cost, **more)


def leads(plan: EventPlan) -> list[str]:
    return [poll.reason.split(" nba_")[0] for poll in plan.polls]


@settings(max_examples=60, deadline=None)
@given(PRICED, BUDGETS)
def test_both_plans_together_stay_within_the_budget_and_the_reserve_is_for_closes(priced, budget):
    plan, events = planned(priced, budget)

    assert plan.credits + events.credits <= budget.closes
    assert spent(plan, closes=False) + spent(events, closes=False) <= budget.others


@settings(max_examples=60, deadline=None)
@given(PRICED, BUDGETS)
def test_nothing_of_an_event_is_paid_that_a_poll_of_the_main_markets_could_be_paid_with(priced, budget):
    plan, events = planned(priced, budget)
    if plan.closes_unpaid:
        assert events.polls == ()
    if plan.others_unpaid:
        # What is left of the share that is not for closes alone is left alone.
        assert spent(events, closes=False) == 0
        assert events.credits <= max(0, budget.closes - budget.others - spent(plan, closes=True))


@settings(max_examples=60, deadline=None)
@given(PRICED, BUDGETS, st.integers(0, 300), st.integers(0, 300))
def test_more_budget_never_means_fewer_calls_for_events(priced, budget, more_closes, more_others):
    more = DayBudget(budget.closes + more_closes + more_others, budget.others + more_others)
    small, big = planned(priced, budget), planned(priced, more)
    if small[0].closes_unpaid == big[0].closes_unpaid:
        assert len(small[1].polls) <= len(big[1].polls)


def test_an_event_is_asked_a_day_before_three_hours_before_and_for_its_close():
    event = an_event(11 * 60)
    plan = event_plan(NOON, [event], IDLE, RICH)

    assert leads(plan) == ["24 h before", "3 h before", "close of"]
    assert [poll.purpose for poll in plan.polls] == [Purpose.PLANNED, Purpose.PLANNED, Purpose.CLOSE]
    assert [poll.at for poll in plan.polls[1:]] == [
        (event.game.starts_at - lead).replace(second=0) for lead in (3 * HOUR, 5 * MINUTE)
    ]


def test_what_was_answered_is_not_asked_again_and_what_failed_after_half_an_hour():
    later = NOON + HOUR
    assert leads(event_plan(later, [an_event(11 * 60, answered_at=NOON)], IDLE, RICH)) == ["3 h before", "close of"]
    tried = event_plan(NOON, [an_event(11 * 60, tried_at=NOON - 29 * MINUTE)], IDLE, RICH)
    again = event_plan(NOON, [an_event(11 * 60, tried_at=NOON - 30 * MINUTE)], IDLE, RICH)

    assert "24 h before" not in leads(tried)
    assert "24 h before" in leads(again)


def test_a_close_that_failed_is_asked_again_in_the_next_minute_and_never_after_the_start():
    assert leads(event_plan(NOON, [an_event(4, tried_at=NOON - MINUTE)], IDLE, RICH)) == ["close of"]
    assert event_plan(NOON, [an_event(0), an_event(-1)], IDLE, RICH).polls == ()


def test_closes_are_paid_first_then_news_then_openings():
    games = [an_event(4), an_event(170), an_event(600)]

    def paid(budget: int) -> list[str]:
        return leads(event_plan(NOON, games, IDLE, DayBudget(budget, budget)))

    assert paid(1) == []
    assert set(paid(6)) == {"close of"}
    assert sorted(paid(10)) == ["3 h before", "3 h before", "close of", "close of", "close of"]
    assert min(paid(12)) == "24 h before"
    assert event_plan(NOON, games, IDLE, DayBudget(6, 6)).unpaid == 3


def test_events_closes_may_be_paid_from_the_closing_reserve_and_their_looks_never():
    found = event_plan(NOON, [an_event(4), an_event(170)], DayPlan((), others_unpaid=5), DayBudget(50, 10))

    assert left_over(DayPlan((), others_unpaid=5), DayBudget(50, 10)) == (40, 0)
    assert {poll.purpose for poll in found.polls} == {Purpose.CLOSE}


def test_the_twin_that_gives_events_all_that_is_there_takes_what_main_polls_need(monkeypatch):
    priced, budget = [an_event(4, 9), an_event(170, 9)], DayBudget(30, 30)
    plan, events = planned(priced, budget)
    assert events.polls == ()
    monkeypatch.setattr(event_odds, "left_over", lambda *given: (30, 30))

    assert plan.credits + event_plan(NOON, priced, plan, budget).credits > budget.closes


def test_a_sweep_is_bounded():
    plan = event_plan(NOON, [Priced(Game(f"nba_{n}", League.NBA, NOON + 4 * MINUTE), 1) for n in range(25)], IDLE, RICH)

    assert len(plan.due(NOON, Purpose.CLOSE)) == event_odds.AT_ONCE
    assert plan.due(NOON, Purpose.PLANNED) == []


def test_names_of_markets_are_read_and_what_is_none_is_refused():
    assert markets_named(["player_pra", "SPREAD:1H", "TEAM_TOTAL"]) == (
        Market(MarketType.PLAYER_PRA), Market(MarketType.SPREAD, Period.FIRST_HALF),
        Market(MarketType.TEAM_TOTAL_HOME), Market(MarketType.TEAM_TOTAL_AWAY),
    )  # fmt: skip
    for wrong, words in (("PLAYER_HOPE", "was PLAYER_HOPE"), ("SPREAD:9H", "was SPREAD:9H"), ("TOTAL", "main markets")):
        with pytest.raises(ValueError, match=words):
            markets_named([wrong])
