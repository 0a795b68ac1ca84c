"""What plays came to, against closed forms and a peer; a proof needs days, not only a narrow interval."""

# mypy: disable-error-code="arg-type, call-arg, comparison-overlap"

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from closeline.maths.record_figures import Mean
from closeline.maths.worth import (
    DAYS_LEAST,
    PlayFigures,
    Plays,
    Worth,
    day_clustered_mean,
    play_figures,
    proportion,
    worth_of,
)

NOTHING = Mean(None, None, None, 0)


def plays(*, days, q_open, q_close, break_even, p_final, won, pushed=None):
    columns = [np.asarray(each, dtype=np.float64) for each in (q_open, q_close, break_even, p_final, won)]
    on_the_line = np.zeros(len(days), dtype=bool) if pushed is None else np.asarray(pushed, dtype=bool)
    return Plays(np.asarray(days, dtype=np.int64), *columns, on_the_line)


def figures(low, high, days=DAYS_LEAST):
    return PlayFigures(days, days, NOTHING, Mean((low + high) / 2, low, high, days), 0, 0, 0, NOTHING)


def test_three_plays_by_hand():
    found = play_figures(
        plays(
            days=[1, 1, 2], q_open=[0.5, 0.4, 0.5], q_close=[0.52, 0.43, np.nan], break_even=[0.51, 0.45, 0.5],
            p_final=[0.6, 0.5, 0.6], won=[1, 0, np.nan], pushed=[False, False, True],
        )
    )  # fmt: skip

    assert (found.n, found.days, found.wins, found.losses, found.pushes) == (3, 1, 1, 1, 1)
    assert (found.clv.mean, found.clv.n) == (pytest.approx(2.5), 2)
    assert (found.value.mean, found.value.n) == (pytest.approx(-0.5), 2)
    gaps = (-math.log(0.6) + math.log(0.5), -math.log(0.5) + math.log(0.6))
    assert found.log_loss_gap.mean == pytest.approx(sum(gaps) / 2)
    assert found.clv.low is None  # both closes are of one day


def test_nothing_played_comes_to_nothing():
    found = play_figures(plays(days=[], q_open=[], q_close=[], break_even=[], p_final=[], won=[]))

    assert found == PlayFigures(0, 0, NOTHING, NOTHING, 0, 0, 0, NOTHING)
    assert worth_of(found) is Worth.NO_PROOF


def test_the_interval_of_days_of_one_play_is_students_own():
    values = np.array([1.0, 3.0, 2.0, 5.0])
    found = day_clustered_mean(values, np.arange(4))
    reach = 3.182446305284263 * values.std(ddof=1) / 2  # t table: 97.5 %, three degrees

    assert found.mean == 2.75
    assert (found.low, found.high) == (pytest.approx(2.75 - reach), pytest.approx(2.75 + reach))


def test_plays_of_a_day_that_go_alike_count_as_one():
    once = day_clustered_mean(np.array([1.0, 3.0, 2.0]), np.arange(3))
    often = day_clustered_mean(np.repeat([1.0, 3.0, 2.0], 7), np.repeat(np.arange(3), 7))

    assert (often.low, often.high) == (pytest.approx(once.low), pytest.approx(once.high))


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (7, 7), (3, 11), (250, 483), (1, 1)])
def test_a_share_has_the_interval_of_the_exact_test(hits, n):
    found = proportion(hits, n)
    peer = binomtest(hits, n).proportion_ci(0.95, method="exact")

    assert found.share == hits / n
    assert (found.low, found.high) == (pytest.approx(peer.low, abs=1e-9), pytest.approx(peer.high, abs=1e-9))


def test_a_share_of_nothing_is_null_and_more_hits_than_there_are_is_refused():
    assert proportion(0, 0).share is None
    with pytest.raises(ValueError, match="hits must be among n, were 3 of 2"):
        proportion(3, 2)


@pytest.mark.parametrize(
    ("low", "high", "worth"),
    [(0.1, 2, Worth.COSTS), (-2, -0.1, Worth.SAVES), (-1, 1, Worth.NO_PROOF), (0, 1, Worth.NO_PROOF)],
)
def test_only_an_interval_on_one_side_of_nought_proves_anything(low, high, worth):
    assert worth_of(figures(low, high)) is worth


def test_a_handful_of_days_proves_nothing_however_alike_they_are():
    assert worth_of(figures(-1.0, -1.0, DAYS_LEAST - 1)) is Worth.NO_PROOF
