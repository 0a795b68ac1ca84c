"""Scores against definitions written out longhand, scikit-learn and numerical integrals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from closeline.maths import score

probabilities = st.floats(0.0, 1.0)
samples = st.lists(st.tuples(probabilities, st.integers(0, 1)), min_size=1, max_size=40)


def split(sample):
    return np.array([p for p, _ in sample]), np.array([y for _, y in sample], dtype=float)


@settings(deadline=None)
@given(samples)
def test_brier_and_log_loss_are_the_sums_one_would_write_by_hand(sample):
    p, y = split(sample)

    brier = sum((a - b) ** 2 for a, b in sample) / len(sample)
    clipped = [min(max(a, 1e-6), 1 - 1e-6) for a, _ in sample]
    loss = -sum(math.log(c if b else 1 - c) for c, (_, b) in zip(clipped, sample, strict=True)) / len(sample)

    assert score.brier(p, y) == pytest.approx(brier, abs=1e-12)
    assert score.log_loss(p, y) == pytest.approx(loss, abs=1e-9)


def test_scores_agree_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(4)
    p = generator.random(500)
    y = (generator.random(500) < p).astype(float)

    assert score.brier(p, y) == pytest.approx(metrics.brier_score_loss(y, p), rel=1e-12)
    assert score.log_loss(p, y) == pytest.approx(metrics.log_loss(y, np.clip(p, 1e-6, 1 - 1e-6)), rel=1e-12)


@settings(deadline=None)
@given(samples)
def test_the_murphy_parts_add_up_to_the_brier_score(sample):
    parts = score.murphy_decomposition(*split(sample))

    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(parts.brier, abs=1e-12)
    assert min(parts.reliability, parts.resolution, parts.uncertainty) >= 0.0


def test_the_truth_has_the_best_expected_score():
    truth, others = 0.37, np.linspace(0.01, 0.99, 99)

    for scores in (score.brier_scores, score.log_losses):
        expected = truth * scores(others, np.ones(99)) + (1 - truth) * scores(others, np.zeros(99))

        assert others[expected.argmin()] == pytest.approx(truth)


def test_a_forecast_has_no_skill_against_itself_and_all_of_it_when_perfect():
    p, y = np.array([0.6, 0.3, 0.8]), np.array([1, 0, 1])

    assert score.brier_skill(p, p, y) == 0.0
    assert score.brier_skill(y, p, y) == 1.0
    assert math.isnan(score.brier_skill(p, y, y))


def test_pushes_halves_and_voids_leave_the_sample_and_are_counted():
    result = score.push_aware_brier([0.5, 0.5, 0.4, 0.6, 0.5], [0.05, 0.0, 0.2, 0.0, 0.0], [0, math.nan, 1, -1, 0.5])

    assert (result.n, result.n_push, result.n_void) == (2, 1, 1)
    assert result.brier == pytest.approx(((0.5 - 1) ** 2 + 0.6**2) / 2)


def test_a_sample_of_pushes_has_no_score():
    assert math.isnan(score.push_aware_brier([0.5], [0.1], [0.0]).brier)


@settings(deadline=None)
@given(hnp.arrays(float, st.integers(2, 12), elements=st.floats(0.01, 1.0)), st.data())
def test_rps_is_the_mean_brier_score_of_the_cumulative_events(weights, data):
    p = weights / weights.sum()
    outcome = data.draw(st.integers(0, p.size - 1))

    by_hand = np.mean([(p[: k + 1].sum() - (outcome <= k)) ** 2 for k in range(p.size - 1)])

    assert score.ranked_probability_score(p, outcome) == pytest.approx(by_hand, abs=1e-12)


def test_rps_of_many_games_is_the_mean_of_each():
    p, outcome = np.array([[0.45, 0.25, 0.30], [0.6, 0.3, 0.1]]), np.array([2, 0])

    each = [score.ranked_probability_score(row, k) for row, k in zip(p, outcome, strict=True)]

    assert score.ranked_probability_score(p, outcome) == pytest.approx(np.mean(each))


@settings(deadline=None)
@given(hnp.arrays(float, st.integers(2, 25), elements=st.floats(-50, 50)), st.floats(-60, 60))
def test_crps_of_a_sample_is_its_double_sum(sample, y):
    pairs = np.abs(sample[:, None] - sample[None, :]).sum()
    near, m = np.abs(sample - y).mean(), sample.size

    assert score.crps_sample(sample, y) == pytest.approx(near - pairs / (2 * m * m), abs=1e-9)
    assert score.crps_fair(sample, y) == pytest.approx(near - pairs / (2 * m * (m - 1)), abs=1e-9)


def test_crps_of_a_normal_is_the_integral_of_its_squared_error():
    from scipy.integrate import quad
    from scipy.special import ndtr

    mean, sigma, y = 3.2, 13.3, 7.0
    below = quad(lambda x: ndtr((x - mean) / sigma) ** 2, -200, y)[0]
    above = quad(lambda x: (1 - ndtr((x - mean) / sigma)) ** 2, y, 200)[0]

    assert float(score.crps_normal(mean, sigma, y)) == pytest.approx(below + above, rel=1e-7)


def test_the_randomised_transform_of_a_true_discrete_forecast_is_uniform():
    generator = np.random.default_rng(11)
    pmf = np.array([0.1, 0.5, 0.25, 0.15])
    cdf = np.cumsum(pmf)
    drawn = generator.choice(4, p=pmf, size=40_000)

    u = score.pit_discrete(cdf[drawn] - pmf[drawn], cdf[drawn], generator.random(drawn.size))

    counts = np.histogram(u, bins=20, range=(0, 1))[0]
    # Chi-square with 19 degrees of freedom is above 43.8 once in a thousand.
    assert ((counts - 2000) ** 2 / 2000).sum() < 43.8


def test_a_paired_difference_is_the_one_sample_t_test():
    stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(3)
    new, old = generator.random(50), generator.random(50)

    difference = score.paired_score_difference(new, old)

    assert difference.t == pytest.approx(stats.ttest_rel(new, old).statistic)
    assert difference.mean == pytest.approx((new - old).mean())


def test_one_game_is_not_a_comparison():
    with pytest.raises(ValueError, match="at least 2 observations, was 1"):
        score.paired_score_difference([0.2], [0.3])
