"""The course of a ledger: returns by day, how far it fell and for how long, and what its bankroll grew by."""

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from closeline.domain.money.denominations import amount_text, as_number
from closeline.domain.money.ledger import Day
from closeline.jobs.recording.betting.remarks import FEW_DAYS
from closeline.maths.simulate.streams import stream
from closeline.maths.staking.drawdown import expected_max_drawdown, max_drawdown
from closeline.maths.staking.returns import DAYS_OF_YEAR, sharpe_annualised
from closeline.schemas import bets as shapes

Floats = NDArray[np.float64]


def daily_returns(days: Sequence[Day]) -> Floats | None:
    """Return each day's profit over the bankroll at its beginning, idle days as 0, shape (days,).

    Null without a bankroll, and where it was ever used up: a return on nothing is none.
    """
    if not days or any(day.opening is None or day.opening <= 0 for day in days):
        return None
    return np.array([day.profit / day.opening for day in days if day.opening], dtype=np.float64)


def annualised(days: Sequence[Day], seed: str) -> shapes.Sharpe | None:
    """Return the Sharpe ratio of daily returns times sqrt(365), null without a bankroll."""
    returns = daily_returns(days)
    if returns is None:
        return None
    found = sharpe_annualised(returns, generator=stream("bets", "days", seed))
    return shapes.Sharpe.model_validate(found)


def growth(days: Sequence[Day], bets: int) -> shapes.Growth | None:
    """Return how the bankroll grew, flows left out, null without one and where nothing was left of it.

    Of fewer than thirty days nothing is said per year.
    """
    levels, _ = _index(days)
    if levels is None or not levels.size or not levels[-1] > 0.0:
        return None
    total = math.log(float(levels[-1]))
    per_year = total * DAYS_OF_YEAR / len(days) if len(days) >= FEW_DAYS else None
    return shapes.Growth(log_growth=total, per_bet=total / bets, per_year=per_year)


def drawdown(days: Sequence[Day], code: str, seed: str) -> shapes.Drawdown | None:
    """Return the deepest fall in the denomination and as a share of the running peak; null where nothing settled."""
    if not days:
        return None
    steps = [(day.day, step) for day in days for step in day.steps]
    # Exact sums first: the depth is money, and money is no float.
    sums = _sums(steps)
    fall = max_drawdown(np.array(sums, dtype=np.float64), start=0.0)
    when = [day for day, _ in steps]
    peak = days[0].day if fall.peak < 0 else when[fall.peak]
    expected = expected_max_drawdown(_matrix(days, code), generator=stream("bets", "drawdown", seed))
    depth = 0 if fall.trough is None else (sums[fall.peak] if fall.peak >= 0 else 0) - sums[fall.trough]
    share, share_days = _share(days)
    fell = fall.trough is not None
    recovered = None if fall.recovered is None else when[fall.recovered]
    return shapes.Drawdown(
        depth=amount_text(depth, code), peak_on=peak if fell else None,
        trough_on=when[fall.trough] if fall.trough is not None else None, recovered_on=recovered,
        days=((recovered or when[-1]) - peak).days if fell else 0, fraction=share, fraction_days=share_days,
        expected=expected.mean, expected_low=expected.low, expected_high=expected.high,
    )  # fmt: skip


def _sums(steps: Sequence[tuple[date, int]]) -> list[int]:
    found: list[int] = []
    held = 0
    for _, step in steps:
        held += step
        found.append(held)
    return found


def _matrix(days: Sequence[Day], code: str) -> Floats:
    """Return the steps of the days, shape (days, widest day), filled up with 0."""
    widest = max(1, *(len(day.steps) for day in days))
    found = np.zeros((len(days), widest))
    for row, day in enumerate(days):
        found[row, : len(day.steps)] = [as_number(step, code) for step in day.steps]
    return found


def _share(days: Sequence[Day]) -> tuple[float | None, int | None]:
    """Return the deepest fall as a share of the running peak, and how many days it lasted."""
    levels, when = _index(days)
    if levels is None:
        return None, None
    fall = max_drawdown(levels, start=1.0, relative=True)
    if fall.trough is None:
        return 0.0, 0
    begun = days[0].day if fall.peak < 0 else when[fall.peak]
    ended = when[-1] if fall.recovered is None else when[fall.recovered]
    return fall.depth, (ended - begun).days


def _index(days: Sequence[Day]) -> tuple[Floats | None, list[date]]:
    """Return what one unit at the start has become after each step, flows left out of it, and the day of each step."""
    if daily_returns(days) is None:
        return None, []
    found: list[float] = []
    when: list[date] = []
    held = 1.0
    for day in days:
        opening, gained = day.opening or 1, 0
        for step in day.steps:
            gained += step
            found.append(held * ((opening + gained) / opening))
            when.append(day.day)
        held *= (opening + gained) / opening
    return np.array(found, dtype=np.float64), when
