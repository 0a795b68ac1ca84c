"""Calibrators against scikit-learn, betacal and brute force; maps that rise, stay inside, and survive JSON."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.domain.calibration import CalibrationMethod
from closeline.maths import calibrate
from closeline.maths.calibrate import IDENTITY, CalibrationMap
from closeline.maths.score import log_loss

FITTED = [m for m in CalibrationMethod if m is not CalibrationMethod.IDENTITY]
GRID = np.concatenate(([0.0, 1e-9], np.linspace(0.001, 0.999, 999), [1 - 1e-9, 1.0]))


def overconfident_sample(n, *, seed=0, slope=0.7, intercept=0.2):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=n)
    p = 1 / (1 + np.exp(-x))
    truth = 1 / (1 + np.exp(-(slope * x + intercept)))
    return p, (generator.random(n) < truth).astype(float)


def small_samples():
    pair = st.tuples(st.integers(1, 99), st.integers(0, 1))
    return st.lists(pair, min_size=2, max_size=40).map(
        lambda rows: (np.array([k for k, _ in rows]) / 100, np.array([y for _, y in rows], dtype=float))
    )


def separated(p, y):
    won, lost = p[y == 1], p[y == 0]
    return won.min() >= lost.max() or lost.min() >= won.max()


def maps():
    positive = st.floats(0.01, 20.0)
    real = st.floats(-5.0, 5.0)
    return st.one_of(
        st.just(IDENTITY),
        st.builds(lambda t: CalibrationMap(CalibrationMethod.TEMPERATURE, (t,)), positive),
        st.builds(lambda a, b: CalibrationMap(CalibrationMethod.PLATT, (a, b)), positive, real),
        st.builds(lambda a, b, c: CalibrationMap(CalibrationMethod.BETA, (a, b, c)), positive, positive, real),
        small_samples().map(lambda s: calibrate.fit_calibration(CalibrationMethod.ISOTONIC, *s)),
    )


# ------------------------------------------------------------------------------------------ fits


def test_temperature_is_the_best_of_a_fine_grid():
    p, y = overconfident_sample(2000)

    best = calibrate.fit_temperature(p, y)

    grid = best * np.linspace(0.9, 1.1, 41)
    losses = [log_loss(calibrate.apply_temperature(p, t), y) for t in grid]
    assert np.argmin(losses) == 20


@pytest.mark.parametrize("n", [300, 10_000, 300_000])
def test_platt_agrees_with_scikit_learn(n):
    linear = pytest.importorskip("sklearn.linear_model")
    p, y = overconfident_sample(n, seed=n)

    model = linear.LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(np.log(p / (1 - p))[:, None], y)
    fit = calibrate.fit_platt(p, y)

    assert fit.slope == pytest.approx(model.coef_[0, 0], rel=1e-5)
    assert fit.intercept == pytest.approx(model.intercept_[0], abs=1e-5)


def test_smoothed_platt_agrees_with_the_sigmoid_calibration_of_scikit_learn():
    frozen = pytest.importorskip("sklearn.frozen")
    calibration = pytest.importorskip("sklearn.calibration")
    base = pytest.importorskip("sklearn.base")

    class LogOdds(base.ClassifierMixin, base.BaseEstimator):  # type: ignore[misc, name-defined]
        classes_ = np.array([0.0, 1.0])

        def fit(self, X, y):
            self.fitted_ = True
            return self

        def decision_function(self, X):
            return X[:, 0]

        def predict(self, X):
            return X[:, 0] > 0

    p, y = overconfident_sample(400)
    x = np.log(p / (1 - p))[:, None]
    rival = calibration.CalibratedClassifierCV(frozen.FrozenEstimator(LogOdds().fit(x, y)), method="sigmoid").fit(x, y)

    fit = calibrate.fit_platt(p, y, smoothing=True)

    assert calibrate.apply_platt(p, fit.slope, fit.intercept) == pytest.approx(rival.predict_proba(x)[:, 1], abs=2e-4)


@pytest.mark.parametrize("n", [300, 10_000, 120_000])
def test_beta_agrees_with_betacal(n):
    betacal = pytest.importorskip("betacal")
    p, y = overconfident_sample(n, seed=n)

    rival = betacal.BetaCalibration("abm").fit(p[:, None], y)
    fit = calibrate.fit_beta(p, y)

    assert min(fit.a, fit.b) >= 0
    ours, theirs = calibrate.apply_beta(p, fit.a, fit.b, fit.c), rival.predict(p[:, None])
    assert ours == pytest.approx(theirs, abs=2e-3)
    assert log_loss(ours, y) <= log_loss(theirs, y) + 1e-12


def test_constrained_beta_is_the_best_point_with_no_negative_slope():
    optimize = pytest.importorskip("scipy.optimize")
    p, y = overconfident_sample(60, seed=21, slope=0.1)
    free = calibrate.fit_beta(p, y, constrained=False)
    assert min(free.a, free.b) < 0

    fit = calibrate.fit_beta(p, y)
    search = optimize.minimize(
        lambda t: log_loss(calibrate.apply_beta(p, *t), y, eps=1e-12),
        [0.5, 0.5, 0.0],
        bounds=[(0, None), (0, None), (None, None)],
        tol=1e-12,
    )

    assert log_loss(calibrate.apply_beta(p, fit.a, fit.b, fit.c), y) <= search.fun + 1e-9
    assert min(fit.a, fit.b) == 0.0


def test_a_million_forecasts_and_the_first_thousands_have_one_answer_from_any_start():
    p, y = overconfident_sample(200_000)
    once = calibrate.fit_platt(p, y)

    shuffled = np.random.default_rng(1).permutation(p.size)
    again = calibrate.fit_platt(p[shuffled], y[shuffled])

    assert (again.slope, again.intercept) == pytest.approx((once.slope, once.intercept), abs=1e-10)


@settings(deadline=None)
@given(small_samples())
def test_newton_ends_where_the_gradient_is_zero_or_says_that_there_is_no_end(sample):
    p, y = sample
    if y.min() == y.max():
        with pytest.raises(ValueError, match="both wins and losses"):
            calibrate.fit_platt(p, y)
        return
    if separated(p, y):
        with pytest.raises(ValueError, match="must differ and not separate"):
            calibrate.fit_platt(p, y)
        return

    fit = calibrate.fit_platt(p, y)

    residual = calibrate.apply_platt(p, fit.slope, fit.intercept) - y
    assert residual.sum() == pytest.approx(0.0, abs=1e-6)
    assert (residual * np.log(p / (1 - p))).sum() == pytest.approx(0.0, abs=1e-6)


def test_a_step_that_runs_into_certainty_is_taken_back():
    # Found by hypothesis: the first Newton step from the identity leaves no curvature at all.
    p, y = np.array([0.01, 0.02, 0.03]), np.array([1.0, 0.0, 1.0])

    fit = calibrate.fit_platt(p, y)

    assert calibrate.apply_platt(p, fit.slope, fit.intercept).sum() == pytest.approx(2.0, abs=1e-9)


def test_forecasts_that_rank_the_wrong_way_become_flat_and_never_fall():
    p, y = overconfident_sample(3000, slope=-0.8, intercept=0.0)

    for method in FITTED:
        calibrated = calibrate.fit_calibration(method, p, y).apply(GRID)

        assert np.ptp(calibrated) < 0.02
        assert (np.diff(calibrated) >= 0).all()


# -------------------------------------------------------------------------------------- isotonic


@settings(deadline=None)
@given(small_samples())
def test_isotonic_agrees_with_scikit_learn(sample):
    isotonic = pytest.importorskip("sklearn.isotonic")
    p, y = sample

    rival = isotonic.IsotonicRegression(out_of_bounds="clip").fit(p, y)

    assert calibrate.fit_isotonic(p, y) == pytest.approx(rival.predict(p), abs=1e-12)
    blocks = calibrate.pool_adjacent_violators(p, y)
    assert calibrate.isotonic_predict(blocks, GRID) == pytest.approx(rival.predict(GRID), abs=1e-9)


def test_isotonic_agrees_with_scikit_learn_on_many_distinct_forecasts():
    isotonic = pytest.importorskip("sklearn.isotonic")
    p, y = overconfident_sample(20_000)

    rival = isotonic.IsotonicRegression().fit(p, y)

    assert calibrate.fit_isotonic(p, y) == pytest.approx(rival.predict(p), abs=1e-12)


@settings(deadline=None)
@given(small_samples())
def test_isotonic_is_the_min_max_of_averages(sample):
    p, y = sample
    order = np.argsort(p, kind="stable")
    values = np.unique(p)
    sums = np.array([y[p == v].sum() for v in values])
    counts = np.array([(p == v).sum() for v in values])

    def average(i, j):
        return sums[i : j + 1].sum() / counts[i : j + 1].sum()

    by_hand = [max(min(average(i, j) for j in range(k, values.size)) for i in range(k + 1)) for k in range(values.size)]

    fitted = calibrate.fit_isotonic(p, y)[order]
    assert fitted == pytest.approx(np.repeat(by_hand, counts), abs=1e-12)


@settings(deadline=None)
@given(small_samples())
def test_the_production_map_never_says_never(sample):
    p, y = sample

    knots = calibrate.fit_calibration(CalibrationMethod.ISOTONIC, p, y, symmetric=False).knots

    n = p.size
    assert all(1 / (n + 2) - 1e-12 <= value <= (n + 1) / (n + 2) + 1e-12 for _, value in knots)


def test_the_block_limit_that_breaks_the_order_is_pooled_again():
    # A lone loss is limited to 1/3, above the longer run that follows at 1/4.
    p = np.array([0.1] + [0.2] * 8)
    y = np.array([0.0, 1, 1, 0, 0, 0, 0, 0, 0])

    first, second = (
        value for _, value in calibrate.fit_calibration(CalibrationMethod.ISOTONIC, p, y, symmetric=False).knots
    )

    assert first == second == pytest.approx((1 / 3 + 8 * 0.25) / 9)


@pytest.mark.parametrize("p", [[-0.1, 0.5], [0.5, 1.1], [float("nan"), 0.5], []])
def test_what_is_no_probability_cannot_be_calibrated(p):
    with pytest.raises(ValueError, match=r"must be probabilities|was empty"):
        calibrate.pool_adjacent_violators(p, [1.0] * len(p))


# ------------------------------------------------------------------------------------------ maps


@settings(deadline=None)
@given(maps())
def test_a_map_never_falls_and_stays_inside(fitted):
    calibrated = fitted.apply(GRID)

    assert (np.diff(calibrated) >= -1e-15).all()
    assert (calibrated > 0).all()
    assert (calibrated < 1).all()


@settings(deadline=None)
@given(maps())
def test_a_map_is_itself_again_after_json(fitted):
    text = fitted.to_json()

    assert CalibrationMap.from_json(text) == fitted
    assert CalibrationMap.from_json(text).to_json() == text
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("method", FITTED)
@settings(deadline=None)
@given(sample=small_samples(), p=st.floats(0.001, 0.999))
def test_both_sides_of_a_calibrated_market_sum_to_one(method, sample, p):
    try:
        fitted = calibrate.fit_calibration(method, *sample)
    except ValueError:
        return

    sides = fitted.apply([p, 1 - p])

    assert sides.sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("method", FITTED)
def test_both_sides_sum_to_one_at_the_very_forecasts_of_the_fit(method):
    p, y = overconfident_sample(6000)
    fitted = calibrate.fit_calibration(method, p, y)

    assert fitted.apply(p) + fitted.apply(1 - p) == pytest.approx(np.ones(p.size), abs=1e-9)


@pytest.mark.parametrize("method", FITTED)
def test_a_symmetric_fit_is_the_fit_of_the_mirrored_sample(method):
    p, y = overconfident_sample(1500)
    mirrored = calibrate.fit_calibration(
        method,
        np.concatenate((p, 1 - p)),
        np.concatenate((y, 1 - y)),
        symmetric=method is CalibrationMethod.ISOTONIC,
    )

    symmetric = calibrate.fit_calibration(method, p, y)

    # Isotonic limits a block by its size, so the doubled sample may stand a little nearer 0 and 1.
    near = 0.12 if method is CalibrationMethod.ISOTONIC else 1e-7
    assert symmetric.apply(GRID) == pytest.approx(mirrored.apply(GRID), abs=near)


def test_platt_of_both_sides_has_no_intercept():
    p, y = overconfident_sample(1000)

    assert calibrate.fit_platt(p, y, symmetric=True).intercept == 0.0
    assert calibrate.fit_platt(p, y).intercept > 0.05
    targets = calibrate.fit_platt(p, y, symmetric=True, smoothing=True)
    assert targets.target_win + targets.target_loss == pytest.approx(1.0)


@pytest.mark.parametrize("method", FITTED)
def test_calibrating_a_large_sample_recovers_the_truth(method):
    p, y = overconfident_sample(100_000, intercept=0.0)
    inside = np.linspace(0.1, 0.9, 81)

    fitted = calibrate.fit_calibration(method, p, y)

    truth = 1 / (1 + np.exp(-0.7 * np.log(inside / (1 - inside))))
    assert fitted.apply(inside) == pytest.approx(truth, abs=0.03)


def test_the_identity_changes_nothing_but_certainty():
    p = np.linspace(0.001, 0.999, 50)

    assert (IDENTITY.apply(p) == p).all()
    assert IDENTITY.apply([0.0, 1.0]).tolist() == [1e-6, 1 - 1e-6]


@pytest.mark.parametrize(
    ("method", "parameters", "knots"),
    [
        ("TEMPERATURE", (0.0,), ()),
        ("TEMPERATURE", (-1.0,), ()),
        ("TEMPERATURE", (1.0, 2.0), ()),
        ("PLATT", (-0.1, 0.0), ()),
        ("PLATT", (math.nan, 0.0), ()),
        ("BETA", (1.0, -0.2, 0.0), ()),
        ("IDENTITY", (), ((0.5, 0.5),)),
        ("ISOTONIC", (), ()),
        ("ISOTONIC", (), ((0.2, 0.5), (0.3, 0.4))),
        ("ISOTONIC", (), ((0.3, 0.4), (0.3, 0.5))),
        ("ISOTONIC", (), ((0.2, 0.0), (0.3, 0.4))),
        ("ISOTONIC", (), ((0.2, math.nan),)),
    ],
)
def test_a_map_that_would_fall_or_leave_the_unit_interval_cannot_be_made(method, parameters, knots):
    with pytest.raises(ValueError, match="must"):
        CalibrationMap(CalibrationMethod(method), parameters, knots)


@pytest.mark.parametrize("text", ["[]", "{}", '{"knots":[],"method":"GUESS","parameters":[]}', "not json"])
def test_text_that_is_not_a_map_is_refused(text):
    with pytest.raises(ValueError):
        CalibrationMap.from_json(text)


# ------------------------------------------------------------------------- ladder and segments


@pytest.mark.parametrize(
    ("n", "method"),
    [
        (0, "IDENTITY"),
        (499, "IDENTITY"),
        (500, "TEMPERATURE"),
        (1999, "TEMPERATURE"),
        (2000, "PLATT"),
        (4999, "PLATT"),
        (5000, "ISOTONIC"),
    ],
)
def test_the_sample_decides_the_method(n, method):
    assert calibrate.method_for(n) is CalibrationMethod(method)


def test_a_segment_speaks_up_with_its_sample():
    segment = CalibrationMap(CalibrationMethod.TEMPERATURE, (2.0,))
    p = np.linspace(0.05, 0.95, 19)

    assert (calibrate.apply_segment(segment, IDENTITY, p, n_segment=99) == p).all()
    half = calibrate.apply_segment(segment, IDENTITY, p, n_segment=200)
    assert half == pytest.approx(calibrate.apply_platt(p, 0.75, 0.0), abs=1e-12)
    assert calibrate.apply_segment(segment, IDENTITY, p, n_segment=10**9) == pytest.approx(segment.apply(p), abs=1e-6)


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.integers(0, 10_000))
def test_a_shrunk_probability_lies_between_its_parents(segment, everywhere, n):
    shrunk = float(calibrate.shrink_to_global(segment, everywhere, n))

    assert min(segment, everywhere) - 1e-12 <= shrunk <= max(segment, everywhere) + 1e-12
