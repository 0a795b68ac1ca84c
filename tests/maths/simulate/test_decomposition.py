"""What a forecast is made of: units and efficiency against the exact evaluator, adjustments that must add up."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import numpy as np
import pytest

from closeline.domain.forecasts.adjustments import Adjustment, AdjustmentName
from closeline.domain.leagues import League
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.decomposition import GAIN_NAMES, Decomposition, from_game, production
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.news import Shift, aimed_with_news
from closeline.maths.simulate.script import Night, Overtime, Period
from closeline.maths.simulate.simulation import prepare
from closeline.maths.simulate.sport import Levels
from tests.builders.simulated import RULES, ToySport, a_model

SPORT = ToySport(plays=2)  # so few plays that no score reaches the largest told apart
NOON = datetime(2024, 1, 14, 12, tzinfo=UTC)
BASE = Adjustment(AdjustmentName.BASE_RATING, 1.25, 13.0, "ratings/team")
HOME = Adjustment(AdjustmentName.HOME_EDGE, 2.5, 0.0, "ratings/level")
HURT = Adjustment(AdjustmentName.INJURIES, -0.75, -0.5, "report", NOON)


def a_game(home=0.2, away=-0.1, **more):
    return replace(SPORT, **more).nights(Levels(home, away), RULES)


def an_uneven_game():
    """Two nights of different weight, teams and overtime."""
    (one,), (two,) = a_game(0.3, -0.3), a_game(-0.2, 0.1, may_tie=True)
    return (replace(one, weight=0.3), replace(two, weight=0.7))


def a_decomposition(game=None, parts=(BASE, HOME, HURT), margin=3.0, total=12.5, sd=3.0, league=League.NBA):
    return from_game(
        a_game() if game is None else game,
        production(a_game(0.0, 0.0)),
        parts,
        league=league,
        team_total_sd=sd,
        margin=margin,
        total=total,
    )


def in_turns(most=8):
    """Away plays, then home, twice; home's last turn is not played by a leader, and ends when it is won."""
    gains = np.array([[0, 0], [1, 0], [2, 0], [0, 1], [0, 2]])
    margins = np.arange(-most, most + 1)
    away = np.array([0.5, 0.0, 0.0, 0.3, 0.2])
    home = np.array([0.6, 0.3, 0.1, 0.0, 0.0])
    chances = np.zeros((3, 5, margins.size))
    chances[0], chances[1], chances[2] = away[:, None], home[:, None], home[:, None]
    chances[2][:, margins > 0] = np.array([[1.0], [0.0], [0.0], [0.0], [0.0]])
    chances[2][:, margins == 0] = np.array([[0.6], [0.4], [0.0], [0.0], [0.0]])
    periods = (Period(np.array([0, 1]), np.array([1.0, 0.0])), Period(np.array([0, 2]), np.array([1.0, 0.0])))
    return (Night(1.0, gains, chances, periods, Overtime(())),)


def counted_by_hand(night):
    """Walk through every sequence of outcomes of a night whose periods begin with their first play."""
    plays = [table for period in night.periods for table in period.plays]
    units, points = np.zeros(2), np.zeros(2)
    for outcomes in product(range(len(night.gains)), repeat=len(plays)):
        chance, score, able = 1.0, np.zeros(2, dtype=int), np.zeros(2)
        for table, outcome in zip(plays, outcomes, strict=True):
            column = night.chances[table, :, night.most + score[0] - score[1]]
            able += [any(column[night.gains[:, team] > 0] > 0.0) for team in (0, 1)]
            chance *= column[outcome]
            score = score + night.gains[outcome]
        units += chance * able
        points += chance * score
    return units, points


@pytest.mark.parametrize("game", [a_game(), a_game(-0.5, 0.6), an_uneven_game(), in_turns()])
def test_units_times_efficiency_are_the_points_of_regulation(game):
    made = production(game)

    margin, total = means(joint(game, Window(0, len(game[0].periods))))
    found = [scoring.units * scoring.efficiency for scoring in (made.home, made.away)]
    assert found == pytest.approx([(total + margin) / 2.0, (total - margin) / 2.0], abs=1e-9)


@pytest.mark.parametrize("game", [a_game(), a_game(0.4, 0.1, may_tie=True), an_uneven_game()])
def test_with_overtime_the_points_are_those_of_the_final_score(game):
    found = a_decomposition(game)

    margin, total = means(final(game))
    assert found.team_home.overtime_points > 0.01
    assert found.team_home.points == pytest.approx((total + margin) / 2.0, abs=1e-9)
    assert found.team_away.points == pytest.approx((total - margin) / 2.0, abs=1e-9)


@pytest.mark.parametrize(
    "game", [a_game(), a_game(-0.5, 0.6), a_game(0.4, 0.1, may_tie=True), an_uneven_game(), in_turns()]
)
def test_overtime_is_as_likely_as_a_tie_after_regulation_before_scores_are_weighed(game):
    after_regulation = joint(game, Window(0, len(game[0].periods)))

    assert production(game).overtime == pytest.approx(np.trace(after_regulation), abs=1e-12)
    assert 0.01 < a_decomposition(game).overtime == production(game).overtime


def test_the_overtime_of_open_news_is_that_of_every_way_it_may_turn_out():
    shifts = (Shift(0.4, -3.0, -1.0), Shift(0.6, 2.0, 0.5))
    game = aimed_with_news(a_model(), RULES, 1.0, 18.0, shifts).game
    each = [production(prepare(a_model(), RULES, 1.0 + s.margin, 18.0 + s.total).game).overtime for s in shifts]

    assert production(game).overtime == pytest.approx(0.4 * each[0] + 0.6 * each[1], abs=1e-12)
    assert production(game).overtime == pytest.approx(np.trace(joint(game, Window(0, len(game[0].periods)))), abs=1e-12)


def test_an_overtime_is_kept_to_the_digits_of_a_fit_and_one_that_was_not_kept_reads_as_none():
    found = a_decomposition(an_uneven_game())
    before = json.loads(found.to_json())
    del before["overtime"], before["outcome"]

    assert found.kept().overtime == round(found.overtime, 9) != found.overtime
    assert Decomposition.from_json(json.dumps(before)) == replace(found, overtime=None)


@pytest.mark.parametrize("chance", [-0.01, 1.01, float("nan")])
def test_an_overtime_that_is_no_chance_is_refused(chance):
    with pytest.raises(ValueError, match="overtime must be a chance"):
        replace(a_decomposition(), overtime=chance)


def test_the_units_of_a_game_are_those_counted_outcome_by_outcome():
    game = in_turns()

    made, (units, points) = production(game), counted_by_hand(game[0])

    assert (made.home.units, made.away.units) == pytest.approx(units, abs=1e-12)
    assert made.home.units * made.home.efficiency == pytest.approx(points[0], abs=1e-12)


def test_a_turn_that_a_leader_does_not_take_is_no_unit():
    made = production(in_turns())

    assert made.away.units == pytest.approx(2.0, abs=1e-12)
    assert 1.0 < made.home.units < 2.0


def test_a_period_that_may_begin_late_has_fewer_plays():
    # Three periods begin with the first of two plays in a quarter of cases, as the fourth does.
    assert production(a_game()).home.units == pytest.approx(4 * 1.25, abs=1e-12)


def test_rates_are_the_chances_of_a_single_play():
    game = a_game(0.0, 0.0, effort=0.0)
    one, three = 0.30 / 1.45, 0.15 / 1.45

    rates = {rate.label: rate.figure.value for rate in a_decomposition(game).team_home.rates}

    assert rates == pytest.approx({"nothing": 1 / 1.45, "one point": one, "three points": three}, abs=1e-12)


def test_the_average_team_has_no_z():
    found = a_decomposition(a_game(0.0, 0.0)).team_away

    figures = [found.units, found.efficiency, *(rate.figure for rate in found.rates)]
    assert [figure.z for figure in figures] == pytest.approx([0.0] * len(figures), abs=1e-12)


def test_z_is_the_worth_of_a_difference_in_deviations_of_the_team_total():
    found, twice = a_decomposition(sd=3.0).team_home, a_decomposition(sd=6.0).team_home

    efficiency = found.efficiency
    worth = (efficiency.value - efficiency.baseline) * found.units.baseline
    assert worth > 0.1
    assert efficiency.z == pytest.approx(worth / 3.0, abs=1e-12)
    assert twice.efficiency.z == pytest.approx(efficiency.z / 2.0)


def test_the_z_of_the_rates_are_the_parts_of_the_z_of_the_efficiency():
    found = a_decomposition(a_game(-0.4, 0.3)).team_home

    assert sum(rate.figure.z for rate in found.rates) == pytest.approx(found.efficiency.z, abs=1e-12)
    assert {rate.label: rate.figure.z for rate in found.rates}["nothing"] == 0.0


def test_more_plays_show_in_the_units_and_not_in_the_efficiency():
    found = a_decomposition(a_game(0.0, 0.0, plays=3, effort=0.0)).team_home

    assert found.units.z > 0.5
    # The baseline's teams try harder when behind, a little more often than when ahead.
    assert found.efficiency.z == pytest.approx(0.0, abs=0.01)


def test_gains_of_one_name_are_one_rate():
    gains = np.array([[0, 0], [3, 0], [6, 0], [7, 0], [8, 0], [0, 7]])
    chances = np.repeat(np.array([0.4, 0.2, 0.1, 0.1, 0.05, 0.15])[None, :, None], 2 * 30 + 1, axis=2)
    period = Period(np.zeros(2, dtype=np.int64), np.array([1.0, 0.0]))
    game = (Night(1.0, gains, chances, (period,), Overtime(())),)

    rates = {rate.label: rate.figure.value for rate in a_decomposition(game, league=League.NFL).team_home.rates}

    assert rates["touchdown"] == pytest.approx(0.25)
    assert rates["field goal"] == pytest.approx(0.2)
    assert sum(rates.values()) == pytest.approx(1.0, abs=1e-12)


def test_a_gain_without_a_name_is_told_by_its_number():
    labels = [rate.label for rate in a_decomposition(league=League.NHL).team_home.rates]

    assert labels == ["nothing", "goal", "3"]


def test_every_league_has_its_words():
    assert set(GAIN_NAMES) == set(League)


def test_a_game_in_which_one_team_cannot_score_is_refused():
    night = in_turns()[0]
    silent = replace(night, periods=(Period(np.array([0]), np.array([1.0])),))

    with pytest.raises(ValueError, match="must be able to score"):
        production((silent,))


def test_nights_that_are_no_whole_game_are_refused():
    with pytest.raises(ValueError, match="must sum to 1"):
        production((replace(a_game()[0], weight=0.5),))


def test_the_adjustments_lead_from_the_base_rating_to_the_forecast():
    found = a_decomposition()

    assert (found.base_margin, found.base_total) == (1.25, 13.0)
    assert found.adjustments == (HOME, HURT)


@pytest.mark.parametrize(("margin", "total"), [(3.0 + 2e-9, 12.5), (3.0, 12.5 - 2e-9), (float("nan"), 12.5)])
def test_adjustments_that_miss_the_move_are_refused(margin, total):
    with pytest.raises(ValueError, match="must sum to"):
        a_decomposition(margin=margin, total=total)


def test_a_miss_of_rounding_is_none():
    assert a_decomposition(margin=3.0 + 5e-10).margin == 3.0 + 5e-10


@pytest.mark.parametrize("parts", [(HOME, HURT), (BASE, BASE, HURT)])
def test_there_is_one_base_rating(parts):
    with pytest.raises(ValueError, match="one BASE_RATING"):
        a_decomposition(parts=parts)


def test_the_base_rating_does_not_move_itself():
    found = a_decomposition()

    with pytest.raises(ValueError, match="must not hold BASE_RATING"):
        replace(found, adjustments=(BASE, HOME, HURT), base_margin=0.0, base_total=0.0)


@pytest.mark.parametrize("sd", [0.0, -1.0, float("nan")])
def test_a_deviation_that_is_none_is_refused(sd):
    with pytest.raises(ValueError, match="team_total_sd must be positive"):
        a_decomposition(sd=sd)


def test_the_text_of_a_decomposition_gives_it_back():
    found = a_decomposition(an_uneven_game())

    assert Decomposition.from_json(found.to_json()) == found
    assert Decomposition.from_json(found.to_json()).to_json() == found.to_json()


def test_one_instant_has_one_text_whatever_its_zone():
    elsewhere = replace(HURT, known_at=NOON.astimezone(timezone(timedelta(hours=-5))))

    assert a_decomposition(parts=(BASE, HOME, elsewhere)).to_json() == a_decomposition().to_json()


def _without(found):
    found.pop("base_total")


def _untrue(found):
    found["margin"] += 1.0


def _unnumbered(found):
    found["team_home"]["units"]["z"] = "high"


def _endless(found):
    found["team_home"]["overtime_points"] = float("nan")


def _unnamed(found):
    found["adjustments"][0]["name"] = "MOON"


def _undated(found):
    found["adjustments"][1]["known_at"] = "noon"


def _listless(found):
    found["team_away"]["rates"] = {}


@pytest.mark.parametrize("spoil", [_without, _untrue, _unnumbered, _endless, _unnamed, _undated, _listless])
def test_a_text_that_is_no_decomposition_is_refused(spoil):
    found = json.loads(a_decomposition().to_json())
    spoil(found)

    with pytest.raises(ValueError):
        Decomposition.from_json(json.dumps(found))
