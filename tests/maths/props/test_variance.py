"""Variances against closed forms and against statsmodels' own way of fitting a gamma, by scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from closeline.domain.errors import BadInput
from closeline.maths.props.training.variance import Bounds, fit_curve, fit_scale, squares

means = st.floats(0.05, 80)
variances = st.floats(0.001, 5000)


def residuals(seed=5, n=4000):
    generator = np.random.default_rng(seed)
    mean = generator.uniform(1, 40, n)
    return mean, np.exp(1.3 + 0.7 * np.log(mean)) * generator.chisquare(1, n)


def test_a_curve_is_the_least_gamma_deviance():
    mean, squared = residuals()
    curve = fit_curve(mean, squared)

    def deviance(told):
        expected = np.exp(told[0] + told[1] * np.log(mean))
        return np.mean(squared / expected + np.log(expected))

    peer = optimize.minimize(deviance, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}).x
    assert (curve.level, curve.power) == pytest.approx(peer, abs=1e-5)
    assert (curve.level, curve.power) == pytest.approx((1.3, 0.7), abs=0.15)


@pytest.mark.parametrize("seed", [25, 31, 61, 123])
def test_a_curve_of_few_rows_is_found_where_whole_steps_run_away(seed):
    generator = np.random.default_rng(seed)
    mean = np.exp(generator.normal(1, 1, 60))
    squared = squares(generator.negative_binomial(1, 1 / (1 + mean)).astype(np.float64), mean)
    curve = fit_curve(mean, squared)

    def deviance(told):
        logs = told[0] + told[1] * np.log(mean)
        return np.mean(logs + squared * np.exp(-logs))

    peer = optimize.minimize(deviance, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}).x
    assert (curve.level, curve.power) == pytest.approx(peer, abs=1e-4)


def test_one_mean_alone_has_a_flat_curve_and_none_has_none():
    assert fit_curve(np.full(9, 4.0), np.full(9, 2.0)).at(np.array([1.0, 30.0])) == pytest.approx([2.0, 2.0])
    with pytest.raises(BadInput, match="import earlier seasons"):
        fit_curve(np.empty(0), np.empty(0))


@given(means, variances)
def test_bounds_hold_and_the_lower_one_holds_first(mean, variance):
    m, v = np.array([mean]), np.array([variance])
    bounded = Bounds().apply(m, v)[0]

    # Powers of arrays and of numbers may differ in the last bit.
    least, most = max(mean, (0.18 * mean) ** 2), (0.8 * mean) ** 2
    assert bounded >= least * (1 - 1e-12)
    assert mean < 10 or bounded <= max(most, mean) * (1 + 1e-12)
    assert any(bounded == pytest.approx(told, rel=1e-12) for told in (variance, least, most))


def test_bounds_at_known_numbers():
    m = np.array([30.0, 30.0, 40.0, 5.0, 1.0])
    v = np.array([10_000.0, 10.0, 10.0, 100.0, 0.2])

    assert Bounds().apply(m, v).tolist() == pytest.approx([576.0, 30.0, 51.84, 100.0, 1.0])
    assert Bounds(capped_from=0.0).apply(m, v).tolist() == pytest.approx([576.0, 30.0, 51.84, 16.0, 1.0])


@given(st.integers(0, 50), st.floats(0.4, 2.5))
def test_a_scale_makes_squared_errors_as_large_as_variances(seed, off):
    generator = np.random.default_rng(seed)
    mean = generator.uniform(15, 40, 800)
    spread = mean * generator.uniform(2.0, 3.5, 800)
    y = mean + generator.normal(size=800) * np.sqrt(spread)
    scale = fit_scale(y, mean, spread / off)

    z = (y - mean) ** 2 / Bounds().apply(mean, scale * spread / off)
    assert z.mean() == pytest.approx(1.0, abs=1e-6)


def test_a_scale_without_bounds_is_the_plain_mean():
    mean, y = np.full(4, 20.0), np.array([12.0, 30.0, 25.0, 14.0])
    plain = np.mean((y - mean) ** 2 / 100.0)

    assert fit_scale(y, mean, np.full(4, 100.0)) == pytest.approx(plain, abs=1e-8)


def test_squares_are_above_zero():
    assert squares(np.array([3.0, 5.0]), np.array([3.0, 3.0])).tolist() == pytest.approx([1e-6, 4.0])
