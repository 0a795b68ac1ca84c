"""A game written down: periods made of plays, and the chances of each play by the margin at which it is played.

Both evaluators read the same script: `exact` carries the whole joint distribution of the score through it,
`worlds` walks through it once per world. A sport is a function from its parameters to nights of this form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

WHOLE = 1e-9  # how far chances may sum from one before they are a mistake


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """A stretch of regulation: its plays in order, and the chance that it begins with each of them.

    Both arrays have shape (plays,). A period that may be short begins late, so that its last play is always
    the last before the horn.
    """

    plays: Integers
    starts: Floats

    def __post_init__(self) -> None:
        """Refuse chances that are not chances."""
        if self.plays.shape != self.starts.shape or self.starts.min() < 0.0 or abs(self.starts.sum() - 1.0) > WHOLE:
            raise ValueError(f"starts must be a chance for each of {self.plays.size} plays, summing to 1")


@dataclass(frozen=True, slots=True, eq=False)
class Overtime:
    """Rounds played while the score is tied: joint chances of both teams' points in a round, shape (k, k).

    The round [i, j] gives i points to home and j to away. The last round is repeated until somebody leads, unless
    `may_tie` lets the game end as it stands.
    """

    rounds: tuple[Floats, ...]
    may_tie: bool = False

    def __post_init__(self) -> None:
        """Refuse rounds that are not distributions, and a last round that could never end."""
        for chances in self.rounds:
            if chances.min() < 0.0 or abs(chances.sum() - 1.0) > WHOLE:
                raise ValueError(f"chances of an overtime round must sum to 1, summed to {chances.sum()}")
        if not self.may_tie and self.rounds and np.trace(self.rounds[-1]) > 1.0 - WHOLE:
            raise ValueError("the last round of an overtime must be able to end the game")


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """One way the game may be set up, with its weight among the others: who starts, how both play tonight.

    gains: points that each outcome gives to home and away, shape (outcomes, 2), never negative.
    chances: of every outcome by play table and margin before the play (home - away, from -most to most),
    shape (tables, outcomes, 2 * most + 1); they sum to 1 over the outcomes.
    """

    weight: float
    gains: Integers
    chances: Floats
    periods: tuple[Period, ...]
    overtime: Overtime

    def __post_init__(self) -> None:
        """Refuse tables that are not chances of the gains."""
        _, outcomes, margins = self.chances.shape
        if self.gains.shape != (outcomes, 2) or self.gains.min() < 0 or margins % 2 == 0:
            raise ValueError(f"gains must be {outcomes} pairs of points, were of shape {self.gains.shape}")
        if self.chances.min() < 0.0 or np.abs(self.chances.sum(axis=1) - 1.0).max() > WHOLE:
            raise ValueError("chances of a play must be at least 0 and sum to 1 at every margin")

    @property
    def most(self) -> int:
        """Return the largest score of one team that is told apart; more counts as this."""
        return int(self.chances.shape[2] // 2)


Game = tuple[Night, ...]


def checked(nights: Game) -> Game:
    """Return the nights of one game; ValueError unless their weights sum to 1."""
    total = sum(night.weight for night in nights)
    if abs(total - 1.0) > WHOLE:
        raise ValueError(f"weights of a game's nights must sum to 1, summed to {total}")
    return nights


def alike(one: Game, other: Game) -> bool:
    """Say whether two games are played alike: the same nights, to the last bit."""
    return len(one) == len(other) and all(map(_same_night, one, other))


def _same_night(one: Night, other: Night) -> bool:
    parts, others = _parts(one), _parts(other)
    return len(parts) == len(others) and all(map(np.array_equal, parts, others))


def _parts(night: Night) -> list[NDArray[np.generic]]:
    sizes = np.array([night.weight, len(night.periods), len(night.overtime.rounds), night.overtime.may_tie])
    periods = [part for period in night.periods for part in (period.plays, period.starts)]
    return [sizes, night.gains, night.chances, *periods, *night.overtime.rounds]


def mirrored(night: Night) -> Night:
    """Return the night with home and away exchanged."""
    overtime = Overtime(tuple(chances.T.copy() for chances in night.overtime.rounds), night.overtime.may_tie)
    turned = np.ascontiguousarray(night.chances[:, :, ::-1])
    return Night(night.weight, np.ascontiguousarray(night.gains[:, ::-1]), turned, night.periods, overtime)
