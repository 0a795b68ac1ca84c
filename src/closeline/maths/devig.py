"""Fair probabilities from one market's odds: five ways of taking the margin out (devig-v1).

`devig` does one market with `math`, which for a single one is thirty times quicker than an array; the bulk
forms are in `devig_arrays` and fall back on this one for whatever they cannot finish.
"""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from closeline.domain.errors import DevigError, ImpossiblePrice
from closeline.domain.odds import DevigMethod

# A booksum this close to 1 is 1: the prices carry no margin and are their own fair odds.
NO_MARGIN = 1e-12
ITERATIONS_MAX = 200
POWER_HIGHEST = 60.0
# Tighter than the promised |sum - 1| < 1e-12, and reachable by a sum of hundreds of floats.
_SUM_ERROR_MAX = 2e-13
# A cubic step that is bound to leave less than this is the last: its residual need not be computed.
CUBIC_REST_MAX = 1e-14

Solution = tuple[tuple[float, ...], float | None]
Residual = Callable[[float], tuple[float, float]]


class DevigFlag(StrEnum):
    """What a reader of a fair price has to know about the market that it came from."""

    UNDERROUND = "UNDERROUND"
    SHIN_FALLBACK_MULTIPLICATIVE = "SHIN_FALLBACK_MULTIPLICATIVE"


class FairOdds(NamedTuple):
    """Fair probabilities of one market and how they were made.

    `parameter` is what the method solved for: power's exponent k, Shin's insider share z, the odds ratio c;
    None for the methods that solve for nothing. An UNDERROUND market may be shown, but is never the reference
    of a pick or a close. A named tuple, because making a frozen dataclass takes a third of one market's time.
    """

    probabilities: tuple[float, ...]
    method: DevigMethod
    booksum: float
    parameter: float | None = None
    flags: tuple[DevigFlag, ...] = ()


def devig(prices: Sequence[float], method: DevigMethod) -> FairOdds:
    """Take the margin out of one market.

    prices: decimal odds of every outcome, each above 1. Probabilities come in the same order and sum to 1
    within 1e-12. Raises ImpossiblePrice for a price that is none, DevigError for fewer than two outcomes,
    for an additive long shot at or below 0 and for a root out of reach.
    Source: Clarke, Kovalchik & Ingram (2017); Shin (1992, 1993).
    """
    if len(prices) < 2:
        raise DevigError(f"market must have at least two outcomes, was {len(prices)}")
    implied = []
    for price in prices:
        # Written so that a NaN, which compares false with everything, is refused too.
        if not 1.0 < price < math.inf:
            raise ImpossiblePrice(f"decimal odds must be finite and above 1, was {price}")
        implied.append(1.0 / price)
    booksum = sum(implied)
    if abs(booksum - 1.0) < NO_MARGIN:
        return FairOdds(tuple(implied), method, booksum, _IDENTITY[method])
    if booksum < 1.0:
        return _underround(implied, method, booksum)
    probabilities, parameter = METHODS[method](implied, booksum)
    return FairOdds(probabilities, method, booksum, parameter)


def _underround(implied: list[float], method: DevigMethod, booksum: float) -> FairOdds:
    """Devig a booksum below 1: Shin is undefined there and gives way to multiplicative, with z = 0."""
    if method is DevigMethod.SHIN:
        flags = (DevigFlag.UNDERROUND, DevigFlag.SHIN_FALLBACK_MULTIPLICATIVE)
        return FairOdds(multiplicative(implied, booksum)[0], method, booksum, 0.0, flags)
    probabilities, parameter = METHODS[method](implied, booksum)
    return FairOdds(probabilities, method, booksum, parameter, (DevigFlag.UNDERROUND,))


def multiplicative(implied: Sequence[float], booksum: float) -> Solution:
    """Share the margin in proportion: p = pi / S. Keeps the long-shot bias; always defined."""
    return tuple([pi / booksum for pi in implied]), None


def additive(implied: Sequence[float], booksum: float) -> Solution:
    """Take the same from each: p = pi - (S - 1)/n. Raises DevigError when an outcome would get nothing."""
    share = (booksum - 1.0) / len(implied)
    probabilities = tuple([pi - share for pi in implied])
    if min(probabilities) <= 0.0:
        raise DevigError(f"additive devig must leave every outcome above 0, was {min(probabilities):.6f}")
    return probabilities, None


def power(implied: Sequence[float], booksum: float) -> Solution:
    """Raise each to one exponent: p = pi^k with k in (0, 60]. Source: Vovk & Zhdanov (2009)."""
    solved = _power_two(implied, booksum) if len(implied) == 2 else None
    if solved is not None:
        return solved
    logs = [math.log(pi) for pi in implied]
    exponent = _root(_power_residual(logs), 0.0, POWER_HIGHEST, 1.0)
    return tuple([math.exp(exponent * log) for log in logs]), exponent


def _power_residual(logs: Sequence[float]) -> Residual:
    def residual(exponent: float) -> tuple[float, float]:
        powers = [math.exp(exponent * log) for log in logs]
        return sum(powers) - 1.0, sum(map(math.prod, zip(powers, logs, strict=True)))

    return residual


def _power_two(implied: Sequence[float], booksum: float) -> Solution | None:
    """Solve two outcomes by Halley's rule from k = 1, whose powers cost nothing; None if it wanders off."""
    a, b = implied
    log_a, log_b = math.log(a), math.log(b)
    steepest = min(log_a, log_b) ** 2
    exponent, error = 1.0, booksum - 1.0
    for _ in range(6):
        slope_a, slope_b = log_a * a, log_b * b
        slope = slope_a + slope_b
        square = slope * slope
        exponent -= 2.0 * error * slope / (2.0 * square - error * (log_a * slope_a + log_b * slope_b))
        a = math.exp(exponent * log_a)
        # What Halley leaves is below |error|^3 (max log)^2 / slope^2: under rounding, b needs no power of
        # its own.
        if abs(error * error * error) * steepest < CUBIC_REST_MAX * square:
            return ((a, 1.0 - a), exponent) if 0.0 < exponent <= POWER_HIGHEST else None
        b = math.exp(exponent * log_b)
        error = a + b - 1.0
    return None


def shin(implied: Sequence[float], booksum: float) -> Solution:
    """Assume a share z of insiders: a closed form for two outcomes, where it equals additive, else a root."""
    if len(implied) == 2:
        gap = implied[0] - implied[1]
        square = gap * gap
        share = (booksum - 1.0) * (square - booksum) / (booksum * (square - 1.0))
        return (0.5 + 0.5 * gap, 0.5 - 0.5 * gap), share
    squares = [pi * pi / booksum for pi in implied]
    share = _root(_shin_residual(squares), 0.0, 1.0, 0.0)
    return tuple([shin_probability(share, square) for square in squares]), share


def shin_probability(share: float, square: float) -> float:
    """Return Shin's probability for q = pi^2/S, in the form that keeps its digits as z nears 1."""
    return 2.0 * square / (math.sqrt(share * share + 4.0 * (1.0 - share) * square) + share)


def _shin_residual(squares: Sequence[float]) -> Residual:
    def residual(share: float) -> tuple[float, float]:
        total = slope = 0.0
        for square in squares:
            root = math.sqrt(share * share + 4.0 * (1.0 - share) * square)
            probability = 2.0 * square / (root + share)
            total += probability
            slope -= probability / (root + share) * (root + share - 2.0 * square) / root
        return total - 1.0, slope

    return residual


def odds_ratio(implied: Sequence[float], booksum: float) -> Solution:
    """Divide every odds by one c, which is a shift by -ln c on the logit scale. Source: Cheung (2015)."""
    odds = [pi / (1.0 - pi) for pi in implied]
    if len(odds) == 2:
        ratio = math.sqrt(odds[0] * odds[1])
        return (odds[0] / (odds[0] + ratio), odds[1] / (odds[1] + ratio)), ratio
    start = math.log(booksum) + 0.1 * (booksum - 1.0)
    ratio = math.exp(_root(_shift_residual(odds), -POWER_HIGHEST, POWER_HIGHEST, start))
    return tuple([odd / (odd + ratio) for odd in odds]), ratio


def _shift_residual(odds: Sequence[float]) -> Residual:
    def residual(shift: float) -> tuple[float, float]:
        ratio = math.exp(shift)
        fair = [odd / (odd + ratio) for odd in odds]
        return sum(fair) - 1.0, -sum([p * (1.0 - p) for p in fair])

    return residual


def _root(residual: Residual, low: float, high: float, start: float) -> float:
    """Find where a falling function crosses 0: Newton's steps, halving the bracket where one leaves it."""
    at = start
    for _ in range(ITERATIONS_MAX):
        error, slope = residual(at)
        if abs(error) < _SUM_ERROR_MAX:
            return at
        low, high = (at, high) if error > 0.0 else (low, at)
        step = at - error / slope if slope else high
        at = step if low < step < high else 0.5 * (low + high)
    raise DevigError(f"fair probabilities must sum to 1, were off by {error:.3g} after {ITERATIONS_MAX} steps")


METHODS: dict[DevigMethod, Callable[[Sequence[float], float], Solution]] = {
    DevigMethod.MULTIPLICATIVE: multiplicative,
    DevigMethod.ADDITIVE: additive,
    DevigMethod.POWER: power,
    DevigMethod.SHIN: shin,
    DevigMethod.ODDS_RATIO: odds_ratio,
}

_IDENTITY: dict[DevigMethod, float | None] = {
    DevigMethod.MULTIPLICATIVE: None,
    DevigMethod.ADDITIVE: None,
    DevigMethod.POWER: 1.0,
    DevigMethod.SHIN: 0.0,
    DevigMethod.ODDS_RATIO: 1.0,
}
