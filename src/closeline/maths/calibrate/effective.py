"""What is applied in the end: a map of its own leaning on the global one, so that both are judged as one."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from closeline.maths.calibrate.maps import IDENTITY, CalibrationMap
from closeline.maths.calibrate.segments import blended
from closeline.maths.score import FloatArray

# Where a map is looked at to see that it never falls: every thousandth, and the two ends.
_GRID = np.linspace(0.0, 1.0, 1001)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class EffectiveMap:
    """A segment's map blended on the logit scale with the one under it; with weight 1 it stands alone."""

    own: CalibrationMap
    under: CalibrationMap = IDENTITY
    weight: float = 1.0

    def apply(self, p: ArrayLike) -> FloatArray:
        """Return calibrated probabilities, elementwise, in (0, 1)."""
        if self.weight == 1.0:
            return self.own.apply(p)
        return blended(self.own.apply(p), self.under.apply(p), self.weight)

    def is_monotone(self) -> bool:
        """Say whether the map never falls and stays inside (0, 1), looked at on a grid."""
        values = self.apply(_GRID)
        return bool((np.diff(values) >= -_ROUNDING).all() and values[0] > 0.0 and values[-1] < 1.0)


UNCALIBRATED = EffectiveMap(IDENTITY)


@lru_cache(maxsize=64)
def read_effective(own: str, under: str | None = None, weight: float = 1.0) -> EffectiveMap:
    """Read a map and the one under it as they are stored; ValueError for anything that is not a valid map."""
    return EffectiveMap(
        CalibrationMap.from_json(own), IDENTITY if under is None else CalibrationMap.from_json(under), weight
    )
