"""Rolling rates: how often a league's last games went to the home team and to overtime, beside how often it was said.

They are judged on the last games together and never on one, and nothing is corrected for them: a league that ends
otherwise than forecast says that its simulation is wrong, not by how much.  Source: domain notes, section 6.2 (e).
"""

from dataclasses import dataclass
from math import fsum, sqrt

from closeline.domain.digits import of_fit

HOME_WIN_RATE = "HOME_WIN_RATE"
OVERTIME_RATE = "OVERTIME_RATE"

ROLLING_GAMES_LEAST = 200
# Twice the least: more games would be of another season, with other teams.
ROLLING_GAMES_MOST = 400
# By chance alone the games of a sound league are as far out about once in 370.
DEVIATIONS_MAX = 3.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a forecast said of one game, the chance of something, and whether it came."""

    chance: float
    came: bool


@dataclass(frozen=True, slots=True)
class RollingSample:
    """A league's last games that were forecast and have ended, one entry for each that counts.

    home_wins: of the home team on its own ground, where somebody won. overtimes: of a level score after regulation,
    where the result tells.
    """

    home_wins: tuple[Told, ...] = ()
    overtimes: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class RollingRate:
    """How often something came in n games, beside how often it was expected to.

    z: (came - expected) / sqrt(sum p (1 - p)), in games; null where nothing was open.
    """

    n: int
    expected: float | None
    rate: float | None
    z: float | None

    @property
    def is_off(self) -> bool:
        """Say whether enough games are further out than chance takes them."""
        # Written so that a number that is none is off as well.
        return self.n >= ROLLING_GAMES_LEAST and self.z is not None and not abs(self.z) <= DEVIATIONS_MAX


def rolling_rate(told: tuple[Told, ...]) -> RollingRate:
    """Return how often it came and how often it was expected; a null rate where no game tells."""
    if not told:
        return RollingRate(0, None, None, None)
    n, came = len(told), sum(item.came for item in told)
    expected = fsum(item.chance for item in told)
    variance = fsum(item.chance * (1.0 - item.chance) for item in told)
    z = None if variance == 0.0 else of_fit((came - expected) / sqrt(variance))
    return RollingRate(n, of_fit(expected / n), of_fit(came / n), z)
