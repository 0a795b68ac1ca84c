"""Segments (league and market key) lean on the global map in proportion to what they have seen."""

import numpy as np
from numpy.typing import ArrayLike

from closeline.maths.calibrate.logistic import log_odds
from closeline.maths.calibrate.maps import CalibrationMap
from closeline.maths.score import FloatArray

SEGMENT_SAMPLES_MIN = 100
SHRINKAGE_SAMPLES = 200.0


def segment_weight(n: float, *, k0: float = SHRINKAGE_SAMPLES) -> float:
    """Return n / (n + k0), the say of a segment with n graded observations."""
    assert n >= 0.0
    assert k0 > 0.0
    return n / (n + k0)


def shrink_to_global(
    p_segment: ArrayLike, p_global: ArrayLike, n: float, *, k0: float = SHRINKAGE_SAMPLES
) -> FloatArray:
    """Blend segment and global probabilities on the logit scale with weight n / (n + k0), elementwise."""
    return blended(p_segment, p_global, segment_weight(n, k0=k0))


def blended(p_segment: ArrayLike, p_global: ArrayLike, weight: float) -> FloatArray:
    """Blend probabilities on the logit scale, elementwise; weight: the segment's say, in [0, 1]."""
    from scipy.special import expit

    segment, everywhere = (log_odds(np.asarray(p, dtype=np.float64)) for p in (p_segment, p_global))
    return np.asarray(expit(weight * segment + (1.0 - weight) * everywhere))


def apply_segment(segment: CalibrationMap, everywhere: CalibrationMap, p: ArrayLike, *, n_segment: int) -> FloatArray:
    """Calibrate p with a segment's map shrunk to the global one; below 100 graded the segment has no say."""
    if n_segment < SEGMENT_SAMPLES_MIN:
        return everywhere.apply(p)
    return shrink_to_global(segment.apply(p), everywhere.apply(p), n_segment)
