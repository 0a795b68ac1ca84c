"""Reliability: whether games given 60 % happen 60 % of the time, and whether the gap is more than noise.

Forecasts and outcomes in; gaps, decompositions, slopes and curves out. Always true: the expected calibration
error is biased upward, so it goes with its noise floor; CORP, which needs no bins, is the default report.
"""

from closeline.maths.reliability.binned import (
    Bin,
    BinnedErrors,
    BinScheme,
    calibration_errors,
    default_bins,
    expected_calibration_error,
)
from closeline.maths.reliability.corp import (
    CorpDecomposition,
    CorpScore,
    ReliabilityCurve,
    corp_decomposition,
    reliability_curve,
)
from closeline.maths.reliability.noise import noise_floor, simulated_noise_floor
from closeline.maths.reliability.slope import CalibrationSlope, calibration_in_the_large, calibration_slope

__all__ = [
    "Bin",
    "BinScheme",
    "BinnedErrors",
    "CalibrationSlope",
    "CorpDecomposition",
    "CorpScore",
    "ReliabilityCurve",
    "calibration_errors",
    "calibration_in_the_large",
    "calibration_slope",
    "corp_decomposition",
    "default_bins",
    "expected_calibration_error",
    "noise_floor",
    "reliability_curve",
    "simulated_noise_floor",
]
