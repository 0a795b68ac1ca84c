"""Basketball: what is worth how much, what a lead does, how the last play is played, and both evaluators alike."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.aim import means
from closeline.maths.simulate.basketball import Basketball, _decided
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.script import Night
from closeline.maths.simulate.sport import Levels, Rules

RULES = Rules(2016)
EVEN, STRONG, WEAK = Levels(), Levels(0.2, -0.1), Levels(-0.1, 0.2)
LAST = -1


def a_basketball(**changes: Any) -> Basketball:
    """Build a league of two short halves, about 42 points, whose last play is as eventful as any."""
    league = Basketball(
        plays=(10.0, 9.5),
        overtime_plays=3.0,
        pace_sd=0.8,
        pace_share=0.5,
        scoring=0.48,
        threes=0.2,
        edge=(1.1, 0.9),
        restoring=(0.004, 0.008),
        tie_two=0.45,
        tie_three=0.4,
        winner=0.5,
        sealed=0.7,
        reach=6.0,
        free_throw=0.75,
        hurried=0.5,
        most=120,
        overtime_most=60,
    )
    return replace(league, **changes)


def the_night(league: Basketball, levels: Levels = EVEN) -> Night:
    (night,) = league.nights(levels, RULES)
    return night


def a_play(league: Basketball, table: int, lead: int, levels: Levels = EVEN) -> np.ndarray:
    """Return P(home points, away points) of one play, home being so far in front, shape (4, 4)."""
    night = the_night(league, levels)
    chances = np.zeros((4, 4))
    chances[tuple(night.gains.T)] = night.chances[table, :, night.most + lead]
    return chances


def lead_of(scores: np.ndarray) -> np.ndarray:
    points = np.arange(len(scores))
    return points[:, None] - points


def test_exchanging_the_teams_mirrors_the_game() -> None:
    there, back = final(a_basketball().nights(STRONG, RULES)), final(a_basketball().nights(WEAK, RULES))

    assert np.abs(there - back.T).max() < 1e-12
    assert np.abs(there - there.T).max() > 1e-4


def test_equal_teams_play_a_symmetric_game() -> None:
    even = final(a_basketball().nights(Levels(0.1, 0.1), RULES))

    assert np.abs(even - even.T).max() < 1e-12


def test_no_game_ends_tied_though_many_regulations_do() -> None:
    game = a_basketball().nights(EVEN, RULES)

    assert np.trace(joint(game, Window(0, 2))) > 0.05
    assert np.trace(final(game)) < 1e-15


@pytest.mark.parametrize("season", [1990, 2030])
def test_neither_season_nor_play_offs_change_the_rules(season: int) -> None:
    league = a_basketball()
    there, here = league.nights(STRONG, Rules(season, playoff=True)), league.nights(STRONG, RULES)
    np.testing.assert_array_equal(final(there), final(here))


def test_a_single_point_comes_from_the_line_and_so_only_in_the_last_play() -> None:
    for lead in (-20, 0, 5):
        for table in (0, 1):
            chances = a_play(a_basketball(), table, lead)
            assert chances[1].sum() == chances[:, 1].sum() == 0.0
    assert a_play(a_basketball(), LAST, 3)[1].sum() > 0.1


def test_a_team_that_leads_scores_less_and_a_team_that_trails_more() -> None:
    points = np.arange(4)
    means_by_lead = [points @ a_play(a_basketball(), 1, lead).sum(axis=1) for lead in (-30, -5, 0, 5, 30)]
    assert (np.diff(means_by_lead) < 0.0).all()
    unmoved = [points @ a_play(a_basketball(restoring=(0.0, 0.0)), 1, lead).sum(axis=1) for lead in (-30, 0, 30)]
    np.testing.assert_allclose(unmoved, 0.48 * 2.2)


def test_one_shot_behind_only_what_ties_is_tried() -> None:
    for lead, worth, chance in ((1, 2, 0.45), (2, 2, 0.45), (3, 3, 0.4)):
        home_leads = a_play(a_basketball(), LAST, lead)
        np.testing.assert_allclose(home_leads[0, worth], chance)
        np.testing.assert_allclose(home_leads[:, 0].sum(), 1.0 - chance)
        np.testing.assert_allclose(a_play(a_basketball(), LAST, -lead), home_leads.T)


def test_a_leader_is_fouled_when_the_last_shot_failed_and_shoots_two() -> None:
    chances = a_play(a_basketball(), LAST, 1)

    np.testing.assert_allclose(chances[2, 0], 0.55 * 0.7 * 0.75**2)
    np.testing.assert_allclose(chances[1, 0], 0.55 * 0.7 * 2 * 0.75 * 0.25)
    assert chances[3].sum() == 0.0


def test_fouling_fades_with_the_lead_until_the_last_play_is_like_any_other() -> None:
    league = a_basketball()
    for lead in (7, 8, 20):
        np.testing.assert_allclose(a_play(league, LAST, lead), a_play(league, 1, lead))
    single = [a_play(league, LAST, lead)[1].sum() for lead in (4, 5, 6, 7)]
    np.testing.assert_allclose(single, 0.7 * 2 * 0.75 * 0.25 * np.array([3, 2, 1, 0]) / 6, atol=1e-15)


def test_a_hurried_team_further_behind_scores_less_than_it_would() -> None:
    ordinary, hurried = a_play(a_basketball(), 1, 4), a_play(a_basketball(), LAST, 4)
    np.testing.assert_allclose(hurried[:, 2].sum(), (1.0 - 0.5 * 0.5) * ordinary[:, 2].sum())
    calm = a_play(a_basketball(hurried=1.0), LAST, 4)
    np.testing.assert_allclose(calm.sum(axis=0), ordinary.sum(axis=0))


def test_the_last_shot_of_a_tie_is_one_teams_and_the_better_team_makes_it_more_often() -> None:
    tied = a_play(a_basketball(), LAST, 0, STRONG)

    assert tied[1:, 1:].sum() == 0.0
    assert tied[1:, 0].sum() > 0.25 > tied[0, 1:].sum()
    np.testing.assert_allclose(a_play(a_basketball(), LAST, 0)[0, 0], 0.5)


def test_only_the_last_period_has_a_last_play() -> None:
    first, second = the_night(a_basketball()).periods

    assert set(first.plays) == {0}
    assert list(second.plays).count(2) == 1
    assert second.plays[-1] == 2
    assert second.starts[-1] == 0.0


@pytest.mark.parametrize(("share", "longer"), [(0.0, 1.0), (1.0, np.exp(0.2))])
def test_levels_are_more_plays_in_their_share_of_pace(share: float, longer: float) -> None:
    league = a_basketball(pace_share=share)
    period = the_night(league, Levels(0.2, 0.2)).periods[0]
    played = period.plays.size - np.arange(period.plays.size)
    np.testing.assert_allclose(period.starts @ played, 10.0 * longer, atol=1e-3)


def test_levels_multiply_the_points_of_both_teams() -> None:
    league = a_basketball(pace_share=0.5)
    usual = means(final(league.nights(EVEN, RULES)))[1]
    more = means(final(league.nights(Levels(0.1, 0.1), RULES)))[1]
    np.testing.assert_allclose(more / usual, np.exp(0.1), rtol=0.02)


def test_an_edge_of_a_period_is_what_the_difference_between_the_teams_counts_in_it() -> None:
    night = the_night(a_basketball(edge=(2.0, 0.0)), STRONG)
    leads = night.gains[:, 0] - night.gains[:, 1]
    middle = night.most

    assert leads @ night.chances[0, :, middle] > 0.5
    assert abs(leads @ night.chances[1, :, middle]) < 1e-12


def test_overtimes_are_played_until_somebody_leads() -> None:
    once = np.zeros((30, 30))
    once[0, 0], once[2, 2], once[2, 0], once[0, 3] = 0.2, 0.3, 0.35, 0.15

    found = _decided(once)

    # A tie costs nothing with chance 0.2 and two points each with 0.3: after k of those, 0.3^k / 0.8^(k + 1).
    for tied in range(5):
        weight = 0.3**tied / 0.8 ** (tied + 1)
        np.testing.assert_allclose([found[2 * tied + 2, 2 * tied], found[2 * tied, 2 * tied + 3]],
                                   [0.35 * weight, 0.15 * weight], rtol=1e-5)  # fmt: skip
    assert np.trace(found) == 0.0
    np.testing.assert_allclose(found.sum(), 1.0)


def test_worlds_show_what_the_exact_evaluator_says() -> None:
    game = a_basketball().nights(STRONG, RULES)
    drawn = worlds.simulate(game, 20_000, seed=5)
    finals, halves = drawn.final(), drawn.within(Window(1, 2))
    exact, exact_half = final(game), joint(game, Window(1, 2))
    points = np.arange(len(exact))
    pairs = [
        (finals[:, 0] > finals[:, 1], exact[lead_of(exact) > 0]),
        (finals[:, 0] - finals[:, 1] > 6, exact[lead_of(exact) > 6]),
        (finals.sum(axis=1) > 43, exact[points[:, None] + points > 43]),
        (finals[:, 1] > 20, exact[:, 21:]),
        (halves[:, 0] == halves[:, 1], np.diagonal(exact_half)),
        (drawn.scores[:, 2].sum(axis=1) > 0, np.diagonal(joint(game, Window(0, 2)))),
    ]
    for seen, mass in pairs:
        chance = float(mass.sum())
        assert abs(seen.mean() - chance) < 4.0 * np.sqrt(chance * (1.0 - chance) / 20_000)


def test_every_tuple_must_have_a_number_per_period() -> None:
    with pytest.raises(ValueError, match="2, 2 and 3 numbers"):
        a_basketball(restoring=(0.1, 0.1, 0.1))
