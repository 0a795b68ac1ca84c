"""Portfolio metrics (`metrics-v1`): what a ledger of settled bets earned, and whether it could be luck.

Units: stakes and profits in one currency or in units; returns per unit staked. Outcomes are coded by the
signed share of the stake that was decided: 1 win, 0.5 half win, 0 push, -0.5 half loss, -1 loss, NaN void.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from closeline.maths.score import FloatArray

_DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    """A settled ledger in numbers; turnover includes pushes, not voids, and the mean return is unweighted."""

    profit: float
    turnover: float
    roi: float
    n_settled: int
    n_void: int
    win_rate: float
    mean_return: float
    sd_return: float
    sharpe_per_bet: float
    t_stat: float


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall below a running peak, and the longest time (in bets) without a new peak."""

    units: float
    fraction: float
    bets_longest: int


@dataclass(frozen=True, slots=True)
class BankrollGrowth:
    """Final bankroll and its logarithmic growth, in all and per bet."""

    final: float
    log_growth: float
    per_bet: float


@dataclass(frozen=True, slots=True)
class SharpeRatio:
    """Mean over standard deviation of the period's profits, and scaled to a year."""

    per_period: float
    annualised: float


@dataclass(frozen=True, slots=True)
class RoiTest:
    """Return on flat stakes at one price, against nothing earned and against break-even."""

    roi: float
    standard_error: float
    z_vs_zero: float
    z_vs_breakeven: float


@dataclass(frozen=True, slots=True)
class ExpectedAgainstRealised:
    """Profit that the forecasts promised, profit that came, and the difference in standard errors."""

    expected: float
    realised: float
    z: float


def profits(stakes: ArrayLike, decimal: ArrayLike, outcome: ArrayLike) -> FloatArray:
    """Return the profit of each bet, elementwise; 0 for pushes and voids."""
    stake, price, result = (np.asarray(a, dtype=np.float64) for a in (stakes, decimal, outcome))
    assert stake.shape == price.shape == result.shape
    decided = np.nan_to_num(result, nan=0.0)
    return np.asarray(stake * np.where(decided > 0.0, decided * (price - 1.0), decided))


def portfolio_summary(stakes: ArrayLike, decimal: ArrayLike, outcome: ArrayLike) -> PortfolioSummary:
    """Summarise a ledger; the three arrays have shape (n,). Ratios without a base are NaN."""
    stake, result = np.asarray(stakes, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    settled = ~np.isnan(result)
    gains = profits(stake, decimal, result)[settled]
    staked, decided = stake[settled], result[settled]
    returns = gains / staked
    mean, sd = _mean(returns), _sample_sd(returns)
    sharpe = _ratio(mean, sd)
    return PortfolioSummary(
        profit=float(gains.sum()),
        turnover=float(staked.sum()),
        roi=_ratio(float(gains.sum()), float(staked.sum())),
        n_settled=int(settled.sum()),
        n_void=int((~settled).sum()),
        win_rate=_ratio(float(decided.clip(0.0).sum()), float(np.abs(decided).sum())),
        mean_return=mean,
        sd_return=sd,
        sharpe_per_bet=sharpe,
        t_stat=sharpe * float(np.sqrt(returns.size)),
    )


def return_on_capital(profit: float, start: float) -> float:
    """Return profit over the starting bankroll (ROC), never to be called ROI."""
    return profit / start


def drawdown(profit: ArrayLike, *, start: float = 0.0) -> Drawdown:
    """Return the deepest drawdown of profits in order, shape (n,); the starting bankroll is the first peak.

    The fraction is of the running peak, and NaN without a positive starting bankroll.
    """
    balance = start + np.concatenate(([0.0], np.cumsum(np.asarray(profit, dtype=np.float64))))
    peak = np.maximum.accumulate(balance)
    fall = peak - balance
    at_peak = np.flatnonzero(balance >= peak)
    waits = np.diff(np.append(at_peak, balance.size)) - 1
    return Drawdown(
        units=float(fall.max()),
        fraction=float((fall / peak).max()) if start > 0.0 else float("nan"),
        bets_longest=int(waits.max()),
    )


def expected_max_drawdown(profit: ArrayLike, *, resamples: int = 1000, generator: Generator) -> float:
    """Return the mean deepest drawdown, in units, of ledgers drawn with replacement from this one."""
    gains = np.asarray(profit, dtype=np.float64)
    assert gains.ndim == 1
    falls = [drawdown(gains[generator.integers(0, gains.size, gains.size)]).units for _ in range(resamples)]
    return float(np.mean(falls))


def bankroll_growth(start: float, profit: ArrayLike) -> BankrollGrowth:
    """Return ln(B_T / B_0) of a bankroll; minus infinity when it is gone."""
    gains = np.asarray(profit, dtype=np.float64)
    final = start + float(gains.sum())
    growth = float(np.log(final / start)) if final > 0.0 else float("-inf")
    return BankrollGrowth(final, growth, _ratio(growth, gains.size))


def sharpe_ratio(period_profits: ArrayLike, *, periods_per_year: float = _DAYS_PER_YEAR) -> SharpeRatio:
    """Return mean / sd of daily profits (idle days are 0) and its annual scale; never by number of bets."""
    gains = np.asarray(period_profits, dtype=np.float64)
    ratio = _ratio(_mean(gains), _sample_sd(gains))
    return SharpeRatio(ratio, ratio * float(np.sqrt(periods_per_year)))


def roi_test(n: float, wins: float, decimal: float) -> RoiTest:
    """Test flat stakes at one price: SE = d sqrt(p (1 - p) / n), at the observed p and at p = 1 / d."""
    rate, even = wins / n, 1.0 / decimal
    roi = rate * decimal - 1.0
    error = decimal * float(np.sqrt(rate * (1.0 - rate) / n))
    error_even = decimal * float(np.sqrt(even * (1.0 - even) / n))
    return RoiTest(roi, error, _ratio(roi, error), _ratio(roi, error_even))


def bets_needed(roi: float, decimal: float, *, z: float = 1.645) -> float:
    """Return how many flat bets show this ROI at z standard errors, (z d sqrt(p (1 - p)) / ROI)^2.

    p = (1 + ROI) / d is the win rate that the ROI implies. Raises ValueError if there is none.
    """
    rate = (1.0 + roi) / decimal
    if roi == 0.0 or not 0.0 <= rate <= 1.0:
        raise ValueError(f"ROI must differ from 0 and be possible at odds {decimal}, was {roi}")
    return float((z * decimal / roi) ** 2 * rate * (1.0 - rate))


def expected_against_realised(
    stakes: ArrayLike, expected_return: ArrayLike, variance: ArrayLike, profit: ArrayLike
) -> ExpectedAgainstRealised:
    """Compare sum EV_i s_i with the profit, in units of sqrt(sum s_i^2 Var_i), for independent bets (n,)."""
    stake, promise, spread = (np.asarray(a, dtype=np.float64) for a in (stakes, expected_return, variance))
    expected, realised = float(stake @ promise), float(np.sum(profit))
    return ExpectedAgainstRealised(expected, realised, _ratio(realised - expected, float(np.sqrt(stake**2 @ spread))))


def benjamini_hochberg(p_values: ArrayLike, *, rate: float = 0.10) -> NDArray[np.bool_]:
    """Return which of many tests stand at this false discovery rate.

    p_values: shape (n,).  Source: Benjamini and Hochberg (1995).
    """
    values = np.asarray(p_values, dtype=np.float64)
    assert values.ndim == 1
    order = np.argsort(values, kind="stable")
    passing = np.flatnonzero(values[order] <= rate * np.arange(1, values.size + 1) / values.size)
    stands = np.zeros(values.size, dtype=np.bool_)
    if passing.size:
        stands[order[: passing[-1] + 1]] = True
    return stands


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _sample_sd(values: FloatArray) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")
