"""Portfolio metrics against a ledger walked bet by bet."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeline.maths import summary

bets = st.lists(
    st.tuples(
        st.floats(0.5, 5.0),
        st.floats(1.05, 6.0),
        st.sampled_from([1.0, 0.5, 0.0, -0.5, -1.0, math.nan]),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(bets)
def test_the_summary_is_the_ledger_added_up_bet_by_bet(ledger):
    profit = turnover = wins = losses = 0.0
    for stake, price, outcome in ledger:
        if math.isnan(outcome):
            continue
        turnover += stake
        profit += stake * (outcome * (price - 1) if outcome > 0 else outcome)
        wins, losses = wins + max(outcome, 0.0), losses + max(-outcome, 0.0)

    result = summary.portfolio_summary(*zip(*ledger, strict=True))

    assert result.profit == pytest.approx(profit, abs=1e-9)
    assert result.turnover == pytest.approx(turnover)
    assert result.n_settled + result.n_void == len(ledger)
    if turnover:
        assert result.roi == pytest.approx(profit / turnover, abs=1e-9)
    if wins + losses:
        assert result.win_rate == pytest.approx(wins / (wins + losses))


def test_a_ledger_of_voids_has_no_ratio():
    result = summary.portfolio_summary([1.0], [1.9], [math.nan])

    assert (result.profit, result.turnover, result.n_void) == (0.0, 0.0, 1)
    assert math.isnan(result.roi)
    assert math.isnan(result.win_rate)


@settings(deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=40))
def test_the_deepest_drawdown_is_the_worst_pair_of_moments(profits):
    balance = np.concatenate(([100.0 * 5], 500.0 + np.cumsum(profits)))
    pairs = [(balance[i], balance[j]) for i in range(len(balance)) for j in range(i, len(balance))]

    result = summary.drawdown(profits, start=500.0)

    assert result.units == pytest.approx(max(a - b for a, b in pairs), abs=1e-9)
    assert result.fraction == pytest.approx(max((a - b) / a for a, b in pairs), abs=1e-12)


def test_a_drawdown_lasts_until_the_next_peak():
    assert summary.drawdown([1, -1, -1, 1, 1, -2]).bets_longest == 3
    assert summary.drawdown([1, 1, 1]).bets_longest == 0
    assert math.isnan(summary.drawdown([1, -1]).fraction)


def test_the_expected_drawdown_of_certain_losses_is_their_sum():
    assert summary.expected_max_drawdown([-1.0] * 8, resamples=5, generator=np.random.default_rng(1)) == 8.0


def test_growth_is_logarithmic_and_ruin_is_endless():
    assert summary.bankroll_growth(100.0, [10.0, -5.0]).log_growth == pytest.approx(math.log(1.05))
    assert summary.bankroll_growth(100.0, [-100.0]).log_growth == -math.inf


def test_the_annual_sharpe_scales_with_the_root_of_the_days():
    ratio = summary.sharpe_ratio([1.0, -0.5, 0.0, 2.0])

    assert ratio.annualised == pytest.approx(ratio.per_period * math.sqrt(365))
    assert math.isnan(summary.sharpe_ratio([1.0]).per_period)


def test_the_bets_needed_show_the_roi_at_exactly_that_z():
    roi, price = 0.04, 21 / 11
    n = summary.bets_needed(roi, price, z=1.645)

    test = summary.roi_test(n, n * (1 + roi) / price, price)

    assert test.roi == pytest.approx(roi)
    assert test.z_vs_zero == pytest.approx(1.645)


def test_no_number_of_bets_shows_a_return_of_zero():
    with pytest.raises(ValueError, match="was 0"):
        summary.bets_needed(0.0, 1.9)


def test_profit_as_promised_is_zero_standard_errors_away():
    result = summary.expected_against_realised([1, 2], [0.05, 0.02], [0.9, 1.1], [0.0, 0.09])

    assert result.z == pytest.approx(0.0, abs=1e-12)
    worse = summary.expected_against_realised([1, 2], [0.05, 0.02], [0.9, 1.1], [-1.0, -1.0])
    assert worse.z == pytest.approx(-2.09 / math.sqrt(0.9 + 4 * 1.1))


def test_return_on_capital_is_not_return_on_turnover():
    assert summary.return_on_capital(50.0, 1000.0) == 0.05


def test_false_discoveries_are_held_to_their_rate_as_in_the_paper():
    # Benjamini and Hochberg (1995), section 3.2: four of fifteen stand at 5 %.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]

    assert summary.benjamini_hochberg(p, rate=0.05).sum() == 4
    assert summary.benjamini_hochberg(p[::-1], rate=0.05)[-4:].all()
    assert not summary.benjamini_hochberg([0.5, 0.9]).any()
