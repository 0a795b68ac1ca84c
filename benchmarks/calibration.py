"""Benchmark 4: fitting calibrators and binning errors, against scikit-learn, betacal and a per-bin loop.

Run `python -m benchmarks.calibration`, or with --json for one line per figure. Every ratio is the rival's
time over ours, so above 1 we are faster. Rivals run as a user meets them, with as many threads as they like.
Their small fits lose much of their time to those threads when the cores are busy, so small fits are also
measured with one thread each: the ratio of the arithmetic alone, far lower and far steadier.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Figure, at_least, interleaved, report
from closeline.maths.calibrate import fit_beta, fit_platt, pool_adjacent_violators
from closeline.maths.reliability import expected_calibration_error

LARGE, SMALL = 1_000_000, 10_000
# One small fit is too short for the clock.
RUNS = {LARGE: 1, SMALL: 20}
BINS = 10

FloatArray = NDArray[np.float64]
Pair = tuple[Callable[[], object], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: what is fitted, on how many forecasts, against whom, and how many times faster."""

    name: str
    n: int
    rival: str
    budget: float
    pair: Callable[[FloatArray, FloatArray], Pair]


def sample(n: int) -> tuple[FloatArray, FloatArray]:
    """Return overconfident forecasts and their outcomes, each of shape (n,)."""
    generator = np.random.default_rng(20_260_101)
    x = generator.normal(size=n)
    truth = 1.0 / (1.0 + np.exp(-(0.8 * x + 0.1)))
    return 1.0 / (1.0 + np.exp(-x)), (generator.random(n) < truth).astype(np.float64)


def isotonic(p: FloatArray, y: FloatArray) -> Pair:
    from sklearn.isotonic import IsotonicRegression

    return lambda: pool_adjacent_violators(p, y), lambda: IsotonicRegression(out_of_bounds="clip").fit(p, y)


def platt(p: FloatArray, y: FloatArray) -> Pair:
    # The inner fit of CalibratedClassifierCV(method="sigmoid"), without its validation and copies: kinder to
    # it.
    from sklearn.calibration import _SigmoidCalibration

    x = np.log(p / (1.0 - p))
    return lambda: fit_platt(p, y, smoothing=True), lambda: _SigmoidCalibration().fit(x, y)


def beta(p: FloatArray, y: FloatArray) -> Pair:
    from betacal import BetaCalibration

    column = p[:, None]
    return lambda: fit_beta(p, y), lambda: BetaCalibration("abm").fit(column, y)


def expected_error(p: FloatArray, y: FloatArray) -> Pair:
    return lambda: expected_calibration_error(p, y, bins=BINS), lambda: per_bin_loop(p, y)


def per_bin_loop(p: FloatArray, y: FloatArray) -> float:
    """Compute the ECE by digitising and selecting each bin in turn, as netcal's first releases did.

    It stands for netcal, which is not installed; its later releases bin with scipy.stats instead.
    """
    index = np.clip(np.digitize(p, np.linspace(0.0, 1.0, BINS + 1), right=True) - 1, 0, BINS - 1)
    error = 0.0
    for k in range(BINS):
        forecasts, outcomes = p[index == k], y[index == k]
        if forecasts.size:
            error += forecasts.size / p.size * abs(outcomes.mean() - forecasts.mean())
    return error


PROMISES = (
    Promise("isotonic", LARGE, "scikit-learn IsotonicRegression", 2.5, isotonic),
    Promise("Platt", LARGE, "scikit-learn sigmoid calibration", 1.8, platt),
    Promise("Platt", SMALL, "scikit-learn sigmoid calibration", 20.0, platt),
    Promise("beta", LARGE, "betacal abm", 1.8, beta),
    Promise("beta", SMALL, "betacal abm", 20.0, beta),
    Promise("ECE", LARGE, "per-bin numpy loop (stands for netcal)", 8.0, expected_error),
)


def measure() -> Iterator[Figure]:
    """Yield every figure, and the small fits a second time with one thread each."""
    from threadpoolctl import threadpool_limits

    for promise in PROMISES:
        yield figure(promise, "")
        if promise.n == SMALL:
            with threadpool_limits(limits=1):
                yield figure(promise, ", one thread each")


def figure(promise: Promise, conditions: str) -> Figure:
    """Measure one promise under the conditions that its name will carry."""
    ours, rival = promise.pair(*sample(promise.n))
    ratio = interleaved(repeated(ours, RUNS[promise.n]), repeated(rival, RUNS[promise.n]))
    name = f"{promise.name} at {promise.n:.0e}".replace("e+0", "e")
    return at_least(name + conditions, ratio, promise.budget, promise.rival)


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    """Return the same work, done so many times."""

    def run() -> None:
        for _ in range(times):
            work()

    return run


def main() -> None:
    """Print the figures."""
    report(tuple(measure()), "Calibration against scikit-learn, betacal and a per-bin loop (rival over ours)")


if __name__ == "__main__":
    main()
