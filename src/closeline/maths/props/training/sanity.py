"""Sanity: what a mean model makes of its features, and whether it rises where it should."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.digits import of_fit
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.training.manifest import Gain, Rise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.training.boosting import Trees

    Matrix = NDArray[np.float32]

_SAMPLE = 200
_STEPS = 15
# How the features name each statistic; threes have no average of their own among them.
_SHORT = {
    Statistic.POINTS: "pts", Statistic.REBOUNDS: "reb", Statistic.ASSISTS: "ast", Statistic.PRA: "pra",
}  # fmt: skip


def own_averages(statistic: Statistic, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which features are exponential averages of the statistic itself: its mean must rise with them."""
    if statistic not in _SHORT:
        return ()
    own = re.compile(rf"ewma\d+_{_SHORT[statistic]}")
    return tuple(name for name in names if own.fullmatch(name))


def gains(trees: Trees, names: tuple[str, ...]) -> tuple[Gain, ...]:
    """Return what each feature gained as a share of all, largest first, those without any left out."""
    found = trees.gains()
    shares = found / max(float(found.sum()), np.finfo(float).tiny)
    order = np.lexsort((np.arange(len(shares)), -shares)).tolist()
    return tuple(Gain(names[place], of_fit(float(shares[place]))) for place in order if shares[place] > 0.0)


def rise(trees: Trees, matrix: Matrix, names: tuple[str, ...], own: tuple[str, ...]) -> Rise:
    """Move the own averages of sampled rows together from low to high, and return how far any prediction falls.

    matrix: (n, features), of which at most 200 rows, evenly apart, are taken.
    """
    rows = matrix[:: max(1, len(matrix) // _SAMPLE)][:_SAMPLE].copy()
    columns = [names.index(name) for name in own]
    if not columns:
        return Rise((), 0, 0.0)
    last, fall = np.full(len(rows), -np.inf), 0.0
    for share in np.linspace(0.02, 0.98, _STEPS):
        rows[:, columns] = np.nanquantile(matrix[:, columns], share, axis=0)
        now = trees.predict(rows)
        fall, last = max(fall, float((last - now).max())), now
    return Rise(own, len(rows), of_fit(max(0.0, fall)))
