"""Reliability figures against scikit-learn, brute force and what a perfect forecaster must show."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths import reliability
from closeline.maths.reliability import BinScheme, CorpScore
from closeline.maths.score import brier, log_loss

samples = st.lists(st.tuples(st.floats(0.0, 1.0), st.integers(0, 1)), min_size=1, max_size=60)


def split(sample):
    return np.array([p for p, _ in sample]), np.array([y for _, y in sample], dtype=float)


def calibrated_sample(n, *, seed=0, spread=1.0):
    generator = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-spread * generator.normal(size=n)))
    return p, (generator.random(n) < p).astype(float)


def groups_by_hand(p, bins, scheme):
    if scheme is BinScheme.MASS:
        return [g for g in np.array_split(np.argsort(p, kind="stable"), bins) if g.size]
    inside = [[i for i, v in enumerate(p) if min(int(v * bins + 1e-9), bins - 1) == b] for b in range(bins)]
    return [np.array(g) for g in inside if g]


@pytest.mark.parametrize("scheme", BinScheme)
@settings(deadline=None)
@given(sample=samples, bins=st.integers(1, 12))
def test_binned_errors_are_the_gaps_of_the_groups(scheme, sample, bins):
    p, y = split(sample)
    groups = groups_by_hand(p, bins, scheme)
    gaps = [abs(p[g].mean() - y[g].mean()) for g in groups]

    errors = reliability.calibration_errors(p, y, bins=bins, scheme=scheme)

    assert errors.ece == pytest.approx(sum(len(g) * d for g, d in zip(groups, gaps, strict=True)) / p.size, abs=1e-12)
    assert errors.ace == pytest.approx(np.mean(gaps), abs=1e-12)
    assert errors.mce == pytest.approx(max(gaps), abs=1e-12)
    assert [b.n for b in errors.table] == [len(g) for g in groups]
    assert reliability.expected_calibration_error(p, y, bins=bins, scheme=scheme) == pytest.approx(
        errors.ece, abs=1e-12
    )


def test_the_quick_error_and_the_table_agree_over_many_blocks():
    p, y = calibrated_sample(50_001)

    quick = reliability.expected_calibration_error(p, y, bins=10)

    assert quick == pytest.approx(reliability.calibration_errors(p, y, bins=10).ece, abs=1e-12)


@pytest.mark.parametrize(("bins", "edge"), [(10, 3), (10, 7), (100, 29), (100, 57), (20, 11)])
def test_a_forecast_on_an_edge_belongs_to_the_bin_above(bins, edge):
    errors = reliability.calibration_errors([edge / bins, 1.0, 0.0], [1, 1, 0], bins=bins)

    assert [b.index for b in errors.table] == [0, edge, bins - 1]


def test_bins_agree_with_the_calibration_curve_of_scikit_learn():
    calibration = pytest.importorskip("sklearn.calibration")
    p, y = calibrated_sample(2000)

    frequency, mean_p = calibration.calibration_curve(y, p, n_bins=10)
    table = reliability.calibration_errors(p, y, bins=10).table

    assert [b.frequency for b in table] == pytest.approx(frequency.tolist())
    assert [b.mean_p for b in table] == pytest.approx(mean_p.tolist())


def test_the_debiased_square_of_a_perfect_forecaster_is_zero_on_average():
    figures = []
    for seed in range(300):
        p, y = calibrated_sample(400, seed=seed)
        figures.append(reliability.calibration_errors(p, y, bins=10, scheme=BinScheme.MASS))

    debiased = np.array([f.l2_debiased for f in figures])
    assert abs(debiased.mean()) < 4 * debiased.std() / math.sqrt(300)
    assert np.mean([f.l2_plugin for f in figures]) > 10 * abs(debiased.mean())


def test_the_simulated_noise_floor_meets_the_closed_form_for_equal_forecasts():
    floor = reliability.simulated_noise_floor(
        np.full(2000, 0.55),
        bins=10,
        scheme=BinScheme.MASS,
        simulations=400,
        generator=np.random.default_rng(6),
    )

    assert floor == pytest.approx(reliability.noise_floor(2000, 10, 0.55), rel=0.03)


@pytest.mark.parametrize("scheme", BinScheme)
def test_the_simulated_noise_floor_is_the_mean_error_of_perfect_forecasts(scheme):
    p, _ = calibrated_sample(400)
    generator = np.random.default_rng(8)

    errors = [
        reliability.expected_calibration_error(p, generator.random(400) < p, bins=10, scheme=scheme) for _ in range(600)
    ]
    floor = reliability.simulated_noise_floor(p, bins=10, scheme=scheme, simulations=600, generator=generator)

    assert floor == pytest.approx(np.mean(errors), abs=4 * float(np.std(errors)) * math.sqrt(2 / 600))


def test_small_samples_get_five_bins():
    assert (reliability.default_bins(299), reliability.default_bins(300)) == (5, 10)


@pytest.mark.parametrize("score", CorpScore)
@settings(deadline=None)
@given(sample=samples)
def test_corp_parts_add_up_and_are_never_negative(score, sample):
    p, y = split(sample)

    parts = reliability.corp_decomposition(p, y, score=score)

    total = parts.miscalibration - parts.discrimination + parts.uncertainty
    assert total == pytest.approx(parts.score, abs=1e-9)
    assert parts.score == pytest.approx({CorpScore.BRIER: brier, CorpScore.LOG_LOSS: log_loss}[score](p, y))
    # The clip of the log loss may cost a recalibrated 0 or 1 a millionth.
    assert parts.miscalibration >= -2e-6
    assert parts.discrimination >= -2e-6


@settings(deadline=None)
@given(samples)
def test_recalibrated_forecasts_have_no_miscalibration_left(sample):
    p, y = split(sample)
    once = reliability.corp_decomposition(p, y)

    again = reliability.corp_decomposition(once.recalibrated, y)

    assert again.miscalibration == pytest.approx(0.0, abs=1e-12)
    assert again.discrimination == pytest.approx(once.discrimination, abs=1e-12)


def test_slope_and_intercept_agree_with_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model")
    p, y = calibrated_sample(3000, seed=4)
    x = np.log(p / (1 - p))[:, None]

    model = linear.LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, y)
    fit = reliability.calibration_slope(p, y)

    assert fit.slope == pytest.approx(model.coef_[0, 0], rel=1e-5)
    assert fit.intercept == pytest.approx(model.intercept_[0], abs=1e-5)


def test_the_standard_error_of_the_slope_is_its_spread_over_samples():
    fits = [reliability.calibration_slope(*calibrated_sample(800, seed=s)) for s in range(300)]
    slopes = np.array([f.slope for f in fits])

    assert slopes.std() == pytest.approx(np.mean([f.slope_standard_error for f in fits]), rel=0.15)
    assert slopes.mean() == pytest.approx(1.0, abs=4 * slopes.std() / math.sqrt(300))


def test_calibration_in_the_large_makes_the_mean_forecast_the_frequency():
    p, y = calibrated_sample(500, seed=9)

    shift = reliability.calibration_in_the_large(p, y)

    moved = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    assert moved.mean() == pytest.approx(y.mean(), abs=1e-10)
    assert reliability.calibration_slope(p, y).in_the_large == shift


@pytest.mark.parametrize(
    ("p", "y", "words"),
    [
        ([0.4, 0.6], [1, 1], "both wins and losses"),
        ([0.5, 0.5], [1, 0], "must differ and not separate"),
        ([0.2, 0.3, 0.7], [0, 0, 1], "must differ and not separate"),
    ],
)
def test_a_slope_that_does_not_exist_is_refused_in_words(p, y, words):
    with pytest.raises(ValueError, match=words):
        reliability.calibration_slope(p, y)


def test_the_band_holds_a_perfect_forecaster_and_not_a_bold_one():
    p, y = calibrated_sample(3000, seed=12)
    bold = 1 / (1 + np.exp(-2.5 * np.log(p / (1 - p))))

    def outside(forecast):
        curve = reliability.reliability_curve(forecast, y, generator=np.random.default_rng(1), resamples=150)
        return np.mean((curve.observed < curve.low) | (curve.observed > curve.high))

    assert outside(p) < 0.25
    assert outside(bold) > 0.5


def test_the_curve_never_falls_and_the_band_is_in_order():
    curve = reliability.reliability_curve(
        *calibrated_sample(300), points=21, resamples=50, generator=np.random.default_rng(1)
    )

    assert (np.diff(curve.observed) >= 0).all()
    assert (curve.low <= curve.high).all()
    assert curve.p.shape == curve.low.shape == (21,)
