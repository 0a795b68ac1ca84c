"""Comparing: two models on the same rows, by the difference of their scores, whole days drawn and never single rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.errors import BadInput
from closeline.maths.bootstrap import Interval, clustered_mean_interval
from closeline.maths.props.scores import crps, log_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeline.maths.props.model import PropModel

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Slate:
    """Rows that both models are asked about, and what came of them: shapes (n, features), (n,) and (n,)."""

    matrix: NDArray[np.float32]
    y: Floats
    days: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The scores of the first model less those of the second: below 0 the first is better.

    Paired by row, with intervals of whole days drawn: players of one night share its games.
    """

    crps: Interval
    log_score: Interval


def compare(
    first: PropModel, second: PropModel, slate: Slate, *, generator: np.random.Generator, level: float = 0.95
) -> Comparison:
    """Compare two models of one statistic, each with its own family; BadInput for models of two statistics or no rows.

    generator: draws the days.
    """
    if first.statistic is not second.statistic:
        raise BadInput(f"models must be of one statistic to compare, were of {first.statistic} and {second.statistic}")
    if not len(slate.y):
        raise BadInput("models must be compared on rows that were played, there were none")
    ours, theirs = _scores(first, slate), _scores(second, slate)
    each = [
        clustered_mean_interval(mine - other, slate.days, level=level, generator=generator)
        for mine, other in zip(ours, theirs, strict=True)
    ]
    return Comparison(*each)


def _scores(model: PropModel, slate: Slate) -> tuple[Floats, Floats]:
    told = model.predict(slate.matrix)
    given = (model.family, told.mean, told.variance, slate.y)
    return crps(*given), log_scores(*given)
