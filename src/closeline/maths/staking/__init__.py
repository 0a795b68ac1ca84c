"""How much to stake: Kelly for one bet, for bets with halves, for outcomes that exclude each other.

Stakes are shares of the bankroll. Full Kelly on a raw model probability is forbidden: see `staking/limits.py`
for what is staked in the end, and `staking/joint.py` for several bets at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from closeline.domain.errors import ImpossiblePrice

_ITERATIONS_MAX = 200


def kelly(p_win: float, p_loss: float, decimal: float) -> float:
    """Return the stake that grows the bankroll fastest, max(0, (p_w b - p_l)/(b (p_w + p_l))).

    Pushes do not change it. Raises ValueError for chances that are none. Source: Kelly (1956).
    """
    _check_chances(p_win, p_loss)
    net = _net(decimal)
    live = p_win + p_loss
    return max(0.0, (p_win * net - p_loss) / (net * live)) if live > 0.0 else 0.0


def log_growth(p_win: float, p_loss: float, decimal: float, stake: float) -> float:
    """Return the expected log growth from staking this share of the bankroll; -inf when it can be ruined."""
    _check_chances(p_win, p_loss)
    net = _net(decimal)
    if not 0.0 <= stake <= 1.0:
        raise ValueError(f"stake must be a share between 0 and 1, was {stake}")
    if stake == 1.0 and p_loss > 0.0:
        return -math.inf
    return p_win * math.log1p(stake * net) + (p_loss * math.log1p(-stake) if p_loss else 0.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a bet can end: its chance, and net units per unit staked (-0.5 for half a loss)."""

    probability: float
    net: float


def outcomes_value(outcomes: Sequence[Outcome]) -> float:
    """Return the expected net units per unit staked."""
    return math.fsum(outcome.probability * outcome.net for outcome in outcomes)


def kelly_outcomes(outcomes: Sequence[Outcome]) -> float:
    """Return the Kelly stake of a bet with any endings: the root of sum p r / (1 + f r) = 0, or 0.

    Raises ValueError unless the chances sum to 1 and some ending loses.
    """
    live = [outcome for outcome in outcomes if outcome.probability != 0.0]
    total = math.fsum(outcome.probability for outcome in live)
    worst = min((outcome.net for outcome in live), default=0.0)
    if min((outcome.probability for outcome in live), default=-1.0) < 0.0 or abs(total - 1.0) > 1e-9:
        raise ValueError(f"chances must be at least 0 and sum to 1, was {total}")
    if worst >= 0.0:
        raise ValueError(f"some outcome must lose, was {worst} at worst")
    if outcomes_value(live) <= 0.0:
        return 0.0
    return _growth_root(live, 1.0 / -worst)


def _growth_root(outcomes: Sequence[Outcome], ruin: float) -> float:
    """Find where the growth's slope crosses 0 between nothing and ruin: Newton's steps in a bracket."""
    low, high = 0.0, ruin
    stake = 0.0
    for _ in range(_ITERATIONS_MAX):
        slope = math.fsum(way.probability * way.net / (1.0 + stake * way.net) for way in outcomes)
        low, high = (stake, high) if slope > 0.0 else (low, stake)
        bend = math.fsum(way.probability * (way.net / (1.0 + stake * way.net)) ** 2 for way in outcomes)
        step = slope / bend
        if abs(step) < 1e-15 or high - low < 1e-15:
            break
        stake = stake + step if low < stake + step < high else 0.5 * (low + high)
    return min(stake, 1.0)


@dataclass(frozen=True, slots=True)
class ExclusiveStakes:
    """Stakes on outcomes of which one happens, and R, the share of the bankroll kept in hand."""

    stakes: tuple[float, ...]
    reserve: float


def kelly_exclusive(
    probabilities: Sequence[float], decimals: Sequence[float], *, hedge: bool = True
) -> ExclusiveStakes:
    """Return Kelly stakes on mutually exclusive outcomes, in their order.

    Outcomes are added by falling p d while p d > R, with R = (1 - sum p)/(1 - sum 1/d); each gets p - R/d.
    That can back a leg of negative value as a hedge; with `hedge` False such legs are dropped.
    Raises ValueError for chances that sum above 1. Source: Smoczynski & Tomkins (2010).
    """
    if min(probabilities, default=0.0) < 0.0 or math.fsum(probabilities) > 1.0 + 1e-9:
        raise ValueError(f"chances must be at least 0 and sum to at most 1, were {list(probabilities)}")
    pairs = list(zip(probabilities, decimals, strict=True))
    for decimal in decimals:
        _net(decimal)
    backed: list[int] = []
    reserve = 1.0
    for place in sorted(range(len(pairs)), key=lambda at: -pairs[at][0] * pairs[at][1]):
        value = pairs[place][0] * pairs[place][1]
        if value <= reserve or (value <= 1.0 and not hedge):
            break
        backed.append(place)
        kept = max(0.0, 1.0 - math.fsum(pairs[at][0] for at in backed))
        cover = 1.0 - math.fsum(1.0 / pairs[at][1] for at in backed)
        # With every outcome backed nothing is left over, and below rounding nothing is either.
        reserve = kept / cover if kept > 1e-15 else 0.0
    stakes = [0.0] * len(pairs)
    for place in backed:
        stakes[place] = max(0.0, pairs[place][0] - reserve / pairs[place][1])
    return ExclusiveStakes(tuple(stakes), reserve)


def uncertainty_shrink(sd: float, edge: float) -> float:
    """Return 1/(1 + (sd/edge)^2), the cut of Kelly for a probability that is only known to within sd."""
    return 0.0 if edge <= 0.0 else 1.0 / (1.0 + (sd / edge) ** 2)


def _check_chances(p_win: float, p_loss: float) -> None:
    if not (p_win >= 0.0 and p_loss >= 0.0 and p_win + p_loss <= 1.0 + 1e-9):
        raise ValueError(f"chances of win and loss must be at least 0 and sum to at most 1, were {p_win}, {p_loss}")


def _net(decimal: float) -> float:
    if not 1.0 < decimal < math.inf:
        raise ImpossiblePrice(f"decimal odds must be finite and above 1, was {decimal}")
    return decimal - 1.0
