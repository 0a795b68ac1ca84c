"""What every sport is asked for: a game's nights, given how strong both teams are tonight and which rules hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from closeline.maths.simulate.script import alike

if TYPE_CHECKING:
    from closeline.maths.simulate.script import Game


@dataclass(frozen=True, slots=True)
class Levels:
    """How much both teams score against the league's level, on the log scale of their scoring: 0 is average."""

    home: float = 0.0
    away: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules hold: those of a season (its starting year), of the regular season or the play-offs."""

    season: int
    playoff: bool = False


class Sport(Protocol):
    """A league's fitted model: parameters that know how their sport is played."""

    @property
    def regulation_periods(self) -> int:
        """Return how many periods a regulation game is scored in."""

    def nights(self, levels: Levels, rules: Rules) -> Game:
        """Return the script of a game between teams of these levels, as weighted nights.

        Levels change how much a team scores and nothing else; exchanging them mirrors the game.
        """


def playoffs_differ(sport: Sport, season: int) -> bool:
    """Say whether games of a season's play-offs are played by other rules than its regular games."""
    regular, playoff = (sport.nights(Levels(), Rules(season, playoff=flag)) for flag in (False, True))
    return not alike(regular, playoff)
