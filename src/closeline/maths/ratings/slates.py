"""What goes into a rating filter and what comes out: one league day's games, and their forecast means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Slate:
    """The games of one league day, as tuples of one length; pitchers empty where none are known.

    `day` is the proleptic ordinal of the league day. A pitcher of None is an average one, and teaches
    nothing.
    """

    day: int
    season: int
    home: tuple[str, ...]
    away: tuple[str, ...]
    neutral: tuple[bool, ...]
    home_pitcher: tuple[str | None, ...] = ()
    away_pitcher: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        """Refuse columns of different lengths and a team that meets itself."""
        games = len(self.home)
        if len(self.away) != games or len(self.neutral) != games:
            raise ValueError(f"away and neutral must have {games} games, had {len(self.away)}, {len(self.neutral)}")
        for pitchers in (self.home_pitcher, self.away_pitcher):
            if pitchers and len(pitchers) != games:
                raise ValueError(f"pitchers must be given for {games} games or none, were {len(pitchers)}")
        for home, away in zip(self.home, self.away, strict=True):
            if home == away:
                raise ValueError(f"home and away must differ, were both {home}")

    @property
    def games(self) -> int:
        """The number of games."""
        return len(self.home)


@dataclass(frozen=True, slots=True)
class RatingForecast:
    """Mean margin and total of each game, shape (games,), in points, and how sure those means are.

    The deviations are the ratings' own uncertainty; a game's spread about its mean belongs to the
    distribution.
    """

    margin_mean: NDArray[np.float64]
    margin_sd: NDArray[np.float64]
    total_mean: NDArray[np.float64]
    total_sd: NDArray[np.float64]
