"""The methods of calibration, and the gate that a new map must pass (`activation-v1`).

The gate sees only evidence, never the data, so that a stored verdict can be checked again from what was
stored. It fails closed: a figure that is not a number never passes a rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class CalibrationMethod(StrEnum):
    """How a raw probability is turned into a calibrated one."""

    IDENTITY = "IDENTITY"
    TEMPERATURE = "TEMPERATURE"
    PLATT = "PLATT"
    BETA = "BETA"
    ISOTONIC = "ISOTONIC"


class CalibrationScope(StrEnum):
    """Whether a map serves every market or one segment (league and market key)."""

    GLOBAL = "GLOBAL"
    SEGMENT = "SEGMENT"


class ActivationReason(StrEnum):
    """Why a candidate was turned down."""

    BRIER_NOT_IMPROVED = "BRIER_NOT_IMPROVED"
    ECE_WORSE = "ECE_WORSE"
    LOGLOSS_WORSE = "LOGLOSS_WORSE"
    MIN_SAMPLES = "MIN_SAMPLES"
    NOT_MONOTONE = "NOT_MONOTONE"
    NOT_OUT_OF_TIME = "NOT_OUT_OF_TIME"
    SHIFT_TOO_LARGE = "SHIFT_TOO_LARGE"
    SLOPE_OUT_OF_BAND = "SLOPE_OUT_OF_BAND"


@dataclass(frozen=True, slots=True)
class ActivationPolicy:
    """The limits of one version of the gate."""

    name: str
    samples_min_global: int
    samples_min_segment: int
    slope_min: float
    slope_max: float
    slope_interval_z: float
    shift_max: float

    def samples_min(self, scope: CalibrationScope) -> int:
        """Return how many graded observations the evaluation must hold."""
        return self.samples_min_segment if scope is CalibrationScope.SEGMENT else self.samples_min_global


ACTIVATION_V1 = ActivationPolicy(
    name="activation-v1",
    samples_min_global=500,
    samples_min_segment=100,
    slope_min=0.7,
    slope_max=1.3,
    slope_interval_z=1.645,
    shift_max=0.15,
)


@dataclass(frozen=True, slots=True)
class ActivationEvidence:
    """What the evaluation of one candidate found, on observations later than the fit.

    `old` is the map in force, `new` the candidate; lower scores are better. `brier_difference_upper` is the
    one-sided 90 % bound of new minus old, clustered by event; `shift_p99` the 99th percentile of |new - raw|.
    """

    scope: CalibrationScope
    evaluated: int
    brier_old: float
    brier_new: float
    brier_difference_upper: float
    log_loss_old: float
    log_loss_new: float
    ece_old: float
    ece_new: float
    ece_noise_floor: float
    slope: float
    shift_p99: float
    is_monotone: bool
    is_out_of_time: bool
    slope_standard_error: float = 0.0
    trained: int = 0


@dataclass(frozen=True, slots=True)
class ActivationVerdict:
    """Whether the candidate may be used, and every reason against it in alphabetical order."""

    activate: bool
    reasons: tuple[str, ...]


def activation_gate(evidence: ActivationEvidence, policy: ActivationPolicy = ACTIVATION_V1) -> ActivationVerdict:
    """Judge a candidate map; every rule runs and every failure is named."""
    reasons = tuple(sorted(reason.value for reason, holds in _RULES.items() if not holds(evidence, policy)))
    return ActivationVerdict(activate=not reasons, reasons=reasons)


def _has_samples(evidence: ActivationEvidence, policy: ActivationPolicy) -> bool:
    return evidence.evaluated >= policy.samples_min(evidence.scope)


def _is_out_of_time(evidence: ActivationEvidence, _policy: ActivationPolicy) -> bool:
    return evidence.is_out_of_time


def _is_monotone(evidence: ActivationEvidence, _policy: ActivationPolicy) -> bool:
    return evidence.is_monotone


def _improves_brier(evidence: ActivationEvidence, _policy: ActivationPolicy) -> bool:
    return evidence.brier_new < evidence.brier_old and evidence.brier_difference_upper <= 0.0


def _keeps_log_loss(evidence: ActivationEvidence, _policy: ActivationPolicy) -> bool:
    return evidence.log_loss_new <= evidence.log_loss_old


def _keeps_ece(evidence: ActivationEvidence, _policy: ActivationPolicy) -> bool:
    # Below the noise floor a larger ECE says nothing: a perfect forecaster would show as much.
    return evidence.ece_new <= evidence.ece_old or evidence.ece_new <= evidence.ece_noise_floor


def _slope_meets_band(evidence: ActivationEvidence, policy: ActivationPolicy) -> bool:
    reach = policy.slope_interval_z * evidence.slope_standard_error
    return evidence.slope + reach >= policy.slope_min and evidence.slope - reach <= policy.slope_max


def _shifts_little(evidence: ActivationEvidence, policy: ActivationPolicy) -> bool:
    return evidence.shift_p99 <= policy.shift_max


_RULES: dict[ActivationReason, Callable[[ActivationEvidence, ActivationPolicy], bool]] = {
    ActivationReason.MIN_SAMPLES: _has_samples,
    ActivationReason.NOT_OUT_OF_TIME: _is_out_of_time,
    ActivationReason.NOT_MONOTONE: _is_monotone,
    ActivationReason.BRIER_NOT_IMPROVED: _improves_brier,
    ActivationReason.LOGLOSS_WORSE: _keeps_log_loss,
    ActivationReason.ECE_WORSE: _keeps_ece,
    ActivationReason.SLOPE_OUT_OF_BAND: _slope_meets_band,
    ActivationReason.SHIFT_TOO_LARGE: _shifts_little,
}
