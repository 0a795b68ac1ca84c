"""The clustered bootstrap against its closed form, and against the ordinary bootstrap where no cluster is shared."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths import bootstrap


def streams(seed=0):
    return np.random.default_rng(seed)


def clustered_sample(*, games=400, seed=5):
    generator = streams(seed)
    sizes = generator.integers(1, 6, games)
    shared = np.repeat(generator.normal(0.1, 1.0, games), sizes)
    return shared + generator.normal(0, 0.5, sizes.sum()), np.repeat(np.arange(games), sizes)


def test_the_bootstrap_spread_is_the_closed_form_standard_error():
    values, games = clustered_sample()

    interval = bootstrap.clustered_mean_interval(values, games, level=0.6827, resamples=4000, generator=streams())

    half = (interval.high - interval.low) / 2
    assert half == pytest.approx(bootstrap.clustered_standard_error(values, games), rel=0.06)
    assert interval.mean == pytest.approx(values.mean())
    assert (interval.n, interval.clusters) == (values.size, 400)


def test_picks_on_one_game_widen_the_interval():
    values, games = clustered_sample()

    clustered = bootstrap.clustered_standard_error(values, games)
    alone = bootstrap.clustered_standard_error(values, np.arange(values.size))

    assert clustered > 1.5 * alone
    assert alone == pytest.approx(values.std(ddof=1) / math.sqrt(values.size), rel=1e-12)


def test_the_upper_bound_is_the_quantile_of_the_same_resamples():
    values, games = clustered_sample()

    upper = bootstrap.clustered_upper_bound(values, games, level=0.90, generator=streams(1))
    both = bootstrap.clustered_mean_interval(values, games, level=0.80, generator=streams(1))

    assert upper == pytest.approx(both.high, rel=1e-12)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    generator = streams(17)
    covered = 0
    for _ in range(200):
        values, games = clustered_sample(games=60, seed=int(generator.integers(1 << 30)))
        interval = bootstrap.clustered_mean_interval(values, games, level=0.9, resamples=300, generator=generator)
        covered += interval.low <= 0.1 <= interval.high

    # Binomial(200, .9) lies in [164, 194] but for one time in a thousand; percentile intervals run a little short.
    assert 160 <= covered <= 196


def test_blocks_change_the_memory_and_never_the_result(monkeypatch):
    values, games = clustered_sample(games=70)
    whole = bootstrap.clustered_mean_interval(values, games, resamples=333, generator=streams(2))

    monkeypatch.setattr(bootstrap, "_DRAWS_PER_BLOCK", 500)
    in_blocks = bootstrap.clustered_mean_interval(values, games, resamples=333, generator=streams(2))

    assert in_blocks == whole


def test_the_names_of_games_do_not_matter_to_the_closed_form():
    values, games = clustered_sample()
    names = np.array([f"nba_game_{g}" for g in games])

    assert bootstrap.clustered_standard_error(values, names) == bootstrap.clustered_standard_error(values, games)


@settings(deadline=None)
@given(st.floats(-5, 5), st.integers(2, 30))
def test_equal_values_have_no_spread(value, n):
    interval = bootstrap.clustered_mean_interval([value] * n, list(range(n)), resamples=20, generator=streams())

    assert interval.low == pytest.approx(value, abs=1e-12)
    assert interval.high == pytest.approx(value, abs=1e-12)


def test_a_single_game_has_no_standard_error():
    assert math.isnan(bootstrap.clustered_standard_error([0.1, 0.2], ["g", "g"]))


@pytest.mark.parametrize(
    ("values", "level", "resamples", "words"),
    [([], 0.9, 10, "was empty"), ([1.0], 1.0, 10, "was 1.0"), ([1.0], 0.9, 0, "was 0")],
)
def test_impossible_requests_are_refused_in_words(values, level, resamples, words):
    with pytest.raises(ValueError, match=words):
        bootstrap.clustered_mean_interval(
            values, list(range(len(values))), level=level, resamples=resamples, generator=streams()
        )
