"""Two models on the same rows: the better one is found, and a night counts as one."""

from dataclasses import dataclass

import numpy as np
import pytest

from closeline.domain.errors import BadInput
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.families import Family
from closeline.maths.props.scores import crps
from closeline.maths.props.training.comparing import Slate, compare
from closeline.maths.props.training.ensemble import Moments


@dataclass(frozen=True)
class Fake:
    off: float
    statistic: Statistic = Statistic.PRA
    family: Family = Family.NEGATIVE_BINOMIAL
    version: str = "SYNTHETIC"

    def predict(self, matrix):
        mean = matrix[:, 0].astype(np.float64) + self.off
        return Moments(mean, 3.0 * mean)


def slate(days=40, per_day=25, seed=2):
    generator = np.random.default_rng(seed)
    mean = generator.uniform(10, 40, days * per_day)
    y = generator.negative_binomial(mean / 2, 1 / 3).astype(np.float64)
    return Slate(mean[:, None].astype(np.float32), y, np.repeat(np.arange(days, dtype=np.int32), per_day))


def draws():
    return np.random.default_rng(4)


def test_the_model_that_is_right_has_the_lower_scores():
    found = compare(Fake(0.0), Fake(6.0), slate(), generator=draws())

    assert found.crps.high < 0
    assert found.log_score.high < 0
    assert (found.crps.n, found.crps.clusters) == (1000, 40)


def test_the_difference_is_that_of_the_mean_scores():
    rows = slate()
    found = compare(Fake(0.0), Fake(6.0), rows, generator=draws())
    each = [
        crps(Family.NEGATIVE_BINOMIAL, told.mean, told.variance, rows.y).mean()
        for told in (Fake(0.0).predict(rows.matrix), Fake(6.0).predict(rows.matrix))
    ]

    assert found.crps.mean == pytest.approx(each[0] - each[1])


def test_a_model_against_itself_differs_by_nothing():
    found = compare(Fake(1.0), Fake(1.0), slate(), generator=draws())

    assert (found.crps.low, found.crps.mean, found.crps.high) == (0.0, 0.0, 0.0)


def test_rows_of_one_night_are_one_observation():
    rows = slate()
    apart = Slate(rows.matrix, rows.y, np.arange(len(rows.y), dtype=np.int32))
    shifted = Slate(rows.matrix, rows.y + 4.0 * (rows.days % 2), rows.days)
    nights = compare(Fake(0.0), Fake(2.0), shifted, generator=draws())
    singles = compare(Fake(0.0), Fake(2.0), Slate(apart.matrix, shifted.y, apart.days), generator=draws())

    assert nights.crps.high - nights.crps.low > 1.3 * (singles.crps.high - singles.crps.low)


def test_models_of_two_statistics_and_no_rows_are_refused():
    with pytest.raises(BadInput, match="of one statistic"):
        compare(Fake(0.0), Fake(0.0, Statistic.POINTS), slate(), generator=draws())
    with pytest.raises(BadInput, match="there were none"):
        compare(Fake(0.0), Fake(0.0), slate(days=0), generator=draws())
