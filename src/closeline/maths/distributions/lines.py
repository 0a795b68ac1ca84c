"""Reading lines: win, push and loss of many lines from one slate's mass, by cumulative sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeline.maths.distributions.parameters import Side

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class LineReader:
    """Cumulative sums of a slate's mass, kept so that any number of lines is read without another pass."""

    __slots__ = ("_first", "_flat", "_values", "_whole")

    def __init__(self, mass: Floats, support: tuple[int, int]) -> None:
        """Sum `mass`, shape (games, k), over the support lo..hi."""
        games, width = mass.shape
        if width != support[1] - support[0] + 1:
            raise ValueError(f"mass must have {support[1] - support[0] + 1} columns, had {width}")
        self._first = support[0]
        self._values = width
        below = np.zeros((games, width + 1))
        mass.cumsum(axis=1, out=below[:, 1:])
        self._whole = below[:, -1]
        self._flat = below.reshape(-1)

    def read(self, games: ArrayLike, lines: ArrayLike, sides: ArrayLike) -> Floats:
        """Return win, push, loss, shape (n, 3), of each line in its side's own sign.

        HOME -3.5 asks home to win by four, AWAY +3.5 is its opposite, a moneyline is line 0. A quarter line
        is two half stakes, so it gives the mean of its neighbours.
        """
        wanted = np.asarray(lines, dtype=np.float64)
        codes = np.asarray(sides, dtype=np.int64)
        rows = np.asarray(games, dtype=np.int64)
        thresholds = np.where(codes == Side.HOME, -wanted, wanted)
        doubled = thresholds + thresholds
        if (np.rint(doubled) == doubled).all():
            under, upto = self._around(rows, thresholds)
        else:
            low, high = halves(thresholds)
            under_low, upto_low = self._around(rows, low)
            under_high, upto_high = self._around(rows, high)
            under, upto = (under_low + under_high) / 2.0, (upto_low + upto_high) / 2.0
        above = self._whole[rows] - upto
        over = codes & 1 == 0  # HOME and OVER win above their threshold, AWAY and UNDER below it
        out = np.empty((*np.broadcast(rows, thresholds).shape, 3))
        out[..., 0] = np.where(over, above, under)
        out[..., 1] = upto - under
        out[..., 2] = np.where(over, under, above)
        return out

    def _around(self, rows: Integers, thresholds: Floats) -> tuple[Floats, Floats]:
        """Return the mass strictly below each threshold and the mass up to and with it."""
        ceiling = np.ceil(thresholds)
        low = ceiling.astype(np.int64) - self._first
        high = low + (ceiling == thresholds)
        start = rows * (self._values + 1)
        low = np.minimum(np.maximum(low, 0), self._values)
        high = np.minimum(np.maximum(high, 0), self._values)
        return self._flat.take(start + low), self._flat.take(start + high)


def halves(thresholds: Floats) -> tuple[Floats, Floats]:
    """Return the two lines that each threshold's halves stand at.

    Neighbours for a quarter line, itself twice else.
    """
    quarter = np.rint(np.abs(thresholds) * 4.0) % 2.0 == 1.0
    offset = np.where(quarter, 0.25, 0.0)
    return thresholds - offset, thresholds + offset


def win_push_loss(
    mass: Floats, support: tuple[int, int], games: ArrayLike, lines: ArrayLike, sides: ArrayLike
) -> Floats:
    """Return win, push, loss, shape (n, 3), of n lines read from `mass`, shape (games, k).

    See `LineReader.read`.
    """
    return LineReader(mass, support).read(games, lines, sides)


def no_push(outcomes: Floats) -> Floats:
    """Return P(win | no push) from win, push, loss in the last axis."""
    return np.asarray(outcomes[..., 0] / (outcomes[..., 0] + outcomes[..., 2]))
