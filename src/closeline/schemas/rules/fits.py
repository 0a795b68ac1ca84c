"""How well a simulation fits: what games showed beside what the model gives at their closing lines."""

from closeline.domain.leagues import League
from closeline.schemas.shape import Shape


class Figure(Shape):
    """One figure: as games showed it, as the script has it, after weighing; null where there is none."""

    name: str
    seen: float
    scripted: float
    weighed: float | None


class LogScore(Shape):
    """Mean log of the mass given to what happened."""

    name: str
    scripted: float
    weighed: float
    plain: float
    key_numbers: float


class ReliabilityBin(Shape):
    """Games of like probability: what was given, and how often it came true."""

    name: str
    games: int
    given: float
    seen: float


class Fit(Shape):
    """A league's goodness of fit over seasons."""

    league: League
    seasons: str
    fitted_on: str
    games: int
    simulated: int
    comparisons: list[Figure]
    log_scores: list[LogScore]
    reliability: list[ReliabilityBin]
