"""Spread: how closing-line value and published probabilities are distributed, which sums do not tell."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from closeline.domain.settlement import Result
from closeline.flow.view.performance.sums import played
from closeline.maths.record_figures import ECE_BINS, calibration_error
from closeline.maths.reliability import BinScheme, calibration_errors, reliability_curve
from closeline.maths.simulate.streams import stream
from closeline.schemas import performance as shapes
from closeline.store.desk.endings import Ending

# In probability, as all that is stored is. Around nought the bins are narrow: most of what a record shows lies there.
CLV_EDGES = (-0.1, -0.05, -0.03, -0.02, -0.01, -0.005, 0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
QUANTILES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
CURVE_POINTS = 21

Floats = NDArray[np.float64]


def clv_of(items: Sequence[Ending]) -> Floats:
    """Return the closing-line value of every pick that was in play and has a close, in probability, shape (n,)."""
    values = [
        item.track.clv_prob
        for item in items
        if played(item)
        if item.track is not None and item.track.clv_prob is not None
    ]
    return np.array(values, dtype=np.float64)


def median(values: Floats) -> float | None:
    """Return the median of values, null for none."""
    return float(np.median(values)) if values.size else None


def quantiles(values: Floats) -> dict[str, float]:
    """Return the quantiles of values by level, none of none."""
    if not values.size:
        return {}
    return {
        f"{level:.2f}": float(found) for level, found in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
    }


def clv_bins(values: Floats) -> list[shapes.ClvBin]:
    """Return how many values lie between each pair of edges, the lower edge included."""
    inside = np.searchsorted(np.array(CLV_EDGES), values, side="right")
    counts = np.bincount(inside, minlength=len(CLV_EDGES) + 1).tolist()
    edges = [None, *CLV_EDGES, None]
    return [
        shapes.ClvBin(low=low, high=high, n=n) for (low, high), n in zip(pairwise(edges), counts, strict=True)
    ]  # fmt: skip


def reliability(items: Sequence[Ending], name: str) -> shapes.Reliability:
    """Return how published probabilities held: bins of equal mass, and the CORP curve with its band."""
    scored = [item for item in items if item.grade is not None and item.grade.brier is not None]
    p = np.array([item.p_final for item in scored], dtype=np.float64)
    won = np.array([item.grade is not None and item.grade.result == Result.WIN for item in scored], dtype=np.float64)
    error = calibration_error(p, won, stream("ece", "cohort", name))
    if error.value is None:
        return shapes.Reliability(n=int(p.size), error=None, noise_floor=None, bins=[], curve=[])
    table = calibration_errors(p, won, bins=ECE_BINS, scheme=BinScheme.MASS).table
    curve = reliability_curve(p, won, points=CURVE_POINTS, generator=stream("curve", "cohort", name))
    return shapes.Reliability(
        n=error.n,
        error=error.value,
        noise_floor=error.noise_floor,
        bins=[shapes.Bin(n=item.n, probability=item.mean_p, frequency=item.frequency) for item in table],
        curve=[
            shapes.Point(probability=float(at), observed=float(seen), low=float(low), high=float(high))
            for at, seen, low, high in zip(curve.p, curve.observed, curve.low, curve.high, strict=True)
        ],
    )
