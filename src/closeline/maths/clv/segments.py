"""Closing line value of a segment: mean with its interval by event, median, shares, and what is missing (clv-v1)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.random import Generator

from closeline.maths.bootstrap import clustered_mean_interval
from closeline.maths.clv import clv_aggregate


@dataclass(frozen=True, slots=True)
class ClvOf:
    """One ticket: its event, its return at the fair close, the move of its number, its band; or why it has none."""

    event_id: str
    ev: float | None
    beat_close: int | None = None
    band: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """What a segment came to; null where there is nothing to take it from. `t` takes tickets as independent.

    `low` to `high` is the 95 % interval of the mean by drawing whole events; null with a single event.
    """

    n: int
    n_missing: int
    missing: dict[str, int]
    mean: float | None
    low: float | None
    high: float | None
    median: float | None
    t: float | None
    share_positive: float | None
    share_zero: float | None
    share_negative: float | None
    beat_close_share: float | None
    band_width: float | None
    events: int


def segment_figures(items: Sequence[ClvOf], generator: Generator) -> SegmentFigures:
    """Summarise tickets; a missing close is counted with its reason and never imputed."""
    known = [item for item in items if item.ev is not None]
    missing = Counter(item.reason or "UNKNOWN" for item in items if item.ev is None)
    events = len({item.event_id for item in known})
    values = [item.ev for item in known if item.ev is not None]
    summary = clv_aggregate(values, missing=missing.total())
    low = high = None
    if events > 1:
        interval = clustered_mean_interval(values, [item.event_id for item in known], generator=generator)
        low, high = interval.low, interval.high
    beaten = [item.beat_close for item in known if item.beat_close is not None]
    bands = [item.band for item in known if item.band is not None]
    return SegmentFigures(
        n=summary.n,
        n_missing=summary.n_missing,
        missing=dict(sorted(missing.items())),
        mean=_known(summary.mean),
        low=low,
        high=high,
        median=_known(summary.median),
        t=_known(summary.t_stat),
        share_positive=_known(summary.beat_rate),
        share_zero=_known(summary.share_zero),
        share_negative=_known(summary.share_negative),
        beat_close_share=float(np.mean([value > 0 for value in beaten])) if beaten else None,
        band_width=float(np.mean(bands)) if bands else None,
        events=events,
    )


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
