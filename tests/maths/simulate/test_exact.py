"""The exact evaluator: what it says of a game is what counting every way the game may go says."""

from collections import Counter
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths.simulate.exact import Window, final, joint
from closeline.maths.simulate.kernels import back_through_period, through_period, through_round
from closeline.maths.simulate.script import Night, Overtime, Period, mirrored
from closeline.maths.simulate.streams import stream
from tests.builders.scripts import a_game, a_long_game, some_chances, some_weights

AGREED = 1e-12
NEVER = 1e-18  # ties left after so many rounds that nothing compared here would notice
WINDOWS = [
    Window(start, stop, overtime) for start in range(3) for stop in range(start, 3) for overtime in (stop == 2, False)
]
SEEDS = st.integers(0, 10**6)


a_known_game = cache(a_game)


@lru_cache(maxsize=8)
def regulations(night):
    """Return every way regulation may go, play by play: points by period, and the chance of that way."""
    return list(_from(night, 0, 0, True, [(0, 0)] * len(night.periods), 1.0))


def _from(night, number, slot, beginning, points, chance):
    if number == len(night.periods):
        yield points, chance
    elif beginning:
        for first, share in enumerate(night.periods[number].starts):
            yield from _from(night, number, first, False, points, chance * share)
    elif slot == night.periods[number].plays.size:
        yield from _from(night, number + 1, 0, True, points, chance)
    else:
        home, away = (sum(side) for side in zip(*points, strict=True))
        table = night.periods[number].plays[slot]
        for gained, likely in zip(night.gains, night.chances[table, :, home - away + night.most], strict=True):
            more = min(night.most, home + gained[0]) - home, min(night.most, away + gained[1]) - away
            after = [(h + more[0], a + more[1]) if at == number else (h, a) for at, (h, a) in enumerate(points)]
            yield from _from(night, number, slot + 1, False, after, chance * likely)


def overtimes(night, home, away):
    """Return the points of every overtime that follows a score, with their chances."""
    found: Counter[tuple[int, int]] = Counter()
    tied = Counter({(0, 0): 1.0} if home == away and night.overtime.rounds else {})
    if not tied:
        return {(0, 0): 1.0}
    number = 0
    while sum(tied.values()) > NEVER and not (night.overtime.may_tie and number == len(night.overtime.rounds)):
        chances, before, tied = night.overtime.rounds[min(number, len(night.overtime.rounds) - 1)], tied, Counter()
        for (h, a), chance in before.items():
            for (more, other), likely in np.ndenumerate(chances):
                (tied if more == other else found)[h + more, a + other] += chance * likely
        number += 1
    return found + tied


def counted(game, window, weights=None):
    """Return the joint distribution of a window's points by counting."""
    most = game[0].most
    found = np.zeros((most + 1, most + 1))
    for night in game:
        for points, chance in regulations(night):
            home, away = (sum(side) for side in zip(*points, strict=True))
            for extra, likely in overtimes(night, home, away).items():
                inside = [*points[window.start : window.stop], *([extra] if window.overtime else [])]
                at = tuple(min(most, sum(side)) for side in zip((0, 0), *inside, strict=True))
                end = min(most, home + extra[0]), min(most, away + extra[1])
                found[at] += night.weight * chance * likely * (1.0 if weights is None else weights[end])
    return found / found.sum()


def farthest(game, window=None, weights=None, truth=None):
    """Return how far the exact evaluator is from counting the true game, by default this one."""
    window = window or Window(0, 2, overtime=True)
    return np.abs(joint(game, window, weights) - counted(truth or game, window, weights)).max()


@pytest.mark.parametrize("may_tie", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_every_window_is_what_counting_every_path_gives(window, may_tie):
    game = a_known_game("window", nights=2, may_tie=may_tie)

    assert farthest(game, window) < AGREED


@pytest.mark.parametrize("may_tie", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_every_window_of_weighted_games_is_what_counting_every_path_gives(window, may_tie):
    game = a_known_game("weighted window", nights=2, may_tie=may_tie)

    assert farthest(game, window, some_weights(game[0].most, window)) < AGREED


@settings(max_examples=15)
@given(
    seed=SEEDS, may_tie=st.booleans(), overtime=st.booleans(), window=st.sampled_from(WINDOWS), weighted=st.booleans()
)
def test_any_small_game_is_what_counting_every_path_gives(seed, may_tie, overtime, window, weighted):
    game = a_game(seed, may_tie=may_tie, overtime=overtime)

    assert farthest(game, window, some_weights(game[0].most, seed) if weighted else None) < AGREED


@settings(max_examples=15)
@given(seed=SEEDS, most=st.integers(1, 8), largest=st.integers(1, 11))
def test_points_beyond_the_most_that_is_told_apart_count_as_the_most(seed, most, largest):
    game = a_game("cut off", seed, most=most, largest=largest, overtime=False)

    assert farthest(game) < AGREED
    assert abs(final(game).sum() - 1.0) < AGREED


@settings(max_examples=15)
@given(seed=SEEDS, most=st.integers(1, 8), may_tie=st.booleans())
def test_no_mass_is_lost_where_scores_and_overtimes_are_cut_off(seed, most, may_tie):
    game = a_game("cut off", seed, most=most, largest=9, may_tie=may_tie)
    weights = some_weights(most, seed)

    for window in WINDOWS:
        assert abs(joint(game, window).sum() - 1.0) < AGREED
        assert abs(joint(game, window, weights).sum() - 1.0) < AGREED


def with_gains_swapped(night):
    return replace(night, gains=night.gains[:, ::-1].copy())


def without_overtime(night):
    return replace(night, overtime=Overtime(()))


def ending_with_its_rounds(night):
    return replace(night, overtime=replace(night.overtime, may_tie=True))


def with_margins_read_backwards(night):
    return replace(night, chances=night.chances[:, :, ::-1].copy())


def with_margins_one_too_high(night):
    return replace(night, chances=np.roll(night.chances, 1, axis=2))


def with_every_period_begun_at_once(night):
    return replace(night, periods=tuple(Period(period.plays, np.array([1.0, 0.0])) for period in night.periods))


def with_the_first_table_only(night):
    return replace(night, periods=tuple(Period(period.plays * 0, period.starts) for period in night.periods))


def without_its_last_play(night):
    first, last = night.periods
    return replace(night, periods=(first, Period(last.plays[:1], np.ones(1))))


FAULTS = [
    with_gains_swapped,
    without_overtime,
    ending_with_its_rounds,
    with_margins_read_backwards,
    with_margins_one_too_high,
    with_every_period_begun_at_once,
    with_the_first_table_only,
    without_its_last_play,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_counting_tells_a_wrong_evaluation_from_a_right_one(fault):
    game = a_known_game("planted")

    assert farthest(game) < AGREED
    assert farthest(tuple(fault(night) for night in game), truth=game) > 1e6 * AGREED


def test_the_whole_game_is_its_final_score():
    game = a_long_game()

    assert np.array_equal(joint(game, Window(0, 3, overtime=True)), final(game))


def test_equal_weights_change_nothing():
    game = a_long_game()
    ones = np.ones((game[0].most + 1, game[0].most + 1))

    for window in (Window(0, 1), Window(1, 2), Window(2, 3), Window(1, 3, overtime=True)):
        np.testing.assert_allclose(joint(game, window, ones), joint(game, window), rtol=0, atol=AGREED)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_points_of_all_stretches_are_those_of_the_game(weighted):
    game = a_long_game()
    points = np.arange(game[0].most + 1)
    weights = some_weights(game[0].most, "sum") if weighted else None
    stretches = (Window(0, 1), Window(1, 2), Window(2, 3), Window(3, 3, overtime=True))
    means = [joint(game, window, weights).sum(axis=1) @ points for window in stretches]

    assert joint(game, Window(0, 3, overtime=True), weights).sum(axis=1) @ points == pytest.approx(sum(means), abs=1e-9)


def test_home_and_away_exchanged_exchange_the_scores():
    game = a_long_game()
    other = tuple(mirrored(night) for night in game)
    weights = some_weights(game[0].most, "mirrored")

    for window in (Window(0, 3, overtime=True), Window(1, 2), Window(2, 3, overtime=True)):
        np.testing.assert_allclose(joint(other, window), joint(game, window).T, rtol=0, atol=1e-15)
        turned = joint(other, window, weights.T.copy())
        np.testing.assert_allclose(turned, joint(game, window, weights).T, rtol=0, atol=1e-15)


def test_an_exchange_of_home_and_away_is_exact_where_every_sum_has_the_same_order():
    night = a_game("mirrored", overtime=False)[0]

    assert np.array_equal(final((mirrored(night),)), final((night,)).T)


def through(kernel, mass, night, ahead=0):
    """Run a kernel over the first period of a night: chances by falling margin, edges repeated."""
    deficit = np.pad(night.chances[:, :, ::-1], ((0, 0), (0, 0), (night.most, night.most)), mode="edge")
    gains = np.tile(night.gains, (len(deficit), 1, 1))
    counts, period = np.full(len(deficit), len(night.gains)), night.periods[0]
    return kernel(mass, deficit, gains, counts, period.plays, period.starts, 2 * night.most - ahead)


def played_plainly(mass, night, ahead):
    """Play the first period of a night with numpy alone."""
    most, period = night.most, night.periods[0]
    home, away = np.indices(mass.shape)
    now = np.zeros_like(mass)
    for table, share in zip(period.plays, period.starts, strict=True):
        now, after = now + share * mass, np.zeros_like(mass)
        chances = night.chances[table][:, np.clip(home - away + ahead, -most, most) + most]
        for (more, other), chance in zip(night.gains, chances, strict=True):
            np.add.at(after, (np.minimum(home + more, most), np.minimum(away + other, most)), now * chance)
        now = after
    return now


@pytest.mark.parametrize("ahead", [-70, -9, 0, 33, 70])
@pytest.mark.parametrize("most", [70, 30])
def test_a_long_period_is_what_numpy_alone_makes_of_it(most, ahead):
    night = a_long_game(most)[0]
    ahead = max(-most, min(most, ahead))
    before = np.zeros((most + 1, most + 1))
    before[0, 0], before[most // 3, most // 5], before[most, 2] = 0.5, 0.3, 0.2
    found = through(through_period, before, night, ahead)

    np.testing.assert_allclose(found, played_plainly(before, night, ahead), rtol=0, atol=1e-14)


@pytest.mark.parametrize("most", [70, 30])
def test_scores_that_a_team_has_left_behind_for_good_are_empty(most):
    chances = some_chances(stream("always"), 3, most)
    period = Period(np.tile([0, 1, 2], 6), np.repeat([0.5, 0.0], [2, 16]))
    night = Night(1.0, np.array([(1, 1), (2, 1), (1, 3)]), chances, (period,), Overtime(()))
    before = np.zeros((most + 1, most + 1))
    before[0, 0] = 1.0
    found = through(through_period, before, night)

    np.testing.assert_allclose(found, played_plainly(before, night, 0), rtol=0, atol=1e-14)
    assert not found[:17].any()


@pytest.mark.parametrize("ahead", [-3, 0, 3])
def test_a_round_of_overtime_loses_no_tie_at_the_top(ahead):
    mass, tied = np.zeros((6, 6)), np.zeros(6)
    tied[max(0, -ahead) : 6 - max(0, ahead)] = 0.1
    still = through_round(mass, tied, np.array([[0.2, 0.1, 0.0], [0.2, 0.3, 0.1], [0.0, 0.0, 0.1]]), ahead)

    assert still.sum() == pytest.approx(0.6 * tied.sum(), abs=1e-15)
    assert mass.sum() == pytest.approx(0.4 * tied.sum(), abs=1e-15)
    assert not still[6 - max(0, ahead) :].any()


@pytest.mark.parametrize("most", [70, 30])
def test_an_expectation_is_the_same_before_and_after_a_period(most):
    night = a_long_game(most)[0]
    value = some_weights(most, "value")
    before = some_weights(most, "mass")
    before /= before.sum()
    after, back = through(through_period, before, night), through(back_through_period, value, night)

    assert (before * back).sum() == pytest.approx((after * value).sum(), rel=1e-12)
