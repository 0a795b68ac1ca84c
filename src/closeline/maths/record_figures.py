"""Figures of a record: closing-line value with its interval, slopes, log-losses and calibration error."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import stdtrit

from closeline.maths.bootstrap import clustered_mean_interval, clustered_standard_error
from closeline.maths.reliability import BinScheme, expected_calibration_error, simulated_noise_floor
from closeline.maths.score import log_losses

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

ECE_BINS = 10
NOISE_SIMULATIONS = 400


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval, clustered by day. Null where there is nothing to average."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Slope:
    """A regression through the origin, its error clustered by day."""

    slope: float | None
    standard_error: float | None
    n: int


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """ECE in ten bins, beside what a perfect forecaster of these probabilities would show."""

    value: float | None
    noise_floor: float | None
    n: int


def mean_with_interval(values: Floats, days: Days, generator: Generator) -> Mean:
    """Return the mean of values, shape (n,), and its day-clustered bootstrap interval; NaN values are left out."""
    known = ~np.isnan(values)
    if not known.any():
        return Mean(None, None, None, 0)
    found = clustered_mean_interval(values[known], days[known], generator=generator)
    return Mean(found.mean, found.low, found.high, found.n)


def mean_of_daily_sums(sums: Floats, counts: Days | Floats, *, level: float = 0.95) -> Mean:
    """Return the mean per observation of daily sums over daily counts, both shape (days,), and its interval by day.

    The closed form of the day-clustered error, with Student's t on days - 1. Fewer than two days have no interval.
    Source: Cameron and Miller (2015).
    """
    assert sums.shape == counts.shape
    used = counts > 0
    sums, counts = sums[used], counts[used]
    if not sums.size:
        return Mean(None, None, None, 0)
    n, days = float(counts.sum()), sums.size
    mean = float(sums.sum()) / n
    if days < 2:
        return Mean(mean, None, None, round(n))
    residual = sums - counts * mean
    error = math.sqrt(float(residual @ residual) * days / (days - 1)) / n
    reach = float(stdtrit(days - 1, (1.0 + level) / 2.0)) * error
    return Mean(mean, mean - reach, mean + reach, round(n))


def slope_through_origin(x: Floats, y: Floats, days: Days) -> Slope:
    """Return the slope of y on x without intercept, both shape (n,); NaN pairs are left out."""
    known = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[known], y[known]
    power = float(x @ x)
    if x.size < 3 or power == 0.0:
        return Slope(None, None, int(x.size))
    slope = float(x @ y) / power
    error = clustered_standard_error(x * (y - slope * x), days[known]) * x.size / power
    return Slope(slope, float(error), int(x.size))


def calibration_error(
    p: Floats, won: Floats, generator: Generator, scheme: BinScheme = BinScheme.MASS
) -> CalibrationError:
    """Return the ECE of probabilities against outcomes (1 or 0), shape (n,), and its simulated noise floor.

    Bins of equal mass by default: near even money, bins of equal width would be two or three.
    """
    if p.size < ECE_BINS:
        return CalibrationError(None, None, int(p.size))
    value = expected_calibration_error(p, won, bins=ECE_BINS, scheme=scheme)
    floor = simulated_noise_floor(p, bins=ECE_BINS, scheme=scheme, simulations=NOISE_SIMULATIONS, generator=generator)
    return CalibrationError(value, float(floor), int(p.size))


def losses(p: Floats, won: Floats) -> Floats:
    """Return the log-loss of each probability against its outcome (1 or 0), shape (n,), in nats."""
    return log_losses(p, won)


def mean_log_loss(p: Floats, won: Floats) -> float | None:
    """Return the mean log-loss of probabilities, shape (n,), null for none."""
    return float(log_losses(p, won).mean()) if p.size else None
