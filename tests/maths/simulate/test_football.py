"""Football: the rules of every season, what teams do with a lead, and both evaluators alike."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.football import CLASSES, CollegeFootball, Football, ProfessionalFootball
from closeline.maths.simulate.parameters import read, to_json
from closeline.maths.simulate.sport import Levels, Rules

EVEN, STRONG, WEAK = Levels(), Levels(0.25, -0.1), Levels(-0.1, 0.25)
REGULATION, FIRST, HALF, OVERTIME = Window(0, 4), Window(0, 1), Window(0, 2), Window(0, 0, overtime=True)
SEASON, PLAYOFF = Rules(2023), Rules(2023, playoff=True)
ALIKE = (1.0,) * CLASSES
BALANCED = {"returned": 0.0, "safety": 0.0, "both_score": 1.0, "both_score_late": 1.0, "evening": 0.0}


def a_professional(**changes: Any) -> ProfessionalFootball:
    """Build a football of about 45 points whose fourth quarter is played like the others, but for its last drives."""
    football = ProfessionalFootball(
        evening=0.08,
        touchdown=0.24,
        field_goal=0.17,
        field_goal_slope=0.3,
        exchanges=(2.3, 3.3, 2.4, 3.2),
        exchanges_spread=0.05,
        both_score=0.5,
        both_score_late=0.8,
        half_touchdown=1.2,
        half_field_goal=2.0,
        safety=0.01,
        returned=0.03,
        two_points=0.04,
        two_points_chart=0.7,
        two_points_made=0.48,
        extra_point=0.94,
        extra_point_before=0.993,
        urgency=0.6,
        late_touchdown=ALIKE,
        late_field_goal=ALIKE,
        last_touchdown=(1.0,) * 8 + (0.4,) * 7,
        last_field_goal=(0.2,) * 6 + (2.5, 3.0) + (0.5,) * 7,
        overtime_touchdown=0.2,
        overtime_field_goal=0.2,
        sudden_touchdown=0.12,
        sudden_field_goal=0.3,
        overtime_chase=1.2,
        overtime_two_points=0.1,
        overtime_minutes=5.0,
    )
    return replace(football, **changes)


def a_college(**changes: Any) -> CollegeFootball:
    """Build the same football as it is played by colleges, whose overtime begins at the 25."""
    same = {name: getattr(a_professional(), name) for name in CollegeFootball.__dataclass_fields__ if name != "most"}
    near = {"overtime_touchdown": 0.5, "overtime_field_goal": 0.25, "sudden_touchdown": 0.25, "sudden_field_goal": 0.45}
    return CollegeFootball(**same | near | changes)


def margins(scores: np.ndarray) -> np.ndarray:
    points = np.arange(len(scores))
    return points[:, None] - points


def mean_of_home(scores: np.ndarray) -> float:
    return float(scores.sum(axis=1) @ np.arange(len(scores)))


def chance(football: Football, margin: int, home: int, away: int) -> float:
    """Return the chance of these points in the game's last exchange, home being so far in front before it."""
    night = football.nights(EVEN, SEASON)[0]
    (outcome,) = np.flatnonzero((night.gains == (home, away)).all(axis=1))
    return float(night.chances[night.periods[-1].plays[-1], outcome, night.most + margin])


def opening_of(football: Football, season: int, *, playoff: bool = False) -> np.ndarray:
    return football.overtime(EVEN, Rules(season, playoff)).rounds[0]


@pytest.mark.parametrize("football", [a_professional(), a_college()])
@pytest.mark.parametrize("rules", [SEASON, PLAYOFF, Rules(2011), Rules(2025)])
def test_exchanging_the_teams_mirrors_the_game(football: Football, rules: Rules) -> None:
    np.testing.assert_allclose(
        final(football.nights(STRONG, rules)), final(football.nights(WEAK, rules)).T, rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("football", [a_professional(), a_college()])
def test_equal_teams_play_an_even_game_in_every_quarter(football: Football) -> None:
    nights = football.nights(EVEN, SEASON)

    for window in (FIRST, HALF, Window(3, 4), Window(0, 4, overtime=True)):
        scores = joint(nights, window)
        np.testing.assert_allclose(scores, scores.T, rtol=0, atol=1e-12)


def test_a_level_is_the_log_of_a_teams_scoring() -> None:
    plain = a_professional(**BALANCED, two_points=0.0, extra_point=1.0)

    average = mean_of_home(joint(plain.nights(EVEN, SEASON), FIRST))
    better = mean_of_home(joint(plain.nights(Levels(0.01, 0.0), SEASON), FIRST))

    assert np.log(better / average) == pytest.approx(0.01, rel=0.01)


def test_twice_the_exchanges_bring_twice_the_points() -> None:
    few, many = (a_professional(exchanges=(n, 3.3, 2.4, 3.2), exchanges_spread=0.0, evening=0.0) for n in (2.0, 4.0))

    assert mean_of_home(joint(many.nights(STRONG, SEASON), FIRST)) == pytest.approx(
        2 * mean_of_home(joint(few.nights(STRONG, SEASON), FIRST)), abs=1e-9
    )


def test_teams_take_the_clock_from_each_other() -> None:
    shared, apart = (
        joint(a_professional(**BALANCED | {"both_score": factor, "exchanges_spread": 0.0}).nights(EVEN, SEASON), FIRST)
        for factor in (0.3, 1.0)
    )

    for scores, least, most in ((shared, -9.0, -1.0), (apart, 0.0, 2.0)):
        points = np.arange(len(scores))
        together = points @ scores @ points - mean_of_home(scores) ** 2
        assert least < together < most


def test_an_evening_of_many_points_lasts_beyond_the_half() -> None:
    steady, uneven = (final(a_professional(evening=sd).nights(EVEN, SEASON)) for sd in (0.0, 0.2))
    totals = np.add.outer(np.arange(len(steady)), np.arange(len(steady)))

    spread = [(scores * totals**2).sum() - (scores * totals).sum() ** 2 for scores in (steady, uneven)]

    assert spread[1] > spread[0] + (0.15 * 45) ** 2


def test_needing_more_than_a_field_goal_none_is_kicked_at_the_end() -> None:
    needy = a_professional(urgency=0.999999, last_field_goal=(1e-9,) * 6 + (2.0, 2.0, 1.0) + (1e-9,) * 6)

    assert chance(needy, -4, 3, 0) == pytest.approx(0.0, abs=1e-4)
    assert chance(needy, -3, 3, 0) > 0.1
    assert chance(needy, 0, 3, 0) > 0.1


def test_a_team_in_front_lets_the_clock_run_out() -> None:
    football = a_professional()

    assert chance(football, 7, 7, 0) < 0.7 * chance(football, -7, 7, 0)


def test_two_points_are_tried_late_where_the_chart_asks_for_them() -> None:
    bold = a_professional(**BALANCED, two_points=0.0, two_points_chart=1.0, two_points_made=1.0, extra_point=1.0)

    # A touchdown from eight behind leaves a team two behind; from seven it draws level with a kick.
    assert chance(bold, -8, 8, 0) > 0.05
    assert chance(bold, -8, 7, 0) == 0.0
    assert chance(bold, -7, 7, 0) > 0.05
    assert chance(bold, -7, 8, 0) == 0.0
    assert joint(bold.nights(EVEN, SEASON), FIRST)[8, 0] == 0.0


def test_extra_points_were_missed_less_before_the_kick_was_moved() -> None:
    before, since = (joint(a_professional().nights(EVEN, Rules(season)), FIRST) for season in (2014, 2015))

    assert before[7, 0] > since[7, 0]
    assert before[6, 0] < since[6, 0]


def test_only_the_regular_season_of_professionals_ends_in_ties() -> None:
    ties = {
        (type(football), rules): np.trace(final(football.nights(EVEN, rules)))
        for football in (a_professional(), a_college())
        for rules in (SEASON, PLAYOFF)
    }

    assert ties[ProfessionalFootball, SEASON] > 1e-3
    assert ties[ProfessionalFootball, PLAYOFF] < 1e-12
    assert ties[CollegeFootball, SEASON] < 1e-12


def test_ten_minutes_of_overtime_leave_more_ties_than_fifteen() -> None:
    fifteen, ten = (np.trace(final(a_professional().nights(EVEN, Rules(season)))) for season in (2016, 2017))

    assert ten > 1.5 * fifteen


def test_until_2011_any_score_ended_an_overtime() -> None:
    both = joint(a_professional().nights(EVEN, Rules(2011)), OVERTIME)[1:, 1:]

    assert both.sum() < 1e-15
    assert opening_of(a_professional(), 2011, playoff=True)[3, 6] > 0.0


def test_from_2012_a_first_field_goal_may_be_answered_and_a_first_touchdown_may_not() -> None:
    scores = joint(a_professional().nights(EVEN, Rules(2024)), OVERTIME)

    assert scores[3, 6] > 0.01
    assert scores[6, 3] > 0.01
    assert scores[6:, 6:].sum() < 1e-15
    assert scores[7:].sum() == pytest.approx(scores[9, 3] + scores[9, 0], abs=1e-15)


@pytest.mark.parametrize(("season", "playoff"), [(2025, False), (2022, True)])
def test_a_first_touchdown_may_be_answered_since_2025_and_in_play_offs_since_2022(season: int, playoff: bool) -> None:
    football = a_professional()

    assert opening_of(football, season - 1, playoff=playoff)[7:, 7:].sum() == 0.0
    answered = opening_of(football, season, playoff=playoff)
    assert answered[7, 7] > 0.0
    assert answered[8, 7] > 0.0


def test_a_safety_or_a_return_ends_an_overtime() -> None:
    harmless, dangerous = (opening_of(a_professional(safety=share, returned=share), 2025) for share in (0.0, 0.2))

    assert harmless[2, 0] == 0.0
    assert dangerous[2, 0] > 0.02
    assert dangerous[6, 0] > harmless[6, 0]


def test_colleges_must_try_two_from_the_second_overtime_and_only_try_from_the_third() -> None:
    rounds = a_college().overtime(EVEN, Rules(2021)).rounds

    kicked = [chances[7].sum() + chances[:, 7].sum() for chances in rounds]
    assert kicked[0] > 0.1
    assert kicked[1:] == [0.0, 0.0]
    assert rounds[1][8].sum() > 0.0
    assert rounds[2][[0, 0, 2, 2], [0, 2, 0, 2]].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("season", "kicking", "only_tries"), [(2018, 2, None), (2020, 2, 4), (2022, 1, 2)])
def test_college_overtime_follows_the_rule_book_of_its_season(
    season: int, kicking: int, only_tries: int | None
) -> None:
    rounds = a_college().overtime(EVEN, Rules(season)).rounds

    assert [bool(chances[7].sum() > 0.0) for chances in rounds].count(True) == kicking
    assert [number for number, chances in enumerate(rounds) if chances[3].sum() == 0.0] == (
        [] if only_tries is None else [only_tries]
    )


def test_the_second_team_knows_what_the_first_has_done() -> None:
    answer = a_college(overtime_two_points=0.0).overtime(EVEN, Rules(2021)).rounds[0]

    # Behind by a touchdown nobody kicks a field goal, and a touchdown that wins is not followed by a try.
    assert answer[7, 3] == 0.0
    assert answer[0, 7] == pytest.approx(answer[7, 0])
    assert answer[3, 6] > answer[3, 7]


@pytest.mark.parametrize("football", [a_professional(), a_college()])
def test_worlds_agree_with_the_exact_game_within_their_error(football: Football) -> None:
    nights, count = football.nights(STRONG, SEASON), 20_000
    played = worlds.simulate(nights, count, seed=11)
    most = nights[0].most

    for window in (FIRST, HALF, Window(2, 4), REGULATION, Window(0, 4, overtime=True)):
        exact, seen = joint(nights, window), worlds.joint(played, window, most)
        ahead, totals = margins(exact), np.add.outer(np.arange(most + 1), np.arange(most + 1))
        middle = round(float((exact * totals).sum()))
        for wanted in (ahead > 0, ahead == 0, np.abs(ahead) == 3, np.abs(ahead) == 7, ahead > 6, totals > middle):
            truth = float(exact[wanted].sum())
            assert seen[wanted].sum() == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / count) + 1e-12)


@pytest.mark.parametrize("football", [a_professional(), a_college()])
def test_no_score_that_a_game_may_reach_is_cut_off(football: Football) -> None:
    scores = final(football.nights(Levels(0.45, -0.2), SEASON))

    assert mean_of_home(scores) > 30.0
    assert scores[-1].sum() < 1e-9


@pytest.mark.parametrize("football", [a_professional(), a_college()])
def test_parameters_come_back_from_their_text(football: Football) -> None:
    assert read(type(football), to_json(football)) == football


def test_a_football_without_a_quarter_or_a_lead_is_refused() -> None:
    with pytest.raises(ValueError, match="four quarters"):
        a_professional(exchanges=(2.3, 3.3, 2.4))
    with pytest.raises(ValueError, match="classes of leads"):
        a_professional(last_touchdown=(1.0,) * (CLASSES - 1))
