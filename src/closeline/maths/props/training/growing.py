"""Growing: all models of one window, for every statistic on the same bins, as work that any process can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.props.training.boosting import binned, planted
from closeline.maths.props.training.settings import Settings
from closeline.maths.props.training.variance import Curve, fit_curve, squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.training.boosting import Bins

    Floats = NDArray[np.float64]
    Matrix = NDArray[np.float32]


_NO_CURVE = Curve(0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class WindowWork:
    """What one window learns from, and which rows it is to predict afterwards.

    matrix: (n, features); labels: (statistics, n). foreseen: (statistics, n), what was foreseen of the labels by models
    that had not seen them, NaN where nothing was; null where means alone are wanted, by the outline's growth. held:
    (m, features), rows to predict. rising: of each statistic, the columns that its mean must rise with.
    """

    settings: Settings
    matrix: Matrix
    labels: Floats
    foreseen: Floats | None
    held: Matrix
    rising: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The mean model of one statistic in one window, and the variance model with the curve that it corrects.

    Where means alone were wanted there are no bytes of a variance, and the curve says nothing.
    """

    mean: bytes
    variance: bytes
    curve: Curve


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """What came of a window: a pair for each statistic, and what they say of the held rows.

    means, variances: shape (statistics, m), neither bounded nor scaled; variances are empty where means alone were
    wanted.
    """

    pairs: tuple[Pair, ...]
    means: Floats
    variances: Floats


def grow(work: WindowWork) -> Grown:
    """Grow all models of a window, one thread, bins built once and labels exchanged."""
    bins = binned(work.settings.library, work.matrix, work.settings.bins)
    pairs = tuple(_pair(bins, work, place) for place in range(len(work.labels)))
    means = np.array([_mean_of(work.settings, pair, work.held) for pair in pairs])
    if work.foreseen is None:
        return Grown(pairs, means, np.empty((len(pairs), 0)))
    parts = [variance_of(work.settings, pair, work.held, mean) for pair, mean in zip(pairs, means, strict=True)]
    return Grown(pairs, means, np.array(parts))


def variance_of(settings: Settings, pair: Pair, matrix: Matrix, mean: Floats) -> Floats:
    """Return the variances of rows, neither bounded nor scaled, shape (n,)."""
    return np.asarray(pair.curve.at(mean) * planted(settings.library, pair.variance).predict(matrix))


def _pair(bins: Bins, work: WindowWork, place: int) -> Pair:
    told, labels = work.settings, work.labels[place]
    growth = told.outline if work.foreseen is None else told.mean
    mean = bins.grow(growth, labels, seed=told.seed, rising=work.rising[place])
    if work.foreseen is None:
        return Pair(mean, b"", _NO_CURVE)
    foreseen = work.foreseen[place]
    known = np.isfinite(foreseen)
    squared = squares(labels[known], foreseen[known])
    curve = fit_curve(foreseen[known], squared)
    # Rows that nobody foresaw weigh nothing, so that the bins need not be built again without them.
    ratios = np.ones(len(labels))
    ratios[known] = squared / curve.at(foreseen[known])
    return Pair(mean, bins.grow(told.variance, ratios, known.astype(np.float64), seed=told.seed), curve)


def _mean_of(settings: Settings, pair: Pair, matrix: Matrix) -> Floats:
    return planted(settings.library, pair.mean).predict(matrix)
