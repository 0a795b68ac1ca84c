"""Drift of features: whether what a model is asked about looks like what it was trained on.

The population stability index of each feature, sum over bins of (recent - before) ln(recent / before): bins are tenths
of what was trained on, and null is a bin of its own, so a feature that stops being told is seen. Source: Siddiqi
(2006), "Credit risk scorecards", and Yurdakul and Naranjo (2020) for its law where nothing has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Singles = NDArray[np.float32]
    Floats = NDArray[np.float64]

BINS = 10
# The usual reading of the index: from .25 on the distribution is another one.
INDEX_MOST = 0.25
# Below so many rows on either side the index says more about chance than about the feature.
ROWS_LEAST = 1000
# Added to every bin's count, so that an empty one has a logarithm.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """A feature's index, and how often it was null before and lately, as shares."""

    feature: str
    index: float
    null_before: float
    null_now: float

    @property
    def alarm(self) -> bool:
        """Whether its distribution is another one."""
        return self.index >= INDEX_MOST


def feature_drift(before: Singles, now: Singles, names: Sequence[str]) -> tuple[FeatureDrift, ...]:
    """Return the drift of every feature, the largest first, then by name; nothing where either side has too few rows.

    before, now: rows of features, shape (m, features) and (n, features), NaN where null. ValueError unless both have
    one column for each name.
    """
    if before.shape[1:] != (len(names),) or now.shape[1:] != (len(names),):
        message = f"rows must have {len(names)} features each"
        raise ValueError(f"{message}, were of shape {before.shape} and {now.shape}")
    if min(len(before), len(now)) < ROWS_LEAST:
        return ()
    found = [_of_feature(name, before[:, place], now[:, place]) for place, name in enumerate(names)]
    return tuple(sorted(found, key=lambda item: (-item.index, item.feature)))


def stability_index(before: Singles, now: Singles, bins: int = BINS) -> float:
    """Return the population stability index of one feature, shapes (m,) and (n,), at least 0."""
    known = before[np.isfinite(before)]
    tenths = np.quantile(known, np.arange(1, bins) / bins) if known.size else np.empty(0)
    cuts = np.unique(tenths.astype(np.float64))
    counts = np.stack([_counts(before, cuts), _counts(now, cuts)])
    # A bin that neither fills says nothing; what is added to it would.
    filled = counts[:, counts.sum(axis=0) > 0] + _HALF
    old, new = filled / filled.sum(axis=1, keepdims=True)
    return float(((new - old) * np.log(new / old)).sum())


def _of_feature(name: str, before: Singles, now: Singles) -> FeatureDrift:
    nulls = [float(np.isnan(side).mean()) for side in (before, now)]
    return FeatureDrift(name, stability_index(before, now), *nulls)


def _counts(values: Singles, cuts: Floats) -> Floats:
    """Return the rows of each bin, null last; a number that is a cut belongs to the bin above it."""
    place = np.where(np.isnan(values), len(cuts) + 1, np.searchsorted(cuts, values, side="right"))
    return np.bincount(place, minlength=len(cuts) + 2).astype(np.float64)
