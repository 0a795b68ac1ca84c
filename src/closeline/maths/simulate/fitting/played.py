"""Played games as a fit reads them: what the closing lines expected, and the points of every period."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """Games in the order in which they were played; home before away.

    season: starting years, shape (games,). margin, total: means that the closing lines expected, points. periods:
    points by regulation period, shape (games, periods, 2), -1 where a period is not known. overtime: points after
    regulation, shape (games, 2). playoff: games of the play-offs. went_on: games that were tied after regulation.
    """

    season: Integers
    margin: Floats
    total: Floats
    periods: Integers
    overtime: Integers
    playoff: Flags
    went_on: Flags

    @property
    def final(self) -> Integers:
        """Return final scores, shape (games, 2); only right where every period is known."""
        return np.asarray(self.periods.sum(axis=1) + self.overtime)

    @property
    def known(self) -> Flags:
        """Return the games whose periods are all known, shape (games,)."""
        return np.asarray((self.periods >= 0).all(axis=(1, 2)))

    def only(self, chosen: Flags) -> Played:
        """Return the chosen games, shape (games,) of flags."""
        return Played(*(getattr(self, field.name)[chosen] for field in fields(self)))
