"""Consensus: who has a say, how much, and what the pool gives."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.odds import DevigMethod
from closeline.maths.consensus import (
    BookKind,
    BookPrices,
    ConsensusFlag,
    Dropped,
    Pool,
    consensus,
    freshness,
    pool,
    weighted_median,
)
from closeline.maths.devig import devig

EVEN = (21 / 11, 21 / 11)
LEANING = (1.8, 2.05)

chances = st.floats(0.02, 0.98)


def a_book(book="sharp", kind=BookKind.SHARP, prices=EVEN, age_seconds=0.0):
    return BookPrices(book, kind, prices, age_seconds)


def retail(*books, prices=EVEN):
    return [a_book(book, BookKind.RETAIL, prices) for book in books]


def agree(quotes, **options):
    return consensus(quotes, DevigMethod.MULTIPLICATIVE, stale_after_seconds=600, **options)


@given(st.lists(st.tuples(chances, st.floats(0.1, 5.0)), min_size=1, max_size=6))
def test_a_two_way_pool_is_the_weighted_mean_of_the_log_odds(books):
    logits = [math.log(p / (1 - p)) for p, _ in books]
    weights = [weight for _, weight in books]
    mean = sum(x * w for x, w in zip(logits, weights, strict=True)) / sum(weights)

    pooled = pool([(p, 1 - p) for p, _ in books], weights)

    assert math.log(pooled[0] / pooled[1]) == pytest.approx(mean, abs=1e-9)
    assert sum(pooled) == pytest.approx(1, abs=1e-15)


def test_an_n_way_pool_is_the_renormalised_geometric_mean():
    opinions, weights = [(0.5, 0.3, 0.2), (0.4, 0.35, 0.25)], [3.0, 1.0]
    raw = [a**0.75 * b**0.25 for a, b in zip(*opinions, strict=True)]

    assert pool(opinions, weights) == pytest.approx([x / sum(raw) for x in raw], abs=1e-15)
    assert pool(opinions, weights, Pool.LINEAR) == pytest.approx([0.475, 0.3125, 0.2125], abs=1e-15)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -0.5], [1.0]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights must be"):
        pool([(0.5, 0.5), (0.6, 0.4)], weights)


def test_one_sharp_book_is_a_consensus_of_its_own_fair_odds():
    found = agree([a_book(prices=LEANING)])

    assert found.probabilities == pytest.approx(devig(LEANING, DevigMethod.MULTIPLICATIVE).probabilities, abs=1e-15)
    assert (found.books, found.dropped, found.flags) == (("sharp",), (), ())


@pytest.mark.parametrize("quotes", [[], retail("a", "b"), [*retail("a", "b"), a_book("x", BookKind.EXCHANGE)]])
def test_without_a_sharp_book_or_three_retail_ones_there_is_no_consensus(quotes):
    found = agree(quotes)

    assert found.probabilities is None
    assert found.flags == (ConsensusFlag.NO_CONSENSUS,)
    assert agree([*quotes, *retail("c", "d", "e")]).probabilities is not None


def test_a_book_never_measures_its_own_value():
    others = retail("a", "b", "c")

    with_it = agree([a_book(prices=LEANING), *others])
    without = agree([a_book(prices=LEANING), *others], leave_out=["sharp"])

    assert without.dropped == (("sharp", Dropped.LEFT_OUT),)
    assert without.probabilities == agree(others).probabilities != with_it.probabilities


def test_kinds_weigh_one_three_quarters_and_one_quarter():
    sharp, exchange, soft = LEANING, EVEN, (2.0, 1.85)
    quotes = [a_book(prices=sharp), a_book("x", BookKind.EXCHANGE, exchange), *retail("a", prices=soft)]
    fair = [devig(prices, DevigMethod.MULTIPLICATIVE).probabilities for prices in (sharp, exchange, soft)]

    assert agree(quotes).probabilities == pytest.approx(pool(fair, [1.0, 0.75, 0.25]), abs=1e-15)


def test_an_old_price_weighs_less_and_a_stale_one_nothing():
    assert freshness(0, 600) == 1
    assert freshness(600, 600) == pytest.approx(math.exp(-1))
    assert freshness(600.1, 600) == 0
    assert agree([a_book(age_seconds=601)]).dropped == (("sharp", Dropped.STALE),)
    young = agree([a_book(prices=LEANING), a_book("late", prices=EVEN, age_seconds=500)]).probabilities
    assert abs(young[0] - devig(LEANING, DevigMethod.MULTIPLICATIVE).probabilities[0]) < 0.01


def test_a_book_far_from_the_weighted_median_is_dropped_and_flagged():
    found = agree([a_book(), a_book("wild", prices=(1.5, 2.7)), *retail("a", "b")])

    assert found.dropped == (("wild", Dropped.OUTLIER),)
    assert found.flags == (ConsensusFlag.OUTLIER_DROPPED,)
    assert found.probabilities == pytest.approx((0.5, 0.5), abs=1e-15)


def test_a_difference_just_inside_the_limit_stays():
    odds = math.exp(0.349)
    fair_at_limit = (1 + 1 / odds, 1 + odds)

    assert agree([a_book(), *retail("a"), *retail("b", prices=fair_at_limit)]).dropped == ()


def test_an_underround_book_is_no_reference():
    assert agree([a_book(prices=(2.1, 2.05))]).dropped == (("sharp", Dropped.UNDERROUND),)


def test_a_book_that_cannot_be_devigged_is_dropped_alone():
    longshots = (1 / 0.87, 5.0, 10.0, 20.0, 50.0, 100.0)
    quotes = [a_book("a", prices=longshots), a_book("b", prices=(5.8,) * 6)]

    found = consensus(quotes, DevigMethod.ADDITIVE, stale_after_seconds=600)

    assert (found.books, found.dropped) == (("b",), (("a", Dropped.DEVIG_FAILED),))


@pytest.mark.parametrize(
    ("values", "weights", "median"),
    [([3, 1, 2], [1, 1, 1], 2), ([1, 2], [1, 1], 1.5), ([1, 9], [3, 1], 1), ([4], [1], 4)],
)
def test_the_weighted_median_has_half_of_the_weight_below(values, weights, median):
    assert weighted_median(values, weights) == median
