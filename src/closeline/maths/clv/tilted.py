"""A simulated distribution on the integers, carried from line to line by an exponential tilt (clv-v1).

Baseball and hockey are decided by one run and one goal so often that no smooth shape has their margins. So their
simulated mass is multiplied by exp(theta k), with theta such that it agrees with the close, and read at the ticket's
line.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from closeline.maths.clv import AcrossLines, clv_across_lines
from closeline.maths.distributions import LineReader, ScoreDistribution, no_push
from closeline.maths.prices import checked

Floats = NDArray[np.float64]

# A tilt that moves the odds between neighbouring integers by more than e^50 has no use.
_STEEPEST = 50.0
_HALVINGS = 70
_ROWS = 2048


@dataclass(frozen=True, slots=True, eq=False)
class IntegerMass:
    """Chances of the integers from `first` on, shape (k,): margins (home - away) or totals of a simulated game."""

    mass: Floats
    first: int

    @property
    def support(self) -> tuple[int, int]:
        """Return the lowest and the highest integer."""
        return self.first, self.first + self.mass.size - 1


Shape = ScoreDistribution | IntegerMass


def value_across(
    shape: Shape, sides: ArrayLike, bet_lines: ArrayLike, bet_decimals: ArrayLike, close_lines: ArrayLike,
    close_fair: ArrayLike,
) -> AcrossLines:  # fmt: skip
    """Value tickets against closes at any line, whatever the shape is: see `clv.clv_across_lines`, shape (n,).

    NaN too where a line lies outside the support, so that no shape can carry it.
    """
    side, bet, close, fair, price = np.broadcast_arrays(
        np.atleast_1d(np.asarray(sides, dtype=np.int64)), np.asarray(bet_lines, dtype=np.float64),
        np.asarray(close_lines, dtype=np.float64), np.asarray(close_fair, dtype=np.float64), checked(bet_decimals),
    )  # fmt: skip
    fair = np.where(_inside(shape, close), fair, np.nan)
    if isinstance(shape, ScoreDistribution):
        return clv_across_lines(shape, side, bet, price, close, fair)
    theta = tilts(shape, side, close, fair)
    outcomes = np.full((side.size, 3), np.nan)
    known = np.flatnonzero(np.isfinite(theta))
    for start in range(0, known.size, _ROWS):
        rows = known[start : start + _ROWS]
        reader = LineReader(tilted_mass(shape, theta[rows]), shape.support)
        outcomes[rows] = reader.read(np.arange(rows.size), bet[rows], side[rows])
    win, push, lose = outcomes.T
    at_bet = no_push(outcomes)
    return AcrossLines(theta, win, push, lose, at_bet, at_bet - 1.0 / price, win * (price - 1.0) - lose)


def tilts(shape: IntegerMass, sides: ArrayLike, lines: ArrayLike, fair: ArrayLike) -> Floats:
    """Return theta, shape (n,), with P(side wins | no push) = fair at each line; NaN where it is not known."""
    side, line, wanted = np.broadcast_arrays(
        np.asarray(sides, dtype=np.int64), np.asarray(lines, dtype=np.float64), np.asarray(fair, dtype=np.float64)
    )
    found = np.full(side.size, np.nan)
    known = np.flatnonzero(np.isfinite(wanted) & np.isfinite(line))
    if known.size:
        asked, place = np.unique(
            np.stack([side[known], line[known], wanted[known]], axis=1), axis=0, return_inverse=True
        )
        found[known] = np.concatenate([
            _bisected(shape, asked[start : start + _ROWS]) for start in range(0, len(asked), _ROWS)
        ])[place.reshape(-1)]  # fmt: skip
    return found


def _bisected(shape: IntegerMass, asked: Floats) -> Floats:
    side, line, wanted = asked[:, 0].astype(np.int64), asked[:, 1], asked[:, 2]
    # The fair probability rises with the tilt towards the side, so a bisection cannot miss.
    upwards = np.where(side & 1 == 0, 1.0, -1.0)
    low, high = np.full(wanted.size, -_STEEPEST), np.full(wanted.size, _STEEPEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        reader = LineReader(tilted_mass(shape, upwards * middle), shape.support)
        short = no_push(reader.read(np.arange(wanted.size), line, side)) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray(upwards * low)


def tilted_mass(shape: IntegerMass, theta: Floats) -> Floats:
    """Return the chances of the integers once multiplied by exp(theta k), shape (n, k): a row for each theta."""
    values = np.arange(shape.support[0], shape.support[1] + 1, dtype=np.float64)
    with np.errstate(divide="ignore"):
        logs = np.log(shape.mass)[None, :] + theta[:, None] * values[None, :]
    mass = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def _inside(shape: Shape, lines: Floats) -> NDArray[np.bool_]:
    """Say at which lines both sides can win, whoever is asked: a spread of 40 has no place in a support of 35."""
    low, high = shape.support
    furthest = min(abs(low), abs(high)) if low < 0 else high
    return np.asarray(np.abs(lines) < furthest - 1)
