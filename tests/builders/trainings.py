"""SYNTHETIC rows to train on: counts whose mean and variance are known functions of a few features."""

from dataclasses import replace

import numpy as np

from closeline.domain.props.statistics import Statistic
from closeline.maths.props.training.course import Numbers
from closeline.maths.props.training.settings import MEAN, OUTLINE, VARIANCE, Settings

NAMES = ("ewma7_pra", "noise", "unstable", "sometimes")
PER_DAY = 30
# A small training: seconds matter more than scores.
SMALL = Settings(
    folds=3, window_years=1, validate_days=4, outline_days=40, bins=32, mean=replace(MEAN, rounds=25, rate=0.2),
    outline=replace(OUTLINE, rounds=15, rate=0.3), variance=replace(VARIANCE, rounds=25, rate=0.2, leaf_least=20.0),
)  # fmt: skip


def truth(matrix):
    """Return the mean and the variance that the counts of rows have."""
    mean = np.exp(1.2 + 0.35 * matrix[:, 0].astype(np.float64))
    return mean, mean * (1.5 + 2.0 * (matrix[:, 2] > 0))


def rows(days=160, seed=11, first_day=18_000):
    """Return (matrix, y, days) of so many days in a row; a feature is null in a fifth of the rows."""
    generator = np.random.default_rng(seed)
    matrix = generator.normal(size=(days * PER_DAY, len(NAMES))).astype(np.float32)
    matrix[generator.random(len(matrix)) < 0.2, 3] = np.nan
    mean, variance = truth(matrix)
    y = generator.negative_binomial(mean**2 / (variance - mean), mean / variance).astype(np.float64)
    return matrix, y, np.repeat(np.arange(first_day, first_day + days, dtype=np.int32), PER_DAY)


def numbers(y, statistic=Statistic.PRA, baselines=()):
    return Numbers(statistic, y, tuple(baselines))
