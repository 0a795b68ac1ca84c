"""Two libraries behind one interface: the same bytes every time, nulls as they are, bins built once."""

from dataclasses import replace

import numpy as np
import pytest

from closeline.domain.errors import CorruptRecord
from closeline.maths.props.training.boosting import binned, library_version, planted
from closeline.maths.props.training.settings import MEAN, VARIANCE, Growth, Library, Objective
from tests.builders import trainings

FEW = replace(MEAN, rounds=20, rate=0.2)
SPREAD = replace(VARIANCE, rounds=20, rate=0.2, leaf_least=10.0)


@pytest.fixture(params=Library)
def library(request):
    return request.param


def test_the_same_rows_grow_the_same_bytes(library):
    matrix, y, _ = trainings.rows(days=60)
    first = binned(library, matrix, 32).grow(FEW, y, seed=3)

    assert binned(library, matrix, 32).grow(FEW, y, seed=3) == first
    assert binned(library, matrix, 32).grow(FEW, y, seed=4) != first


def test_labels_exchanged_on_the_same_bins_grow_what_fresh_bins_grow(library):
    matrix, y, _ = trainings.rows(days=60)
    bins = binned(library, matrix, 32)
    weights = (np.arange(len(y)) >= 300).astype(np.float64)
    squared = np.maximum((y - y.mean()) ** 2, 0.1)
    mean = bins.grow(FEW, y, seed=3, rising=(0,))
    spread = bins.grow(SPREAD, squared, weights, seed=3)

    assert spread == binned(library, matrix, 32).grow(SPREAD, squared, weights, seed=3)
    assert bins.grow(FEW, y, seed=3, rising=(0,)) == mean
    assert bins.grow(SPREAD, squared, weights, seed=3) == spread


def test_rows_of_no_weight_teach_nothing(library):
    matrix, y, _ = trainings.rows(days=60)
    weights = (np.arange(len(y)) % 2).astype(np.float64)
    lied = np.where(weights > 0, y, 500.0)
    bins = binned(library, matrix, 32)

    assert bins.grow(FEW, lied, weights, seed=3) == bins.grow(FEW, y, weights, seed=3)


def test_predictions_are_positive_and_know_nulls(library):
    matrix, _, _ = trainings.rows(days=60)
    trees = planted(library, binned(library, matrix, 32).grow(FEW, np.where(matrix[:, 3] > 0, 9.0, 0.0), seed=3))
    nulls = matrix.copy()
    nulls[:, 3] = np.nan

    assert (trees.predict(matrix) > 0).all()
    assert np.isfinite(trees.predict(nulls)).all()
    assert trees.gains().shape == (4,)
    assert trees.gains().argmax() == 3


def test_both_libraries_find_the_mean_that_the_rows_were_made_with(library):
    matrix, y, _ = trainings.rows(days=200)
    trees = planted(library, binned(library, matrix, 64).grow(replace(FEW, rounds=40, rate=0.1), y, seed=3))
    fresh, _, _ = trainings.rows(days=40, seed=12)
    mean, _ = trainings.truth(fresh)
    trusted = np.abs(fresh[:, 0]) < 2

    assert np.abs(trees.predict(fresh) / mean - 1)[trusted].mean() < 0.12  # 0.28 by a constant


def test_a_constrained_mean_never_falls_where_its_feature_rises(library):
    matrix, y, _ = trainings.rows(days=60)
    against = y.max() - y
    steps = np.linspace(-2, 2, 40, dtype=np.float32)
    asked = np.repeat(matrix[:25], len(steps), axis=0)
    asked[:, 0] = np.tile(steps, 25)

    def falls(rising):
        grown = binned(library, matrix, 32).grow(FEW, against, seed=3, rising=rising)
        return np.diff(planted(library, grown).predict(asked).reshape(25, -1), axis=1).min()

    assert falls(()) < -0.1
    assert falls((0,)) >= 0


def test_bytes_that_are_no_model_are_refused(library):
    with pytest.raises(CorruptRecord, match="must be"):
        planted(library, b"not a model")


def test_a_model_is_in_the_librarys_own_open_format():
    matrix, y, _ = trainings.rows(days=20)
    text = binned(Library.LIGHTGBM, matrix, 32).grow(FEW, y, seed=3)
    universal = binned(Library.XGBOOST, matrix, 32).grow(FEW, y, seed=3)

    assert text.startswith(b"tree\nversion=")
    assert universal.startswith(b"{L")  # a UBJSON object, its first key's length an int64
    assert library_version(Library.XGBOOST)[0].isdigit()


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"depth": 17}, {"rate": 0.0}, {"columns": 1.5}])
def test_a_growth_that_no_tree_can_grow_by_is_refused(wrong):
    with pytest.raises(ValueError, match="growth must have"):
        Growth(**{"objective": Objective.GAMMA, "rounds": 10, "depth": 3, "rate": 0.1} | wrong)
