"""Variances: fitted to squared residuals of numbers that were foreseen, bounded, and scaled to what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.digits import of_fit
from closeline.domain.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS = 60
_HALVINGS = 40
_ROUNDING = 1e-12
# A residual may be 0, which a gamma cannot have.
_SQUARE_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Curve:
    """The variance that a mean alone tells, exp(level) * mean ** power: what trees then correct by the features."""

    level: float
    power: float

    def at(self, mean: Floats) -> Floats:
        """Return the variance at each mean, shape (n,), in the unit's square."""
        return np.asarray(np.exp(self.level + self.power * np.log(mean)))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a variance may be: at least the mean and (cv_least * mean)^2, at most (cv_most * mean)^2.

    The upper bound holds for means of at least `capped_from`. Below it, counting alone comes near it (a count of mean
    1.5 cannot have a cv under .8), and real players are above it: PRA forecasts under 8 that had been capped at .8
    turned out 1.3 to 1.9 times as spread as said. Source: props-v1, section 7.2; docs/props.md.
    """

    cv_least: float = 0.18
    cv_most: float = 0.8
    capped_from: float = 10.0

    def apply(self, mean: Floats, variance: Floats) -> Floats:
        """Return variances within the bounds, shape (n,); where they contradict each other the lower one holds."""
        most = np.where(mean >= self.capped_from, (self.cv_most * mean) ** 2, np.inf)
        return np.asarray(np.maximum(np.minimum(variance, most), np.maximum(mean, (self.cv_least * mean) ** 2)))


BOUNDS = Bounds()


def squares(y: Floats, foreseen: Floats) -> Floats:
    """Return squared residuals of numbers from what was foreseen of them, above 0, shape (n,)."""
    return np.asarray(np.maximum((y - foreseen) ** 2, _SQUARE_LEAST))


def fit_curve(mean: Floats, squared: Floats) -> Curve:
    """Fit a curve to squared residuals: a gamma regression with log link on the logarithm of the mean.

    mean: above 0, shape (n,); squared: above 0, shape (n,). One mean alone has a flat curve. BadInput for none. Source:
    McCullagh and Nelder (1989), iteratively reweighted least squares, in which a gamma's weights are all 1.
    """
    if not len(mean):
        message = "variances must be fitted to numbers that earlier days foresaw, there were none in a window"
        raise BadInput(f"{message}; import earlier seasons or ask for shorter blocks")
    x = np.log(mean)
    spread = max(float(((x - x.mean()) ** 2).sum()), np.finfo(np.float64).tiny)
    middle, level, power = float(x.mean()), float(np.log(squared.mean())), 0.0
    for _ in range(_STEPS):
        pull = squared / np.exp(level + power * (x - middle)) - 1.0
        way = float(pull.mean()), float(((x - middle) * pull).sum()) / spread
        level, power = _stepped(x - middle, squared, (level, power), way)
    return Curve(of_fit(level - power * middle), of_fit(power))


def _stepped(x: Floats, squared: Floats, at: tuple[float, float], way: tuple[float, float]) -> tuple[float, float]:
    """Go the whole way, or the first half, quarter, ... of it by which the fit is no worse: few rows overshoot."""
    before, share = _misfit(x, squared, *at), 1.0
    for _ in range(_HALVINGS):
        level, power = at[0] + share * way[0], at[1] + share * way[1]
        # What rounding adds near the end is no worse fit.
        if _misfit(x, squared, level, power) <= before + _ROUNDING * abs(before):
            return level, power
        share /= 2.0
    return at


def _misfit(x: Floats, squared: Floats, level: float, power: float) -> float:
    """Return half the gamma's deviance per row, but for what no curve changes: convex in level and power."""
    logs = level + power * x
    with np.errstate(over="ignore"):
        return float((logs + squared * np.exp(-logs)).mean())


def fit_scale(y: Floats, mean: Floats, variance: Floats, bounds: Bounds = BOUNDS) -> float:
    """Return c such that the mean of (y - mean)^2 / bounded(c * variance) is 1; all shape (n,), held out.

    The root is enclosed between .25 and 4 and one of these where it lies outside: a model so far off is wrong
    otherwise. Source: props-v1, section 7.2.
    """
    low, high = 0.25, 4.0
    errors = (y - mean) ** 2
    for _ in range(_STEPS):
        middle = float(np.sqrt(low * high))
        wide = float((errors / bounds.apply(mean, middle * variance)).mean()) < 1.0
        low, high = (low, middle) if wide else (middle, high)
    return of_fit(float(np.sqrt(low * high)))
