"""Correlation: moments of sums by brute force, and correlations got back from residuals that were drawn with them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.props.correlation import (
    EIGENVALUE_LEAST,
    checked,
    fit_correlation,
    nearest,
    normal_scores,
    sum_moments,
)
from closeline.maths.props.families import Family
from closeline.maths.props.scores import pit

TRUE = np.array([[1.0, 0.15, 0.25, 0.5], [0.15, 1.0, 0.1, -0.1], [0.25, 0.1, 1.0, 0.0], [0.5, -0.1, 0.0, 1.0]])


def residuals(rows, matrix=TRUE, seed=4):
    """SYNTHETIC: standard normal residuals with this correlation."""
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(matrix)), matrix, rows)


@given(st.lists(st.tuples(st.floats(1.0, 30.0), st.floats(0.0, 8.0)), min_size=1, max_size=4), st.integers(0, 1000))
def test_moments_of_a_sum_count_every_covariance(parts, seed):
    mean, sd = (np.array(column) for column in zip(*parts, strict=True))
    draws = np.random.default_rng(seed).normal(size=(9, len(parts)))
    matrix = nearest(np.corrcoef(draws, rowvar=False).reshape(len(parts), -1))
    found = sum_moments(mean, sd, matrix)

    brute = sum(sd[i] * sd[j] * matrix[i, j] for i in range(len(parts)) for j in range(len(parts)))
    assert found.mean == pytest.approx(mean.sum())
    assert found.variance == pytest.approx(brute, abs=1e-9)


def test_leaving_the_covariances_out_makes_a_sum_too_narrow():
    means, sds = [20.0, 8.0, 6.0], [6.0, 3.0, 2.5]

    assert sum_moments(means, sds, TRUE[:3, :3]).variance - sum_moments(
        means, sds, np.eye(3)
    ).variance == pytest.approx(2 * (0.15 * 18 + 0.25 * 15 + 0.1 * 7.5))


def test_the_correlation_of_many_residuals_is_found():
    found = fit_correlation(residuals(40_000))

    assert found.matrix == pytest.approx(TRUE, abs=4 / math.sqrt(40_000))
    assert found.shrinkage < 0.01
    assert found.rows == 40_000


def test_few_residuals_are_shrunk_toward_none_and_that_is_nearer_the_truth():
    shrunk_error, raw_error = 0.0, 0.0
    for seed in range(60):
        x = residuals(15, seed=seed)
        fitted = fit_correlation(x)
        assert 0.0 < fitted.shrinkage <= 1.0
        shrunk_error += ((fitted.matrix - TRUE) ** 2).sum()
        raw_error += ((np.corrcoef(x, rowvar=False) - TRUE) ** 2).sum()

    assert shrunk_error < 0.8 * raw_error


def test_numbers_that_nobody_forecast_leave_the_other_pairs_alone():
    x = residuals(4_000)
    x[::2, 3] = math.nan
    found = fit_correlation(x)

    assert found.rows == 2_000
    assert found.matrix[:3, :3] == pytest.approx(fit_correlation(x[:, :3]).matrix, abs=0.01)
    assert found.matrix[0, 3] == pytest.approx(0.5, abs=0.06)


def test_pairs_that_contradict_each_other_are_made_a_correlation():
    impossible = np.array([[1.0, 0.95, 0.95], [0.95, 1.0, -0.9], [0.95, -0.9, 1.0]])
    with pytest.raises(ValueError, match="negative eigenvalue"):
        checked(impossible, 3)
    found = nearest(impossible)

    assert np.linalg.eigvalsh(found)[0] > 0.5 * EIGENVALUE_LEAST
    assert np.diag(found).tolist() == [1.0, 1.0, 1.0]
    assert checked(found, 3) is found
    assert nearest(TRUE) is TRUE


def test_a_matrix_that_is_no_correlation_is_refused():
    for matrix in (np.eye(2) * 2, np.array([[1.0, 0.2], [0.3, 1.0]])):
        with pytest.raises(ValueError, match="symmetric with 1 on its diagonal"):
            checked(matrix, 2)
    with pytest.raises(ValueError, match="must have shape"):
        checked(np.eye(3), 2)
    with pytest.raises(ValueError, match="standard deviations"):
        sum_moments([1.0], [-1.0], [[1.0]])


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="at least 3 rows"):
        fit_correlation([[0.1, 0.2], [0.3, math.nan], [0.0, 0.4]])
    with pytest.raises(ValueError, match="residuals must have shape"):
        fit_correlation([0.1, 0.2])
    assert fit_correlation(np.ones((5, 2))).matrix.tolist() == np.eye(2).tolist()


def test_normal_scores_of_pits_are_standard_normal_whatever_the_margins():
    generator = np.random.default_rng(6)
    mean = generator.uniform(3, 30, 20_000)
    y = generator.poisson(mean)
    scores = normal_scores(pit(Family.NEGATIVE_BINOMIAL, mean, mean, y, generator.random(20_000)))

    assert scores.mean() == pytest.approx(0.0, abs=0.03)
    assert scores.std() == pytest.approx(1.0, abs=0.02)
    assert np.isfinite(normal_scores([0.0, 1.0])).all()
