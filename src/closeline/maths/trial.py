"""A calibration on trial: fitted on the past, judged on what came after it."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from closeline.domain.calibration import ActivationEvidence, CalibrationMethod, CalibrationScope
from closeline.domain.digits import of_fit
from closeline.maths.bootstrap import clustered_upper_bound
from closeline.maths.calibrate import CalibrationMap, fit_calibration, method_for
from closeline.maths.reliability import BinScheme, calibration_slope, expected_calibration_error, noise_floor
from closeline.maths.score import brier_scores, log_losses

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

# The span that judges: the last 30 % of the observations, at least; a day between keeps one slate off both sides.
EVALUATED_SHARE = 0.3
EMBARGO_DAYS = 1


@dataclass(frozen=True, slots=True)
class Split:
    """Where the past ends and the judging begins, as masks over the observations."""

    train: NDArray[np.bool_]
    judge: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """A fitted map and what its trial found."""

    fitted: CalibrationMap
    evidence: ActivationEvidence
    split: Split


def split(days: Days) -> Split:
    """Split observations by day (ordinals, shape (n,), any order) into past and judging span, with the embargo."""
    cut = np.sort(days)[int(days.size * (1 - EVALUATED_SHARE))]
    return Split(days < cut - EMBARGO_DAYS, days >= cut)


def try_out(p_raw: Floats, won: Floats, days: Days, *, active: CalibrationMap, generator: Generator) -> Trial | None:
    """Fit the method that the sample allows on the past, and set it beside the map in force on what came after.

    p_raw: raw probabilities of the canonical side given no push, won: 1 or 0, shape (n,). Null while the past is too
    short for any method. The bootstrap is clustered by day and runs only when it can decide.
    """
    parts = split(days)
    method = method_for(int(parts.train.sum()))
    if method is CalibrationMethod.IDENTITY:
        return None
    fitted = fit_calibration(method, p_raw[parts.train], won[parts.train]).kept()
    raw, outcome, when = p_raw[parts.judge], won[parts.judge], days[parts.judge]
    old, new = active.apply(raw), fitted.apply(raw)
    difference = brier_scores(new, outcome) - brier_scores(old, outcome)
    upper = 1.0
    if difference.mean() < 0:
        upper = clustered_upper_bound(difference, when, level=0.90, generator=generator)
    slope, slope_error = _slope(new, outcome)
    evidence = ActivationEvidence(
        scope=CalibrationScope.SEGMENT,
        evaluated=raw.size,
        brier_old=float(brier_scores(old, outcome).mean()),
        brier_new=float(brier_scores(new, outcome).mean()),
        brier_difference_upper=upper,
        log_loss_old=float(log_losses(old, outcome).mean()),
        log_loss_new=float(log_losses(new, outcome).mean()),
        ece_old=expected_calibration_error(old, outcome, scheme=BinScheme.MASS),
        ece_new=expected_calibration_error(new, outcome, scheme=BinScheme.MASS),
        ece_noise_floor=noise_floor(raw.size, 10, 0.5),
        slope=slope,
        shift_p99=float(np.quantile(np.abs(new - raw), 0.99)),
        is_monotone=True,
        is_out_of_time=bool(days[parts.train].max() < when.min()),
        slope_standard_error=slope_error,
        trained=int(parts.train.sum()),
    )
    return Trial(fitted, _kept(evidence), parts)


def _kept(evidence: ActivationEvidence) -> ActivationEvidence:
    figures: dict[str, Any] = {name: of_fit(item) for name, item in asdict(evidence).items() if isinstance(item, float)}
    return replace(evidence, **figures)


def _slope(p: Floats, won: Floats) -> tuple[float, float]:
    """Return slope and standard error of outcomes on forecasts; 0 and 0, out of every band, where none can be fitted.

    That is so when the map makes all forecasts the same, which is how a model without skill is calibrated.
    """
    try:
        line = calibration_slope(p, won)
    except ValueError:
        return (0.0, 0.0)
    return (line.slope, line.slope_standard_error)
