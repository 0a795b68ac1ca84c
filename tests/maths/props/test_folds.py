"""Folds never let a day stand on both sides, nor anything later than what is judged."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.errors import BadInput
from closeline.maths.props.training.folds import forward_chained, newest, outline

gaps = st.lists(st.integers(0, 9), min_size=60, max_size=400)
cuts = st.fixed_dictionaries({
    "folds": st.integers(1, 6), "validate_days": st.integers(1, 5), "embargo_days": st.integers(0, 4),
    "window_years": st.integers(1, 3),
})  # fmt: skip


def days_of(steps):
    return np.cumsum(np.array(steps)).astype(np.int32)


def cut(days, **asked):
    try:
        return forward_chained(days, **asked)
    except BadInput:
        return ()


@given(gaps, cuts)
def test_a_day_never_stands_on_both_sides_and_the_embargo_lies_between(steps, asked):
    days = days_of(steps)

    for fold in cut(days, **asked):
        train, validate = days[fold.train], days[fold.validate]
        if len(train):
            assert validate.min() - train.max() > asked["embargo_days"]
            assert validate.min() - train.min() <= round(asked["window_years"] * 365.25)


@given(gaps, cuts)
def test_a_fold_learns_from_every_row_of_its_window_and_judges_whole_days(steps, asked):
    days = days_of(steps)

    for fold in cut(days, **asked):
        first = days[fold.validate].min()
        allowed = (days < first - asked["embargo_days"]) & (days >= first - round(asked["window_years"] * 365.25))
        judged = np.isin(days, np.unique(days[fold.validate]))
        assert np.flatnonzero(allowed).tolist() == list(range(fold.train.start, fold.train.stop))
        assert np.flatnonzero(judged).tolist() == list(range(fold.validate.start, fold.validate.stop))


@given(gaps, cuts)
def test_folds_follow_each_other_without_a_gap_up_to_the_last_row(steps, asked):
    days = days_of(steps)
    folds = cut(days, **asked)

    assert not folds or folds[-1].validate.stop == len(days)
    assert all(a.validate.stop == b.validate.start for a, b in pairwise(folds))
    assert all(len(np.unique(days[fold.validate])) == asked["validate_days"] for fold in folds)
    assert len(folds) in {0, asked["folds"]}


@given(gaps, st.integers(1, 40))
def test_an_outline_reaches_every_row_that_something_comes_before(steps, block_days):
    days = days_of(steps)
    blocks = outline(days, 0, window_years=1, block_days=block_days, embargo_days=1)
    seen = [row for fold in blocks for row in range(fold.validate.start, fold.validate.stop)]

    assert seen == sorted(set(seen))
    assert all(days[fold.train].max() < days[fold.validate].min() - 1 for fold in blocks)
    assert not blocks or blocks[-1].validate.stop == len(days)


def test_nineteen_folds_of_three_years_are_what_is_asked_for():
    days = np.repeat(np.arange(0, 5 * 365), 3).astype(np.int32)
    folds = forward_chained(days)

    assert len(folds) == 19
    assert days[folds[0].validate].min() == 5 * 365 - 19 * 18
    assert days[folds[0].train].max() == days[folds[0].validate].min() - 2
    assert days[folds[0].train].min() == days[folds[0].validate].min() - 1096


def test_too_few_days_are_refused_with_the_mend():
    with pytest.raises(BadInput, match="ask for fewer folds or import earlier seasons"):
        forward_chained(np.arange(19 * 18, dtype=np.int32))


def test_rows_out_of_order_are_refused():
    with pytest.raises(BadInput, match="order of day"):
        forward_chained(np.array([3, 2, 4], dtype=np.int32), folds=1, validate_days=1)


def test_the_newest_window_ends_with_the_last_row():
    days = np.arange(0, 2000, dtype=np.int32)
    window = newest(days, window_years=3)

    assert (window.stop, days[window].min()) == (2000, 2000 - 1096)
