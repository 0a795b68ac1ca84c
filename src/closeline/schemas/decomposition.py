"""What the means of a simulated game are made of."""

from datetime import datetime

from closeline.schemas.shape import Shape


class Figure(Shape):
    """A number beside the league's own, and how unusual it is in sds of a team total."""

    value: float
    baseline: float
    z: float


class Rate(Shape):
    """How often a unit of play brings this."""

    label: str
    figure: Figure


class TeamUnits(Shape):
    """How a team is expected to get its points."""

    units: Figure
    efficiency: Figure
    rates: list[Rate]
    overtime_points: float


class Part(Shape):
    """One named part of the means, points of margin and of total."""

    name: str
    margin_points: float
    total_points: float
    source: str
    known_at: datetime | None = None


class Outcome(Shape):
    """How far the simulated outcome spreads: sds of margin and total, points, and what all chances sum to."""

    margin_sd: float
    total_sd: float
    mass: float


class Decomposition(Shape):
    """What a run's means are made of; the adjustments sum to the move from the base rating.

    overtime: the chance that regulation ends level, before any weighing of scores; null where it was not kept.
    """

    team_home: TeamUnits
    team_away: TeamUnits
    adjustments: list[Part]
    base_margin: float
    base_total: float
    margin: float
    total: float
    outcome: Outcome | None = None
    overtime: float | None = None
