"""Baseline bias: each trigger with its negative twin, unders like overs, and corrections that only ever help."""

from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeline.domain.gates.bias import (
    BIAS_ACTUAL,
    BIAS_MARKET,
    MODEL_BIAS,
    OVER_RATE,
    BaselineBias,
    BiasLimits,
    BiasSample,
    baseline_correction,
    damp_factor,
    measured,
    over_rate_test,
)

NFL = BiasLimits(45.4, 1.0, 2.5, 0.45, 0.58)
DAY = "2023-11-05"
biases = st.floats(-20, 20)


def spread(mean: float, n: int, apart: float = 10.0) -> tuple[float, ...]:
    """Give n errors about a mean, half of them above and half below it."""
    return tuple(mean + (apart if place % 2 else -apart) for place in range(n - n % 2)) + (mean,) * (n % 2)


def row(sample: BiasSample, *, before: BaselineBias | None = None, limits: BiasLimits = NFL) -> BaselineBias:
    return measured(sample, limits, league="nfl", day=DAY, before=before)


def mirrored(sample: BiasSample) -> BiasSample:
    return replace(
        sample,
        errors=tuple(-item for item in sample.errors),
        market_errors=tuple(-item for item in sample.market_errors),
        overs=sample.over_n - sample.overs,
    )


@given(biases, st.integers(0, 2000), st.floats(0.01, 10))
def test_a_correction_has_the_sign_of_the_bias_and_never_more_than_it_or_the_cap(
    bias: float, n: int, cap: float
) -> None:
    found = baseline_correction(n, bias, cap)

    assert abs(found) <= min(abs(bias), cap)
    assert found * bias >= 0
    assert (found == 0) == (n < 50 or bias == 0 or n * bias / (n + 100) == 0)
    assert baseline_correction(n, -bias, cap) == -found


def test_below_fifty_games_nothing_is_corrected_and_nothing_triggers() -> None:
    few, enough = (BiasSample(spread(7.0, n), spread(7.0, n), n, n) for n in (49, 50))

    assert (row(few).correction, row(few).triggers, row(few).damp_factor) == (0.0, (), 1.0)
    assert row(enough).correction == pytest.approx(7 * 50 / 150)
    assert row(enough).triggers == (BIAS_ACTUAL, BIAS_MARKET, OVER_RATE)


@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.integers(30, 70)
)  # fmt: skip
def test_the_chance_of_so_many_overs_is_the_exact_binomial_sum(counts: tuple[int, int], percent: int) -> None:
    n, overs = counts
    p = Fraction(percent, 100)
    exact = sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(overs, n + 1))
    found = over_rate_test(overs, n, percent / 100)

    assert found.p_value == pytest.approx(float(exact), rel=1e-9, abs=1e-12)
    assert found.triggered == (overs / n > percent / 100 and float(exact) < 0.05)


@pytest.mark.parametrize(
    ("overs", "n", "upper"), [(-1, 10, 0.5), (11, 10, 0.5), (0, 0, 0.5), (5, 10, 1.0), (5, 10, 0.0)]
)
def test_counts_and_edges_that_cannot_be_are_refused(overs: int, n: int, upper: float) -> None:
    with pytest.raises(ValueError, match="overs must be among n games"):
        over_rate_test(overs, n, upper)


def test_an_empty_sample_has_no_bias() -> None:
    with pytest.raises(ValueError, match="on a game at least"):
        row(BiasSample(()))


def test_a_bias_against_what_happened_triggers_beyond_its_limit_and_two_standard_errors() -> None:
    # 100 errors ten points to either side of 2.2: the standard error is just above one point.
    found = row(BiasSample(spread(2.2, 100)))

    assert found.triggers == (BIAS_ACTUAL,)
    assert found.bias_se == pytest.approx(10 / 99**0.5)
    assert found.correction == pytest.approx(2.2 * 100 / 200)
    assert found.damp_factor == pytest.approx(1 - 1.1 / 45.4)


@pytest.mark.parametrize(
    ("mean", "apart"), [(1.9, 10.0), (0.99, 1.0), (2.2, 12.0)], ids=["unsure", "within the limit", "too noisy"]
)
def test_a_bias_that_is_small_or_unsure_triggers_nothing(mean: float, apart: float) -> None:
    for sign in (1, -1):
        found = row(BiasSample(spread(sign * mean, 100, apart)))

        assert (found.triggers, found.correction, found.structural_days) == ((), 0.0, 0)


def test_a_bias_against_the_market_triggers_beyond_one_and_a_half_limits() -> None:
    inside, beyond = (
        row(BiasSample(spread(1.9, 100), (market,) * 60)) for market in (1.5, 1.6)
    )  # fmt: skip

    assert (inside.triggers, inside.correction) == ((), 0.0)
    assert beyond.triggers == (BIAS_MARKET,)
    assert beyond.correction == pytest.approx(0.95)


def test_a_market_that_closed_on_too_few_games_says_nothing() -> None:
    assert row(BiasSample(spread(1.9, 100), (9.0,) * 49)).triggers == ()


def test_an_over_rate_triggers_only_when_chance_alone_would_not_bring_it() -> None:
    # The vectors of the band's edge: 60 of 100 may be chance, 70 of 100 may not.
    inside, beyond = (row(BiasSample(spread(1.0, 100), overs=overs, over_n=100)) for overs in (60, 70))

    assert inside.triggers == ()
    assert inside.over_p_value == pytest.approx(0.382567439897559)
    assert beyond.triggers == (OVER_RATE,)
    assert beyond.correction == pytest.approx(0.5)


def test_the_lower_edge_of_the_band_is_tested_like_the_upper_one() -> None:
    inside, beyond = (row(BiasSample(spread(-1.0, 100), overs=overs, over_n=100)) for overs in (40, 30))

    assert inside.triggers == ()
    assert beyond.triggers == (OVER_RATE,)
    assert beyond.correction == pytest.approx(-0.5)
    assert beyond.damp_factor > 1


def test_an_over_rate_whose_bias_has_the_other_sign_corrects_nothing() -> None:
    for sample in (
        BiasSample(spread(-1.0, 100), overs=80, over_n=100),
        BiasSample(spread(1.0, 100), overs=20, over_n=100),
    ):
        found = row(sample)

        assert found.triggers == (OVER_RATE,)
        assert (found.correction, found.damp_factor) == (0.0, 1.0)


def test_a_market_bias_that_a_correction_would_worsen_corrects_nothing() -> None:
    found = row(BiasSample(spread(-3.0, 100), (2.0,) * 100))

    assert found.triggers == (BIAS_ACTUAL, BIAS_MARKET)
    assert found.correction == 0.0
    assert found.structural_days == 1


@given(biases, biases, st.integers(50, 120), st.floats(0, 1))
def test_unders_are_treated_like_overs(bias: float, market: float, n: int, share: float) -> None:
    even = replace(NFL, over_low=0.42, over_high=0.58)
    sample = BiasSample(spread(bias, n), (market,) * n, round(share * n), n)
    found, other = row(sample, limits=even), row(mirrored(sample), limits=even)

    assert found.triggers == other.triggers
    assert found.correction == pytest.approx(-other.correction, abs=1e-9)


@given(biases, biases, st.integers(50, 120), st.floats(0, 1))
def test_a_correction_makes_no_triggered_statistic_worse(bias: float, market: float, n: int, share: float) -> None:
    found = row(BiasSample(spread(bias, n), (market,) * n, round(share * n), n))

    assert found.triggers or not found.correction
    if found.correction:
        assert BIAS_ACTUAL not in found.triggers or abs(found.bias - found.correction) < abs(found.bias)
        assert BIAS_MARKET not in found.triggers or abs(market - found.correction) < abs(market)
    assert abs(found.correction) <= NFL.cap


def test_the_third_structural_day_in_a_row_is_a_bias_of_the_model() -> None:
    biased, fine = BiasSample(spread(7.0, 60)), BiasSample(spread(0.0, 60))
    days: list[BaselineBias] = []
    for sample in (biased, biased, biased, biased, fine, biased):
        days.append(row(sample, before=days[-1] if days else None))

    assert [day.structural_days for day in days] == [1, 2, 3, 4, 0, 1]
    assert [MODEL_BIAS in day.triggers for day in days] == [False, False, True, True, False, False]


def test_an_over_rate_alone_is_no_structural_day() -> None:
    found = row(BiasSample(spread(1.0, 100), overs=90, over_n=100), before=row(BiasSample(spread(7.0, 60))))

    assert found.structural_days == 0


def test_half_results_weigh_half_in_the_win_rate() -> None:
    found = row(BiasSample((0.0,), won=2.5, lost=2.0, graded=5))

    assert found.win_rate == pytest.approx(2.5 / 4.5)
    assert row(BiasSample((0.0,))).win_rate is None


@given(biases, st.integers(1, 80), st.integers(0, 80))
def test_a_row_is_read_back_as_it_was_written(bias: float, n: int, over_n: int) -> None:
    found = row(BiasSample(spread(bias, n), (bias,) * (n // 2), over_n // 2, over_n, 1.0, 2.0, 3))

    assert BaselineBias.from_json(found.to_json()) == found
    assert BaselineBias.from_json(found.to_json()).to_json() == found.to_json()


def test_what_a_correction_leaves_is_told_as_a_share_of_the_leagues_mean() -> None:
    assert damp_factor(baseline_correction(120, 3.0, 2.5), 45.4) == pytest.approx(0.9639567480977173)
