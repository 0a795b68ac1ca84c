"""Closing line value: what a ticket's line and price were worth against the close (clv-v1).

Positive is good for the ticket throughout. Points of line say by how much the number moved, `clv_prob_raw`
compares prices with their margin in them, and `clv_ev` is the return that the closing fair odds promise at
the ticket's own line. Across lines a distribution of margins or totals on the integers carries the close,
pushes included.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.domain.errors import DevigError
from closeline.domain.odds import DevigMethod
from closeline.maths.devig import devig
from closeline.maths.distributions import LineReader, ScoreDistribution, Side, location_for, no_push, pmf_at
from closeline.maths.prices import checked

Floats = NDArray[np.float64]

# What stays the same when the line is larger: better for a side that is given points and for UNDER.
_LINE_SIGNS = np.array([1.0, 1.0, -1.0, 1.0])
# A tilt that moves the odds between neighbouring integers by more than e^50 has no use.
_STEEPEST = 50.0
_HALVINGS = 200


@dataclass(frozen=True, slots=True)
class PriceClv:
    """A ticket against a close at the same line: margin included (`raw`, `ratio`) and taken out."""

    clv_prob_raw: float
    clv_price_ratio: float
    close_fair_prob: float
    clv_prob_devig: float
    clv_ev: float


@dataclass(frozen=True, slots=True)
class AcrossLines:
    """n tickets against closes at any line; every array has shape (n,), NaN where no close is known.

    `location` is the mu of the closing distribution, `win`, `push` and `lose` are read at the ticket's line,
    `fair` is win / (win + lose), `prob_devig` is `fair` - 1/d, `ev` the return per unit risked.
    """

    location: Floats
    win: Floats
    push: Floats
    lose: Floats
    fair: Floats
    prob_devig: Floats
    ev: Floats


@dataclass(frozen=True, slots=True)
class ClvBand:
    """`clv_ev` under each devig method, and how far apart they are: the part that is a matter of method."""

    by_method: Mapping[DevigMethod, float]

    @property
    def low(self) -> float:
        """Return the least favourable figure."""
        return min(self.by_method.values())

    @property
    def high(self) -> float:
        """Return the most favourable figure."""
        return max(self.by_method.values())


@dataclass(frozen=True, slots=True)
class ClvSummary:
    """A record's closing line value; missing closes are counted, never imputed. Without a base, NaN."""

    n: int
    n_missing: int
    mean: float
    median: float
    sd: float
    t_stat: float
    beat_rate: float
    beat_rate_excl_zero: float
    share_zero: float
    share_negative: float

    @property
    def coverage(self) -> float:
        """Return the share of tickets that have a close."""
        return _ratio(self.n, self.n + self.n_missing)


def clv_points(sides: ArrayLike, bet_lines: ArrayLike, close_lines: ArrayLike) -> Floats:
    """Return by how many points the number moved in the ticket's favour, elementwise.

    sides: codes of `distributions.Side`. Lines in the side's own sign: HOME -3.5 that closes -5 gained 1.5.
    """
    signs = _LINE_SIGNS[np.asarray(sides, dtype=np.int64)]
    return np.asarray(signs * (np.asarray(bet_lines, dtype=np.float64) - np.asarray(close_lines, dtype=np.float64)))


def beat_close(points: ArrayLike, bet_decimal: ArrayLike, close_decimal: ArrayLike) -> NDArray[np.int8]:
    """Return +1, 0 or -1 elementwise: by the line's move first and, where it did not move, by the price.

    points: of `clv_points`, 0 for a moneyline. It knows nothing of the margin, so never report it alone.
    """
    moved = np.sign(np.asarray(points, dtype=np.float64))
    by_price = np.sign(np.asarray(bet_decimal, dtype=np.float64) - np.asarray(close_decimal, dtype=np.float64))
    return np.asarray(np.where(moved == 0.0, by_price, moved), dtype=np.int8)


def clv_price(
    bet_decimal: float,
    close_decimal: float,
    close_opposite_decimal: float,
    *,
    method: DevigMethod = DevigMethod.MULTIPLICATIVE,
) -> PriceClv:
    """Compare a ticket with a two-way close at its own line. Raises DevigError, ImpossiblePrice."""
    bet = float(checked(bet_decimal))
    fair = devig((close_decimal, close_opposite_decimal), method).probabilities[0]
    return PriceClv(
        clv_prob_raw=1.0 / close_decimal - 1.0 / bet,
        clv_price_ratio=bet / close_decimal - 1.0,
        close_fair_prob=fair,
        clv_prob_devig=fair - 1.0 / bet,
        clv_ev=fair * bet - 1.0,
    )


def clv_across_lines(
    distribution: ScoreDistribution,
    sides: ArrayLike,
    bet_lines: ArrayLike,
    bet_decimals: ArrayLike,
    close_lines: ArrayLike,
    close_fair: ArrayLike,
) -> AcrossLines:
    """Carry each close to the ticket's line and value the ticket there; all arrays broadcast to shape (n,).

    distribution: of margins for HOME and AWAY, of totals for OVER and UNDER; lines in the side's own sign, a
    moneyline is 0. close_fair: P(side wins | no push) at the closing line, de-vigged; NaN gives NaN.
    """
    side, bet_line, close_line, fair, price = np.broadcast_arrays(
        np.atleast_1d(np.asarray(sides, dtype=np.int64)),
        np.asarray(bet_lines, dtype=np.float64),
        np.asarray(close_lines, dtype=np.float64),
        np.asarray(close_fair, dtype=np.float64),
        checked(bet_decimals),
    )
    location = location_for(distribution, close_line, fair, side)
    outcomes = np.full((side.size, 3), np.nan)
    known = np.isfinite(location) & np.isfinite(bet_line)
    reader = LineReader(pmf_at(distribution, location[known]), distribution.support)
    outcomes[known] = reader.read(np.arange(int(known.sum())), bet_line[known], side[known])
    return _valued(location, outcomes, price)


def _valued(location: Floats, outcomes: Floats, price: Floats) -> AcrossLines:
    win, push, lose = outcomes.T
    fair = no_push(outcomes)
    return AcrossLines(location, win, push, lose, fair, fair - 1.0 / price, win * (price - 1.0) - lose)


def clv_across_pmf(
    mass: ArrayLike,
    support: tuple[int, int],
    side: Side,
    *,
    bet_line: float,
    bet_decimal: float,
    close_line: float,
    close_fair: float,
) -> AcrossLines:
    """Do the same for one ticket with a simulated distribution, which is tilted to agree with the close.

    mass: shape (k,) over the support lo..hi. Made for MLB and NHL, whose one-run and one-goal mass no smooth
    shape has. `location` is the tilt theta of exp(theta k). Raises ValueError when no tilt reaches the close.
    """
    theta = tilt_to_close(mass, support, side, close_line=close_line, close_fair=close_fair)
    reader = LineReader(_tilted(mass, support, theta)[None, :], support)
    return _valued(np.array([theta]), reader.read([0], [bet_line], [int(side)]), checked([bet_decimal]))


def tilt_to_close(
    mass: ArrayLike, support: tuple[int, int], side: Side, *, close_line: float, close_fair: float
) -> float:
    """Return theta such that P(side wins | no push) at the close is `close_fair`, mass times exp(theta k)."""
    if not 0.0 < close_fair < 1.0:
        raise ValueError(f"close_fair must lie strictly between 0 and 1, was {close_fair}")
    upwards = 1.0 if side in (Side.HOME, Side.OVER) else -1.0

    def wins(theta: float) -> float:
        reader = LineReader(_tilted(mass, support, upwards * theta)[None, :], support)
        return float(no_push(reader.read([0], [close_line], [int(side)]))[0])

    # The fair probability rises with the tilt towards the side, so a bisection cannot miss.
    low, high = -_STEEPEST, _STEEPEST
    if not wins(low) < close_fair < wins(high):
        raise ValueError(f"line must have mass on either side, was {close_line}")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        low, high = (middle, high) if wins(middle) < close_fair else (low, middle)
    return upwards * low


def _tilted(mass: ArrayLike, support: tuple[int, int], theta: float) -> Floats:
    values = np.arange(support[0], support[1] + 1, dtype=np.float64)
    weights = np.asarray(mass, dtype=np.float64)
    assert weights.shape == values.shape, f"mass must have shape {values.shape}, was {weights.shape}"
    with np.errstate(divide="ignore"):
        logs = np.log(weights) + theta * values
    tilted = np.exp(logs - logs.max())
    return np.asarray(tilted / tilted.sum())


def clv_prob(close_fair: ArrayLike, publish_fair: ArrayLike) -> Floats:
    """Return q_close(L_bet) - q_publish(L_bet), elementwise: fair to fair, both at the ticket's own line."""
    return np.asarray(np.asarray(close_fair, dtype=np.float64) - np.asarray(publish_fair, dtype=np.float64))


def clv_band(
    bet_decimal: float,
    close_decimal: float,
    close_opposite_decimal: float,
    *,
    methods: Iterable[DevigMethod] = tuple(DevigMethod),
    distribution: ScoreDistribution | None = None,
    side: Side = Side.HOME,
    bet_line: float = 0.0,
    close_line: float = 0.0,
) -> ClvBand:
    """Return `clv_ev` under each devig method that these prices have; a moved line needs a distribution.

    Raises DevigError when no method gives fair odds, ValueError for a moved line without a distribution.
    """
    fair = _fair_by_method((close_decimal, close_opposite_decimal), methods)
    if bet_line == close_line and distribution is None:
        return ClvBand({method: q * bet_decimal - 1.0 for method, q in fair.items()})
    if distribution is None:
        raise ValueError("distribution must be given where the line moved, was None")
    across = clv_across_lines(distribution, side, bet_line, bet_decimal, close_line, list(fair.values()))
    return ClvBand(dict(zip(fair, across.ev.tolist(), strict=True)))


def _fair_by_method(prices: tuple[float, float], methods: Iterable[DevigMethod]) -> dict[DevigMethod, float]:
    """Leave out a method that has no root for these prices: the band's keys show it."""
    fair: dict[DevigMethod, float] = {}
    for method in methods:
        with suppress(DevigError):
            fair[method] = devig(prices, method).probabilities[0]
    if not fair:
        raise DevigError(f"close must have fair odds by some method, was {prices}")
    return fair


def clv_aggregate(values: Sequence[float] | Floats, *, missing: int = 0) -> ClvSummary:
    """Summarise `clv_ev` or `clv_prob`, shape (n,); NaN is a missing close, as are `missing` more.

    `beat_rate` is the share above 0. The t statistic takes tickets as independent: for several on one event
    use `bootstrap.clustered_mean_interval`.
    """
    given = np.asarray(values, dtype=np.float64)
    assert given.ndim == 1, f"values must have shape (n,), was {given.shape}"
    known = given[np.isfinite(given)]
    n = known.size
    mean = float(known.mean()) if n else float("nan")
    sd = float(known.std(ddof=1)) if n > 1 else float("nan")
    above, below = int((known > 0.0).sum()), int((known < 0.0).sum())
    return ClvSummary(
        n=n,
        n_missing=given.size - n + missing,
        mean=mean,
        median=float(np.median(known)) if n else float("nan"),
        sd=sd,
        t_stat=_ratio(mean, sd / np.sqrt(n) if n > 1 else 0.0),
        beat_rate=_ratio(above, n),
        beat_rate_excl_zero=_ratio(above, above + below),
        share_zero=_ratio(n - above - below, n),
        share_negative=_ratio(below, n),
    )


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else float("nan")
