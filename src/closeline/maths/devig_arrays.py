"""The same five methods in bulk: two-way markets by column, any other by (markets, outcomes).

Work goes in blocks that stay in the processor's cache. What a vectorised iteration does not finish is
handed, row by row, to `devig`, which brackets; so the two forms agree and fail alike.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from closeline.domain.errors import DevigError
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import NO_MARGIN, POWER_HIGHEST, devig
from closeline.maths.prices import FloatArray, checked

BLOCK = 2048
_HALLEY_STEPS_MAX = 6
_NEWTON_STEPS_MAX = 30
_SUM_ERROR_MAX = 2e-13
# From here a cubic step lands below rounding, so the last residual need not be computed.
_CUBIC_STEP_FINISHES = 1e-7


def devig_two_way(prices_a: npt.ArrayLike, prices_b: npt.ArrayLike, method: DevigMethod) -> FloatArray:
    """Return the fair probability of outcome a of two-way markets; that of b is 1 minus it.

    prices_a, prices_b: decimal odds, shape (markets,), each above 1. Returns shape (markets,).
    Raises ImpossiblePrice for a price that is none and DevigError where `devig` would.
    """
    a, b = checked(prices_a), checked(prices_b)
    assert a.ndim == 1, f"prices must have shape (markets,), was {a.shape}"
    assert a.shape == b.shape, f"both sides must have one shape, were {a.shape} and {b.shape}"
    fair = np.empty_like(a)
    solve = TWO_WAY[method]
    for start in range(0, len(a), BLOCK):
        rows = slice(start, start + BLOCK)
        solve(a[rows], b[rows], fair[rows])
    return fair


def devig_markets(prices: npt.ArrayLike, method: DevigMethod) -> FloatArray:
    """Return fair probabilities, shape (markets, outcomes), of markets with equally many outcomes.

    prices: decimal odds of that shape; rows of the answer sum to 1.
    Raises ImpossiblePrice for a price that is none, DevigError for fewer than two outcomes and where `devig`
    would.
    """
    array = checked(prices)
    assert array.ndim == 2, f"prices must have shape (markets, outcomes), was {array.shape}"
    if array.shape[1] < 2:
        raise DevigError(f"market must have at least two outcomes, was {array.shape[1]}")
    if array.shape[1] == 2:
        first = devig_two_way(np.ascontiguousarray(array[:, 0]), np.ascontiguousarray(array[:, 1]), method)
        return np.column_stack((first, 1.0 - first))
    fair = np.empty_like(array)
    for start in range(0, len(array), BLOCK):
        rows = slice(start, start + BLOCK)
        fair[rows] = _block(array[rows], method)
    return fair


def underround(prices: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say which markets have a booksum below 1, shape (markets,): never the reference of a pick or close."""
    array = checked(prices)
    assert array.ndim == 2, f"prices must have shape (markets, outcomes), was {array.shape}"
    below: npt.NDArray[np.bool_] = (1.0 / array).sum(axis=1) < 1.0 - NO_MARGIN
    return below


# --------------------------------------------------------------------- two outcomes, by column


def _multiplicative_two(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    np.add(a, b, out=out)
    np.divide(b, out, out=out)


def _additive_two(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    np.divide(0.5, a, out=out)
    out -= 0.5 / b
    out += 0.5


def _shin_two(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Shin's closed form equals additive; an underround market falls back to multiplicative."""
    half_a, half_b = 0.5 / a, 0.5 / b
    np.subtract(half_a, half_b, out=out)
    out += 0.5
    half_a += half_b
    if half_a.min() < 0.5 - 0.5 * NO_MARGIN:
        below = half_a < 0.5 - 0.5 * NO_MARGIN
        out[below] = b[below] / (a[below] + b[below])


def _odds_ratio_two(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    np.subtract(a, 1.0, out=out)
    out /= b - 1.0
    np.sqrt(out, out=out)
    out += 1.0
    np.divide(1.0, out, out=out)


def _power_two(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Solve the exponent by Halley's rule from k = 1, whose powers are the implied and so cost nothing."""
    powers = np.empty((2, len(a)))  # both sides in one array: half as many calls, which is what a slate pays for
    np.divide(1.0, a, out=powers[0])
    np.divide(1.0, b, out=powers[1])
    logs = np.log(powers)
    exponent = np.ones(len(a))
    worst = np.inf
    for _ in range(_HALLEY_STEPS_MAX):
        error = powers[0] + powers[1]
        error -= 1.0
        worst = max(np.maximum.reduce(error), -np.minimum.reduce(error))
        exponent -= _halley(error, logs, powers)
        if worst < _CUBIC_STEP_FINISHES:
            break
        np.multiply(exponent, logs, out=powers)
        np.exp(powers, out=powers)
    np.multiply(exponent, logs[0], out=out)
    np.exp(out, out=out)
    if not (worst < _CUBIC_STEP_FINISHES and np.maximum.reduce(exponent) <= POWER_HIGHEST):
        _finish_two(a, b, out, exponent)


def _halley(error: FloatArray, logs: FloatArray, powers: FloatArray) -> FloatArray:
    """Return Halley's step for a^k + b^k - 1, overwriting error and powers, which are not needed again."""
    powers *= logs
    slope: FloatArray = powers[0] + powers[1]
    powers *= logs
    bend: FloatArray = powers[0] + powers[1]
    bend *= error
    bend *= 0.5
    error *= slope
    slope *= slope
    slope -= bend
    error /= slope
    return error


def _finish_two(a: FloatArray, b: FloatArray, out: FloatArray, exponent: FloatArray) -> None:
    """Bracket the rows whose probabilities do not yet sum to 1, or whose exponent is out of bounds."""
    total = out + np.exp(exponent * -np.log(b))
    for row in np.flatnonzero(
        ~((np.abs(total - 1.0) < _SUM_ERROR_MAX) & (exponent > 0.0) & (exponent <= POWER_HIGHEST))
    ):
        out[row] = devig((float(a[row]), float(b[row])), DevigMethod.POWER).probabilities[0]


TWO_WAY: dict[DevigMethod, Callable[[FloatArray, FloatArray, FloatArray], None]] = {
    DevigMethod.MULTIPLICATIVE: _multiplicative_two,
    DevigMethod.ADDITIVE: _additive_two,
    DevigMethod.POWER: _power_two,
    DevigMethod.SHIN: _shin_two,
    DevigMethod.ODDS_RATIO: _odds_ratio_two,
}

# ------------------------------------------------------------------- any number of outcomes, by block


def _block(prices: FloatArray, method: DevigMethod) -> FloatArray:
    """Devig a block (markets, outcomes), inside as (outcomes, markets) so that steps run along memory."""
    implied = np.ascontiguousarray(1.0 / prices.T)
    fair = _SOLVERS[method](implied).T
    unfinished = ~(np.abs(fair.sum(axis=1) - 1.0) < 1e-12) | ~(fair.min(axis=1) > 0.0)
    for row in np.flatnonzero(unfinished):
        fair[row] = devig(prices[row].tolist(), method).probabilities
    return fair


def _multiplicative(implied: FloatArray) -> FloatArray:
    fair: FloatArray = implied / implied.sum(axis=0)
    return fair


def _additive(implied: FloatArray) -> FloatArray:
    fair: FloatArray = implied - (implied.sum(axis=0) - 1.0) / len(implied)
    return fair


def _power(implied: FloatArray) -> FloatArray:
    logs = np.log(implied)
    exponent = np.ones(implied.shape[1])
    fair = implied
    for _ in range(_NEWTON_STEPS_MAX):
        error = fair.sum(axis=0) - 1.0
        if np.abs(error).max() < _SUM_ERROR_MAX:
            break
        exponent = exponent - error / (fair * logs).sum(axis=0)
        fair = np.exp(exponent * logs)
    # A row out of bounds is spoilt on purpose: the bracketing form then decides, and refuses.
    return np.where((exponent > 0.0) & (exponent <= POWER_HIGHEST), fair, np.nan)


def _shin(implied: FloatArray) -> FloatArray:
    booksum = implied.sum(axis=0)
    squares = implied * implied / booksum
    share = np.zeros(implied.shape[1])
    fair = np.sqrt(squares)
    for _ in range(_NEWTON_STEPS_MAX):
        error = fair.sum(axis=0) - 1.0
        if np.abs(error[booksum >= 1.0]).max(initial=0.0) < _SUM_ERROR_MAX:
            break
        root = np.sqrt(share * share + 4.0 * (1.0 - share) * squares)
        slope = (fair * (2.0 * squares - root - share) / (root * (root + share))).sum(axis=0)
        share = np.clip(share - error / slope, 0.0, 1.0)
        fair = 2.0 * squares / (np.sqrt(share * share + 4.0 * (1.0 - share) * squares) + share)
    fallen_back: FloatArray = np.where(booksum < 1.0 - NO_MARGIN, implied / booksum, fair)
    return fallen_back


def _odds_ratio(implied: FloatArray) -> FloatArray:
    odds = implied / (1.0 - implied)
    shift = np.log(implied.sum(axis=0))
    fair: FloatArray = odds / (odds + np.exp(shift))
    for _ in range(_NEWTON_STEPS_MAX):
        error = fair.sum(axis=0) - 1.0
        if np.abs(error).max() < _SUM_ERROR_MAX:
            break
        shift = shift + error / (fair * (1.0 - fair)).sum(axis=0)
        fair = odds / (odds + np.exp(shift))
    return fair


_SOLVERS: dict[DevigMethod, Callable[[FloatArray], FloatArray]] = {
    DevigMethod.MULTIPLICATIVE: _multiplicative,
    DevigMethod.ADDITIVE: _additive,
    DevigMethod.POWER: _power,
    DevigMethod.SHIN: _shin,
    DevigMethod.ODDS_RATIO: _odds_ratio,
}
