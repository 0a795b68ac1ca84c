"""Hockey: the rules of the game, what teams do with a lead and with the clock, and both evaluators alike."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from closeline.maths.simulate import worlds
from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.hockey import Hockey
from closeline.maths.simulate.script import Night
from closeline.maths.simulate.sport import Levels, Rules

REGULATION = Window(0, 3)
SEASON, PLAYOFF = Rules(2016), Rules(2016, playoff=True)
EVEN, STRONG, WEAK = Levels(), Levels(0.25, -0.1), Levels(-0.1, 0.25)
LAST = -1


def a_hockey(**changes: Any) -> Hockey:
    """Build a hockey of about 5.6 goals whose goalies are pulled early enough to see."""
    hockey = Hockey(
        period_rates=(2.3, 2.75, 2.4),
        play_seconds=40,
        endgame_seconds=10,
        trailing=(1.05, 1.1, 1.15),
        leading=(0.98, 0.96, 0.94),
        caution=0.8,
        pull_minutes=(2.0, 3.0, 1.0),
        pull_spread=0.5,
        extra_attacker=7.0,
        empty_net=15.0,
        four_a_side=3.5,
        three_a_side=6.65,
    )
    return replace(hockey, **changes)


def the_night(hockey: Hockey, levels: Levels = EVEN, rules: Rules = SEASON) -> Night:
    (night,) = hockey.nights(levels, rules)
    return night


def rates(hockey: Hockey, period: int, play: int, lead: int) -> tuple[float, float]:
    """Return both teams' goals in sixty minutes in one play of an even game, home being so far in front."""
    night = the_night(hockey)
    seconds = hockey.endgame_seconds if period == 2 and play < 0 else hockey.play_seconds
    none, home, away = night.chances[night.periods[period].plays[play], :, night.most + lead]
    hourly = -np.log(none) * 3600.0 / seconds / (home + away)
    return float(home * hourly), float(away * hourly)


def margins(scores: np.ndarray) -> np.ndarray:
    goals = np.arange(scores.shape[0])
    return goals[:, None] - goals


def test_exchanging_the_teams_mirrors_the_game() -> None:
    for rules in (SEASON, PLAYOFF):
        there, back = final(a_hockey().nights(STRONG, rules)), final(a_hockey().nights(WEAK, rules))
        assert np.abs(there - back.T).max() < 1e-12
        assert np.abs(there - there.T).max() > 1e-3


def test_equal_teams_play_a_symmetric_game() -> None:
    even = final(a_hockey().nights(Levels(0.1, 0.1), SEASON))
    assert np.abs(even - even.T).max() < 1e-12


@pytest.mark.parametrize("rules", [SEASON, PLAYOFF, Rules(2014)])
def test_a_tie_is_broken_by_exactly_one_goal_and_nothing_else_is_added(rules: Rules) -> None:
    drawn = worlds.simulate(a_hockey().nights(STRONG, rules), 5_000, seed=3)
    regulation = drawn.within(REGULATION)
    tied = regulation[:, 0] == regulation[:, 1]
    assert 0.15 < tied.mean() < 0.35
    np.testing.assert_array_equal(drawn.scores[:, 3].sum(axis=1), tied.astype(int))


@pytest.mark.parametrize("rules", [SEASON, PLAYOFF])
def test_no_game_ends_tied(rules: Rules) -> None:
    assert np.trace(final(a_hockey().nights(STRONG, rules))) < 1e-12


def test_three_a_side_decides_more_overtimes_than_four_a_side_did() -> None:
    undecided = [the_night(a_hockey(), rules=Rules(season)).overtime.rounds[0][0, 0] for season in (2014, 2015)]
    assert undecided == pytest.approx([np.exp(-2 * 3.5 / 12), np.exp(-2 * 6.65 / 12)])


def test_a_shootout_is_a_coin_and_play_offs_have_none() -> None:
    regular, playoff = (the_night(a_hockey(), STRONG, rules).overtime.rounds for rules in (SEASON, PLAYOFF))
    np.testing.assert_array_equal(regular[LAST], [[0.0, 0.5], [0.5, 0.0]])
    assert (len(regular), len(playoff)) == (2, 1)


def test_the_better_team_wins_sudden_death_by_its_share_of_the_goals() -> None:
    shares = []
    for rules in (SEASON, PLAYOFF):
        game = a_hockey().nights(STRONG, rules)
        before, after = joint(game, REGULATION), final(game)
        won = (after - before)[margins(after) > 0].sum()
        shares.append(won / np.trace(before))
    better = 1.0 / (1.0 + np.exp(STRONG.away - STRONG.home))
    assert shares[1] == pytest.approx(better)
    assert 0.5 < shares[0] < better


def test_at_most_one_goal_falls_in_a_play_and_periods_last_twenty_minutes() -> None:
    first, second, third = the_night(a_hockey()).periods
    assert the_night(a_hockey()).gains.sum(axis=1).max() == 1
    assert first.plays.size * 40 == second.plays.size * 40 == 1200
    assert third.plays.size == 15 + 60, "ten minutes of long plays, and ten of short ones"


def test_every_period_has_its_own_rate() -> None:
    home = [rates(a_hockey(), period, 0, 0)[0] for period in range(3)]
    assert home == pytest.approx([2.3, 2.75, 2.4])


def test_a_lead_slows_the_leader_and_drives_the_other_team() -> None:
    hockey = a_hockey()
    for lead, leader, trailer in ((1, 0.98, 1.05), (2, 0.96, 1.1), (3, 0.94, 1.15), (6, 0.94, 1.15)):
        assert rates(hockey, 0, 0, lead) == pytest.approx((2.3 * leader, 2.3 * trailer))
        assert rates(hockey, 0, 0, -lead) == pytest.approx((2.3 * trailer, 2.3 * leader))


def test_a_tied_game_is_played_with_caution_in_its_last_ten_minutes_only() -> None:
    for play in (-60, LAST):
        assert rates(a_hockey(), 2, play, 0) == pytest.approx((2.4 * 0.8, 2.4 * 0.8))
    assert rates(a_hockey(), 2, 14, 0) == pytest.approx((2.4, 2.4))
    assert rates(a_hockey(), 2, -60, 1) == pytest.approx((2.4 * 0.98, 2.4 * 1.05))


def test_a_team_behind_at_the_end_pulls_its_goalie_for_a_sixth_attacker() -> None:
    assert rates(a_hockey(), 2, LAST, 1) == pytest.approx((15.0, 7.0))
    assert rates(a_hockey(), 2, LAST, -2) == pytest.approx((7.0, 15.0))
    assert rates(a_hockey(), 2, LAST, 4) == pytest.approx((2.4 * 0.94, 2.4 * 1.15)), "four behind is lost"


def test_the_goalie_goes_between_the_first_and_the_last_minute_that_teams_choose() -> None:
    half = rates(a_hockey(endgame_seconds=60), 2, -3, 2)  # half past two left, where two behind pull at three
    assert rates(a_hockey(), 2, -16, 1) == pytest.approx((2.4 * 0.98, 2.4 * 1.05)), "2:35 left: nobody does yet"
    assert half == pytest.approx((15.0, 7.0))
    middle = rates(a_hockey(endgame_seconds=60), 2, -2, 1)  # half past one left: everybody has just done it
    early = rates(a_hockey(endgame_seconds=120), 2, LAST, 3)  # a minute left, where three behind pull at one
    assert middle == pytest.approx((15.0, 7.0))
    assert early == pytest.approx(((15.0 + 2.4 * 0.94) / 2, (7.0 + 2.4 * 1.15) / 2))


def test_empty_nets_and_caution_make_one_goal_games_more_likely_than_two_goal_games() -> None:
    plain = a_hockey(pull_minutes=(), caution=1.0, trailing=(1.0,), leading=(1.0,))
    chances = [final(hockey.nights(EVEN, SEASON)) for hockey in (a_hockey(), plain)]
    two, three = ([scores[np.abs(margins(scores)) == by].sum() for scores in chances] for by in (2, 3))
    tied = [np.trace(joint(hockey.nights(EVEN, SEASON), REGULATION)) for hockey in (a_hockey(), plain)]
    assert tied[0] > tied[1] + 0.03
    assert two[0] < two[1]
    assert three[0] > three[1]


def test_nothing_that_a_game_does_is_cut_off() -> None:
    wild = final(a_hockey().nights(Levels(0.25, 0.25), SEASON))
    assert wild[-1].sum() + wild[:, -1].sum() < 1e-9


@pytest.mark.parametrize("rules", [SEASON, PLAYOFF])
def test_worlds_and_the_exact_evaluator_agree(rules: Rules) -> None:
    game, count = a_hockey().nights(STRONG, rules), 20_000
    drawn = worlds.simulate(game, count, seed=11)
    full = Window(0, 3, overtime=True)
    for window, says in (
        (full, lambda home, away: home > away),
        (full, lambda home, away: home - away > 1.5),
        (full, lambda home, away: home + away > 5.5),
        (Window(0, 1), lambda home, away: home == away),
        (Window(2, 3), lambda home, away: home + away > 1.5),
        (REGULATION, lambda home, away: home == away),
    ):
        scores = joint(game, window)
        exact = scores[says(*np.indices(scores.shape))].sum()
        seen = says(*drawn.within(window).T).mean()
        assert abs(seen - exact) < 4.0 * np.sqrt(exact * (1.0 - exact) / count)


@pytest.mark.parametrize("changes", [{"play_seconds": 7}, {"endgame_seconds": 0}, {"period_rates": (2.3, 2.7)}])
def test_plays_that_do_not_fill_three_periods_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        a_hockey(**changes)
