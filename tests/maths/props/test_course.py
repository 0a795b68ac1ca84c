"""A whole training on SYNTHETIC rows: the same bytes however it is done, and nothing judged by who has seen it."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from closeline.domain.errors import BadInput, CorruptRecord
from closeline.domain.props.statistics import Statistic
from closeline.maths.props.families import Family
from closeline.maths.props.model import PropModel
from closeline.maths.props.training.course import train, train_all
from closeline.maths.props.training.ensemble import TrainedModel
from closeline.maths.props.training.manifest import Manifest
from closeline.maths.props.training.settings import Library, Settings
from tests.builders import trainings
from tests.builders.trainings import NAMES, SMALL


@cache
def trained(library=Library.XGBOOST):
    matrix, y, days = trainings.rows()
    plain = ("EWMA 7", np.full(len(y), y.mean()))
    asked = replace(SMALL, library=library)
    return train(matrix, trainings.numbers(y, baselines=[plain]), days, NAMES, asked)


def test_training_again_gives_the_same_bytes():
    matrix, y, days = trainings.rows()
    again = train(matrix, trained_numbers(y), days, NAMES, SMALL)

    assert again.parts == trained().parts
    assert again.manifest.to_json() == trained().manifest.to_json()
    assert again.manifest.version == trained().manifest.version


def trained_numbers(y):
    return trainings.numbers(y, baselines=[("EWMA 7", np.full(len(y), y.mean()))])


def test_the_order_in_which_windows_are_done_changes_nothing():
    matrix, y, days = trainings.rows()

    def backwards(work, works):
        return reversed([work(each) for each in reversed(works)])

    again = train(matrix, trained_numbers(y), days, NAMES, SMALL, spread=backwards)
    assert again.manifest.version == trained().manifest.version


def test_statistics_trained_together_are_those_trained_alone():
    matrix, y, days = trainings.rows()
    both = train_all(matrix, (trainings.numbers(y // 2, Statistic.POINTS), trained_numbers(y)), days, NAMES, SMALL)

    assert [item.manifest.statistic for item in both] == ["POINTS", "PRA"]
    assert both[1].parts == trained().parts
    assert both[0].parts != both[1].parts


def test_another_seed_setting_or_label_is_another_version():
    matrix, y, days = trainings.rows()
    other = y.copy()
    other[-1] += 1
    told = trained().manifest
    found = {
        train(matrix, trained_numbers(y), days, NAMES, replace(SMALL, seed=8)).manifest.version,
        train(matrix, trained_numbers(other), days, NAMES, SMALL).manifest.version,
        told.version,
        replace(told, libraries=(("XGBOOST", "0.1"),)).version,
    }

    assert len(found) == 4


@pytest.mark.parametrize("poisoned", ["y", "matrix"])
def test_a_fold_is_judged_by_models_that_know_nothing_of_its_days_or_later(poisoned):
    matrix, y, days = trainings.rows()
    last = days > days[-1] - SMALL.validate_days
    if poisoned == "y":
        y = np.where(last, 300.0, y)
    else:
        matrix = np.where(last[:, None], np.float32(1e6), matrix)
    held = train(matrix, trainings.numbers(y), days, NAMES, SMALL).held_out
    plain = trained().held_out
    earlier = plain.fold < SMALL.folds - 1

    assert np.array_equal(held.mean[earlier], plain.mean[earlier])
    assert np.array_equal(held.variance[earlier], plain.variance[earlier])
    if poisoned == "y":  # the last fold's means too: labels that they would have to know are absurd
        assert np.array_equal(held.mean, plain.mean)
        assert np.array_equal(held.variance, plain.variance)


@pytest.mark.parametrize("library", Library)
def test_means_and_variances_are_those_that_the_rows_were_made_with(library):
    found = trained(library)
    fresh, _, _ = trainings.rows(days=40, seed=99)
    mean, variance = trainings.truth(fresh)
    told = found.model.predict(fresh)
    wide = fresh[:, 2] > 0

    assert np.abs(np.log(told.mean / mean)).mean() < 0.2
    assert told.variance[wide].mean() > 1.3 * told.variance[~wide].mean()
    assert told.variance.mean() == pytest.approx(variance.mean(), rel=0.25)
    assert (told.variance >= told.mean).all()
    assert found.report.total.spread == pytest.approx(1.0, abs=0.25)


def test_the_report_is_what_scipy_says_of_the_same_rows():
    found = trained()
    held = found.held_out
    excess = np.maximum(held.variance - held.mean, 1e-9)
    r, p = held.mean**2 / excess, held.mean / np.maximum(held.variance, held.mean + 1e-9)
    if found.manifest.family is Family.NEGATIVE_BINOMIAL:
        log_score = -stats.nbinom.logpmf(held.y, r, p).mean()
    else:
        scale = held.variance / held.mean
        upper, lower = (
            stats.gamma.cdf(np.maximum(held.y + step, 0), held.mean / scale, scale=scale) for step in (0.5, -0.5)
        )
        log_score = -np.log(upper - lower).mean()

    assert found.report.total.log_score == pytest.approx(log_score, abs=1e-4)
    assert found.report.total.mae == pytest.approx(np.abs(held.y - held.mean).mean())
    assert found.report.total.n == sum(fold.n for fold in found.report.folds) == 3 * 4 * trainings.PER_DAY
    assert found.report.baselines[0].crps > found.report.total.crps
    assert found.report.baselines[0].n == found.report.total.n


def test_the_manifest_says_which_features_counted_and_that_the_mean_rises():
    told = trained().manifest

    assert told.gains[0].feature == "ewma7_pra"
    assert math.fsum(gain.share for gain in told.gains) == pytest.approx(1.0, abs=1e-6)
    assert told.rise.features == ("ewma7_pra",)
    assert told.rise.rows > 0
    assert told.rise.fall_most == 0.0


def test_a_manifest_is_read_back_as_it_was_written():
    told = trained().manifest

    assert Manifest.from_json(told.to_json()) == told


@pytest.mark.parametrize("wrong", ["{}", "[1]", "no text", '{"format":"props-v0"}', '{"format":"props-v1","scale":1}'])
def test_a_text_that_is_no_manifest_is_refused(wrong):
    with pytest.raises(CorruptRecord, match="train again"):
        Manifest.from_json(wrong)


def test_a_model_with_a_changed_or_missing_part_is_refused():
    told, parts = trained().manifest, trained().parts
    name = told.parts[0].name
    flipped = bytearray(parts[name])
    flipped[len(flipped) // 2] ^= 1

    with pytest.raises(CorruptRecord, match="its bytes differ"):
        TrainedModel(told, parts | {name: bytes(flipped)})
    with pytest.raises(CorruptRecord, match="it is missing"):
        TrainedModel(told, {key: part for key, part in parts.items() if key != name})


def test_a_model_answers_what_a_forecast_asks_of_it():
    model: PropModel = trained().model
    matrix, _, _ = trainings.rows(days=1)
    told = model.predict(matrix)

    assert (model.statistic, model.version) == (Statistic.PRA, trained().manifest.version)
    assert model.family in Family
    assert told.mean.dtype == told.variance.dtype == np.float64
    assert np.array_equal(model.predict(matrix[3:4]).mean, told.mean[3:4])
    with pytest.raises(BadInput, match="must have the 4 features"):
        trained().model.predict(matrix[:, :2])


def test_members_are_mixed_by_the_law_of_total_variance():
    matrix, y, days = trainings.rows()
    found = train(matrix, trainings.numbers(y), days, NAMES, replace(SMALL, members=3))
    fresh, _, _ = trainings.rows(days=2, seed=5)
    mixed = found.model.predict(fresh)
    alone = [
        TrainedModel(replace(found.manifest, members=(member,)), found.parts).predict(fresh)
        for member in found.manifest.members
    ]
    weights = np.array([member.weight for member in found.manifest.members])
    shares = weights / weights.sum()
    mean = sum(share * each.mean for share, each in zip(shares, alone, strict=True))
    second = sum(share * (each.variance + each.mean**2) for share, each in zip(shares, alone, strict=True))

    assert weights.tolist() == [1.0, 0.5, 0.25]
    assert mixed.mean == pytest.approx(mean)
    assert mixed.variance == pytest.approx(second - mean**2)
    assert (mixed.variance > sum(share * each.variance for share, each in zip(shares, alone, strict=True))).all()


def test_what_cannot_be_trained_on_is_refused_in_one_line():
    matrix, y, days = trainings.rows(days=60)
    cases = [
        (matrix[:, :3], y, days, "features must be float32"),
        (matrix.astype(np.float64), y, days, "features must be float32"),
        (matrix, y + 0.5, days, "must be a count"),
        (matrix, y, days[::-1].copy(), "order of day"),
        (matrix[:120], y[:120], days[:120], "import earlier seasons"),
    ]

    for features, labels, when, words in cases:
        with pytest.raises(BadInput, match=words):
            train(features, trainings.numbers(labels), when, NAMES, SMALL)
    with pytest.raises(ValueError, match="folds"):
        Settings(folds=0)
