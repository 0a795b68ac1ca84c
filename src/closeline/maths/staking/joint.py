"""Kelly for several bets at once, over the joint distribution of their results."""

from dataclasses import dataclass

import numpy as np

from closeline.maths.prices import FloatArray

_BARRIER_FIRST = 1e-2
_BARRIER_LAST = 1e-14
_NEWTON_STEPS_MAX = 60
# Stakes below this are the barrier's shadow, not bets.
_STAKE_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class JointStakes:
    """Shares of the bankroll, one per bet, and the expected log growth they bring together."""

    stakes: tuple[float, ...]
    growth: float


def kelly_simultaneous(
    returns: FloatArray, chances: FloatArray | None = None, *, stakes_sum_max: float = 1.0
) -> JointStakes:
    """Maximise E log(1 + sum f x) over f >= 0 with sum f at most `stakes_sum_max`.

    returns: net units per unit staked, shape (worlds, bets), each at least -1. chances: of each world, shape
    (worlds,), summing to 1; left out, worlds are equally likely. Raises ValueError for what is not a
    distribution.
    """
    worlds, bets = returns.shape
    weights = np.full(worlds, 1.0 / worlds) if chances is None else np.asarray(chances, dtype=np.float64)
    if weights.shape != (worlds,) or weights.min() < 0.0 or abs(weights.sum() - 1.0) > 1e-9:
        raise ValueError(f"chances must be one per world, at least 0 and sum to 1, was {weights.sum()}")
    if not returns.min() >= -1.0 or not 0.0 < stakes_sum_max <= 1.0:
        raise ValueError("returns must be at least -1 and the sum of stakes in (0, 1]")
    live = weights > 0.0
    returns, weights = returns[live], weights[live]
    stakes = np.full(bets, stakes_sum_max / (2.0 * (bets + 1)))
    barrier = _BARRIER_FIRST
    while barrier >= _BARRIER_LAST:
        stakes = _climb(stakes, returns, weights, stakes_sum_max, barrier)
        barrier *= 0.1
    stakes = np.where(stakes < _STAKE_LEAST, 0.0, stakes)
    growth = float(weights @ np.log1p(returns @ stakes))
    return JointStakes(tuple(stakes.tolist()), growth)


def _climb(stakes: FloatArray, returns: FloatArray, weights: FloatArray, most: float, barrier: float) -> FloatArray:
    """Take damped Newton steps on growth + barrier (sum ln f + ln(most - sum f)), which is concave."""
    for _ in range(_NEWTON_STEPS_MAX):
        ratio = returns / (1.0 + returns @ stakes)[:, None]
        slack = most - stakes.sum()
        gradient = weights @ ratio + barrier / stakes - barrier / slack
        curvature = (ratio * weights[:, None]).T @ ratio + barrier / slack**2
        curvature[np.diag_indices_from(curvature)] += barrier / stakes**2
        step = np.linalg.solve(curvature, gradient)
        decrement = float(gradient @ step)
        length = _longest(stakes, step, returns, most)
        here = _height(stakes, returns, weights, most, barrier)
        while length > 1e-12 and not (
            _height(stakes + length * step, returns, weights, most, barrier) >= here + 1e-4 * length * decrement - 1e-16
        ):
            length *= 0.5
        stakes = stakes + length * step
        if decrement < 1e-3 * barrier * 1e-6 or length <= 1e-12:
            break
    return stakes


def _longest(stakes: FloatArray, step: FloatArray, returns: FloatArray, most: float) -> float:
    """Return the longest stride, at most 1, that stays inside every bound."""
    longest = 1.0
    room = np.concatenate((stakes, [most - stakes.sum()], 1.0 + returns @ stakes))
    move = np.concatenate((step, [-step.sum()], returns @ step))
    closing = move < 0.0
    if closing.any():
        longest = min(1.0, 0.99 * float((room[closing] / -move[closing]).min()))
    return longest


def _height(stakes: FloatArray, returns: FloatArray, weights: FloatArray, most: float, barrier: float) -> float:
    fence = float(np.log(stakes).sum()) + float(np.log(most - stakes.sum()))
    return float(weights @ np.log1p(returns @ stakes)) + barrier * fence
