"""The same five methods in bulk: two-way markets by column, any other by (markets, outcomes).

Work goes in blocks that stay in the processor's cache. What a vectorised iteration does not finish is
handed, row by row, to `devig`, which brackets; so the two forms agree and fail alike.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from closeline.domain.errors import DevigError
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import NO_MARGIN, POWER_HIGHEST, devig
from closeline.maths.prices import FloatArray, checked

BLOCK = 2048
_NEWTON_STEPS_MAX = 30
_SUM_ERROR_MAX = 2e-13
# The table of the power method: cells, and how far ln r goes each way (prices of 1.0001 and 1000 are 11 apart).
_CELLS, _FAR = 16_384, 11.5
_LAST_STEP_MAX = 5e-7
_HIGHEST_LOOKED_UP = POWER_HIGHEST * (1.0 - 1e-6)


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
    """Solve p = a^-k, 1 - p = b^-k without the exponent: ln(1 - p) = r ln p with r = ln b / ln a, one number a market.

    So p is looked up by ln r, and one Newton step in its log odds finishes it: the step e leaves less than e^2 / 2.
    """
    log_a, ratio = np.log(a), np.log(b)
    ratio /= log_a
    p = _looked_up(np.log(ratio))
    log_p, q = np.log(p), 1.0 - p
    step = np.log(q)
    slope = ratio * q
    slope += p
    ratio *= log_p
    step -= ratio
    step /= slope
    q *= p
    q *= step
    np.add(p, q, out=out)
    # k = -ln p / ln a. Close to its bound the bracketing form decides.
    log_a *= _HIGHEST_LOOKED_UP
    log_a += log_p
    np.abs(step, out=step)
    if not (np.maximum.reduce(step) < _LAST_STEP_MAX and np.minimum.reduce(log_a) > 0.0):
        for row in np.flatnonzero(~((step < _LAST_STEP_MAX) & (log_a > 0.0))):
            out[row] = devig((float(a[row]), float(b[row])), DevigMethod.POWER).probabilities[0]


def _looked_up(log_ratio: FloatArray) -> FloatArray:
    """Return p of p + p^r = 1, its log odds within 2e-7, overwriting ln r; off the table it is no guess at all."""
    log_ratio += _FAR
    log_ratio *= _CELLS / (2.0 * _FAR)
    cell = log_ratio.astype(np.intp)
    log_ratio -= cell
    table = _table()
    p = table.take(cell, mode="clip")
    cell += 1
    rise = table.take(cell, mode="clip")
    rise -= p
    rise *= log_ratio
    p += rise
    return p


@cache
def _table() -> FloatArray:
    """Return p of p + p^r = 1 at even steps of ln r: from p to r there is a formula, and that is turned round here."""
    log_odds = np.linspace(-_FAR, _FAR, _CELLS + 1)
    log_ratio = np.log(np.logaddexp(0.0, log_odds) / np.logaddexp(0.0, -log_odds))
    found = np.interp(np.linspace(-_FAR, _FAR, _CELLS + 1), log_ratio, log_odds)
    return np.asarray(1.0 / (1.0 + np.exp(-found)))


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
