"""Calibration (`calib-v1`): raw probabilities in, versioned monotone maps and calibrated probabilities out.

Always true: a map never falls, never leaves (0, 1), survives its own JSON to the last bit, and, fitted
symmetrically, gives the two sides of a market probabilities that sum to one.
"""

from closeline.maths.calibrate.effective import UNCALIBRATED, EffectiveMap, read_effective
from closeline.maths.calibrate.fitting import AUTO, METHODS_ASKED, fit_calibration, method_for, methods_for
from closeline.maths.calibrate.isotonic import (
    clip_block,
    fit_isotonic,
    isotonic_predict,
    pool_adjacent_violators,
)
from closeline.maths.calibrate.maps import IDENTITY, CalibrationMap
from closeline.maths.calibrate.parametric import (
    BetaFit,
    PlattFit,
    apply_beta,
    apply_platt,
    apply_temperature,
    fit_beta,
    fit_platt,
    fit_temperature,
    platt_targets,
)
from closeline.maths.calibrate.segments import apply_segment, blended, segment_weight, shrink_to_global

__all__ = [
    "AUTO",
    "IDENTITY",
    "METHODS_ASKED",
    "UNCALIBRATED",
    "BetaFit",
    "CalibrationMap",
    "EffectiveMap",
    "PlattFit",
    "apply_beta",
    "apply_platt",
    "apply_segment",
    "apply_temperature",
    "blended",
    "clip_block",
    "fit_beta",
    "fit_calibration",
    "fit_isotonic",
    "fit_platt",
    "fit_temperature",
    "isotonic_predict",
    "method_for",
    "methods_for",
    "platt_targets",
    "pool_adjacent_violators",
    "read_effective",
    "segment_weight",
    "shrink_to_global",
]
