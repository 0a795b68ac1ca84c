"""Drift of features: the index by hand, its law where nothing has changed, how often it alarms for nothing, and planted drift."""

import numpy as np
import pytest

from closeline.maths.props.watching.drift import INDEX_MOST, ROWS_LEAST, feature_drift, stability_index

NAMES = ("steady", "moved", "silenced", "never told")


def table(generator, n, *, moved=0.0, silent=0.0):
    """SYNTHETIC features; the last is null in every row, as those are that the data cannot supply."""
    found = generator.normal(size=(n, len(NAMES))).astype(np.float32)
    found[:, 1] += moved
    found[generator.random(n) < silent, 2] = np.nan
    found[:, 3] = np.nan
    return found


def test_the_index_is_the_sum_over_bins_that_it_is_defined_as():
    before = np.repeat(np.arange(10, dtype=np.float32), 100)
    now = np.repeat(np.arange(10, dtype=np.float32), [200, 0, 100, 100, 100, 100, 100, 100, 100, 100])
    cuts = np.unique(np.quantile(before, np.arange(1, 10) / 10))
    old, new = (np.array([(values < cuts[0]).sum(), *[
        ((values >= low) & (values < high)).sum() for low, high in zip(cuts, [*cuts[1:], np.inf], strict=True)
    ]]) + 0.5 for values in (before, now))  # fmt: skip
    old, new = old / old.sum(), new / new.sum()

    assert stability_index(before, now) == pytest.approx(((new - old) * np.log(new / old)).sum())


def test_without_drift_it_follows_its_law():
    generator = np.random.default_rng(1)
    before = generator.normal(size=20_000).astype(np.float32)
    found = [stability_index(before, generator.normal(size=1000).astype(np.float32)) for _ in range(300)]

    # (1 / n + 1 / m) times chi squared with nine degrees of freedom.
    assert np.mean(found) == pytest.approx(9 * (1 / 1000 + 1 / 20_000), rel=0.1)
    assert max(found) < INDEX_MOST / 5


def test_how_often_it_alarms_for_nothing_depends_on_how_many_different_players_or_teams_there_are():
    generator = np.random.default_rng(2)
    before = generator.normal(size=20_000).astype(np.float32)

    def share(different):
        alarms = [
            stability_index(before, np.repeat(generator.normal(size=different), 20).astype(np.float32)) >= INDEX_MOST
            for _ in range(400)
        ]
        return np.mean(alarms)

    # Chi squared with nine degrees beyond .25 times so many: 10 % of 60 alike, next to none of 200.
    assert 0.05 < share(60) < 0.2
    assert share(200) < 0.005


def test_planted_drift_and_silence_come_first_and_what_is_never_told_does_not_drift():
    generator = np.random.default_rng(3)
    found = feature_drift(table(generator, 5000), table(generator, 2000, moved=0.7, silent=0.5), NAMES)

    assert [item.feature for item in found if item.alarm] == ["silenced", "moved"]
    assert found[0].null_now == pytest.approx(0.5, abs=0.05)
    assert next(item.index for item in found if item.feature == "never told") < 0.001


def test_too_few_rows_say_nothing_and_other_columns_are_refused():
    generator = np.random.default_rng(4)

    assert feature_drift(table(generator, 5000), table(generator, ROWS_LEAST - 1), NAMES) == ()
    with pytest.raises(ValueError, match="must have 3 features"):
        feature_drift(table(generator, 10), table(generator, 10), NAMES[:3])
