"""Distributions: what a player's number may be, given that he plays, and what each line of it comes to.

One interface with the game markets: `chances` gives the same `Chances` that a board of simulated worlds gives, so that
value, Kelly, gates, settlement and CLV need no case of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeline.domain.markets import NUMBER_SIDES, Side
from closeline.maths.props.families import ON_INTEGERS, Family, above, fit_gamma, outcomes, variance_used
from closeline.maths.simulate.board import Chances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["Family", "PropForecast", "mixed", "mixed_chances"]

# What a list of masses leaves out above its last number; far below the 1e-12 to which it sums to 1.
TAIL = 1e-14
# Numbers that a list of masses may have: a wider forecast is a fault of the model, not a player.
SUPPORT_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class PropForecast:
    """A player's number given that he plays, and the chance that he does.

    mean and variance: of the number in its unit and unit squared. plays: 0 to 1; it changes what a bet is worth, since
    a bet on a player who does not play is void, and no chance given that he plays. ValueError for what is none.
    """

    mean: float
    variance: float
    family: Family = Family.GAMMA_LATTICE
    plays: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no family can take and what is no chance."""
        fit_gamma(self.mean, self.variance)
        if not 0.0 <= self.plays <= 1.0:
            raise ValueError(f"plays must be a chance between 0 and 1, was {self.plays}")

    @property
    def cv(self) -> float:
        """Return the coefficient of variation, sd / mean, with the variance that the family really takes."""
        return math.sqrt(float(variance_used(self.family, self.mean, self.variance))) / self.mean

    def chances(self, side: Side, line_quarters: int) -> Chances:
        """Return win, push and loss of OVER or UNDER at a line, given that he plays; ValueError for another side."""
        if side not in NUMBER_SIDES:
            raise ValueError(f"side must be OVER or UNDER, was {side}")
        over, push, under = outcomes(self.family, self.mean, self.variance, line_quarters).tolist()
        return Chances(over, push, under) if side is Side.OVER else Chances(under, push, over)

    def no_push(self, side: Side, line_quarters: int) -> float:
        """Return P(win | he plays, no push), what a price refers to."""
        return self.chances(side, line_quarters).no_push

    def below(self) -> Floats:
        """Return P(X <= k) for k = 0, 1, ..., shape (n,), up to where at most 1e-14 is left.

        ValueError for the continuous family, which has no mass on a number, and for one that reaches beyond a million.
        """
        return 1.0 - self._above()

    def pmf(self) -> Floats:
        """Return P(X = k) for k = 0, 1, ..., shape (n,), summing to 1; ValueError as in `below`."""
        return np.maximum(-np.diff(self._above(), prepend=1.0), 0.0)

    def _above(self) -> Floats:
        if self.family not in ON_INTEGERS:
            raise ValueError(f"family must be one of {', '.join(ON_INTEGERS)} to have mass, was {self.family}")
        last = 64
        while float(above(self.family, self.mean, self.variance, last)) > TAIL:
            last *= 2
            if last > SUPPORT_MOST:
                message = f"forecast must stay below {SUPPORT_MOST}, was mean {self.mean} and variance {self.variance}"
                raise ValueError(message)
        return above(self.family, self.mean, self.variance, np.arange(last + 1))


def mixed(means: ArrayLike, variances: ArrayLike, weights: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Return mean and variance of a mixture of forecasts over the first axis, by the law of total variance.

    means, variances: shape (members, ...); weights: (members,), equal ones when left out. The variance is the mean of
    the variances plus the variance of the means; averaging only the former would forget what the members disagree on.
    """
    m, v = np.asarray(means, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    shares = _shares(m.shape[0], weights).reshape(-1, *[1] * (m.ndim - 1))
    mean = (shares * m).sum(axis=0)
    return mean, np.asarray((shares * v).sum(axis=0) + (shares * (m - mean) ** 2).sum(axis=0))


def mixed_chances(
    forecasts: Sequence[PropForecast], side: Side, line_quarters: int, weights: ArrayLike | None = None
) -> Chances:
    """Return the chances of the mixture itself, by averaging probabilities: exact where `mixed` keeps two moments.

    Members are given that he plays; weights: (members,), equal ones when left out.
    """
    shares = _shares(len(forecasts), weights).tolist()
    each = [forecast.chances(side, line_quarters) for forecast in forecasts]
    win, push, loss = (
        math.fsum(share * getattr(chances, part) for share, chances in zip(shares, each, strict=True))
        for part in ("win", "push", "loss")
    )
    return Chances(win, push, loss)


def _shares(members: int, weights: ArrayLike | None) -> Floats:
    given = np.ones(members) if weights is None else np.asarray(weights, dtype=np.float64)
    if given.shape != (members,) or not members or not (given >= 0.0).all() or not 0.0 < given.sum() < np.inf:
        raise ValueError(f"weights must be {members} numbers of at least 0 that do not sum to 0, were {given}")
    return np.asarray(given / given.sum())
