"""Settle: every result becomes one grade, in exact units at the real price, and nothing is lost on the way."""

# mypy: disable-error-code="union-attr"

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import AppendOnlyViolation, IllegalTransition
from closeline.domain.feeds.captures import Phase, ResultStatus
from closeline.domain.markets import TOTAL
from closeline.domain.picks import PickState
from closeline.flow import settle
from closeline.store.desk import grades, picks
from closeline.store.results import EventResult
from closeline.store.session import unit_of_work
from tests.builders.moments import DAY, ENDS, HOUR, OPENS, START, WEEK
from tests.builders.payloads import GAME, a_payload, a_result, an_event, three_markets
from tests.builders.records import TENANT, number, rows_of, take_in
from tests.builders.stories import NBA, published_game


def end(session, score=(110, 104), *, at=ENDS, status=ResultStatus.FINAL):
    take_in(session, a_payload(a_result(score=score, at=at, status=status)), at=at, phase=Phase.RESULT)


def grade(session, at=ENDS):
    told = settle.settle_picks(session, tenant_id=TENANT, league=NBA, snapshot_id="s", at=at)
    return told, grades.league_grades(session, tenant_id=TENANT, league="nba")


def made(session):
    return {item.pick_id: item for item in picks.every(session, tenant_id=TENANT, league="nba")}


def outcome(item, home, away):
    """Grade a whole or half line by the words of a ticket: an oracle that shares nothing with the engine."""
    line = (item.selection.line_quarters or 0) / 4
    side = str(item.selection.side)
    if item.selection.market == TOTAL:
        beyond = home + away - line
        beyond = beyond if side == "OVER" else -beyond
    else:
        beyond = (home - away if side == "HOME" else away - home) + line
    return "PUSH" if beyond == 0 else "WIN" if beyond > 0 else "LOSS"


@pytest.mark.parametrize("score", [(110, 104), (104, 110), (113, 112), (115, 110), (90, 135), (114, 111)])
def test_every_grade_is_what_the_ticket_says(published, score):
    with unit_of_work(published) as session:
        end(session, score)
        _, marks = grade(session)
        items = made(session)

    assert len(marks) == len(items) > 0
    for name, mark in marks.items():
        item = items[name]
        assert mark.result == outcome(item, *score)
        profit = {"WIN": item.price.exact - 1, "LOSS": -1, "PUSH": 0}[mark.result]
        assert mark.units_micros == (math.floor(profit * 1_000_000 + 0.5) if profit >= 0 else -1_000_000)


def test_a_push_returns_the_stake(published):
    with unit_of_work(published) as session:
        end(session, (115, 110))  # 225 exactly
        _, marks = grade(session)
        items = made(session)

    (mark,) = [mark for name, mark in marks.items() if items[name].selection.market == TOTAL]
    assert (mark.result, mark.units_micros, mark.brier, mark.log_loss) == ("PUSH", 0, None, None)


def test_a_pick_cannot_be_settled_twice(published):
    with unit_of_work(published) as session:
        end(session)
        _, first = grade(session)
        told, second = grade(session, ENDS + HOUR)
        states = picks.states(session, list(first), tenant_id=TENANT)
    assert told.graded == 0
    assert first == second
    assert {state for _, state in states.values()} == {PickState.GRADED}
    name = next(iter(first))
    with pytest.raises(AppendOnlyViolation), unit_of_work(published) as session:
        grades.add_grades(session, [first[name]])
    with pytest.raises(IllegalTransition), unit_of_work(published) as session:
        picks.move(session, [name], PickState.GRADED, tenant_id=TENANT, reason="again", at=ENDS)


@pytest.mark.parametrize("status", [ResultStatus.LIVE, ResultStatus.SCHEDULED])
def test_a_game_that_is_not_over_is_not_graded(published, status):
    with unit_of_work(published) as session:
        end(session, (60, 50), status=status)
        assert grade(session)[1] == {}
        end(session, (110, 104), at=ENDS + HOUR)
        assert len(grade(session, ENDS + HOUR)[1]) == len(made(session))


def test_a_cancelled_game_is_void_and_costs_nothing(published):
    with unit_of_work(published) as session:
        end(session, (None, None), status=ResultStatus.CANCELLED)
        _, marks = grade(session)

    assert {(mark.result, mark.units_micros) for mark in marks.values()} <= {("VOID", 0)}


def test_a_result_received_later_grades_nothing_yet(published):
    with unit_of_work(published) as session:
        end(session, at=ENDS)
        assert grade(session, ENDS - HOUR)[1] == {}


def test_a_result_that_comes_weeks_late_grades_its_picks_whatever_was_graded_since(published):
    with unit_of_work(published, write=False) as session:
        early = set(made(session))
    later = an_event("g2", starts_at=START + WEEK, day=DAY + timedelta(days=7))
    published_game(published, a_payload(later, *three_markets("g2", at=OPENS + WEEK)), at=OPENS + WEEK)
    with unit_of_work(published) as session:
        take_in(session, a_payload(later, a_result("g2", at=ENDS + WEEK)), at=ENDS + WEEK, phase=Phase.RESULT)
        told, before = grade(session, ENDS + WEEK)
    with unit_of_work(published) as session:
        waiting = {item.pick_id for item in picks.ungraded(session, tenant_id=TENANT, league="nba")}
        end(session, at=ENDS + 3 * WEEK)
        told_late, after = grade(session, ENDS + 3 * WEEK)
        left = picks.ungraded(session, tenant_id=TENANT, league="nba")

    assert told.graded == len(before) > 0
    assert set(before).isdisjoint(early)
    assert waiting == early
    assert told_late.graded == len(early) > 0
    assert set(after) - set(before) == early
    assert {name: after[name] for name in before} == before
    assert left == []


def test_published_is_graded_and_void_and_open(published):
    def conserved(session):
        total = number(session, "SELECT count(*) FROM publication")
        marked = number(session, "SELECT count(DISTINCT pick_id) FROM grade")
        waiting = len(picks.ungraded(session, tenant_id=TENANT, league="nba"))
        return total == marked + waiting and total > 0

    with unit_of_work(published) as session:
        assert conserved(session)
        end(session)
        grade(session)
        assert conserved(session)


def test_the_scores_of_a_forecast_are_its_squared_and_its_logarithmic_error(published):
    with unit_of_work(published) as session:
        end(session)
        _, marks = grade(session)
        items = made(session)

    for name, mark in marks.items():
        won = {"WIN": 1, "LOSS": 0}[mark.result]
        p, q = items[name].p_final, items[name].q_market
        assert mark.brier == pytest.approx((p - won) ** 2)
        assert mark.brier_market == pytest.approx((q - won) ** 2)
        assert mark.log_loss == pytest.approx(-math.log(p if won else 1 - p))


def test_the_units_of_a_season_are_the_sum_over_its_grades(played):
    with unit_of_work(played, write=False) as session:
        scores = {
            row["event_id"]: (row["home_score"], row["away_score"])
            for row in rows_of(session, "SELECT event_id, home_score, away_score FROM event_result")
        }
        marks = grades.league_grades(session, tenant_id=TENANT, league="nba")
        items = made(session)
        stored = number(session, "SELECT sum(units_micros) FROM grade")

    expected = 0
    for name, mark in marks.items():
        item = items[name]
        result = outcome(item, *scores[item.selection.event_id])
        assert mark.result == result
        expected += {"WIN": math.floor((item.price.exact - 1) * 1_000_000 + 0.5), "LOSS": -1_000_000, "PUSH": 0}[result]
    assert stored == expected


@given(st.integers(60, 160), st.integers(60, 160))
def test_both_sides_of_a_market_never_win_together(home, away):
    from dataclasses import replace

    from tests.builders.picks import a_pick

    one = a_pick()
    other = replace(one, selection=one.selection.opposite())
    result = EventResult(GAME, 1, ResultStatus.FINAL, home, away, (), False, False, ENDS)
    marks = {settle.grade_of(item, result, None, at=ENDS).result for item in (one, other)}

    assert marks in ({"WIN", "LOSS"}, {"PUSH"})
