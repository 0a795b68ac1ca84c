"""What stakes came to: against straight formulas, closed forms and brute force that are none of ours."""

# mypy: disable-error-code="operator, arg-type, union-attr"

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.maths.staking import kelly
from closeline.maths.staking.drawdown import expected_max_drawdown, max_drawdown
from closeline.maths.staking.returns import (
    expected_beside_realised,
    flat_price_error,
    roi,
    sharpe_annualised,
    sharpe_per_bet,
    win_push_lose,
)

numbers = st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 3))
paths = st.lists(numbers, min_size=1, max_size=40)


def rng(seed=7):
    return np.random.default_rng(seed)


# ---------------------------------------------------------------------------------------------------- ROI


def test_a_thousand_bets_at_minus_110_have_the_error_that_the_book_says():
    """metrics-v1: -110, n = 1000, 54.5 % won: ROI +4.05 %, SE 3.01 %, z 1.35."""
    profits = np.array([10 / 11] * 545 + [-1.0] * 455)
    found = roi(profits, np.ones(1000), np.arange(1000), generator=rng(), resamples=10_000)

    assert found.value == pytest.approx(0.0405, abs=5e-5)
    assert found.standard_error == pytest.approx(0.0301, abs=5e-5)
    assert round(found.value / flat_price_error(21 / 11, 0.545, 1000), 2) == 1.35
    assert flat_price_error(21 / 11, 0.545, 1000) == pytest.approx(0.0301, abs=5e-5)
    # Of a sample the variance is over n - 1: a two-thousandth more.
    assert found.z == pytest.approx(1.3457 * math.sqrt(999 / 1000), abs=5e-4)
    assert found.low == pytest.approx(0.0405 - 1.96 * 0.0301, abs=0.004)
    assert found.high == pytest.approx(0.0405 + 1.96 * 0.0301, abs=0.004)


def test_about_1529_bets_show_four_per_cent_at_minus_110():
    """metrics-v1: one-sided 95 % at 4 % ROI needs ~1,529 bets: there the edge is 1.645 errors."""
    p = 1.04 / (21 / 11)

    assert 0.04 / flat_price_error(21 / 11, p, 1529) == pytest.approx(1.645, abs=0.01)


def test_mixed_prices_have_the_variance_of_the_mixture():
    """Simulated ledgers of unlike prices and stakes: the error that is told is the spread of what comes."""
    generator = rng(3)
    decimals, stakes = generator.uniform(1.4, 4.0, 400), generator.integers(1, 5, 400).astype(float)
    chances = 0.97 / decimals
    wins = generator.random((2000, 400)) < chances
    profits = np.where(wins, decimals - 1.0, -1.0) * stakes
    seen = (profits.sum(axis=1) / stakes.sum()).std()
    told = [roi(row, stakes, np.arange(400), generator=rng(), resamples=2).standard_error for row in profits[:50]]

    assert np.mean(told) == pytest.approx(seen, rel=0.05)


def test_two_bets_on_one_game_are_no_two_games():
    games = rng(1).choice([-1.0, 10 / 11], 200)
    once = roi(games, np.ones(200), np.arange(200), generator=rng())
    twice = roi(np.repeat(games, 2), np.ones(400), np.repeat(np.arange(200), 2), generator=rng())

    assert twice.value == pytest.approx(once.value)
    assert twice.standard_error == pytest.approx(once.standard_error)
    assert twice.clusters == 200
    # The planted fault: taken as 400 games the error would be smaller by the root of two.
    naive = roi(np.repeat(games, 2), np.ones(400), np.arange(400), generator=rng())
    assert naive.standard_error == pytest.approx(once.standard_error / math.sqrt(2), rel=0.01)


def test_one_game_has_no_error_and_none_no_figure():
    assert roi([1.0, -1.0], [1.0, 1.0], ["a", "a"], generator=rng()).standard_error is None
    with pytest.raises(ValueError, match="at least 1"):
        roi([], [], [], generator=rng())
    with pytest.raises(ValueError, match="price must be"):
        flat_price_error(1.0, 0.5, 10)


def test_the_same_seed_draws_the_same_interval_whatever_the_block(monkeypatch):
    from closeline.maths.staking import returns

    profits, stakes = rng(1).normal(size=50), np.ones(50)
    whole = roi(profits, stakes, np.arange(50), generator=rng())
    monkeypatch.setattr(returns, "_DRAWS_PER_BLOCK", 120)

    assert roi(profits, stakes, np.arange(50), generator=rng()) == whole
    assert roi(profits, stakes, np.arange(50), generator=rng(8)) != whole


# ------------------------------------------------------------------------------------------------- Sharpe


@given(st.lists(numbers, min_size=2, max_size=60))
def test_sharpe_per_bet_is_the_straight_formula(values):
    found = sharpe_per_bet(values, list(range(len(values))), generator=rng(), resamples=5)
    frame = pl.Series(values)
    mean, sd = frame.mean(), frame.std()  # polars divides by n - 1

    assert found.mean == pytest.approx(mean, abs=1e-9)
    if sd < 1e-6:
        return
    assert found.ratio == pytest.approx(mean / sd, rel=1e-6, abs=1e-9)
    assert found.t == pytest.approx(mean / sd * math.sqrt(len(values)), rel=1e-6, abs=1e-9)


def test_annualised_counts_idle_days_and_not_bets():
    daily = np.array([0.02, 0.0, 0.0, -0.01, 0.0, 0.03, 0.0])
    found = sharpe_annualised(daily, generator=rng())
    frame = pl.DataFrame({"day": daily})
    straight = frame.select(pl.col("day").mean() / pl.col("day").std()).item() * math.sqrt(365)
    without_idle_days = daily[daily != 0].mean() / daily[daily != 0].std(ddof=1) * math.sqrt(365)

    assert found.ratio == pytest.approx(straight)
    assert found.n == 7
    assert abs(without_idle_days - straight) > 1.0
    assert found.low < found.ratio < found.high


def test_the_interval_of_a_sharpe_ratio_covers_the_truth_about_as_often_as_it_says():
    generator = rng(5)
    covered = 0
    for _ in range(200):
        values = generator.normal(0.1, 1.0, 150)
        found = sharpe_per_bet(values, np.arange(150), generator=generator, resamples=300)
        covered += found.low <= 0.1 <= found.high

    assert 0.89 <= covered / 200 <= 0.99


def test_without_spread_there_is_no_ratio():
    assert sharpe_per_bet([1.0, 1.0], ["a", "b"], generator=rng()).ratio is None
    assert sharpe_per_bet([1.0], ["a"], generator=rng()).ratio is None
    with pytest.raises(ValueError, match="at least one"):
        sharpe_annualised([], generator=rng())


# ----------------------------------------------------------------------------------------------- drawdown


def brute_force(levels, start, *, relative):
    path = [start, *levels]
    falls = [
        (path[i] - path[j]) / (path[i] if relative else 1.0) for i in range(len(path)) for j in range(i, len(path))
    ]
    return max(falls)


@given(paths)
def test_the_deepest_fall_is_the_worst_of_all_pairs(steps):
    levels = np.cumsum(steps)
    found = max_drawdown(levels, start=0.0)

    assert found.depth == pytest.approx(brute_force(levels, 0.0, relative=False), abs=1e-9)
    if found.trough is not None:
        high = 0.0 if found.peak < 0 else levels[found.peak]
        assert high - levels[found.trough] == pytest.approx(found.depth)
        assert -1 <= found.peak < found.trough
        assert all(level < high for level in levels[found.peak + 1 : found.trough + 1])
        later = [place for place in range(found.trough, len(levels)) if levels[place] >= high]
        assert found.recovered == (later[0] if later else None)


@given(paths, st.floats(51, 200))
def test_the_deepest_fall_as_a_share_is_of_the_running_peak(steps, start):
    levels = start + np.array(steps)
    found = max_drawdown(levels, start=start, relative=True)

    assert found.depth == pytest.approx(brute_force(levels, start, relative=True), abs=1e-9)


def test_the_start_is_a_peak():
    found = max_drawdown([-5.0, -2.0, 1.0], start=0.0)

    assert (found.depth, found.peak, found.trough, found.recovered) == (5.0, -1, 0, 2)
    # The planted fault: a peak that is looked for only among the levels sees no fall at all.
    assert brute_force([-2.0, 1.0], -5.0, relative=False) == 0.0
    assert max_drawdown([1.0, 2.0], start=0.0).trough is None
    with pytest.raises(ValueError, match="above 0"):
        max_drawdown([1.0], start=0.0, relative=True)


def test_the_expected_fall_of_two_days_is_the_mean_over_their_orders():
    """Two days, drawn twice with replacement: four equally likely paths, worked out by hand."""
    steps = np.array([[-3.0, 0.0], [1.0, 1.0]])
    found = expected_max_drawdown(steps, generator=rng(), resamples=40_000)
    by_hand = (6.0 + 3.0 + 3.0 + 0.0) / 4

    assert found.mean == pytest.approx(by_hand, abs=0.03)
    assert (found.low, found.high) == (0.0, 6.0)


def test_a_fall_within_a_day_is_seen_and_noughts_that_fill_up_are_not():
    narrow = expected_max_drawdown([[-3.0, 3.0]], generator=rng(), resamples=3)
    wide = expected_max_drawdown([[-3.0, 3.0, 0.0, 0.0]], generator=rng(), resamples=3)

    assert narrow.mean == wide.mean == 3.0
    with pytest.raises(ValueError, match="at least 1"):
        expected_max_drawdown(np.zeros((0, 0)), generator=rng())


# ----------------------------------------------------------------------------------- expected and realised


def test_expected_beside_realised_is_a_standard_normal_when_the_chances_are_right():
    generator = rng(11)
    decimals, stakes = generator.uniform(1.5, 3.0, 300), generator.uniform(0.5, 2.0, 300)
    wins, pushes = 0.9 / decimals, np.full(300, 0.05)
    pairs = [win_push_lose(p, x, d) for p, x, d in zip(wins, pushes, decimals, strict=True)]
    ev, variance = (np.array(part) for part in zip(*pairs, strict=True))
    draws = generator.random((1500, 300))
    profits = np.where(draws < wins, decimals - 1.0, np.where(draws < wins + pushes, 0.0, -1.0)) * stakes
    zs = [expected_beside_realised(ev, variance, stakes, row).z for row in profits]

    assert np.mean(zs) == pytest.approx(0.0, abs=0.08)
    assert np.std(zs) == pytest.approx(1.0, abs=0.06)
    assert expected_beside_realised([], [], [], []) is None


def test_a_push_costs_nothing_and_lowers_the_variance():
    mean, variance = win_push_lose(0.5, 0.1, 2.0)

    assert mean == pytest.approx(0.5 - 0.4)
    assert variance == pytest.approx(0.5 + 0.4 - 0.01)


def test_kelly_is_at_the_bets_own_price_and_never_at_a_constant_minus_110():
    def planted(p, _decimal):
        return kelly(p, 1.0 - p, 21 / 11)

    for p, decimal in ((0.45, 2.5), (0.70, 1.5), (0.30, 4.0)):
        net = decimal - 1.0
        real = max(0.0, (p * net - (1.0 - p)) / net)
        assert kelly(p, 1.0 - p, decimal) == pytest.approx(real)
        assert planted(p, decimal) != pytest.approx(real)
