"""The worlds evaluator: it draws what the exact one computes, and the same worlds whoever draws them."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths.simulate import exact, worlds
from closeline.maths.simulate.exact import Window
from closeline.maths.simulate.kernels import alias_tables
from closeline.maths.simulate.script import Night, Overtime, Period, mirrored
from closeline.maths.simulate.streams import stream
from closeline.maths.simulate.worlds import simulate
from tests.builders.scripts import a_game, a_long_game, some_weights

ROOT = Path(__file__).parents[3]
COUNT = 20_000
SEED = 20_260_101
EXPECTED_LEAST = 15  # worlds that a cell must be expected in, to be compared by its standard error
WINDOWS = [
    Window(0, 3, overtime=True),
    Window(0, 1),
    Window(1, 2),
    Window(2, 3),
    Window(1, 3, overtime=True),
    Window(3, 3, overtime=True),
]


def digest(drawn):
    return hashlib.sha256(drawn.scores.tobytes()).hexdigest()


def errors(found, expected, inflation=1.0):
    """Return how many standard errors the likelier cells, and all others together, are away from what is expected."""
    likely = (expected * COUNT > EXPECTED_LEAST) & (expected < 1.0 - EXPECTED_LEAST / COUNT)
    found = np.append(found[likely], found[~likely].sum())
    expected = np.append(expected[likely], max(expected[~likely].sum(), 1.0 / COUNT))
    return (found - expected) / np.sqrt(inflation * expected * (1.0 - expected) / COUNT)


@pytest.mark.parametrize("may_tie", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_worlds_are_within_four_standard_errors_of_the_exact_distribution(window, may_tie):
    game = a_long_game(may_tie=may_tie)
    found = worlds.joint(simulate(game, COUNT, SEED), window, game[0].most)
    far = errors(found, exact.joint(game, window))

    assert far.size > (200 if window.start < window.stop else 2)
    assert np.abs(far).max() < 4.0
    assert far.std() < 1.25


def test_worlds_of_another_game_are_not():
    game = a_long_game()
    other = tuple(mirrored(night) for night in game)
    window = Window(0, 3, overtime=True)
    found = worlds.joint(simulate(other, COUNT, SEED), window, game[0].most)

    assert np.abs(errors(found, exact.joint(game, window))).max() > 10.0


@pytest.mark.parametrize("number", range(6))
def test_worlds_of_small_games_without_any_order_are_within_four_standard_errors(number):
    game = a_game("worlds", number, nights=2, may_tie=number % 2 == 0)
    drawn = simulate(game, COUNT, number)

    for window in (Window(0, 2, overtime=True), Window(0, 1), Window(1, 2)):
        far = errors(worlds.joint(drawn, window, game[0].most), exact.joint(game, window))
        assert np.abs(far).max(initial=0.0) < 4.0


@pytest.mark.parametrize("window", WINDOWS[:4], ids=str)
def test_weighted_worlds_are_within_four_standard_errors_of_the_exact_distribution(window):
    game = a_long_game()
    weights = some_weights(game[0].most, "worlds")
    drawn = worlds.reweighted(simulate(game, COUNT, SEED), weights)
    expected = exact.joint(game, window, weights)
    # The variance of a weighted share, with weights of mean 1 that hardly differ between cells (delta method).
    far = errors(worlds.joint(drawn, window, game[0].most), expected, (drawn.weights**2).mean())

    assert far.size > 200
    assert np.abs(far).max() < 4.0


def test_any_number_of_threads_and_any_batch_draw_the_same_worlds():
    game = a_long_game()
    alone = simulate(game, COUNT, SEED)

    for threads, batch in ((1, 1_000), (2, 25_000), (2, 1_000), (8, 333), (8, 127), (3, 19_999)):
        assert np.array_equal(simulate(game, COUNT, SEED, threads, batch).scores, alone.scores)


def test_more_worlds_begin_with_the_same_ones_and_another_seed_gives_others():
    game = a_long_game()
    some, more = simulate(game, 500, SEED), simulate(game, 1_300, SEED)

    assert np.array_equal(more.scores[:500], some.scores)
    assert (simulate(game, 500, SEED + 1).final() != some.final()).any(axis=1).mean() > 0.9


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_other_hashes_draws_the_same_worlds(hash_seed):
    script = (
        "import hashlib; from tests.builders.scripts import a_long_game; "
        "from closeline.maths.simulate.worlds import simulate; "
        f"print(hashlib.sha256(simulate(a_long_game(), 3_000, {SEED}, 2, 700).scores.tobytes()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == digest(simulate(a_long_game(), 3_000, SEED))


def test_seeds_of_any_size_are_taken():
    game = a_game("seeds")

    assert digest(simulate(game, 100, 2**64 + 5)) == digest(simulate(game, 100, 5))
    assert digest(simulate(game, 100, -1)) != digest(simulate(game, 100, 1))


def certain(weight, home, away, overtime=None):
    """Return a night on which every play gives the same points."""
    gains, chances = np.array([(home, away)]), np.ones((1, 1, 61))
    period = Period(np.zeros(3, dtype=np.int64), np.array([0.0, 1.0, 0.0]))
    return Night(weight, gains, chances, (period, period), overtime or Overtime(()))


def test_points_stand_in_the_periods_in_which_they_are_scored():
    drawn = simulate((certain(1.0, 3, 1),), 10, SEED)

    assert (drawn.scores == [(6, 2), (6, 2), (0, 0)]).all()
    assert (drawn.within(Window(1, 2)) == (6, 2)).all()
    assert (drawn.final() == (12, 4)).all()


def test_points_beyond_the_most_that_is_told_apart_are_not_counted():
    drawn = simulate((certain(1.0, 13, 9),), 10, SEED)

    assert (drawn.scores == [(26, 18), (4, 12), (0, 0)]).all()


def test_nights_are_drawn_as_often_as_they_weigh():
    nights = (certain(0.25, 1, 0), certain(0.6, 0, 1), certain(0.15, 2, 0))
    final = simulate(nights, COUNT, SEED).final()

    for night, points in zip(nights, ((4, 0), (0, 4), (8, 0)), strict=True):
        share = (final == points).all(axis=1).mean()
        assert abs(share - night.weight) < 4.0 * np.sqrt(night.weight * (1.0 - night.weight) / COUNT)


def test_an_overtime_is_played_from_a_tie_alone_and_until_somebody_leads():
    rounds = (np.array([[0.9, 0.05], [0.05, 0.0]]),)
    tied = simulate((certain(1.0, 2, 2, Overtime(rounds)),), 2_000, SEED)
    led = simulate((certain(1.0, 2, 1, Overtime(rounds)),), 2_000, SEED)

    assert (np.abs(tied.scores[:, 2, 0] - tied.scores[:, 2, 1]) == 1).all()
    assert not led.scores[:, 2].any()


def test_a_game_that_may_tie_ends_with_its_last_round():
    rounds = (np.array([[0.5, 0.0], [0.0, 0.5]]), np.array([[1.0]]))
    drawn = simulate((certain(1.0, 2, 2, Overtime(rounds, may_tie=True)),), 2_000, SEED)
    final = drawn.final()

    assert (final[:, 0] == final[:, 1]).all()
    assert set(final[:, 0].tolist()) == {8, 9}


def test_a_play_worth_more_points_than_a_table_holds_is_refused():
    period = Period(np.zeros(1, dtype=np.int64), np.ones(1))
    night = Night(1.0, np.array([(256, 0)]), np.ones((1, 1, 601)), (period,), Overtime(()))

    with pytest.raises(ValueError, match="at most 255"):
        simulate((night,), 10, SEED)


def shares(entries, outcomes):
    """Return what share of numbers draws which gains from a row of alias entries."""
    found = np.zeros(outcomes)
    for entry in entries.tolist():
        stays = (entry >> 32) / 2**32
        own, alias = (entry >> 16) & 0xFFFF, entry & 0xFFFF
        found[own % 256] += stays / outcomes
        found[alias % 256] += (1.0 - stays) / outcomes
    return found


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), outcomes=st.integers(1, 30))
def test_an_alias_table_draws_every_outcome_as_often_as_it_should(seed, outcomes):
    generator = stream("alias", seed)
    chances = generator.random((1, 3, outcomes)) ** 4 * (generator.random((1, 3, outcomes)) < 0.8)
    chances[:, :, int(generator.integers(outcomes))] += 0.01
    chances /= chances.sum(axis=2, keepdims=True)
    gains = np.zeros((1, outcomes, 2), dtype=np.int64)
    gains[0, :, 1] = np.arange(outcomes)
    entries = np.empty((1, 3 * outcomes), dtype=np.uint64)
    alias_tables(chances, gains, entries)

    for row, expected in zip(entries.reshape(3, outcomes), chances[0], strict=True):
        np.testing.assert_allclose(shares(row, outcomes), expected, rtol=0, atol=1e-9)
        assert not shares(row, outcomes)[expected == 0.0].any()


def test_weights_say_how_many_worlds_they_are_worth():
    game = a_long_game()
    drawn = simulate(game, 5_000, SEED)
    weighed = worlds.reweighted(drawn, some_weights(game[0].most, "effective"))

    assert drawn.effective == 5_000
    assert weighed.weights.mean() == pytest.approx(1.0)
    assert 4_000 < weighed.effective < 5_000
    assert worlds.joint(weighed, Window(0, 3, overtime=True), game[0].most).sum() == pytest.approx(1.0, abs=1e-12)
