"""A calibration on trial: fitted on the past, judged on what came after it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from closeline.domain.calibration import (
    ACTIVATION_V1,
    ActivationEvidence,
    CalibrationMethod,
    CalibrationScope,
    TrialReason,
)
from closeline.domain.digits import of_fit
from closeline.maths.bootstrap import clustered_upper_bound
from closeline.maths.calibrate import AUTO, CalibrationMap, EffectiveMap, fit_calibration, methods_for, segment_weight
from closeline.maths.calibrate.fitting import METHOD_LADDER
from closeline.maths.reliability import BinScheme, calibration_slope, expected_calibration_error, noise_floor
from closeline.maths.score import brier_scores, log_losses

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Clusters = NDArray[np.generic]

# The span that judges: the last 30 % of the observations, at least; a day between keeps one slate off both sides.
EVALUATED_SHARE = 0.3
EMBARGO_DAYS = 1


class Applied(Protocol):
    """Something that turns raw probabilities into calibrated ones."""

    def apply(self, p: ArrayLike) -> Floats:
        """Return the calibrated probabilities, elementwise."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where the past ends and the judging begins, as masks over the observations."""

    train: NDArray[np.bool_]
    judge: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """A fitted map, what would be applied with it, and what its trial found.

    reasons: what speaks against it beside the gate.
    """

    fitted: CalibrationMap
    evidence: ActivationEvidence
    split: Split
    effective: EffectiveMap | None = None
    reasons: tuple[str, ...] = ()


def split(days: Days, *, known_to: int | None = None) -> Split:
    """Split observations by day (ordinals, shape (n,), any order) into past and judging span, with the embargo.

    known_to: the last day that something in the candidate was fitted on elsewhere; what judges comes after it too.
    """
    cut = np.sort(days)[int(days.size * (1 - EVALUATED_SHARE))]
    judge = days >= cut
    return Split(days < cut - EMBARGO_DAYS, judge if known_to is None else judge & (days > known_to + EMBARGO_DAYS))


def try_out(
    p_raw: Floats, won: Floats, days: Days, *, active: Applied, generator: Generator, events: Sequence[str] = (),
    scope: CalibrationScope = CalibrationScope.SEGMENT, under: CalibrationMap | None = None,
    under_to: int | None = None, method: str = AUTO, level: float = 0.90,
) -> Trial | None:  # fmt: skip
    """Fit the method that the sample allows on the past, and set it beside the map in force on what came after.

    p_raw: raw probabilities of the canonical side given no push, won: 1 or 0, shape (n,). events: the game of each;
    left out, its day. under: the global map that a segment leans on; left out, the map stands alone. under_to: the last
    day (ordinal) that it was fitted on, so that it judges nothing that it has seen. level: of the one-sided bound. Null
    while the past is too short for the method, or too little has come after `under_to`.

    The bootstrap runs only when it can decide, clustered by day, and by event too where that lets the map through: the
    stricter of the two is what the gate sees.
    """
    parts = split(days, known_to=under_to)
    if under_to is not None and parts.judge.sum() < ACTIVATION_V1.samples_min(scope):
        return None
    fitted = _fitted(method, p_raw[parts.train], won[parts.train], days[parts.train])
    if fitted is None:
        return None
    trained = int(parts.train.sum())
    weight = of_fit(segment_weight(trained))
    effective = EffectiveMap(fitted) if under is None else EffectiveMap(fitted, under, weight)
    raw, outcome, when = p_raw[parts.judge], won[parts.judge], days[parts.judge]
    clusters: list[Clusters] = [when]
    if events:
        clusters.append(np.unique(np.asarray(events), return_inverse=True)[1][parts.judge])
    evidence = _evidence(
        active.apply(raw), effective, raw, outcome, clusters, scope=scope, level=level, generator=generator
    )
    evidence = replace(evidence, trained=trained, is_out_of_time=bool(days[parts.train].max() < when.min()))
    reasons: tuple[str, ...] = ()
    if fitted.method is CalibrationMethod.ISOTONIC and trained < METHOD_LADDER[CalibrationMethod.ISOTONIC]:
        plain = fit_calibration(CalibrationMethod.TEMPERATURE, p_raw[parts.train], won[parts.train]).kept()
        rival = replace(effective, own=plain).apply(raw)
        difference = brier_scores(effective.apply(raw), outcome) - brier_scores(rival, outcome)
        if not _bound(difference, clusters, level=level, generator=generator) <= 0.0:
            reasons = (TrialReason.NOT_BETTER_THAN_TEMPERATURE.value,)
    return Trial(fitted, _kept(evidence), parts, effective, reasons)


def _fitted(asked: str, p: Floats, won: Floats, days: Days) -> CalibrationMap | None:
    """Return the map of the richest method that pays on the last part of the past itself, fitted on all of it."""
    methods = methods_for(p.size, asked)
    if not methods:
        return None
    best = methods[0]
    for richer in methods[1:]:
        if _pays(richer, best, p, won, split(days)):
            best = richer
    return fit_calibration(best, p, won).kept()


def _pays(richer: CalibrationMethod, plain: CalibrationMethod, p: Floats, won: Floats, inner: Split) -> bool:
    """Say whether a richer method is better by more than its standard error: a tie goes to the plain one."""
    judged = inner.judge
    new, old = (
        brier_scores(fit_calibration(method, p[inner.train], won[inner.train]).apply(p[judged]), won[judged])
        for method in (richer, plain)
    )
    difference = new - old
    return bool(difference.mean() < -difference.std() / np.sqrt(difference.size))


def _evidence(
    old: Floats, effective: EffectiveMap, raw: Floats, outcome: Floats, clusters: Sequence[Clusters], *,
    scope: CalibrationScope, level: float, generator: Generator,
) -> ActivationEvidence:  # fmt: skip
    new = effective.apply(raw)
    difference = brier_scores(new, outcome) - brier_scores(old, outcome)
    slope, slope_error = _slope(new, outcome)
    return ActivationEvidence(
        scope=scope,
        evaluated=raw.size,
        brier_old=float(brier_scores(old, outcome).mean()),
        brier_new=float(brier_scores(new, outcome).mean()),
        brier_difference_upper=_bound(difference, clusters, level=level, generator=generator),
        log_loss_old=float(log_losses(old, outcome).mean()),
        log_loss_new=float(log_losses(new, outcome).mean()),
        ece_old=expected_calibration_error(old, outcome, scheme=BinScheme.MASS),
        ece_new=expected_calibration_error(new, outcome, scheme=BinScheme.MASS),
        ece_noise_floor=noise_floor(raw.size, 10, 0.5),
        slope=slope,
        shift_p99=float(np.quantile(np.abs(new - raw), 0.99)),
        is_monotone=effective.is_monotone(),
        is_out_of_time=False,
        slope_standard_error=slope_error,
    )


def _bound(difference: Floats, clusters: Sequence[Clusters], *, level: float, generator: Generator) -> float:
    """Return the greatest one-sided upper bound of the mean over the clusterings; 1 where the mean is not below 0."""
    if not difference.mean() < 0:
        return 1.0
    upper = -np.inf
    for labels in clusters:
        upper = max(upper, clustered_upper_bound(difference, labels, level=level, generator=generator))
        if upper > 0.0:
            break
    return float(upper)


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
