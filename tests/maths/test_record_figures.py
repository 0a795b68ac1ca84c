"""The figures of a record, each against its definition written out."""

# mypy: disable-error-code="operator, type-var"

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.record_figures import (
    ECE_BINS,
    CalibrationError,
    Mean,
    Slope,
    calibration_error,
    mean_log_loss,
    mean_with_interval,
    slope_through_origin,
)

values = st.lists(st.floats(-1, 1), min_size=3, max_size=60).map(np.array)


def chance(seed=1):
    return np.random.default_rng(seed)


@given(values)
def test_the_mean_lies_inside_its_interval_and_counts_what_it_was_made_of(numbers):
    found = mean_with_interval(numbers, np.arange(numbers.size), chance())

    assert found.mean == pytest.approx(numbers.mean(), abs=1e-12)
    assert found.low <= found.mean + 1e-9
    assert found.high >= found.mean - 1e-9
    assert found.n == numbers.size


@given(values, st.integers(0, 10))
def test_what_is_missing_is_left_out_and_never_counted_as_nought(numbers, missing):
    padded = np.concatenate([numbers, np.full(missing, np.nan)])
    found = mean_with_interval(padded, np.arange(padded.size), chance())

    assert found == mean_with_interval(numbers, np.arange(numbers.size), chance())


def test_nothing_has_no_mean():
    assert mean_with_interval(np.array([np.nan]), np.array([1]), chance()) == Mean(None, None, None, 0)


@given(values, st.floats(-3, 3))
def test_an_exact_relation_has_its_slope_and_no_error(x, slope):
    found = slope_through_origin(x, slope * x, np.arange(x.size))

    if float(x @ x) == 0:
        assert found == Slope(None, None, x.size)
    elif np.abs(x).max() > 1e-3:
        assert found.slope == pytest.approx(slope, abs=1e-6)
        assert found.standard_error == pytest.approx(0, abs=1e-6)


def test_the_slope_has_no_intercept_to_hide_a_bias_in():
    x = np.array([1.0, 1.0, 1.0, 1.0])
    y = np.array([2.0, 3.0, 2.0, 3.0])

    assert slope_through_origin(x, y, np.arange(4)).slope == 2.5


@pytest.mark.parametrize("n", [0, 1, 2])
def test_two_points_make_no_slope(n):
    assert slope_through_origin(np.ones(n), np.ones(n), np.arange(n)) == Slope(None, None, n)


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=50))
def test_log_loss_is_the_mean_surprise(pairs):
    p, won = np.array([p for p, _ in pairs]), np.array([float(w) for _, w in pairs])
    expected = sum(-math.log(p if w else 1 - p) for p, w in pairs) / len(pairs)

    assert mean_log_loss(p, won) == pytest.approx(expected, rel=1e-9)


def test_no_forecast_has_no_log_loss():
    assert mean_log_loss(np.zeros(0), np.zeros(0)) is None


def test_the_calibration_error_is_the_weighted_gap_of_equal_bins():
    p = np.sort(chance().random(200))
    won = (chance(2).random(200) < p**2).astype(float)
    bins = [slice(start, start + 20) for start in range(0, 200, 20)]
    expected = sum(abs(p[part].mean() - won[part].mean()) * 20 for part in bins) / 200
    found = calibration_error(p, won, chance())

    assert found.value == pytest.approx(expected, rel=1e-9)
    assert found.n == 200


def test_the_noise_floor_is_what_a_perfect_forecaster_would_show():
    p = chance(3).random(500)
    draws = chance(4)
    shown = [calibration_error(p, (draws.random(500) < p).astype(float), chance()).value for _ in range(60)]
    floor = calibration_error(p, (p > 0.5).astype(float), chance()).noise_floor

    assert min(shown) < floor < max(shown)


def test_too_few_for_ten_bins_have_no_calibration_error():
    few = np.full(ECE_BINS - 1, 0.5)

    assert calibration_error(few, np.ones(few.size), chance()) == CalibrationError(None, None, ECE_BINS - 1)
