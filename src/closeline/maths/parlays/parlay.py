"""Parlays: the price of legs together, what they are worth, and how a ticket settles (settlement-v1).

Prices and settlement are exact, because a ticket that returns its stake exactly is a PUSH; chances are
floats.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from closeline.maths.prices import FloatArray

# Fewer worlds or fewer hits than this and a lift is noise.
WORLDS_LEAST = 20_000
HITS_LEAST = 200


class LegResult(StrEnum):
    """How one leg ended; the halves come from quarter lines."""

    WIN = "WIN"
    LOSS = "LOSS"
    PUSH = "PUSH"
    VOID = "VOID"
    HALF_WIN = "HALF_WIN"
    HALF_LOSS = "HALF_LOSS"


FACTORS: dict[LegResult, Callable[[Fraction], Fraction]] = {
    LegResult.WIN: lambda decimal: decimal,
    LegResult.LOSS: lambda _: Fraction(0),
    LegResult.PUSH: lambda _: Fraction(1),
    LegResult.VOID: lambda _: Fraction(1),
    LegResult.HALF_WIN: lambda decimal: (1 + decimal) / 2,
    LegResult.HALF_LOSS: lambda _: Fraction(1, 2),
}
_NO_ACTION = frozenset({LegResult.PUSH, LegResult.VOID})
_HALVES = frozenset({LegResult.HALF_WIN, LegResult.HALF_LOSS})


@dataclass(frozen=True, slots=True)
class Leg:
    """A settled leg and its exact decimal odds."""

    result: LegResult
    decimal: Fraction


@dataclass(frozen=True, slots=True)
class Ticket:
    """A settled ticket: WIN, LOSS, PUSH or VOID, and exactly what one unit staked came back as."""

    result: LegResult
    return_multiple: Fraction

    @property
    def units(self) -> Fraction:
        """Return the net units per unit risked; between -1 and 0 for a ticket lost by halves."""
        return self.return_multiple - 1


def price(decimals: Sequence[Fraction]) -> Fraction:
    """Return the decimal odds of independent legs together: their product. Raises ValueError without legs."""
    if not decimals:
        raise ValueError("parlay must have at least one leg, was empty")
    return math.prod(decimals, start=Fraction(1))


def settle(legs: Sequence[Leg]) -> Ticket:
    """Settle a ticket of independent legs.

    Any loss loses; a void or push leg counts 1 and the ticket reduces; all void is VOID; else the sign of
    the exact product less 1 decides, 0 being PUSH. Raises ValueError without legs.
    """
    results = [leg.result for leg in legs]
    if not results:
        raise ValueError("parlay must have at least one leg, was empty")
    if LegResult.LOSS in results:
        return Ticket(LegResult.LOSS, Fraction(0))
    if set(results) == {LegResult.VOID}:
        return Ticket(LegResult.VOID, Fraction(1))
    return _by_sign(math.prod((FACTORS[leg.result](leg.decimal) for leg in legs), start=Fraction(1)))


def settle_same_game(
    results: Sequence[LegResult], decimal: Fraction, surviving_decimal: Fraction | None = None
) -> Ticket:
    """Settle a same-game ticket, which was sold at one price for all of its legs.

    A losing leg loses. With a void or push leg it pays `surviving_decimal`, the price stored at publication
    for the legs that remain, and is VOID where there is none.
    Raises ValueError for half results, for which no rule exists.
    """
    if not results or _HALVES & set(results):
        raise ValueError(f"legs of a same-game parlay must win, lose, push or be void, were {', '.join(results)}")
    if LegResult.LOSS in results:
        return Ticket(LegResult.LOSS, Fraction(0))
    if not _NO_ACTION & set(results):
        return _by_sign(decimal)
    if surviving_decimal is None or LegResult.WIN not in results:
        return Ticket(LegResult.VOID, Fraction(1))
    return _by_sign(surviving_decimal)


def _by_sign(multiple: Fraction) -> Ticket:
    if multiple == 1:
        return Ticket(LegResult.PUSH, multiple)
    return Ticket(LegResult.WIN if multiple > 1 else LegResult.LOSS, multiple)


def value_independent(p_wins: Sequence[float], p_pushes: Sequence[float], decimals: Sequence[float]) -> float:
    """Return the expected value per unit of independent legs: prod(p_w d + p_x) - 1; arguments (legs,)."""
    legs = zip(p_wins, p_pushes, decimals, strict=True)
    return math.prod(p_win * decimal + p_push for p_win, p_push, decimal in legs) - 1.0


@dataclass(frozen=True, slots=True)
class JointValue:
    """What legs are worth together: value per unit, chance that all win, each leg's chance, the lift.

    `lift` is P(all win) over the product of the legs' chances; NaN when a leg never wins.
    """

    value: float
    p_all_win: float
    p_win_legs: tuple[float, ...]
    lift: float


def value_joint(chances: Mapping[tuple[LegResult, ...], float], decimals: Sequence[float]) -> JointValue:
    """Evaluate legs on the joint chances of their results; raises ValueError unless those sum to 1."""
    total = math.fsum(chances.values())
    if abs(total - 1.0) > 1e-9 or min(chances.values()) < 0.0:
        raise ValueError(f"joint chances must be at least 0 and sum to 1, was {total}")
    exact = [Fraction(decimal) for decimal in decimals]
    factors = np.array([[float(FACTORS[r](d)) for r, d in zip(row, exact, strict=True)] for row in chances])
    wins = np.array([[result is LegResult.WIN for result in row] for row in chances])
    weights = np.fromiter(chances.values(), dtype=np.float64)
    return _joint(factors, wins, lambda column: weights @ column)


@dataclass(frozen=True, slots=True)
class PathsValue:
    """A joint value from simulated worlds, with the standard errors of P(all win) and of the lift.

    `enough` says that the worlds and the hits suffice to publish the lift.
    """

    joint: JointValue
    p_all_win_se: float
    lift_se: float
    enough: bool


def value_on_paths(factors: FloatArray, decimals: Sequence[float]) -> PathsValue:
    """Evaluate legs that were graded on the same simulated worlds.

    factors: what each leg multiplies the ticket by in each world, shape (worlds, legs): its decimal odds for
    a win, 1 for a push, 0 for a loss, halves between (see `leg_factors`).
    """
    assert factors.ndim == 2, f"factors must have shape (worlds, legs), was {factors.shape}"
    worlds = len(factors)
    wins = factors == np.asarray(decimals, dtype=np.float64)
    # A mean of counts is exact, so that nested legs win together exactly as often as the harder one.
    joint = _joint(factors, wins, lambda column: column.mean(axis=0))
    error = math.sqrt(joint.p_all_win * (1.0 - joint.p_all_win) / worlds)
    apart = math.prod(joint.p_win_legs)
    hits = round(joint.p_all_win * worlds)
    lift_error = error / apart if apart > 0.0 else math.nan
    return PathsValue(joint, error, lift_error, worlds >= WORLDS_LEAST and hits >= HITS_LEAST)


def leg_factors(beyond_line: FloatArray, decimal: float, *, quarter_line: bool = False) -> FloatArray:
    """Grade one leg in every world, shape (worlds,): d, 1, 0, or the mean of the two for a quarter line.

    beyond_line: how far the result beats the line from the selection's side: m + L, T - L for OVER, L - T
    for UNDER.
    """
    if quarter_line:
        return 0.5 * (leg_factors(beyond_line - 0.25, decimal) + leg_factors(beyond_line + 0.25, decimal))
    return np.where(beyond_line > 0.0, decimal, np.where(beyond_line == 0.0, 1.0, 0.0))


def _joint(factors: FloatArray, wins: npt.NDArray[np.bool_], mean: Callable[[Any], Any]) -> JointValue:
    p_all_win = float(mean(wins.all(axis=1)))
    p_win_legs = tuple(mean(wins).tolist())
    apart = math.prod(p_win_legs)
    value = float(mean(factors.prod(axis=1))) - 1.0
    return JointValue(value, p_all_win, p_win_legs, p_all_win / apart if apart > 0.0 else math.nan)
