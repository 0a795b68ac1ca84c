"""Baseball as its rules have it: who bats when, when a game is over, and what a level is worth."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import exact, worlds
from closeline.maths.simulate.baseball import (
    AHEAD,
    BEHIND,
    EVEN,
    MOST,
    PRESSING,
    Baseball,
    half_innings,
    standings,
    tilted,
    with_none,
)
from closeline.maths.simulate.exact import Window
from closeline.maths.simulate.parameters import read, to_json
from closeline.maths.simulate.sport import Levels, Rules

REGULAR, RUNNER, OCTOBER = Rules(2015), Rules(2022), Rules(2022, playoff=True)
REGULATION = Window(0, 9)
RUNS = np.arange(MOST + 1)
MARGINS = RUNS[:, None] - RUNS[None, :]
TOTALS = RUNS[:, None] + RUNS[None, :]
WORLDS = 20_000


def a_sport(**changes: Any) -> Baseball:
    falling = (0.15, 0.07, 0.03, 0.012, 0.005, 0.002, 0.001, 0.0004, 0.0002, 0.0001, 0.00004, 0.00002, 0.00001)
    with_runner = (0.34, 0.14, 0.07, 0.035, 0.015, 0.006, 0.002, 0.001, 0.0005, 0.0002, 0.0001, 0.00005, 0.00002)
    sport = Baseball(
        mean=0.48, innings=(1.1, 0.9, 1.0, 1.05, 1.03, 1.05, 1.0, 0.95, 0.92), extra=1.0,
        shapes=(falling, falling, falling), grips=(1.15,) * 5 + (1.0, 0.85, 0.7, 0.7), swings=(0.2,) * 5 + (0.1,) * 4,
        edges=(0.0,) * 6 + (0.03, 0.06, 0.1), press=0.15, walk_off=(0.08, 0.03, 0.01), runner=with_runner,
    )  # fmt: skip
    return replace(sport, **changes)


def a_sport_blind_to_the_score() -> Baseball:
    return a_sport(edges=(0.0,) * 9, press=0.0)


def _drawn(rules: Rules = REGULAR, levels: Levels | None = None) -> np.ndarray:
    """Return runs by world, inning (extra innings last) and team."""
    return worlds.simulate(a_sport().nights(levels or Levels(), rules), WORLDS, 7).scores.astype(np.int64)


def _lead_before_the_last(scores: np.ndarray) -> np.ndarray:
    return np.asarray((scores[:, :9, 0] - scores[:, :9, 1]).sum(axis=1) - scores[:, 8, 0])


def test_a_home_team_that_leads_does_not_bat_in_the_ninth() -> None:
    scores = _drawn()
    leading = _lead_before_the_last(scores) > 0

    assert leading.sum() > 5_000
    assert scores[leading, 8, 0].max() == 0
    assert scores[~leading, 8, 0].max() > 0


def test_the_ninth_is_over_with_the_winning_hit_and_only_a_home_run_brings_more_than_the_winning_run() -> None:
    scores = _drawn()
    before = _lead_before_the_last(scores)
    after = before + scores[:, 8, 0]
    won = (before <= 0) & (after > 0)
    shares = np.bincount(after[won], minlength=5)[1:] / won.sum()

    assert after[won].max() <= 4
    assert shares == pytest.approx([0.88, 0.08, 0.03, 0.01], abs=4 * np.sqrt(0.25 / won.sum()))


def test_a_last_half_inning_that_is_not_won_has_three_outs() -> None:
    sport, last = a_sport(swings=(0.0,) * 9), 17
    night = sport.nights(Levels(), REGULAR)[0]
    batting = half_innings(sport, np.zeros(1), np.zeros(1))[0, -1]

    for deficit in (1, 2, 3):
        chances = night.chances[last, : deficit + 1, MOST - deficit]
        assert chances == pytest.approx(batting[BEHIND, : deficit + 1], abs=1e-12)


@pytest.mark.parametrize("rules", [REGULAR, RUNNER, OCTOBER])
def test_no_game_ends_in_a_tie(rules: Rules) -> None:
    final = exact.final(a_sport().nights(Levels(0.1, -0.1), rules))

    assert np.trace(final) < 1e-12
    assert final.sum() == pytest.approx(1.0, abs=1e-12)


def test_extra_innings_follow_a_tie_only_and_a_home_win_in_them_is_a_walk_off() -> None:
    scores = _drawn()
    tied = (scores[:, :9, 0] - scores[:, :9, 1]).sum(axis=1) == 0
    extra = scores[tied, 9, 0] - scores[tied, 9, 1]

    assert scores[~tied, 9].max() == 0
    assert extra.max() <= 4
    assert extra.min() < -4


def test_a_runner_stands_on_second_in_regular_seasons_since_2020_and_never_in_the_play_offs() -> None:
    games = {rules: a_sport().nights(Levels(), rules) for rules in (Rules(2019), Rules(2020), OCTOBER)}
    quiet = {rules: game[0].overtime.rounds[0][0, 0] for rules, game in games.items()}

    assert quiet[Rules(2020)] < quiet[Rules(2019)] - 0.2
    assert exact.final(games[OCTOBER]) == pytest.approx(exact.final(games[Rules(2019)]), abs=0.0)


def test_what_the_score_does_to_the_team_at_bat() -> None:
    behind = np.array([-5, -2, -1, 0, 1, 4, 5])

    assert standings(behind).tolist() == [AHEAD, AHEAD, EVEN, EVEN, BEHIND, BEHIND, EVEN]
    assert standings(behind, last=True).tolist() == [AHEAD, AHEAD, EVEN, PRESSING, BEHIND, BEHIND, EVEN]


def test_late_innings_favour_the_leader_and_early_ones_do_not() -> None:
    batting = half_innings(a_sport(), np.zeros(1), np.zeros(1))[0] @ np.arange(14)

    assert batting[0, BEHIND] == pytest.approx(batting[0, AHEAD], abs=1e-12)
    assert batting[8, AHEAD] / batting[8, EVEN] == pytest.approx(np.exp(0.1), abs=1e-9)
    assert batting[8, BEHIND] / batting[8, EVEN] == pytest.approx(np.exp(-0.1), abs=1e-9)
    assert batting[8, PRESSING] / batting[8, EVEN] == pytest.approx(np.exp(0.15), abs=1e-9)
    assert batting[7, PRESSING] == pytest.approx(batting[7, EVEN], abs=1e-12)


def test_exchanging_the_levels_mirrors_the_first_eight_innings_and_who_wins() -> None:
    sport = a_sport_blind_to_the_score()
    game, turned = (sport.nights(levels, REGULAR) for levels in (Levels(0.25, -0.1), Levels(-0.1, 0.25)))
    eight = Window(0, 8)

    assert exact.joint(turned, eight) == pytest.approx(exact.joint(game, eight).T, abs=1e-12)
    assert exact.final(turned)[MARGINS < 0].sum() == pytest.approx(exact.final(game)[MARGINS > 0].sum(), abs=1e-12)


def test_batting_last_alone_does_not_win_games_between_equal_teams_though_its_runs_are_fewer() -> None:
    final = exact.final(a_sport_blind_to_the_score().nights(Levels(), REGULAR))

    assert final[MARGINS > 0].sum() == pytest.approx(0.5, abs=1e-12)
    assert (final * MARGINS).sum() < -0.2


def test_pressing_and_guarded_leads_leave_equal_teams_within_a_hundredth_of_even() -> None:
    final = exact.final(a_sport().nights(Levels(), REGULAR))
    assert final[MARGINS > 0].sum() == pytest.approx(0.5, abs=0.01)


def test_a_level_shows_more_against_the_starter_than_against_the_bullpen() -> None:
    game = a_sport().nights(Levels(0.3, -0.3), REGULAR)
    ratios = []
    for inning in (1, 7):
        runs = exact.joint(game, Window(inning, inning + 1))
        ratios.append((runs.sum(axis=1) @ RUNS) / (runs.sum(axis=0) @ RUNS))

    assert ratios[0] == pytest.approx(np.exp(0.6 * 1.15), rel=0.01)
    assert ratios[1] == pytest.approx(np.exp(0.6 * 0.7), rel=0.1)


def test_nights_spread_what_a_team_scores_and_leave_the_teams_apart() -> None:
    wide = exact.joint(a_sport().nights(Levels(), REGULAR), Window(0, 5))
    calm = exact.joint(a_sport(swings=(0.0,) * 9).nights(Levels(), REGULAR), Window(0, 5))
    home = {name: joint.sum(axis=1) for name, joint in (("wide", wide), ("calm", calm))}
    variances = {name: mass @ RUNS**2 - (mass @ RUNS) ** 2 for name, mass in home.items()}
    covariance = (wide * np.outer(RUNS, RUNS)).sum() - (home["wide"] @ RUNS) * (wide.sum(axis=0) @ RUNS)

    assert variances["wide"] > 1.03 * variances["calm"]
    assert covariance == pytest.approx(0.0, abs=1e-9)


def test_a_tilted_shape_has_the_wanted_mean_and_only_its_mean_moves() -> None:
    shape = with_none(a_sport().shapes[0])
    means = np.log(np.array([0.2, 0.5, 1.4]))
    chances = tilted(shape, means)
    odds = chances[:, 2] * chances[:, 0] / chances[:, 1] ** 2  # e^(t k) leaves this ratio alone

    assert chances @ np.arange(shape.size) == pytest.approx(np.exp(means), rel=1e-9)
    assert odds == pytest.approx(shape[2] * shape[0] / shape[1] ** 2, rel=1e-9)


def test_teams_that_score_absurdly_little_or_much_still_give_a_game() -> None:
    for level in (-4.0, 4.0):
        final = exact.final(a_sport().nights(Levels(level, -level), REGULAR))
        assert final.sum() == pytest.approx(1.0, abs=1e-9)


def test_no_more_than_one_team_in_a_million_scores_more_runs_than_are_told_apart() -> None:
    final = exact.final(a_sport().nights(Levels(), REGULAR))
    assert final[MOST].sum() + final[:, MOST].sum() < 1e-6


def test_worlds_agree_with_the_exact_evaluator() -> None:
    levels = Levels(0.1, -0.05)
    game = a_sport().nights(levels, REGULAR)
    scores, final = _drawn(levels=levels), exact.final(game)
    five, regulation = exact.joint(game, Window(0, 5)), exact.joint(game, REGULATION)
    margin, total = np.diff(scores.sum(axis=1)[:, ::-1])[:, 0], scores.sum(axis=(1, 2))
    early = scores[:, :5].sum(axis=1)
    pairs = [
        (final[MARGINS > 0].sum(), margin > 0),
        (final[MARGINS > 1].sum(), margin > 1),
        (final[np.abs(MARGINS) == 1].sum(), np.abs(margin) == 1),
        (final[TOTALS > 8].sum(), total > 8),
        (five[MARGINS == 0].sum(), early[:, 0] == early[:, 1]),
        (regulation[MARGINS == 0].sum(), scores[:, :9, 0].sum(axis=1) == scores[:, :9, 1].sum(axis=1)),
        (exact.joint(game, Window(8, 9))[0].sum(), scores[:, 8, 0] == 0),
    ]

    for chance, happened in pairs:
        assert happened.mean() == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / WORLDS))


def test_parameters_survive_their_text() -> None:
    assert read(Baseball, to_json(a_sport())) == a_sport()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"innings": (1.0,) * 8}, "innings must be 9 numbers, were 8"),
        ({"edges": (0.0,) * 10}, "edges must be 9 numbers, were 10"),
        ({"shapes": a_sport().shapes[:2]}, "shapes must be 3, each as long as runner, were 2"),
        ({"runner": (0.3, 0.2)}, "shapes must be 3, each as long as runner"),
        ({"walk_off": (0.5, 0.5)}, "must sum to less than 1, summed to 1"),
        ({"walk_off": (-0.1, 0.5)}, "must sum to less than 1"),
    ],
)
def test_parameters_that_are_no_baseball_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        a_sport(**changes)
