"""Edges: the slope of another optimiser, the pools of another library, few false alarms, and a true edge found."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit, logit

from closeline.maths.props.watching.edges import Bets, by_edge, edge_slope, monotonicity, never_falling, trend_p


def bets(n=1500, days=60, *, share=1.0, night=0.0, seed=6):
    """SYNTHETIC bets, of whose edge only a share is true; nights may move together."""
    generator = np.random.default_rng(seed)
    edge = generator.uniform(-0.05, 0.15, n)
    needed = 1 / generator.choice([1.8, 1.91, 2.1], n)
    day = np.sort(generator.integers(0, days, n)).astype(np.int32)
    chance = np.clip(needed + share * edge + night * generator.normal(size=days)[day], 0.01, 0.99)
    return Bets(edge, needed, (generator.random(n) < chance).astype(np.float64), day)


def draws():
    return np.random.default_rng(12)


def test_the_slope_is_the_one_that_another_optimiser_finds():
    held = bets()

    def loss(beta):
        z = beta[0] + beta[1] * held.edge + logit(held.break_even)
        return np.logaddexp(0, z).sum() - held.won @ z

    other = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-6})
    p = expit(other.x[0] + other.x[1] * held.edge + logit(held.break_even))
    design = np.column_stack([np.ones(len(held)), held.edge])
    bread = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
    scores = [design[held.days == day].T @ (held.won - p)[held.days == day] for day in np.unique(held.days)]
    meat = sum(np.outer(score, score) for score in scores) * len(scores) / (len(scores) - 1)
    found = edge_slope(held)

    assert found is not None
    assert found.coefficient == pytest.approx(other.x[1], rel=1e-3)
    assert found.error == pytest.approx(np.sqrt((bread @ meat @ bread)[1, 1]), rel=1e-3)


def test_the_never_falling_fit_is_that_of_scipy():
    generator = np.random.default_rng(3)
    for _ in range(50):
        values, weights = generator.normal(size=7), generator.integers(1, 50, 7).astype(float)

        assert never_falling(values.tolist(), weights.tolist()) == pytest.approx(
            isotonic_regression(values, weights=weights).x
        )


def test_the_trend_of_few_bets_is_the_share_of_all_ways_to_deal_their_edges():
    day = np.repeat(np.arange(3, dtype=np.int32), 2)
    held = Bets(
        np.array([0.01, 0.12] * 3), np.full(6, 0.5), np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), day
    )  # fmt: skip
    # Each day is dealt straight or crossed; only all straight explains as much: one in eight.
    ways = len(list(product((0, 1), repeat=3)))

    assert trend_p(held, generator=draws(), deals=4000) == pytest.approx(1 / ways, abs=0.02)


def test_a_true_edge_rises_and_its_slope_is_about_four():
    found = monotonicity(bets(n=6000), generator=draws(), deals=199)

    assert found.rises
    assert found.slope is not None
    assert found.slope.coefficient == pytest.approx(4.0, abs=1.0)
    assert [item.low for item in found.buckets][1:] == [0.0, 0.03, 0.05, 0.075, 0.1]
    assert found.buckets[-1].excess > found.buckets[0].excess


def test_an_edge_that_is_none_rises_in_fewer_than_one_of_twenty_even_where_nights_move_together():
    found = [monotonicity(bets(share=0.0, night=0.05, seed=seed), generator=draws(), deals=99) for seed in range(60)]

    assert sum(bool(item.rises) for item in found) <= 3


def test_a_planted_reversal_never_rises():
    found = monotonicity(bets(share=-1.0), generator=draws(), deals=199)

    assert found.rises is False
    assert found.slope is not None
    assert found.slope.p > 0.95


def test_buckets_count_every_bet_once_and_a_cut_belongs_to_what_is_above_it():
    held = Bets(
        np.array([-0.2, 0.03, 0.0299, 0.5]),
        np.full(4, 0.5),
        np.array([1.0, 0.0, 1.0, 1.0]),
        np.arange(4, dtype=np.int32),
    )

    assert [(item.low, item.n, item.won) for item in by_edge(held)] == [
        (-np.inf, 1, 1.0), (0.0, 1, 1.0), (0.03, 1, 0.0), (0.1, 1, 1.0),
    ]  # fmt: skip


def test_too_few_days_or_bets_that_all_won_say_nothing():
    assert monotonicity(bets(days=5), generator=draws()).rises is None
    held = bets()
    assert monotonicity(
        Bets(held.edge, held.break_even, np.ones(len(held)), held.days), generator=draws()
    ).rises is None  # fmt: skip
